//! The commands `clipig`, `clipig-coordinator` and `clipig-worker`.

mod arguments;
mod command;
mod doctor;
mod experiment_files;
mod failure;
mod farm;
mod image_files;
mod interrupt;
mod output;
mod panics;
mod picture;
mod series;
mod terminal;
#[cfg(feature = "top")]
mod top;
mod traces;

// What computes on this machine, or the messages of a build without libtorch.
#[cfg_attr(not(feature = "local"), path = "local/without.rs")]
mod local;
#[cfg(feature = "local")]
mod model;

#[cfg(test)]
mod oracle_tests;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
#[cfg(feature = "local")]
use self::arguments::{CoordinatorCommand, WorkerCommand};
use self::command::control::{self, Decision};
use self::failure::Failure;
use self::panics::Program;

/// The `clipig` command, with the process's arguments.
pub fn clipig() -> ExitCode {
    let arguments = Arguments::parse_from(arguments::with_long_flags(std::env::args_os()));
    let program = if arguments.command.is_service() {
        // It reads from its settings how to log.
        Program::Service
    } else {
        terminal::log::of_command();
        Program::Command
    };
    outcome(program, || run(&arguments.command))
}

/// The `clipig-coordinator` command: a farm without workers of its own.
#[cfg(feature = "local")]
pub fn clipig_coordinator() -> ExitCode {
    let command = CoordinatorCommand::parse();
    outcome(Program::Service, || local::coordinate(&command.arguments))
}

/// The `clipig-worker` command, which is `clipig worker`.
#[cfg(feature = "local")]
pub fn clipig_worker() -> ExitCode {
    let command = WorkerCommand::parse();
    outcome(Program::Service, || local::work(&command.arguments))
}

/// Runs a command, reports its failure and returns the exit code.
fn outcome(
    program: Program,
    command: impl FnOnce() -> Result<ExitCode, Failure> + std::panic::UnwindSafe,
) -> ExitCode {
    panics::listen(program);
    let outcome = std::panic::catch_unwind(command).unwrap_or_else(|_| {
        Err(Failure::failed(
            "this is a bug in clipig; run the command again with CLIPIG_PANICS=1 and report the output",
        ))
    });
    match outcome {
        Ok(code) => code,
        Err(failure) => output::report(&failure),
    }
}

fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Render(arguments) => traces::of_command("clipig render", || match &arguments.farm {
            Some(farm) => command::remote_render::run(arguments, farm),
            None => local::render(arguments),
        }),
        Command::Sweep(arguments) => command::sweep::run(arguments),
        Command::Animate(arguments) => command::animate::run(arguments),
        Command::Studio(arguments) => local::studio(arguments),
        Command::Submit(arguments) => traces::of_command("clipig submit", || command::submit::run(arguments)),
        Command::Jobs(arguments) => command::jobs::run(arguments),
        Command::Job(arguments) => command::job::run(arguments),
        Command::Watch(arguments) => command::watch::run(arguments),
        Command::Pause(arguments) => control::run(Decision::Pause, arguments),
        Command::Resume(arguments) => control::run(Decision::Resume, arguments),
        Command::Cancel(arguments) => control::run(Decision::Cancel, arguments),
        Command::Retry(arguments) => control::run(Decision::Retry, arguments),
        Command::Priority(arguments) => control::priority(arguments),
        Command::Update(arguments) => command::update::run(arguments),
        Command::Fetch(arguments) => command::fetch::run(arguments),
        Command::Workers(arguments) => command::workers::run(arguments),
        Command::Worker(arguments) => local::work(arguments),
        Command::Doctor(arguments) => command::doctor::run(arguments),
        Command::Top(arguments) => command::top::run(arguments),
        Command::Farm(arguments) => command::farm::run(arguments),
        Command::Token(arguments) => command::token::run(arguments),
        Command::Rate(arguments) => local::rate(arguments),
        Command::Validate(arguments) => command::validate::run(arguments),
        Command::Reference(arguments) => command::reference::run(arguments),
        Command::Model(arguments) => command::model::run(arguments),
        Command::Licenses => command::licenses::run(),
        Command::Completions { shell } => command::completions::run(*shell),
    }
}
