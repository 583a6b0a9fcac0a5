//! Runs the built program in a folder of its own, with an empty cache.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with files, and a cache beside it.
pub(crate) struct Studio {
    folder: TempDir,
}

/// What a run left.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Studio {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("work")).expect("it can be written");
        Self { folder }
    }

    /// A path in the folder in which the program runs.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be created");
        std::fs::write(path, bytes).expect("it can be written");
    }

    /// The program with these arguments, nothing of this process's settings in its way.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CLIPIG_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.path(""));
        command.env("XDG_CACHE_HOME", self.cache()).env("HOME", self.folder.path());
        command.env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().expect("the program starts"))
    }

    /// The same with something on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it listens");
        Run::of(&child.wait_with_output().expect("it ends"))
    }

    /// The same with a reader that goes away at once.
    pub(crate) fn run_unread(&self, arguments: &[&str]) -> Run {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        Run::of(&self.command(arguments).stdout(writer).output().expect("the program starts"))
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Standard output of a run that succeeded.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// Standard error of a run that ended with this code.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

/// A BMP file of one colour.
pub(crate) fn plain_image(colour: [u8; 3]) -> Vec<u8> {
    square_image(64, colour)
}

/// A BMP file of one colour, with so many pixels on each side: a multiple of 4.
pub(crate) fn square_image(side: u32, [red, green, blue]: [u8; 3]) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for field in [54 + 3 * side * side, 0, 54, 40, side, side, 1 | 24 << 16, 0, 3 * side * side, 0, 0, 0, 0] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend([blue, green, red].repeat((side * side) as usize));
    bytes
}

/// The number of files below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let walked = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    walked.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
