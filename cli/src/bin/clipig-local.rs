//! `clipig-local`: `clipig` with what computes. `clipig` replaces itself by it.

use std::process::ExitCode;

fn main() -> ExitCode {
    clipig::clipig_local()
}
