//! How far a series is: on a terminal a bar, elsewhere a line for each picture.

use std::collections::VecDeque;
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
    /// Pictures that are there.
    there: usize,
    voice: Voice,
    terminal: bool,
    /// Epochs of the picture under way that are done.
    epoch: u32,
    rest: Rest,
}

/// Says things without disturbing the bar; nothing when silent.
#[derive(Clone)]
pub(crate) struct Voice {
    bar: ProgressBar,
    talkative: bool,
}

/// What is left of a series, in epochs: the first frame of an animation has many times more than the others.
struct Rest {
    /// Of the pictures that have not come to their end, at least 1 each.
    pictures: VecDeque<u32>,
    /// Of those that have, in this run.
    done: u64,
    /// Of all in this run.
    all: u64,
}

impl SeriesProgress {
    /// `what` is `picture` or `frame`; `before` of them are there already, and the missing ones have so many epochs each.
    pub(crate) fn begin(
        what: &'static str,
        before: usize,
        missing: impl IntoIterator<Item = u32>,
        verbose: i64,
    ) -> Self {
        let rest = Rest::new(missing);
        let total = before + rest.pictures.len();
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
        // An epoch, or a job on a farm, may take minutes: the clock goes on meanwhile.
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_secs(1));
        }
        let start = Instant::now();
        let voice = Voice { bar: bar.clone(), talkative };
        let progress = Self { bar, what, start, total, there: before, voice, terminal, epoch: 0, rest };
        if before > 0 && before < total {
            progress.say(&format!("{before} of {total} {what}s are there; going on with the others"));
        }
        progress
    }

    /// One more epoch of the picture under way.
    pub(crate) fn epoch(&mut self) {
        self.epoch += 1;
        self.show_epoch();
    }

    /// The picture under way has so many epochs left.
    pub(crate) fn epochs_left(&mut self, left: u32) {
        let all = self.rest.pictures.front().copied().unwrap_or_default();
        self.epoch = all.saturating_sub(left);
        if self.epoch > 0 {
            self.show_epoch();
        }
    }

    /// What the picture under way is doing, where it is not drawn.
    pub(crate) fn doing(&self, what: &str) {
        if self.terminal {
            self.bar.set_message(format!(", {what}"));
        }
    }

    pub(crate) fn is_on_terminal(&self) -> bool {
        self.terminal
    }

    fn show_epoch(&self) {
        if self.terminal {
            let all = self.rest.pictures.front().copied().unwrap_or(self.epoch);
            self.bar.set_message(format!(", epoch {} of {all}{}", self.epoch, self.left()));
        }
    }

    /// A picture has come to its end, with or without success. `label` says which.
    pub(crate) fn picture(&mut self, label: &str, outcome: &str) {
        self.step();
        if !self.terminal {
            let (number, total, what) = (self.there, self.total, self.what);
            self.say(&format!("{what} {number} of {total} ({label}) {outcome}{}", self.left()));
        }
    }

    /// The same for something that is not worth a line of its own.
    pub(crate) fn step(&mut self) {
        self.there += 1;
        self.epoch = 0;
        self.rest.end_picture();
        if self.terminal {
            self.bar.set_message(self.left());
            self.bar.inc(1);
        }
    }

    /// `, 3 minutes left`, from the epochs of this run; nothing before the first and after the last.
    fn left(&self) -> String {
        let mut text = String::new();
        if let Some(left) = self.rest.time(self.start.elapsed(), self.epoch) {
            let _ = write!(text, ", {} left", HumanDuration(left));
        }
        text
    }

    /// Says something without disturbing the bar; nothing when silent.
    pub(crate) fn say(&self, line: &str) {
        self.voice.say(line);
    }

    /// Says, even when silent, what a person has to do before the series can go on.
    pub(crate) fn demand(&self, line: &str) {
        self.bar.suspend(|| output::say(line));
    }

    /// For those who have something to say meanwhile.
    pub(crate) fn voice(&self) -> Voice {
        self.voice.clone()
    }

    /// Takes the display away.
    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}

impl Voice {
    pub(crate) fn say(&self, line: &str) {
        if self.talkative {
            self.bar.suspend(|| output::say(line));
        }
    }
}

impl Rest {
    fn new(missing: impl IntoIterator<Item = u32>) -> Self {
        let pictures: VecDeque<u32> = missing.into_iter().map(|epochs| epochs.max(1)).collect();
        let all = pictures.iter().copied().map(u64::from).sum();
        Self { pictures, done: 0, all }
    }

    /// Pictures come to their end in their order.
    fn end_picture(&mut self) {
        self.done += self.pictures.pop_front().map_or(0, u64::from);
    }

    /// The time that the rest takes if it goes on as so far, after `epoch` epochs of the picture under way.
    fn time(&self, elapsed: Duration, epoch: u32) -> Option<Duration> {
        let done = self.done + u64::from(epoch);
        let left = self.all.checked_sub(done).filter(|left| *left > 0)?;
        (done > 0).then(|| elapsed.mul_f64(left as f64 / done as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was_done() {
        let seconds = Duration::from_secs;
        // An animation: its first frame has more epochs than all others together.
        let mut rest = Rest::new([100, 20, 20]);
        assert_eq!(rest.time(seconds(10), 0), None);
        assert_eq!(rest.time(seconds(10), 35), Some(seconds(30)));
        rest.end_picture();
        assert_eq!(rest.time(seconds(10), 0), Some(seconds(4)));
        assert_eq!(rest.time(seconds(12), 20), Some(seconds(2)));
        rest.end_picture();
        rest.end_picture();
        assert_eq!(rest.time(seconds(14), 0), None);
        // Pictures without epochs take time, too.
        let mut rest = Rest::new([0, 0]);
        rest.end_picture();
        assert_eq!(rest.time(seconds(1), 0), Some(seconds(1)));
    }
}
