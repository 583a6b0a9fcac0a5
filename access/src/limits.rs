//! How much an owner may take of a farm.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clipig_settings::{bytes, bytes_text};

/// Something of which an owner may take only so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Jobs that wait.
    JobsWaiting,
    /// Jobs that run at the same time. Those beyond it wait.
    JobsRunning,
    /// Calls per second.
    Calls,
    /// Bytes of uploads per second.
    Upload,
    /// Bytes of uploaded content that the farm keeps.
    Bytes,
    /// Snapshots of all jobs together.
    Snapshots,
}

impl Limit {
    /// All limits.
    pub const ALL: [Self; 6] =
        [Self::JobsWaiting, Self::JobsRunning, Self::Calls, Self::Upload, Self::Bytes, Self::Snapshots];

    /// Its name for a token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobsWaiting => "jobs-waiting",
            Self::JobsRunning => "jobs-running",
            Self::Calls => "calls",
            Self::Upload => "upload",
            Self::Bytes => "bytes",
            Self::Snapshots => "snapshots",
        }
    }

    /// The coordinator's setting that holds where no token says otherwise.
    pub fn setting(self) -> &'static str {
        match self {
            Self::JobsWaiting => "quotas.jobs_waiting",
            Self::JobsRunning => "quotas.jobs_running",
            Self::Calls => "quotas.calls_per_second",
            Self::Upload => "quotas.upload_bytes_per_second",
            Self::Bytes => "quotas.stored_bytes",
            Self::Snapshots => "quotas.snapshots",
        }
    }

    /// What it can be, for messages.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::JobsWaiting | Self::Snapshots => "a whole number from 0 to 1000000000",
            Self::JobsRunning => "a whole number from 1 to 1000000000",
            Self::Calls => "a whole number of calls per second from 1 to 1000000",
            Self::Upload => "a size per second from 64 KiB to 1 TiB, such as `10MiB`",
            Self::Bytes => "a size from 0 to 1024 TiB, such as `20GiB`",
        }
    }

    /// Reads its value; `None` where it cannot be that.
    pub fn value(self, text: &str) -> Option<u64> {
        let (value, allowed): (Option<u64>, RangeInclusive<u64>) = match self {
            Self::JobsWaiting | Self::Snapshots => (text.parse().ok(), 0..=1_000_000_000),
            Self::JobsRunning => (text.parse().ok(), 1..=1_000_000_000),
            Self::Calls => (text.parse().ok(), 1..=1_000_000),
            Self::Upload => (bytes(text), 64 << 10..=1 << 40),
            Self::Bytes => (bytes(text), 0..=1 << 50),
        };
        value.filter(|value| allowed.contains(value))
    }

    /// Its value as people write it.
    pub fn text(self, value: u64) -> String {
        match self {
            Self::Upload | Self::Bytes => bytes_text(value).replace(' ', ""),
            Self::JobsWaiting | Self::JobsRunning | Self::Calls | Self::Snapshots => value.to_string(),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Values of some limits. As text: `jobs-waiting=100,upload=10MiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits([Option<u64>; Limit::ALL.len()]);

/// A text that is no list of limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// Not a limit with a value.
    #[error("`{found}` is not a limit; write for example `jobs-waiting=100,upload=10MiB`; there are {names}", names = names())]
    Unknown {
        /// What stands there.
        found: String,
    },
    /// The limit cannot have this value.
    #[error("the limit `{limit}` is `{found}`; it is {}", .limit.allowed())]
    Value {
        /// The limit.
        limit: Limit,
        /// What stands there.
        found: String,
    },
    /// A limit has two values.
    #[error("the limit `{0}` is there twice")]
    Twice(Limit),
}

/// Characters of a text that a message shows.
const SHOWN: usize = 80;

fn names() -> String {
    Limit::ALL.map(Limit::as_str).join(", ")
}

impl Limits {
    /// The value of a limit; `None`: there is none.
    pub fn get(&self, limit: Limit) -> Option<u64> {
        self.0[limit as usize]
    }

    /// The same with another value of one limit.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: Option<u64>) -> Self {
        self.0[limit as usize] = value;
        self
    }

    /// Each limit that has a value.
    pub fn iter(&self) -> impl Iterator<Item = (Limit, u64)> + '_ {
        Limit::ALL.into_iter().filter_map(move |limit| Some((limit, self.get(limit)?)))
    }

    /// Is there no limit?
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The smaller value of each limit; where only one of both has it, that one.
    #[must_use]
    pub fn smallest(self, other: Self) -> Self {
        let smaller = |limit, value| {
            let known = self.get(limit);
            known.map_or(value, |known| known.min(value))
        };
        other.iter().fold(self, |limits, (limit, value)| limits.with(limit, Some(smaller(limit, value))))
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits: Vec<String> =
            self.iter().map(|(limit, value)| format!("{limit}={}", limit.text(value))).collect();
        f.write_str(&limits.join(","))
    }
}

impl FromStr for Limits {
    type Err = LimitsError;

    fn from_str(text: &str) -> Result<Self, LimitsError> {
        let shortened = |text: &str| text.chars().take(SHOWN).collect::<String>();
        let mut limits = Self::default();
        for part in text.split(',').map(str::trim) {
            let unknown = || LimitsError::Unknown { found: shortened(part) };
            let (name, value) = part.split_once('=').ok_or_else(unknown)?;
            let (name, value) = (name.trim_end(), value.trim_start());
            let limit = Limit::ALL.into_iter().find(|limit| limit.as_str() == name).ok_or_else(unknown)?;
            if limits.get(limit).is_some() {
                return Err(LimitsError::Twice(limit));
            }
            let wrong = || LimitsError::Value { limit, found: shortened(value) };
            limits = limits.with(limit, Some(limit.value(value).ok_or_else(wrong)?));
        }
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: &str) -> Limits {
        text.parse().unwrap()
    }

    #[test]
    fn limits_are_read_as_they_are_written() {
        let all = "jobs-waiting=100,jobs-running=2,calls=20,upload=10MiB,bytes=20GiB,snapshots=0";
        assert_eq!(limits(all).to_string(), all);
        assert_eq!(limits(all).iter().count(), Limit::ALL.len());
        let two = limits("upload = 1 MiB, jobs-waiting=7");
        assert_eq!(two.to_string(), "jobs-waiting=7,upload=1MiB");
        assert_eq!((two.get(Limit::Upload), two.get(Limit::Calls)), (Some(1 << 20), None));
        assert!(Limits::default().is_empty() && !two.is_empty());
        // A value that no unit divides.
        assert_eq!(limits("bytes=1000001").to_string().parse(), Ok(limits("bytes=1000001")));
    }

    #[test]
    fn what_is_no_limit_is_named_with_what_is_allowed() {
        let refused = |text: &str| text.parse::<Limits>().unwrap_err().to_string();
        for text in ["", "jobs", "calls:3", "calls=3,", "pixels=3"] {
            assert!(refused(text).contains("jobs-waiting, jobs-running, calls"), "{}", refused(text));
        }
        for text in [
            "calls=0",
            "calls=many",
            "jobs-running=0",
            "upload=1",
            "upload=2TiB",
            "jobs-waiting=-1",
            "bytes=x",
        ] {
            assert!(refused(text).contains("; it is a "), "{}", refused(text));
        }
        assert_eq!(refused("calls=1,calls=2"), "the limit `calls` is there twice");
        assert!(refused(&"x".repeat(10_000)).len() < 1_000);
    }

    #[test]
    fn the_smaller_limit_holds() {
        let both = limits("calls=20,jobs-running=2").smallest(limits("calls=10,bytes=1GiB"));
        assert_eq!(both, limits("calls=10,jobs-running=2,bytes=1GiB"));
    }
}
