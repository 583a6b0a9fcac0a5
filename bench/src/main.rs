//! What the farm costs, measured with real processes over real sockets.
//!
//! `cargo run --release -p clipig-bench -- coordination|scaling|memory|kill|exhaustion|wire|tracing|proxies [--quick]`. The
//! coordinator and the workers are the ones of production; only what computes ([`stand_in`]) is not: it has a gradient ready, or sleeps.
//! Each measurement starts this program again in another [`role`], asks it over its standard input and reads its
//! standard output. Figures are ratios within one run: what is compared takes turns. `docs/benchmarks.md` says more.

mod arguments;
mod certificates;
mod child;
mod collector;
mod error;
mod farm;
mod gloo;
mod machine;
mod measure;
mod proxy;
mod relay;
mod report;
mod role;
mod socket;
mod stand_in;
mod statistics;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    // `RUST_LOG=info` makes the processes of a measurement say what they do.
    let level = std::env::var("RUST_LOG").ok().and_then(|level| level.parse().ok());
    let level: tracing::Level = level.unwrap_or(tracing::Level::ERROR);
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false).init();
    let outcome = match Arguments::parse().command {
        Command::Coordination(arguments) => measure::coordination::run(&arguments),
        Command::Scaling(arguments) => measure::scaling::run(&arguments),
        Command::Memory(arguments) => measure::memory::run(&arguments),
        Command::Kill(arguments) => measure::kill::run(&arguments),
        Command::Exhaustion(arguments) => measure::exhaustion::run(&arguments),
        Command::Wire(arguments) => measure::wire::run(&arguments),
        Command::Tracing(arguments) => measure::tracing::run(&arguments),
        Command::Proxies(arguments) => measure::proxies::run(&arguments),
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
