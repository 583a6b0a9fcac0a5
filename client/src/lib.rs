//! The command line of clipig and its side of farms, without libtorch.
//!
//! Programs are in the package `clipig`. `clipig` is [`clipig`], which replaces itself by `clipig-local` for commands that
//! compute. `clipig-local` is [`clipig_with`] what computes, a [`local::Local`].

pub mod arguments;
mod beside;
mod command;
pub mod doctor;
mod elsewhere;
pub mod exit;
pub mod experiment_files;
pub mod failure;
pub mod farm;
mod features;
pub mod image_files;
pub mod interrupt;
pub mod local;
pub mod model;
pub mod output;
pub mod panics;
pub mod picture;
pub mod series;
pub mod terminal;
#[cfg(feature = "top")]
mod top;
pub mod traces;

#[cfg(test)]
mod oracle_tests;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::command::control::{self, Decision};
use self::elsewhere::Elsewhere;
use self::exit::ExitCode;
use self::failure::Failure;
use self::local::{Local, Task};
use self::panics::Program;

/// The program `clipig`, with the process's arguments.
pub fn clipig() -> ExitCode {
    let arguments = parse();
    if beside::is_needed(&arguments.command)
        && let Err(failure) = beside::become_it(std::env::args_os())
    {
        return output::report(&failure);
    }
    start(&arguments.command, &Elsewhere)
}

/// The same with what computes on this machine.
pub fn clipig_with(local: &dyn Local) -> ExitCode {
    start(&parse().command, local)
}

fn parse() -> Arguments {
    Arguments::parse_from(arguments::with_long_flags(std::env::args_os()))
}

fn start(command: &Command, local: &dyn Local) -> ExitCode {
    let program = if command.is_service() {
        // It reads from its settings how to log.
        Program::Service
    } else {
        terminal::log::of_command();
        Program::Command
    };
    outcome(program, || run(command, local))
}

/// Runs what a program does, reports its failure and returns the exit code.
pub fn outcome(
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

fn run(command: &Command, local: &dyn Local) -> Result<ExitCode, Failure> {
    match command {
        Command::Render(arguments) => traces::of_command("clipig render", || match &arguments.farm {
            Some(farm) => command::remote_render::run(arguments, farm),
            None => local.run(Task::Render(arguments)),
        }),
        Command::Sweep(arguments) => command::sweep::run(arguments, local),
        Command::Animate(arguments) => command::animate::run(arguments, local),
        Command::Studio(arguments) => local.run(Task::Studio(arguments)),
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
        Command::Worker(arguments) => local.run(Task::Work(arguments)),
        Command::Doctor(arguments) => command::doctor::run(arguments, local),
        Command::Top(arguments) => command::top::run(arguments),
        Command::Farm(arguments) => command::farm::run(arguments, local),
        Command::Token(arguments) => command::token::run(arguments),
        Command::Rate(arguments) => local.run(Task::Rate(arguments)),
        Command::Validate(arguments) => command::validate::run(arguments),
        Command::Reference(arguments) => command::reference::run(arguments, local),
        Command::Model(arguments) => command::model::run(arguments),
        Command::Licenses => command::licenses::run(local),
        Command::Completions { shell } => command::completions::run(*shell),
    }
}
