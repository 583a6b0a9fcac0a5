//! What a check finds.

/// How a thing is. Later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All is well.
    Ok,
    /// Something works less well than it could, or soon will not work.
    Warning,
    /// Something does not work.
    Fault,
}

impl Verdict {
    /// In a word, the same for people and programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// What a check finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, such as `open files`: the same for people and programs.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen, in a sentence without a full stop.
    pub found: String,
    /// What to do about it; empty where all is well.
    pub remedy: String,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, found: found.into(), remedy: String::new() }
    }

    /// It could be better.
    pub fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, found: found.into(), remedy: remedy.into() }
    }

    /// It does not work.
    pub fn fault(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fault, found: found.into(), remedy: remedy.into() }
    }
}
