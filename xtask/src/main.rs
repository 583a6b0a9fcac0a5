//! Developer commands of clipig, started as `cargo xtask COMMAND`: set-up, demo, tests and checks.
//! This file reads the command line and hands over; each command has a file of its own.

mod arguments;
mod bench;
mod cache;
mod checks;
mod cleaner;
mod cluster;
mod containers;
mod crates;
mod demo;
mod deploy;
mod error;
mod figures;
mod generated;
mod gpu;
mod instructions;
mod jobs;
mod libtorch;
mod looks;
mod manual;
mod page;
mod pictures;
mod pins;
mod places;
mod prerequisites;
mod process;
mod programs;
mod prometheus;
mod protocol;
mod python;
mod setup;
mod size;
mod steps;
mod table;
mod testing;
mod tools;
mod waiting;
mod wheels;

use std::process::ExitCode;

use arguments::Command;
use error::Error;
use places::Places;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            error.exit_code()
        }
    }
}

fn run() -> Result<(), Error> {
    let command = arguments::parse(std::env::args_os().skip(1))?;
    if command == Command::Help {
        print!("{}", arguments::USAGE);
        return Ok(());
    }
    prerequisites::supported_platform()?;
    let places = Places::find()?;
    match command {
        Command::Help => Ok(()),
        Command::Setup(wanted) => setup::run(&places, wanted),
        Command::Demo => demo::run(&places),
        Command::Test(arguments) => testing::run(&places, &arguments),
        Command::Soak(soak) => testing::soak::run(&places, &soak),
        Command::Check => checks::run(&places),
        Command::Generate => generated::write(&places),
        Command::Gpu(gpu) => gpu::run(&places, &gpu),
        Command::Page(arguments) => page::run(&places, &arguments),
        Command::FuzzPage => page::fuzz(&places),
        Command::Containers(containers) => containers::run(&places, &containers),
        Command::Prometheus(options) => prometheus::run(&places, &options),
        Command::Cluster(rehearsal) => cluster::run(&places, &rehearsal),
        Command::Bench(bench) => bench::run(&places, &bench),
        Command::Looks(looks) => looks::run(&places, &looks),
        Command::Size => size::run(&places),
        Command::Instructions { write } => instructions::run(&places, write),
    }
}
