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
    /// The dispatcher does not hear that connections have ended, nor when time passes.
    IgnoreLosses,
}

/// A text that names no plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantError(String);

impl std::fmt::Display for PlantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Plant::ALL.iter().map(|(name, _)| *name).collect();
        write!(f, "`{}` is no plant; there are {}", self.0, names.join(", "))
    }
}

impl Plant {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("merge-by-arrival", Self::MergeByArrival),
        ("accept-old-fence", Self::AcceptOldFence),
        ("lose-result", Self::LoseResult),
        ("stale-canvas", Self::StaleCanvas),
        ("torn-checkpoint", Self::TornCheckpoint),
        ("ignore-losses", Self::IgnoreLosses),
    ];
}

impl FromStr for Plant {
    type Err = PlantError;

    fn from_str(text: &str) -> Result<Self, PlantError> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text);
        known.map(|(_, plant)| *plant).ok_or_else(|| PlantError(text.to_owned()))
    }
}
