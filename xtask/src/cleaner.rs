//! What is removed at the end of a rehearsal, also where this process does not come to its end.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use crate::error::Error;
use crate::process::output;

/// Runs a script when it is dropped, and also when this process dies for whatever reason: a shell waits for the end of its
/// standard input, which the system closes with this process. The shell is in a process group of its own, so Ctrl-C does not
/// end it.
pub(crate) struct Cleaner {
    child: Child,
    script: &'static str,
    environment: Vec<(String, std::ffi::OsString)>,
}

impl Cleaner {
    /// Watches from now on.
    pub(crate) fn start<V: AsRef<OsStr>>(
        script: &'static str,
        environment: &[(&str, V)],
    ) -> Result<Self, Error> {
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), value.as_ref().to_owned())).collect();
        let mut shell = shell(&format!("trap '' HUP INT TERM\ncat > /dev/null\n{script}"));
        let child = shell.envs(environment.iter().cloned()).stdin(Stdio::piped()).spawn();
        let child = child.map_err(|source| Error::NotStarted { program: "bash".into(), source })?;
        Ok(Self { child, script, environment })
    }

    /// Runs the script now, too: an earlier run may have left something.
    pub(crate) fn clean(&self) -> Result<(), Error> {
        output(shell(self.script).envs(self.environment.iter().cloned())).map(drop)
    }
}

impl Drop for Cleaner {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It was started; at worst it takes its time.
        let _ = self.child.wait();
    }
}

fn shell(script: &str) -> Command {
    let mut shell = Command::new("bash");
    shell.args(["-c", script]).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_runs_at_the_end_and_when_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let cleaner = Cleaner::start("echo cleaned >> \"$log\"", &[("log", &log)]).unwrap();
        assert!(!log.exists());
        cleaner.clean().unwrap();
        drop(cleaner);
        assert_eq!(std::fs::read_to_string(log).unwrap(), "cleaned\ncleaned\n");
    }
}
