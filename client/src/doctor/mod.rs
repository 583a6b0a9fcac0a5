//! What `clipig doctor` looks at: this machine and a farm, each in checks that know nothing of each other.
//!
//! A check returns [`Finding`]s: a verdict, what was seen, and the remedy. [`sheet`] shows them as they come.

pub(crate) mod farm;
pub(crate) mod finding;
pub(crate) mod machine;
pub(crate) mod sheet;

pub use self::finding::{Finding, Verdict};
pub use self::machine::folders::Folder;
