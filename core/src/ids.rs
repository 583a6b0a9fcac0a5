//! Numbers and names that must not be mixed up.

use std::fmt;
use std::str::FromStr;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($type:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $type);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// One optimiser step, counted from 0.
    Epoch(u32)
}
number! {
    /// A shard's place in its epoch, counted from 0 over all targets; a leaf of the merge tree.
    ShardIndex(u32)
}
number! {
    /// A target's place in its experiment, counted from 0.
    TargetIndex(u32)
}
number! {
    /// A job's number on its farm, counted from 1 in the order of submission.
    JobId(u64)
}
number! {
    /// One connection of a worker, counted from 1 since the coordinator started.
    SessionId(u64)
}

/// A job as it was submitted (revision 0) or after an update (1, 2, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobRevision {
    /// The job.
    pub job: JobId,
    /// How often it was updated.
    pub revision: u32,
}

impl fmt::Display for JobRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.job, self.revision)
    }
}

/// What makes a lease unlike every other, for ever: a result under an old fence is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fence {
    /// How often the coordinator was started on its data; durable before it is used.
    pub incarnation: u64,
    /// Counter within the incarnation.
    pub number: u64,
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.incarnation, self.number)
    }
}

/// The name of a worker: stays the same when it connects again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerName(String);

/// A name that cannot be a worker's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be a worker's name; use 1 to 100 letters, digits, `-`, `_`, `.` and `:`")]
pub struct WorkerNameError(String);

impl WorkerName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorkerName {
    type Err = WorkerNameError;

    fn from_str(name: &str) -> Result<Self, WorkerNameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if (1..=100).contains(&name.len()) && name.chars().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(WorkerNameError(name.chars().take(100).collect()))
        }
    }
}

impl fmt::Display for WorkerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of some content, by which content travels and is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

/// A text that is no SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is written in 64 hexadecimal digits")]
pub struct Sha256Error;

impl FromStr for Sha256 {
    type Err = Sha256Error;

    fn from_str(text: &str) -> Result<Self, Sha256Error> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(Sha256Error);
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(Sha256Error);
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_as_they_are_written() {
        let text = "00ff10".repeat(10) + "abcd";
        let hash: Sha256 = text.parse().unwrap();
        assert_eq!(hash.to_string(), text);
        assert_eq!("xy".repeat(32).parse::<Sha256>(), Err(Sha256Error));
        assert_eq!(text[..62].parse::<Sha256>(), Err(Sha256Error));
    }

    #[test]
    fn names_of_workers_are_plain() {
        assert!("node-3.cuda:0".parse::<WorkerName>().is_ok());
        for name in ["", "a b", "x\n", &"n".repeat(101)] {
            assert!(name.parse::<WorkerName>().is_err(), "{name:?}");
        }
    }
}
