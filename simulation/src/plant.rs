//! Bugs that are planted to see whether the simulation finds them. They live here, in what the simulated processes do
//! with the farm's parts; the parts themselves have no switch for them.

use std::str::FromStr;

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Gradients are added in the order of their arrival, not over the tree.
    MergeByArrival,
    /// A result counts although its lease was taken back: an old fence is accepted.
    AcceptOldFence,
    /// A result that was accepted is lost on the way to the job.
    LoseResult,
    /// A worker is sent the canvas that it got last, under the new epoch's name.
    StaleCanvas,
    /// After a crash a checkpoint is read that was never synced as a whole.
    TornCheckpoint,
    /// The switchboard does not hear that connections have ended, nor when time passes.
    IgnoreLosses,
    /// A pause does not reach the job's runner.
    LosePause,
    /// An update is noted to hold from one epoch later than it does.
    WrongEpoch,
    /// The brief of a job that is prepared does not reach the switchboard.
    LoseBrief,
    /// The tiles that a shard is said to need lack one.
    ForgetTile,
    /// The switchboard takes two commands of a job in the wrong order.
    SwapCommands,
    /// The result of a lease that its worker has kept on another connection counts twice.
    CountKeptTwice,
    /// A worker that comes back is told that leases which it has lost meanwhile are still valid, and its results under them
    /// count.
    AcceptRevoked,
    /// The result of a spot check is merged, too.
    CountCheck,
    /// All results have the same digest.
    BlindCheck,
}

/// A text that names no planted bug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantError(String);

impl std::fmt::Display for PlantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Plant::ALL.iter().map(|(name, _)| *name).collect();
        write!(f, "`{}` is not a planted bug; choose one of {}", self.0, names.join(", "))
    }
}

impl Plant {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 15] = [
        ("merge-by-arrival", Self::MergeByArrival),
        ("accept-old-fence", Self::AcceptOldFence),
        ("lose-result", Self::LoseResult),
        ("stale-canvas", Self::StaleCanvas),
        ("torn-checkpoint", Self::TornCheckpoint),
        ("ignore-losses", Self::IgnoreLosses),
        ("lose-pause", Self::LosePause),
        ("wrong-epoch", Self::WrongEpoch),
        ("lose-brief", Self::LoseBrief),
        ("forget-tile", Self::ForgetTile),
        ("swap-commands", Self::SwapCommands),
        ("count-kept-twice", Self::CountKeptTwice),
        ("accept-revoked", Self::AcceptRevoked),
        ("count-check", Self::CountCheck),
        ("blind-check", Self::BlindCheck),
    ];
}

impl FromStr for Plant {
    type Err = PlantError;

    fn from_str(text: &str) -> Result<Self, PlantError> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text);
        known.map(|(_, plant)| *plant).ok_or_else(|| PlantError(text.to_owned()))
    }
}
