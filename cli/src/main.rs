//! The `clipig` command.

mod arguments;
mod command;
mod experiment_files;
mod failure;
mod image_files;
mod interrupt;
mod model;
mod output;
mod picture;
mod terminal;

#[cfg(test)]
mod oracle_tests;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::failure::Failure;

fn main() -> ExitCode {
    // tch reports libtorch's failures by panicking; the engine turns them into errors where they happen. No
    // panic message or backtrace is for people: `CLIPIG_PANICS=1` shows them to those who debug.
    if std::env::var_os("CLIPIG_PANICS").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let arguments = Arguments::parse_from(arguments::with_long_flags(std::env::args_os()));
    terminal::log::start();
    let outcome = std::panic::catch_unwind(|| run(&arguments.command)).unwrap_or_else(|_| {
        Err(Failure::failed(
            "clipig met a fault of its own and stopped; run again with CLIPIG_PANICS=1 and report what it says",
        ))
    });
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Render(arguments) => command::render::run(arguments),
        Command::Rate(arguments) => command::rate::run(arguments),
        Command::Validate(arguments) => command::validate::run(arguments),
        Command::Reference(arguments) => command::reference::run(arguments),
        Command::Model(arguments) => command::model::run(arguments),
        Command::Licenses => command::licenses::run(),
        Command::Completions { shell } => command::completions::run(*shell),
    }
}
