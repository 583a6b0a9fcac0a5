//! Findings as text or JSON. Text is printed as it comes, because a farm that does not answer is waited for.

use std::fmt::Write as _;

use console::{Style, Term, measure_text_width};
use serde_json::{Value as Json, json};

use super::{Finding, Verdict};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::show::counted;
use crate::output;

/// Exit code where the worst is a warning.
const WARNED: u8 = 3;

/// Width of the column of checks: that of the longest name.
const CHECK: usize = 11;

/// Where what was found begins.
const INDENT: usize = 2 + "warning".len() + 2 + CHECK + 2;

/// Lines are not longer than this, however wide the terminal is.
const WIDEST: usize = 120;

/// The findings of a run.
pub(crate) struct Sheet {
    as_json: bool,
    width: usize,
    /// What is being examined, for programs: `machine` or `farm`.
    subject: &'static str,
    findings: Vec<(&'static str, Finding)>,
}

impl Sheet {
    pub(crate) fn new(as_json: bool) -> Self {
        let term = Term::stdout();
        let width = if term.is_term() { usize::from(term.size().1).min(WIDEST) } else { WIDEST };
        Self { as_json, width, subject: "machine", findings: Vec::new() }
    }

    /// Begins with another subject.
    pub(crate) fn begin(&mut self, subject: &'static str, title: &str) -> Result<(), Failure> {
        self.subject = subject;
        if self.as_json {
            return Ok(());
        }
        let space = if self.findings.is_empty() { "" } else { "\n" };
        output::print(&format!("{space}{}\n", Style::new().bold().apply_to(title)))
    }

    pub(crate) fn add(&mut self, finding: Finding) -> Result<(), Failure> {
        if !self.as_json {
            output::print(&text(&finding, self.width))?;
        }
        self.findings.push((self.subject, finding));
        Ok(())
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) -> Result<(), Failure> {
        findings.into_iter().try_for_each(|finding| self.add(finding))
    }

    /// Says how it was in all. The exit code tells the worst.
    pub(crate) fn end(self) -> Result<ExitCode, Failure> {
        let worst = self.findings.iter().map(|(_, finding)| finding.verdict).max().unwrap_or(Verdict::Ok);
        let text = if self.as_json {
            format!("{:#}\n", self.record(worst))
        } else {
            format!("\n{}\n", self.summary())
        };
        output::print(&text)?;
        Ok(match worst {
            Verdict::Ok => ExitCode::SUCCESS,
            Verdict::Warning => ExitCode::from(WARNED),
            Verdict::Fault => ExitCode::FAILURE,
        })
    }

    fn summary(&self) -> String {
        let count = |verdict| self.findings.iter().filter(|(_, finding)| finding.verdict == verdict).count();
        let parts = [(Verdict::Fault, "fault"), (Verdict::Warning, "warning")]
            .map(|(verdict, word)| (count(verdict) as u64, word));
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
        if parts.is_empty() { "all is well".to_owned() } else { parts.join(", ") }
    }

    fn record(&self, worst: Verdict) -> Json {
        let finding = |(subject, finding): &(&'static str, Finding)| {
            json!({
                "subject": subject,
                "check": finding.check,
                "verdict": finding.verdict.word(),
                "found": finding.found,
                "remedy": (!finding.remedy.is_empty()).then_some(&finding.remedy),
            })
        };
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "worst": worst.word(),
            "findings": self.findings.iter().map(finding).collect::<Json>(),
        })
    }
}

/// A finding in lines of at most `width` characters, where words allow it.
fn text(finding: &Finding, width: usize) -> String {
    let style = match finding.verdict {
        Verdict::Ok => Style::new().green(),
        Verdict::Warning => Style::new().yellow().bold(),
        Verdict::Fault => Style::new().red().bold(),
    };
    let word = format!("{:7}", finding.verdict.word());
    let space = " ".repeat(INDENT);
    let room = width.saturating_sub(INDENT).max(30);
    let mut text = String::new();
    for (i, line) in wrapped(&finding.found, room).iter().enumerate() {
        if i == 0 {
            let _ = writeln!(text, "  {}  {:CHECK$}  {line}", style.apply_to(&word), finding.check);
        } else {
            let _ = writeln!(text, "{space}{line}");
        }
    }
    for (i, line) in wrapped(&finding.remedy, room - 2).iter().enumerate() {
        let mark = if i == 0 { "→" } else { " " };
        let _ = writeln!(text, "{space}{mark} {line}");
    }
    text
}

/// Words in lines of at most `width` characters. A longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_findings_are_wrapped_below_themselves() {
        let finding = Finding::warning(
            "open files",
            "at most 256 files may be open, so a coordinator takes 128 connections",
            "raise the hard limit: `LimitNOFILE=` for systemd, `ulimit -Hn` in a shell",
        );
        let shown = console::strip_ansi_codes(&text(&finding, 80)).into_owned();
        let expected = [
            "  warning  open files   at most 256 files may be open, so a coordinator takes",
            "                        128 connections",
            "                        → raise the hard limit: `LimitNOFILE=` for systemd,",
            "                          `ulimit -Hn` in a shell",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
        let longest = shown.lines().map(measure_text_width).max();
        assert!(longest <= Some(80), "{shown}");
    }

    #[test]
    fn what_is_well_has_no_remedy() {
        let shown = text(&Finding::ok("ffmpeg", "5.1.6"), 80);
        assert_eq!(console::strip_ansi_codes(&shown), "  ok       ffmpeg       5.1.6\n");
    }
}
