//! The program `clipig-local` beside `clipig`.
//!
//! libtorch registers its operators whenever a program with it starts, which takes a third of a second. So `clipig` does not
//! have it, and replaces itself by `clipig-local` where a command computes. It is the same process with the same arguments
//! and environment: whoever waits for it or sends it signals notices nothing.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process;

use crate::arguments::{Command, FarmCommand};
use crate::failure::Failure;

/// Its name.
pub(crate) const PROGRAM: &str = "clipig-local";

/// Does a command need what computes? This is known before anything is read or printed.
pub(crate) fn is_needed(command: &Command) -> bool {
    match command {
        Command::Render(arguments) => arguments.farm.is_none(),
        Command::Animate(arguments) => arguments.series.farm.is_none(),
        // Only its file says whether a sweep on a farm has a judge, who rates here. The file may be standard input.
        Command::Sweep(_)
        | Command::Studio(_)
        | Command::Worker(_)
        | Command::Doctor(_)
        | Command::Rate(_)
        | Command::Licenses => true,
        Command::Farm(arguments) => matches!(
            arguments.command,
            Some(FarmCommand::Start(_) | FarmCommand::Restore(_) | FarmCommand::Check(_))
        ),
        Command::Reference(arguments) => arguments.metrics,
        Command::Submit(_)
        | Command::Jobs(_)
        | Command::Job(_)
        | Command::Watch(_)
        | Command::Pause(_)
        | Command::Resume(_)
        | Command::Cancel(_)
        | Command::Retry(_)
        | Command::Priority(_)
        | Command::Update(_)
        | Command::Fetch(_)
        | Command::Workers(_)
        | Command::Top(_)
        | Command::Token(_)
        | Command::Validate(_)
        | Command::Model(_)
        | Command::Completions { .. } => false,
    }
}

/// Where it would be: in the folder of this program, wherever links to it are.
pub(crate) fn path() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.with_file_name(PROGRAM))
}

/// Is it there? It is beside itself, too.
pub(crate) fn is_there() -> bool {
    path().is_some_and(|path| path.exists())
}

/// Replaces this process by it. Returns only where it is not there.
///
/// # Errors
/// Where it is there and does not start.
pub(crate) fn become_it(mut arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let Some(path) = path() else { return Ok(()) };
    let mut program = process::Command::new(&path);
    if let Some(name) = arguments.next() {
        program.arg0(name);
    }
    let error = program.args(arguments).exec();
    if error.kind() == ErrorKind::NotFound && !is_there() {
        return Ok(());
    }
    Err(Failure::failed(format!("cannot start {}: {error}", path.display())))
}
