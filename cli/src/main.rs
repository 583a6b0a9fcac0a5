//! `clipig`: the commands, without libtorch.

use std::process::ExitCode;

fn main() -> ExitCode {
    clipig_client::clipig()
}
