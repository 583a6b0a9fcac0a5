//! Stages. The wire has a number for them: the epoch, or [`PREPARATION`].

use clipig_core::{Epoch, Stage};

/// The number of a preparation, beyond all epochs that an experiment can have.
const PREPARATION: u32 = u32::MAX;

/// The number of a stage on the wire.
pub(crate) fn wire_stage(stage: Stage) -> u32 {
    match stage {
        Stage::Prepare => PREPARATION,
        Stage::Epoch(epoch) => epoch.0,
    }
}

/// The stage of a number on the wire.
pub(crate) fn stage(number: u32) -> Stage {
    match number {
        PREPARATION => Stage::Prepare,
        epoch => Stage::Epoch(Epoch(epoch)),
    }
}
