//! `clipig-worker`: `clipig worker` under a name of its own, for machines that do nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    clipig::clipig_worker()
}
