//! The file of a picture that is being rendered: first snapshots, then the finished picture.

use std::path::{Path, PathBuf};

use clipig_core::Canvas;
use clipig_picture::{Record, encode_png};

use clipig_client::failure::Failure;
use clipig_client::output;
use clipig_client::picture::file::{NewFile, WriteError};
use clipig_client::picture::space;

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

    /// Checks that the picture can be written where it should go. A full disk is accepted: there may be space later.
    pub(crate) fn try_folder(&self) -> Result<(), Failure> {
        match self.file.try_folder() {
            Err(error) if !error.is_full() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Writes a snapshot. If that fails, the run goes on, because the canvas is in memory. Returns a message when the state
    /// has changed.
    pub(crate) fn snapshot(&mut self, canvas: &Canvas, record: &Record) -> Result<Option<String>, Failure> {
        let png = encode(canvas, record)?;
        let was_behind = self.behind;
        match self.file.write(&png) {
            Ok(path) => {
                let note = was_behind.then(|| format!("note: {} is written again", path.display()));
                (self.epochs, self.behind) = (record.run.epochs_done, false);
                Ok(note)
            }
            Err(error) => {
                self.behind = true;
                let warning =
                    format!("warning: {error}; the run goes on and tries again with the next snapshot");
                Ok((!was_behind).then_some(warning))
            }
        }
    }

    /// Writes the finished picture, and waits for space if the disk is full. Returns its path.
    ///
    /// # Errors
    /// Where it cannot be written. A file of this run then holds an earlier snapshot, which the message says.
    pub(crate) fn finish(&mut self, canvas: &Canvas, record: &Record) -> Result<PathBuf, Failure> {
        let png = encode(canvas, record)?;
        let written = space::wait_for(|| self.file.write(&png).map(Path::to_owned), output::say);
        written.map_err(|error| self.lost(&error))
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
