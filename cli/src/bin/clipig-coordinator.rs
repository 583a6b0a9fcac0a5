//! `clipig-coordinator`: a farm without workers of its own, for machines that do nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    clipig::clipig_coordinator()
}
