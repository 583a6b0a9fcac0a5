//! How far a series is: on a terminal a bar, elsewhere a line for each picture.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// Shows how far a series is.
pub(crate) struct SeriesProgress {
    bar: ProgressBar,
    what: &'static str,
    start: Instant,
    total: usize,
    /// Pictures that were there before this run.
    before: usize,
    done: usize,
    talkative: bool,
    terminal: bool,
    /// Epochs of the picture under way.
    epoch: u32,
}

impl SeriesProgress {
    /// `what` is `picture` or `frame`; `before` of them are there already.
    pub(crate) fn begin(what: &'static str, total: usize, before: usize, verbose: i64) -> Self {
        let (talkative, terminal) = (verbose >= 1, std::io::stderr().is_terminal());
        let target = if talkative && terminal {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:24} {pos}/{len} {prefix}s{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(what);
        bar.set_position(before as u64);
        let progress =
            Self { bar, what, start: Instant::now(), total, before, done: 0, talkative, terminal, epoch: 0 };
        if before > 0 && before < total {
            progress.say(&format!("{before} of {total} {what}s are there; going on with the others"));
        }
        progress
    }

    /// One more epoch of the picture under way.
    pub(crate) fn epoch(&mut self) {
        self.epoch += 1;
        if self.terminal {
            self.bar.set_message(format!(", epoch {}{}", self.epoch, self.left()));
        }
    }

    /// A picture has come to its end, with or without success. `label` says which.
    pub(crate) fn picture(&mut self, label: &str, outcome: &str) {
        self.done += 1;
        self.epoch = 0;
        self.bar.inc(1);
        if self.terminal {
            self.bar.set_message(self.left());
        } else {
            let (number, total, what) = (self.before + self.done, self.total, self.what);
            self.say(&format!("{what} {number} of {total} ({label}) {outcome}{}", self.left()));
        }
    }

    /// `, 3 minutes left`, from the pictures of this run; nothing before the first and after the last.
    fn left(&self) -> String {
        let mut text = String::new();
        if let Some(left) = remaining(self.start.elapsed(), self.done, self.total - self.before) {
            let _ = write!(text, ", {} left", HumanDuration(left));
        }
        text
    }

    /// Says something without disturbing the bar; nothing when silent.
    pub(crate) fn say(&self, line: &str) {
        if self.talkative {
            self.bar.suspend(|| output::say(line));
        }
    }

    /// Takes the display away.
    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}

/// The time that the rest takes if it goes on as so far.
fn remaining(elapsed: Duration, done: usize, all: usize) -> Option<Duration> {
    let left = all.checked_sub(done).filter(|left| *left > 0)?;
    (done > 0).then(|| elapsed.mul_f64(left as f64 / done as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was_done() {
        let seconds = Duration::from_secs;
        assert_eq!(remaining(seconds(10), 0, 4), None);
        assert_eq!(remaining(seconds(10), 1, 4), Some(seconds(30)));
        assert_eq!(remaining(seconds(10), 4, 4), None);
        assert_eq!(remaining(seconds(10), 5, 4), None);
    }
}
