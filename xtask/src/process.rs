//! Starting other programs: cargo above all.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::error::Error;
use crate::places::Places;

/// A cargo command in the repository.
///
/// `cargo run`, which has started this program, describes the package it runs in the environment,
/// and `.cargo/config.toml` adds LIBTORCH. Build scripts that watch such a variable would see
/// another value than in a plain `cargo build`, and both would rebuild what the other one built:
/// so they are taken out again.
pub(crate) fn cargo(places: &Places) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&places.repository);
    like_cargo(&mut command, places);
    command
}

/// Prepares the environment of a program that starts cargo itself, as [`cargo`] does.
pub(crate) fn like_cargo(command: &mut Command, places: &Places) {
    for (name, value) in std::env::vars_os() {
        if described_by_cargo(&name.to_string_lossy())
            || (name == "LIBTORCH" && Path::new(&value) == places.libtorch_link())
        {
            command.env_remove(name);
        }
    }
}

fn described_by_cargo(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_BIN_")
        || matches!(
            name,
            "CARGO"
                | "CARGO_CRATE_NAME"
                | "CARGO_MANIFEST_DIR"
                | "CARGO_MANIFEST_PATH"
                | "CARGO_PRIMARY_PACKAGE"
        )
}

/// Runs the command with this program's own terminal; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.status().map_err(not_started(command))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: shown(command), status }) }
}

/// Runs the command silently and returns what it printed, success or not.
pub(crate) fn output(command: &mut Command) -> Result<Output, Error> {
    command.stdin(Stdio::null()).output().map_err(not_started(command))
}

/// Runs the command and returns its standard output; its errors go to the terminal.
pub(crate) fn captured(command: &mut Command) -> Result<Vec<u8>, Error> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(not_started(command))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Error::Failed { command: shown(command), status: output.status })
    }
}

/// A process that does not outlive its owner.
pub(crate) struct Owned(pub(crate) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // One that has ended is no matter.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that runs beside this one, and is killed if nobody waits for it.
pub(crate) struct Started {
    process: Owned,
    command: String,
}

/// Starts the command; what it prints is dropped, its errors go to the terminal.
pub(crate) fn started(command: &mut Command) -> Result<Started, Error> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(not_started(command))?;
    Ok(Started { process: Owned(child), command: shown(command) })
}

impl Started {
    /// Waits for its end; anything but success is an error.
    pub(crate) fn wait(mut self) -> Result<(), Error> {
        let status =
            self.process.0.wait().map_err(|source| Error::Other(format!("`{}`: {source}", self.command)))?;
        if status.success() { Ok(()) } else { Err(Error::Failed { command: self.command.clone(), status }) }
    }
}

/// Whether such a program is there and answers `--version`.
pub(crate) fn answers(program: impl AsRef<OsStr>) -> bool {
    output(Command::new(program).arg("--version")).is_ok_and(|output| output.status.success())
}

fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Error::NotStarted { program, source }
}

/// The command line, for messages: the program by its file name.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        text += " ";
        text += &argument.to_string_lossy();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_names_the_command() {
        let error = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(matches!(error, Error::NotStarted { .. }));
    }

    #[test]
    fn a_program_beside_this_one_tells_how_it_ended() {
        started(Command::new("/bin/sh").args(["-c", "echo nobody reads this"])).unwrap().wait().unwrap();
        let failed = started(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap();
        assert_eq!(failed.wait().unwrap_err().to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }

    #[test]
    fn settings_of_people_stay() {
        for name in ["CARGO_TARGET_DIR", "CARGO_HOME", "CARGO_BUILD_JOBS", "CARGO_TERM_COLOR"] {
            assert!(!described_by_cargo(name), "{name}");
        }
        assert!(described_by_cargo("CARGO_PKG_NAME"));
    }
}
