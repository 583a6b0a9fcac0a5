//! `cargo xtask gpu`: what can only be seen on a machine with an NVIDIA GPU.
//!
//! Everything goes into a folder: programs, data, and a script that runs them. Such a machine may have neither a compiler nor
//! a network, and it is often lent by the minute. So with `--pack` the folder is all that is made, to be copied there.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::places::{Places, shown};
use crate::process::{answers, captured, cargo, run as start};
use crate::setup::{self, Wanted};

/// What runs the programs.
const SCRIPT: &str = include_str!("gpu.sh");

/// The test programs that the script starts, and the benchmarks.
const TESTS: [&str; 3] = ["clipig_engine", "oracle_clip", "oracle_training"];
const BENCHES: [&str; 2] = ["own_work", "device"];

/// The options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Gpu {
    /// Only make this folder.
    pub(crate) pack: Option<PathBuf>,
}

/// Builds everything, and runs it unless it is only to be packed. To run it, the GPU part of libtorch is fetched.
pub(crate) fn run(places: &Places, gpu: &Gpu) -> Result<(), Error> {
    if let Some(folder) = &gpu.pack {
        setup::ensure(places)?;
        pack(places, folder)?;
        eprintln!(
            "Ready: {}\n  copy it to a machine with a GPU and start `run` there; it needs libtorch 2.11.0 with CUDA, as in \
             `pip install torch==2.11.0`",
            shown(folder)
        );
        return Ok(());
    }
    setup::run(places, Wanted { cuda: true, force: false })?;
    let folder = places.repository.join("target/gpu");
    pack(places, &folder)?;
    start(Command::new(folder.join("run")).env("LIBTORCH", places.libtorch_link()))
}

fn pack(places: &Places, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let tests = ["test", "--release", "--package", "clipig-engine", "--lib"];
    let tests = tests.into_iter().chain(TESTS[1..].iter().flat_map(|name| ["--test", *name]));
    let benches = ["bench", "--package", "clipig-engine"];
    let benches = benches.into_iter().chain(BENCHES.iter().flat_map(|name| ["--bench", *name]));
    let mut programs = built(places, &tests.collect::<Vec<_>>())?;
    programs.extend(built(places, &benches.collect::<Vec<_>>())?);
    for name in TESTS.into_iter().chain(BENCHES) {
        let program = programs
            .get(name)
            .ok_or_else(|| Error::Other(format!("cargo names no program for the target `{name}`")))?;
        copy(program, &folder.join(name))?;
    }
    copy_folder(&places.repository.join("tests/oracle"), &folder.join("oracle"))?;
    let script = folder.join("run");
    fs::write(&script, SCRIPT).map_err(Error::file("write", &script))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(Error::file("write", &script))
}

/// Builds the targets that the arguments name. Their programs by name.
fn built(places: &Places, arguments: &[&str]) -> Result<BTreeMap<String, PathBuf>, Error> {
    // Once to be seen, once to be read.
    start(cargo(places).args(arguments).arg("--no-run"))?;
    let quietly = ["--no-run", "--quiet", "--message-format=json"];
    Ok(programs(&captured(cargo(places).args(arguments).args(quietly))?))
}

/// Name and program of each target that cargo's messages tell of.
fn programs(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n');
    let values = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let program = |value: serde_json::Value| {
        let name = value.get("target")?.get("name")?.as_str()?.to_owned();
        Some((name, PathBuf::from(value.get("executable")?.as_str()?)))
    };
    values.filter_map(program).collect()
}

/// Copies a program, without what only debuggers need if `strip` is there.
fn copy(program: &Path, copy: &Path) -> Result<(), Error> {
    fs::copy(program, copy).map_err(Error::file("write", copy))?;
    if answers("strip") { start(Command::new("strip").arg(copy)) } else { Ok(()) }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::file("create", to))?;
    for entry in fs::read_dir(from).map_err(Error::file("read", from))? {
        let entry = entry.map_err(Error::file("read", from))?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy)?;
        } else {
            fs::copy(&path, &copy).map_err(Error::file("write", &copy))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_the_names_of_their_targets() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"clipig_core","kind":["lib"]},"executable":null}
{"reason":"compiler-artifact","target":{"name":"device","kind":["bench"]},"executable":"/t/release/deps/device-1"}
not a message
{"reason":"build-finished","success":true}"#;
        let wanted = BTreeMap::from([("device".to_owned(), PathBuf::from("/t/release/deps/device-1"))]);
        assert_eq!(programs(messages), wanted);
    }

    /// The script's steps: seconds, description, and program with its arguments.
    fn steps() -> Vec<(u32, &'static str)> {
        let steps = SCRIPT.lines().map(str::trim).filter_map(|line| line.strip_prefix("step "));
        let parts = |step: &'static str| {
            let (limit, rest) = step.split_once(' ')?;
            Some((limit.parse::<u32>().ok()?, rest.strip_prefix('"')?.split_once("\" ")?.1))
        };
        steps.filter_map(parts).collect()
    }

    #[test]
    fn the_script_starts_what_is_packed_and_ends_in_time() {
        let steps = steps();
        for (_, program) in &steps {
            let name = program.split(' ').next().unwrap_or_default();
            assert!(TESTS.contains(&name) || BENCHES.contains(&name), "{name} is not packed");
        }
        for name in TESTS.into_iter().chain(BENCHES) {
            assert!(steps.iter().any(|(_, program)| program.starts_with(name)), "{name} is not started");
        }
        let on_a_gpu = steps.iter().filter(|(_, program)| !program.contains("--device cpu"));
        let seconds: u32 = on_a_gpu.map(|(limit, _)| limit).sum();
        assert!((60..=360).contains(&seconds), "{seconds}");
    }

    #[test]
    fn the_script_leaves_out_what_is_not_there_and_tells_what_failed() {
        let folder = tempfile::tempdir().unwrap();
        let (script, program) = (folder.path().join("run"), folder.path().join("own_work"));
        fs::write(&script, SCRIPT).unwrap();
        fs::write(&program, "#!/bin/sh\necho \"$* with $LD_LIBRARY_PATH\"\nexit 3\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new("sh");
        command.arg(&script).arg("cpu").env("LIBTORCH", "/t").env_remove("LD_LIBRARY_PATH");
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("on-device cpu with /t/lib\n"), "{text}");
        assert!(text.contains("shards: left out, there is no "), "{text}");
        assert!(text.ends_with("failed: rendering on the device (exit code 3)\n"), "{text}");
        assert_eq!(output.status.code(), Some(1));
    }
}
