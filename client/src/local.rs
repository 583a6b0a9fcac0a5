//! What computes on this machine, as the commands see it.
//!
//! This crate has no libtorch. The program `clipig-local` hands over what computes. The program `clipig` replaces itself by
//! `clipig-local` before a command that computes ([`beside`](crate::beside)), and only where there is none it goes on
//! without ([`Elsewhere`](crate::elsewhere::Elsewhere)).

use std::panic::RefUnwindSafe;

use clipig_core::Assets;
use clipig_experiment::Experiment;

use crate::arguments::{
    CheckArguments, ComputeArguments, DoctorArguments, RateArguments, RenderArguments, RestoreArguments,
    StartArguments, StudioArguments, WorkArguments,
};
use crate::doctor::{Finding, Folder};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::series::order::{Drawn, Order};

/// A command that computes from its beginning to its end, or reads what a coordinator keeps.
#[derive(Clone, Copy, Debug)]
pub enum Task<'a> {
    /// `clipig render` without a farm.
    Render(&'a RenderArguments),
    /// `clipig studio`.
    Studio(&'a StudioArguments),
    /// `clipig worker`.
    Work(&'a WorkArguments),
    /// `clipig farm start`.
    Start(&'a StartArguments),
    /// `clipig farm restore`.
    Restore(&'a RestoreArguments),
    /// `clipig farm check`.
    Check(&'a CheckArguments),
    /// `clipig rate`.
    Rate(&'a RateArguments),
    /// `clipig reference --metrics`.
    Metrics,
}

/// What computes on this machine.
pub trait Local: RefUnwindSafe {
    /// Does a whole command.
    ///
    /// # Errors
    /// When it fails.
    fn run(&self, task: Task<'_>) -> Result<ExitCode, Failure>;

    /// Draws the pictures of a series.
    ///
    /// # Errors
    /// Where nothing draws on this machine.
    fn easel(&self) -> Result<Box<dyn Easel>, Failure>;

    /// Rates the pictures of a sweep with the model of that name, on a device.
    ///
    /// # Errors
    /// When the model cannot be had, or nothing rates on this machine.
    fn judge(&self, name: &str, device: &str) -> Result<Box<dyn Judge>, Failure>;

    /// What `clipig doctor` says of libtorch, processor and GPUs.
    fn devices(&self) -> Vec<Finding>;

    /// What it says of the settings of services, and the folders that these name.
    fn settings(&self, arguments: &DoctorArguments) -> (Vec<Finding>, Vec<Folder>);

    /// What `clipig licenses` says of parts that compute.
    fn notices(&self) -> Notices;
}

/// Draws the pictures of a series on this machine.
pub trait Easel {
    /// The picture as a PNG with its record; `on_epoch` is told of each finished epoch.
    ///
    /// # Errors
    /// When it cannot be drawn.
    fn draw(
        &mut self,
        order: &Order,
        compute: &ComputeArguments,
        on_epoch: &mut dyn FnMut(),
    ) -> Result<Drawn, Failure>;
}

/// Rates the pictures of a sweep.
pub trait Judge {
    /// The name of its model.
    fn model(&self) -> &str;

    /// The rating of a picture, given with its name; `None` where its experiment has nothing to compare it with.
    ///
    /// # Errors
    /// When the picture cannot be read, or the model fails.
    fn score(
        &mut self,
        picture: (&str, &[u8]),
        experiment: &Experiment,
        assets: &Assets,
    ) -> Result<Option<f64>, Failure>;
}

/// Versions and notices of parts that compute.
#[derive(Clone, Copy, Debug)]
pub struct Notices {
    /// The version of libtorch.
    pub libtorch: &'static str,
    /// The notices of the packages in the page that a coordinator serves.
    pub page: &'static str,
}
