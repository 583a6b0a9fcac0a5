//! `clipig model pull`: fetches weights and shows how it goes.

use std::time::Duration;

use clipig_models::{Entry, Place, Progress, PullOptions, Retry, Store};
use indicatif::{ProgressBar, ProgressStyle};

use super::megabytes;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::interrupt;
use crate::output;

/// Where there is no terminal, a line is written each time so many percent are there.
const STEP: u64 = 10;

pub(super) fn pull(store: &Store, name: &str, replace: bool) -> Result<Entry, Failure> {
    let before = store.entry(name)?;
    if matches!(before.place, Place::Absent) || replace {
        output::say(format!("fetching {} from {}", before.name, before.source));
    }
    interrupt::listen(|| {
        output::say("\nstopped; the same command goes on where it was");
        ExitCode::INTERRUPTED.end();
    });
    let mut display = Display::new();
    let options = PullOptions { replace, ..PullOptions::default() };
    let pulled = store.pull(name, &options, &mut |progress| display.show(progress));
    display.bar.finish_and_clear();
    pulled.map_err(Failure::from)
}

/// A bar on a terminal, lines elsewhere.
struct Display {
    bar: ProgressBar,
    /// Bytes at the last report; `None` before the first and after an interruption.
    have: Option<u64>,
    /// Tenths that were written as lines.
    tenths: u64,
}

impl Display {
    fn new() -> Self {
        let bar = ProgressBar::no_length();
        bar.set_style(style("{spinner} {decimal_bytes}, {decimal_bytes_per_sec}"));
        Self { bar, have: None, tenths: 0 }
    }

    fn show(&mut self, progress: Progress) {
        match progress {
            Progress::Waiting => self.say("another clipig is fetching this model; waiting for it"),
            Progress::Transfer { have, total } => self.transfer(have, total),
            Progress::Retry(Retry { attempt: _, wait, why }) => {
                self.have = None;
                self.say(&format!(
                    "interrupted: {why}; trying again in {:.0} s",
                    wait.as_secs_f64().max(1.0)
                ));
            }
            Progress::Checking => {
                self.bar.set_style(style("{spinner} comparing the hash"));
                self.bar.enable_steady_tick(Duration::from_millis(100));
            }
        }
    }

    fn transfer(&mut self, have: u64, total: Option<u64>) {
        if self.have.is_none() {
            if have > 0 {
                let of = total.map(|total| format!(" of {}", megabytes(total))).unwrap_or_default();
                self.say(&format!("going on at {}{of}", megabytes(have)));
            }
            if let Some(total) = total {
                self.bar.set_style(style(
                    "{bar:30} {decimal_bytes}/{decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left",
                ));
                self.bar.set_length(total);
            }
            self.bar.set_position(have);
            // What came in an earlier run says nothing about the speed of this one.
            self.bar.reset_eta();
            self.tenths = tenths(have, total);
        }
        self.have = Some(have);
        self.bar.set_position(have);
        if self.bar.is_hidden() && tenths(have, total) > self.tenths {
            self.tenths = tenths(have, total);
            output::say(format!("{} % of {}", self.tenths * STEP, total.map(megabytes).unwrap_or_default()));
        }
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| output::say(line));
    }
}

fn tenths(have: u64, total: Option<u64>) -> u64 {
    total.filter(|total| *total > 0).map_or(0, |total| have.saturating_mul(100 / STEP) / total)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_understood() {
        for template in [
            "{spinner} {decimal_bytes}, {decimal_bytes_per_sec}",
            "{bar:30} {decimal_bytes}/{decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn tenths_need_a_total() {
        assert_eq!([tenths(99, Some(100)), tenths(100, Some(100)), tenths(5, None)], [9, 10, 0]);
    }
}
