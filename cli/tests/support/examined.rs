//! What `clipig doctor` says, in the program's words and in the table of docs/doctor.md.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::process::Command;

use serde_json::Value as Json;

/// The answer of a run with `--json`.
pub(crate) struct Examined {
    code: Option<i32>,
    record: Json,
}

/// What a broken set-up has to make it say, in parts.
pub(crate) struct Expected {
    /// The first column of the table.
    pub(crate) broken: &'static str,
    pub(crate) verdict: &'static str,
    pub(crate) check: &'static str,
    pub(crate) found: &'static str,
    pub(crate) remedy: &'static str,
}

impl Examined {
    /// Runs `clipig doctor --json …`.
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let record = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
        Self { code: output.status.code(), record }
    }

    /// The finding is there, the exit code fits, and the documentation has it.
    #[track_caller]
    pub(crate) fn says(&self, expected: &Expected) {
        let Expected { broken, verdict, check, found, remedy } = expected;
        let holds = |finding: &Json| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            text("check") == *check
                && text("verdict") == *verdict
                && text("found").contains(found)
                && text("remedy").contains(remedy)
        };
        let findings = self.record["findings"].as_array().unwrap();
        assert!(
            findings.iter().any(holds),
            "{broken}: no {verdict} of `{check}` like `{found}` in {:#}",
            self.record
        );
        let code = match self.record["worst"].as_str() {
            Some("fault") => 1,
            Some("warning") => 3,
            _ => 0,
        };
        assert_eq!(self.code, Some(code), "{:#}", self.record);
        let table = include_str!("../../../docs/doctor.md");
        let start = format!("| {broken} | {verdict} | {check} |");
        let row = table.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/doctor.md has no row that begins with {start}"));
        // A table shows code between other marks.
        let row = row.replace('\\', "");
        assert!(row.contains(found) && row.contains(remedy), "`{found}` and `{remedy}` are not in: {row}");
    }

    /// Nothing worse was found by this check.
    #[track_caller]
    pub(crate) fn is_content_with(&self, check: &str) {
        let mut findings = self.record["findings"].as_array().unwrap().iter();
        let found = findings.find(|finding| finding["check"] == check && finding["verdict"] == "ok");
        assert!(found.is_some(), "`{check}` is not ok in {:#}", self.record);
    }

    /// Did a check find something like this?
    pub(crate) fn says_of(&self, check: &str, part: &str) -> bool {
        let mut findings = self.record["findings"].as_array().unwrap().iter();
        findings.any(|one| one["check"] == check && one["found"].as_str().unwrap().contains(part))
    }

    /// How many findings of a subject there are.
    pub(crate) fn count(&self, subject: &str) -> usize {
        let findings = self.record["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding["subject"] == subject).count()
    }
}
