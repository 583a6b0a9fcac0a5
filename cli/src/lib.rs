//! What computes on this machine: pictures, ratings, a farm, its workers. The programs `clipig-local`, `clipig-coordinator`
//! and `clipig-worker` have it.

#![cfg(feature = "local")]

mod data_folder;
mod devices;
mod doctor;
mod farm;
mod farm_of_one;
mod here;
mod picture_file;
mod rate;
mod render;
mod studio;
mod weights;
mod worker;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use clap::Parser;
use clipig_client::arguments::{CoordinatorArguments, WorkArguments};
use clipig_client::exit::ExitCode;
use clipig_client::outcome;
use clipig_client::panics::Program;

use self::here::Here;

/// Coordinates a render farm: takes jobs from clients, hands work to workers and updates the pictures.
#[derive(Debug, Parser)]
#[command(name = "clipig-coordinator", version)]
struct CoordinatorCommand {
    #[command(flatten)]
    arguments: CoordinatorArguments,
}

/// Runs a worker of a render farm on this machine: it computes what the farm's coordinator hands out.
#[derive(Debug, Parser)]
#[command(name = "clipig-worker", version)]
struct WorkerCommand {
    #[command(flatten)]
    arguments: WorkArguments,
}

/// The program `clipig-local`: all commands of `clipig`, and what computes.
pub fn clipig_local() -> ExitCode {
    keep_name();
    clipig_client::clipig_with(&Here)
}

/// Gives the process the name that it was started by: `clipig`, also for `ps` and `killall`.
fn keep_name() {
    let name = std::env::args_os().next();
    let name = name.as_deref().and_then(|name| Path::new(name).file_name());
    if let Some(name) = name.and_then(|name| CString::new(name.as_bytes()).ok()) {
        // It is only shown.
        let _ = rustix::thread::set_name(&name);
    }
}

/// The program `clipig-coordinator`: a farm without workers of its own.
pub fn clipig_coordinator() -> ExitCode {
    let command = CoordinatorCommand::parse();
    outcome(Program::Service, || farm::coordinate(&command.arguments))
}

/// The program `clipig-worker`, which is `clipig worker`.
pub fn clipig_worker() -> ExitCode {
    let command = WorkerCommand::parse();
    outcome(Program::Service, || worker::work(&command.arguments))
}
