//! A watched job: on a terminal a bar, the table of targets and the picture, elsewhere a line every 15 seconds.

use std::io::IsTerminal;
use std::time::Instant;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::LINE_INTERVAL;
use super::preview::{Protocol, Space};
use crate::farm::show::columns::plain;
use crate::farm::show::{has_ended, job_is, job_state, targets};
use crate::farm::time;
use crate::farm::wire::job_event::Event;
use crate::farm::wire::{Job, JobEvent, JobState, LogLevel, Progress, TargetTable};
use crate::output;

pub(crate) struct Screen {
    bars: MultiProgress,
    bar: ProgressBar,
    table: ProgressBar,
    picture: ProgressBar,
    terminal: bool,
    verbose: i64,
    /// The last table, for the end.
    lines: Vec<String>,
    /// When a line was written last.
    written: Option<Instant>,
}

impl Screen {
    /// An empty screen. `verbose` is the experiments' parameter: 0 nothing, 1 progress, 2 also the table of targets.
    pub(crate) fn new(verbose: i64) -> Self {
        let terminal = std::io::stderr().is_terminal() && verbose >= 1;
        let target =
            if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let bar = bars.add(ProgressBar::new(1));
        let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} epochs{msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let block = || {
            let style =
                ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
            ProgressBar::new_spinner().with_style(style)
        };
        let table = bars.add(block());
        let picture = bars.add(block());
        Self { bars, bar, table, picture, terminal, verbose, lines: Vec::new(), written: None }
    }

    pub(crate) fn event(&mut self, event: &JobEvent) {
        match &event.event {
            Some(Event::Job(job)) => self.job(job),
            Some(Event::State(change)) => self.say(&state(change.state(), &change.reason)),
            Some(Event::Progress(progress)) => self.progress(progress),
            Some(Event::Table(table)) => self.table(table),
            Some(Event::Warning(text)) => self.say(&format!("warning: {}", plain(text, 1000))),
            Some(Event::Log(line)) if line.level() == LogLevel::Error => {
                self.say(&format!("error: {}", plain(&line.text, 1000)));
            }
            Some(Event::Log(line)) => self.say(&plain(&line.text, 1000)),
            Some(Event::Revision(change)) => {
                self.say(&format!(
                    "update {} takes effect from epoch {}",
                    change.revision, change.from_epoch
                ));
            }
            Some(Event::Artifact(_)) | None => {}
        }
    }

    fn job(&mut self, job: &Job) {
        self.bar.set_prefix(format!("job {}", job.number));
        self.bar.set_length(u64::from(job.epochs_total));
        self.bar.set_position(u64::from(job.epochs_done));
        if job.state() != JobState::Running {
            self.say(&job_is(job.number, job.state(), &job.reason));
        }
    }

    fn progress(&mut self, progress: &Progress) {
        self.bar.set_length(u64::from(progress.epochs_total));
        self.bar.set_position(u64::from(progress.epochs_done));
        let summary = summary(progress);
        if self.terminal {
            self.bar.set_message(format!(", {summary}"));
        } else if self.is_due() {
            self.say(&format!("epoch {}/{}, {summary}", progress.epochs_done, progress.epochs_total));
            for line in self.lines.iter().filter(|_| self.verbose >= 2) {
                self.say(&format!("  {line}"));
            }
        }
    }

    fn table(&mut self, table: &TargetTable) {
        self.lines = targets::lines(table);
        if self.terminal && self.verbose >= 2 {
            self.table.set_message(self.lines.join("\n"));
        }
    }

    /// Is it time for the next line?
    fn is_due(&mut self) -> bool {
        let due = self.written.is_none_or(|written| written.elapsed() >= LINE_INTERVAL);
        if due {
            self.written = Some(Instant::now());
        }
        due
    }

    /// Draws a picture. Blocks are redrawn in place; other protocols print one picture after the other above the bar.
    pub(crate) fn picture(&self, png: &[u8], protocol: Protocol) {
        if !self.terminal {
            return;
        }
        let (rows, columns) = Term::stderr().size();
        let others = self.lines.len() as u32 + 4;
        let space = Space {
            columns: u32::from(columns).saturating_sub(1).clamp(1, 120),
            rows: u32::from(rows).saturating_sub(others).clamp(8, 40),
        };
        match (protocol.draw(png, space), protocol) {
            (Ok(text), Protocol::Blocks | Protocol::PlainBlocks) => {
                self.picture.set_message(text.trim_end().to_owned());
            }
            (Ok(text), _) => self.bars.suspend(|| output::say(text.trim_end_matches('\n'))),
            (Err(error), _) => self.say(&format!("warning: {error}")),
        }
    }

    /// Says something without disturbing the bar.
    pub(crate) fn say(&self, line: &str) {
        if self.terminal {
            self.bars.suspend(|| output::say(line));
        } else if self.verbose >= 1 {
            output::say(line);
        }
    }

    /// Ends the display, leaves table and picture on the screen, and returns the last table.
    pub(crate) fn end(self) -> Vec<String> {
        let picture = self.picture.message();
        self.picture.finish_and_clear();
        self.table.finish_and_clear();
        self.bar.finish_and_clear();
        if self.verbose >= 2 {
            self.lines.iter().for_each(output::say);
        }
        if !picture.is_empty() {
            output::say(picture);
        }
        self.lines
    }
}

fn state(state: JobState, reason: &str) -> String {
    let word = job_state(state);
    if reason.is_empty() { word.to_owned() } else { format!("{word}: {}", plain(reason, 1000)) }
}

fn summary(progress: &Progress) -> String {
    let mut parts = vec![format!("{:.1} samples/s", progress.samples_per_second)];
    if let Some(eta) = progress.eta_seconds {
        parts.push(format!("{} left", time::duration(eta)));
    }
    if let Some(loss) = progress.loss {
        parts.push(format!("loss {loss:.3}"));
    }
    if progress.workers != 1 {
        parts.push(format!("{} workers", progress.workers));
    }
    parts.join(", ")
}

/// What to say when a job has ended.
pub(crate) fn farewell(job: u64, state: JobState) -> String {
    debug_assert!(has_ended(state), "a job that has not ended");
    match state {
        JobState::Completed => format!("job {job} is completed; `clipig fetch {job}` fetches the picture"),
        JobState::Cancelled => format!("job {job} is cancelled; `clipig retry {job}` starts it again"),
        _ => format!(
            "job {job} has failed; `clipig job {job}` shows why, `clipig retry {job}` starts it again"
        ),
    }
}
