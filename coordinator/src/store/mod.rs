//! What a farm keeps on disk: jobs, events and history in `SQLite`; checkpoints, pictures and uploaded content as
//! files.
//!
//! The rule is: what a function has returned survives `kill -9` and a power cut. A full disk is an error like
//! any other ([`StoreError::DiskFull`]): nothing changes, and the same call works once there is room. Everything
//! here blocks; call it from threads that may.
//!
//! | file | what it holds |
//! |---|---|
//! | `folder`, `open` | the open folder, which all parts share; how it is opened |
//! | `layout` | where things lie; the lock of the folder |
//! | `durable` | files that are there as a whole or not at all |
//! | `database`, `schema` | the connection; tables and their versions |
//! | `records`, `jobs`, `events`, `history`, `workers`, `audit` | typed rows and their changes |
//! | `checkpoint`, `blobs`, `artifacts` | files |
//! | `uploads`, `holdings` | whose uploaded content is; what owners have |
//! | `features`, `binary` | encoded texts and images as bytes |
//! | `retention` | what goes when |
//! | `backup`, `restore` | a copy of the store at one moment, and its way back |
//! | `check` | whether everything is there and whole |

mod artifacts;
mod audit;
mod backup;
mod binary;
mod blobs;
mod check;
mod checkpoint;
mod clock;
mod database;
mod durable;
mod error;
mod events;
mod features;
mod folder;
mod history;
mod holdings;
mod jobs;
mod layout;
mod models;
mod open;
mod records;
mod restore;
mod retention;
mod schema;
mod uploads;
mod workers;

#[cfg(test)]
pub(crate) mod tests;

pub use clipig_schedule::job::{JobState, JobStateError};

pub use self::artifacts::{Artifact, ArtifactName, ArtifactNameError, Artifacts};
pub use self::audit::{AuditEntry, AuditFilter, AuditOutcome, NewAuditEntry};
pub use self::backup::{Frozen, FrozenFile};
pub use self::blobs::{Blob, BlobWriter, Blobs, Collected};
pub use self::check::{Damage, Inspection, Note, PngFault, Tally, check};
pub use self::checkpoint::{Checkpoint, CheckpointFault, Checkpoints, Latest, SkippedCheckpoint};
pub use self::clock::{Clock, ClockStep, ClockWatch, ManualClock, SystemClock, Timestamp};
pub use self::error::StoreError;
pub use self::events::{Event, EventFilter, EventKind, Subject};
pub use self::folder::{Opening, Store};
pub use self::history::{EpochHistory, FeatureHistory, TargetHistory};
pub use self::holdings::Holding;
pub(crate) use self::layout::SESSION_KEY;
pub use self::records::{
    Computation, JobFilter, JobRecord, QueuedJob, Revision, Submission, Submitted, Transition, Update,
};
pub use self::restore::{RestoreError, Restored, restore};
pub use self::retention::{EndedJob, Retained, RetentionPolicy, expired};
pub use self::workers::{Mark, MarkedWorker};
