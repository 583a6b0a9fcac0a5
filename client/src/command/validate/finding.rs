//! What was found out about one file, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clipig_experiment::{Diagnostic, Diagnostics, Experiment};
use clipig_schedule::samples_of_epoch;
use serde_json::{Value as Json, json};

use super::rehearsal::Rehearsal;

/// What was found out about one file.
pub(super) enum Finding {
    /// It cannot be read.
    Unreadable(String),
    /// It is no experiment.
    Refused(Diagnostics),
    /// It is an experiment; its expressions may still fail.
    Loaded {
        /// Its size.
        summary: Summary,
        /// What is odd about it.
        warnings: Diagnostics,
        /// What its expressions did.
        rehearsed: Rehearsal,
    },
}

/// The size of an experiment.
pub(super) struct Summary {
    targets: usize,
    samples: u64,
    epochs: u32,
    /// Width and height, where they stay the same.
    resolution: Option<(i64, i64)>,
    /// How many pictures or frames there are of this size, in a series.
    series: Option<(usize, &'static str)>,
}

impl Summary {
    /// Counts what is active; targets may be active at different times, so samples are an upper bound.
    pub(super) fn of(experiment: &Experiment) -> Self {
        let active = || experiment.targets.iter().filter(|target| target.active);
        let [width, height] = &experiment.resolution;
        Self {
            targets: active().map(|target| target.place).collect::<BTreeSet<_>>().len(),
            samples: samples_of_epoch(experiment),
            epochs: experiment.epochs.saturating_sub(experiment.start_epoch),
            resolution: width.as_constant().zip(height.as_constant()),
            series: None,
        }
    }

    /// The first of so many pictures or frames.
    pub(super) fn of_series(experiment: &Experiment, count: usize, what: &'static str) -> Self {
        Self { series: Some((count, what)), ..Self::of(experiment) }
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { targets, samples, epochs, resolution, series } = self;
        if let Some((count, what)) = series {
            write!(f, "{}; the first: ", counted(*count as u64, what))?;
        }
        write!(f, "{}, ", counted(*targets as u64, "target"))?;
        write!(f, "{} per epoch at most, ", counted(*samples, "sample"))?;
        write!(f, "{}", counted(u64::from(*epochs), "epoch"))?;
        match resolution {
            Some((width, height)) => write!(f, ", {width} x {height} pixels"),
            None => write!(f, ", the resolution changes"),
        }
    }
}

/// `1 target`, `2 targets`.
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl Finding {
    /// Can the experiment not run?
    pub(super) fn is_wrong(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::Refused(_) => true,
            Self::Loaded { rehearsed, .. } => !rehearsed.failures.is_empty(),
        }
    }

    /// In a few words.
    pub(super) fn verdict(&self) -> String {
        match self {
            Self::Unreadable(_) => "cannot be read".to_owned(),
            Self::Refused(problems) => counted(problems.len() as u64, "error"),
            Self::Loaded { rehearsed, .. } if self.is_wrong() => {
                counted(rehearsed.failures.len() as u64, "error")
            }
            Self::Loaded { summary, warnings, rehearsed } => {
                match warnings.len() as u64 + rehearsed.warnings.len() as u64 {
                    0 => format!("ok ({summary})"),
                    count => format!("ok with {} ({summary})", counted(count, "warning")),
                }
            }
        }
    }

    /// All problems as people read them; nothing where there are none.
    pub(super) fn problems(&self, color: bool) -> String {
        match self {
            Self::Unreadable(reason) => format!("error: {reason}\n"),
            Self::Refused(problems) => separated(&problems.render(color)),
            Self::Loaded { warnings, rehearsed, .. } => {
                let mut text = separated(&warnings.render(color));
                for failure in &rehearsed.failures {
                    let _ = writeln!(text, "error: {failure}");
                }
                for warning in &rehearsed.warnings {
                    let _ = writeln!(text, "warning: {warning}");
                }
                if rehearsed.cut_short {
                    text += "note: computing the expressions took long, so not all of them were tried\n";
                }
                text
            }
        }
    }

    /// For programs.
    pub(super) fn to_json(&self, file: &str) -> Json {
        let mut record = json!({ "file": file, "ok": !self.is_wrong(), "errors": [], "warnings": [] });
        match self {
            Self::Unreadable(reason) => record["errors"] = json!([{ "message": reason }]),
            Self::Refused(problems) => record["errors"] = all(problems),
            Self::Loaded { summary, warnings, rehearsed } => {
                let failure = |message: &String| json!({ "message": message });
                record["errors"] = rehearsed.failures.iter().map(failure).collect();
                let written = warnings.iter().map(|one| problem(warnings, one));
                record["warnings"] = written.chain(rehearsed.warnings.iter().map(failure)).collect();
                record["targets"] = json!(summary.targets);
                record["samples_per_epoch"] = json!(summary.samples);
                record["epochs"] = json!(summary.epochs);
                record["resolution"] = json!(summary.resolution);
                if let Some((count, what)) = summary.series {
                    record[format!("{what}s")] = json!(count);
                }
            }
        }
        record
    }
}

/// With an empty line behind it, where there is anything.
fn separated(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{}\n\n", text.trim_end()) }
}

fn all(problems: &Diagnostics) -> Json {
    problems.iter().map(|one| problem(problems, one)).collect()
}

fn problem(problems: &Diagnostics, one: &Diagnostic) -> Json {
    let mut record = json!({ "message": one.message, "parameter": one.path, "help": one.help });
    if !one.label.is_empty() {
        record["label"] = json!(one.label);
    }
    if let Some(place) = one.origin.place() {
        let (_, line, column) = problems.position(place);
        record["line"] = json!(line);
        record["column"] = json!(column);
    }
    record
}
