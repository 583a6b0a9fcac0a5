//! The file of a picture that is being made: snapshots while it grows, then the finished one.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clipig_core::Canvas;
use clipig_picture::{Record, encode_png};

use super::file::{NewFile, WriteError};
use crate::failure::Failure;
use crate::{interrupt, output};

/// How long a finished picture waits for room on a full disk where no person is there to make some.
const WAIT: Duration = Duration::from_secs(20);

/// How often it is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// A picture's file.
#[derive(Debug)]
pub(crate) struct PictureFile {
    file: NewFile,
    /// Epochs of the picture that the file holds.
    epochs: u32,
    /// Was the last snapshot not written?
    behind: bool,
}

impl PictureFile {
    pub(crate) fn new(wanted: &str) -> Self {
        Self { file: NewFile::new(wanted), epochs: 0, behind: false }
    }

    /// Looks whether the picture can go where it should. A full disk may have room by the time there is one.
    pub(crate) fn try_folder(&self) -> Result<(), Failure> {
        match self.file.try_folder() {
            Err(error) if !error.is_full() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Writes a snapshot. One that cannot be written is no reason to stop: the canvas is in memory. What to say about
    /// it, the first time.
    pub(crate) fn snapshot(&mut self, canvas: &Canvas, record: &Record) -> Result<Option<String>, Failure> {
        let png = encode(canvas, record)?;
        let was_behind = self.behind;
        match self.file.write(&png) {
            Ok(path) => {
                let news = was_behind.then(|| format!("note: {} is written again", path.display()));
                (self.epochs, self.behind) = (record.run.epochs_done, false);
                Ok(news)
            }
            Err(error) => {
                self.behind = true;
                let warning = format!("warning: {error}; the run goes on, and the next snapshot tries again");
                Ok((!was_behind).then_some(warning))
            }
        }
    }

    /// Writes the finished picture; where the disk is full, as soon as there is room. Where it is.
    ///
    /// # Errors
    /// Where it cannot be written. A file of this run then holds an earlier snapshot, which the message says.
    pub(crate) fn finish(&mut self, canvas: &Canvas, record: &Record) -> Result<PathBuf, Failure> {
        let png = encode(canvas, record)?;
        let (start, asked) = (Instant::now(), interrupt::asked());
        let waits = || std::io::stderr().is_terminal() || start.elapsed() < WAIT;
        let mut said = false;
        loop {
            match self.file.write(&png) {
                Ok(path) => return Ok(path.to_owned()),
                // Ctrl-C before the end of the run means something else.
                Err(error) if error.is_full() && waits() && interrupt::asked() == asked => {
                    if !std::mem::replace(&mut said, true) {
                        output::say(format!(
                            "{error}; the picture is written as soon as there is room, Ctrl-C gives it up"
                        ));
                    }
                    std::thread::sleep(TRY_AGAIN);
                }
                Err(error) => return Err(self.lost(&error)),
            }
        }
    }

    fn lost(&self, error: &WriteError) -> Failure {
        let earlier = self.file.path().map(|path| {
            let (path, epochs) = (path.display(), self.epochs);
            format!("; {path} holds the picture after {epochs} epoch{}", if epochs == 1 { "" } else { "s" })
        });
        Failure::failed(format!("{error}{}", earlier.unwrap_or_default()))
    }
}

fn encode(canvas: &Canvas, record: &Record) -> Result<Vec<u8>, Failure> {
    encode_png(canvas, &record.chunks())
        .map_err(|error| Failure::failed(format!("cannot encode the picture: {error}")))
}
