//! What the farm costs, measured with real processes over real sockets.
//!
//! `cargo run --release -p clipig-bench -- coordination|scaling|memory|kill [--quick]`. The coordinator and the
//! workers are the ones of production; only what computes ([`stand_in`]) is not: it has a gradient ready, or sleeps.
//! Each measurement starts this program again in another [`role`], asks it over its standard input and reads its
//! standard output. Figures are ratios within one run: what is compared takes turns. `docs/benchmarks.md` says more.

mod arguments;
mod child;
mod error;
mod farm;
mod gloo;
mod machine;
mod measure;
mod report;
mod role;
mod socket;
mod stand_in;
mod statistics;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match Arguments::parse().command {
        Command::Coordination(arguments) => measure::coordination::run(&arguments),
        Command::Scaling(arguments) => measure::scaling::run(&arguments),
        Command::Memory(arguments) => measure::memory::run(&arguments),
        Command::Kill(arguments) => measure::kill::run(&arguments),
        Command::Role(role) => role::play(role),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("clipig-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
