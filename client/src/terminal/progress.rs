//! Progress of a run: on a terminal a bar with the table below it, elsewhere a line every 15 seconds.

use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{
    HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use super::LINE_INTERVAL;
use crate::output;

/// How often the table is renewed.
const TABLE: Duration = Duration::from_secs(4);

/// Shows how a run goes on.
pub struct Progress {
    bars: MultiProgress,
    bar: ProgressBar,
    table: ProgressBar,
    epochs: u64,
    start: Instant,
    done: u64,
    shown: Instant,
    level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Silent,
    Terminal { table: bool },
    Lines { table: bool },
}

/// Writes `, 3 minutes left` once there is an estimate.
pub fn left(state: &ProgressState, text: &mut dyn fmt::Write) {
    let done = state.len().is_some_and(|length| state.pos() >= length);
    if state.pos() > 0 && !done && !state.eta().is_zero() {
        let _ = write!(text, ", {} left", HumanDuration(state.eta()));
    }
}

impl Progress {
    /// Starts the display for a run of `epochs` epochs; `verbose` is the experiment's parameter.
    pub fn begin(epochs: u64, verbose: i64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let level = match (verbose, terminal) {
            (..=0, _) => Level::Silent,
            (_, true) => Level::Terminal { table: verbose >= 2 },
            (_, false) => Level::Lines { table: verbose >= 2 },
        };
        let drawn = matches!(level, Level::Terminal { .. });
        let bars = MultiProgress::with_draw_target(if drawn {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        let bar = bars.add(ProgressBar::new(epochs));
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:24} {pos}/{len} epochs{pace}{msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("pace", |state: &ProgressState, text: &mut dyn fmt::Write| {
            // Nothing is known before the first epoch.
            if state.pos() > 0 && state.per_sec().is_finite() {
                let _ = write!(text, ", {:.2}/s", state.per_sec());
            }
            left(state, text);
        }));
        let table = bars.add(ProgressBar::new_spinner());
        table.set_style(
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        let now = Instant::now();
        Self { bars, bar, table, epochs, start: now, done: 0, shown: now, level }
    }

    /// One more epoch is done. `table` makes the table of targets where one is shown.
    pub fn epoch(&mut self, loss: f64, table: impl FnOnce() -> Vec<String>) {
        self.done += 1;
        let first = self.done == 1;
        match self.level {
            Level::Silent => {}
            Level::Terminal { table: shown } => {
                self.bar.set_message(format!(", loss {loss:.3}"));
                self.bar.inc(1);
                if shown && (first || self.shown.elapsed() >= TABLE) {
                    self.shown = Instant::now();
                    self.table.set_message(table().join("\n"));
                }
            }
            Level::Lines { table: shown } => {
                if first || self.shown.elapsed() >= LINE_INTERVAL {
                    self.shown = Instant::now();
                    output::say(self.line(loss));
                    if shown {
                        for line in table() {
                            output::say(format!("  {line}"));
                        }
                    }
                }
            }
        }
    }

    fn line(&self, loss: f64) -> String {
        let seconds = self.start.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-9);
        let left = self.epochs.saturating_sub(self.done) as f64 / rate.max(1e-9);
        let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
        format!(
            "epoch {}/{}, {rate:.2} epochs/s, {} left, loss {loss:.3}",
            self.done,
            self.epochs,
            HumanDuration(left)
        )
    }

    /// Says something without disturbing the bar; nothing when silent.
    pub fn say(&self, message: &str) {
        match self.level {
            Level::Silent => {}
            Level::Terminal { .. } => self.bars.suspend(|| output::say(message)),
            Level::Lines { .. } => output::say(message),
        }
    }

    /// Ends the display and leaves the final table on the screen.
    pub fn end(self, table: &[String]) {
        self.table.finish_and_clear();
        self.bar.finish_and_clear();
        if matches!(self.level, Level::Terminal { table: true } | Level::Lines { table: true }) {
            for line in table {
                output::say(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_finite_figures_from_the_first_epoch_on() {
        for epochs in [1, 2, u64::from(u32::MAX)] {
            let mut progress = Progress::begin(epochs, 1);
            progress.done = 1;
            let line = progress.line(0.25);
            assert!(
                line.starts_with(&format!("epoch 1/{epochs}, ")) && line.ends_with("loss 0.250"),
                "{line}"
            );
            assert!(!line.contains("NaN") && !line.contains("inf"), "{line}");
        }
    }
}
