//! What a picture of a series is to be, and what came of it.

use std::path::PathBuf;

use bytes::Bytes;
use clipig_core::Assets;
use clipig_experiment::Loaded;

/// One picture of a series, ready to be drawn.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) loaded: Loaded,
    pub(crate) seed: u64,
    /// The images that it needs.
    pub(crate) assets: Assets,
    /// Where it goes.
    pub(crate) path: PathBuf,
    /// Name of its job.
    pub(crate) name: String,
    /// Under which its job is submitted: the same in every run.
    pub(crate) token: Bytes,
}

/// How many epochs a picture has.
pub(crate) fn epochs_of(loaded: &Loaded) -> u32 {
    loaded.experiment.epochs.saturating_sub(loaded.experiment.start_epoch)
}

/// What came of a picture on this machine.
#[derive(Debug)]
#[cfg_attr(not(feature = "local"), allow(dead_code, reason = "nothing is drawn on this machine"))]
pub(crate) enum Drawn {
    /// It is finished.
    Picture {
        png: Vec<u8>,
        /// What the person should know, such as words that the model never saw.
        warnings: Vec<String>,
    },
    /// Ctrl-C came first.
    Interrupted,
}
