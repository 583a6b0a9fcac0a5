//! The `clipig` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    clipig::clipig()
}
