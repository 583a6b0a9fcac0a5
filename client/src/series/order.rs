//! What a picture of a series is to be, and what came of it.

use std::path::PathBuf;

use bytes::Bytes;
use clipig_core::Assets;
use clipig_experiment::Loaded;

/// One picture of a series, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its experiment.
    pub loaded: Loaded,
    /// Its seed.
    pub seed: u64,
    /// The images that it needs.
    pub assets: Assets,
    /// Where it goes.
    pub path: PathBuf,
    /// Name of its job.
    pub name: String,
    /// Under which its job is submitted: the same in every run.
    pub token: Bytes,
}

/// How many epochs a picture has.
pub(crate) fn epochs_of(loaded: &Loaded) -> u32 {
    loaded.experiment.epochs.saturating_sub(loaded.experiment.start_epoch)
}

/// What came of a picture on this machine.
#[derive(Debug)]
pub enum Drawn {
    /// It is finished.
    Picture {
        /// The whole file.
        png: Vec<u8>,
        /// What the person should know, such as words that the model never saw.
        warnings: Vec<String>,
    },
    /// Ctrl-C came first.
    Interrupted,
}
