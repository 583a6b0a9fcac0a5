//! What computes on this machine.

mod devices;
mod farm;
pub(crate) mod farm_of_one;
mod worker;

use std::process::ExitCode;

use crate::arguments::{RateArguments, RenderArguments};
use crate::command;
use crate::failure::Failure;

/// The version of libtorch that computes here.
pub(crate) const LIBTORCH: Option<&str> = Some(clipig_engine::device::LIBTORCH);

pub(crate) use self::farm::{coordinate, start_farm};
pub(crate) use self::worker::work;

/// `clipig render` without a farm elsewhere.
pub(crate) fn render(arguments: &RenderArguments) -> Result<ExitCode, Failure> {
    command::render::run(arguments)
}

/// `clipig rate`.
pub(crate) fn rate(arguments: &RateArguments) -> Result<ExitCode, Failure> {
    command::rate::run(arguments)
}
