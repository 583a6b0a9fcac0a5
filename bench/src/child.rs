//! Processes that are measured: asked by lines on their input, answering by lines on their output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::error::BenchError;

/// Lines that may wait to be read; a process that says more waits.
const LINES: usize = 65_536;

/// A process of a measurement. It is killed when this is dropped.
pub(crate) struct Child {
    name: String,
    process: Process,
    lines: Receiver<String>,
}

impl Child {
    /// Starts this program in another role.
    pub(crate) fn role(name: impl Into<String>, arguments: &[String]) -> Result<Self, BenchError> {
        Self::role_with(name, arguments, Vec::new())
    }

    /// The same, with variables in its environment.
    pub(crate) fn role_with(
        name: impl Into<String>,
        arguments: &[String],
        variables: Vec<(&'static str, String)>,
    ) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::at("this program's own file"))?;
        let mut command = Command::new(program);
        command.arg("role").args(arguments).envs(variables);
        Self::start(name, command)
    }

    /// Starts a program.
    pub(crate) fn program(name: &str, program: &Path, arguments: &[String]) -> Result<Self, BenchError> {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::start(name, command)
    }

    fn start(name: impl Into<String>, mut command: Command) -> Result<Self, BenchError> {
        let name = name.into();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(BenchError::at(format!("starting `{name}`")))?;
        let (send, lines) = sync_channel(LINES);
        if let Some(output) = process.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Self { name, process, lines })
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Says a line to it.
    pub(crate) fn say(&mut self, line: &str) -> Result<(), BenchError> {
        let Some(input) = &mut self.process.stdin else { return Err(BenchError::Ended(self.name.clone())) };
        writeln!(input, "{line}").map_err(|_| BenchError::Ended(self.name.clone()))
    }

    /// Its next line, without waiting longer than that.
    pub(crate) fn line(&self, patience: Duration) -> Result<Option<String>, BenchError> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(BenchError::Ended(self.name.clone())),
        }
    }

    /// Waits for a line that begins with a word; what follows the word.
    pub(crate) fn expect(&self, word: &str, patience: Duration) -> Result<String, BenchError> {
        let until = Instant::now() + patience;
        loop {
            let line = self.line(until.saturating_duration_since(Instant::now()))?.ok_or_else(|| {
                let (name, expected) = (self.name.clone(), word.to_owned());
                BenchError::Silent { name, expected, seconds: patience.as_secs() }
            })?;
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    /// Kills it as `kill -9` does and waits for its end.
    pub(crate) fn kill(&mut self) -> Result<(), BenchError> {
        self.process.kill().map_err(BenchError::at(format!("killing `{}`", self.name)))?;
        self.process.wait().map(drop).map_err(BenchError::at(format!("waiting for `{}`", self.name)))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
