//! `clipig` and `clipig-local`: which of them has libtorch, and how one becomes the other.

mod support;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Run, Studio, plain_image};

const EXPERIMENT: &str =
    "epochs: 1\nresolution: 32\nmodel: clipig-tiny\ntargets: [{features: [{text: apple}]}]\n";
const SWEEP: &str = "epochs: 1\nresolution: 32\nmodel: clipig-tiny\ntargets: [{features: [{text: apple}]}]\n\
                     sweep: {parameters: {seed: [1, 2]}}\n";

/// `clipig` in a folder of its own.
fn alone(studio: &Studio) -> PathBuf {
    let folder = studio.cache().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("clipig");
    fs::copy(env!("CARGO_BIN_EXE_clipig"), &program).unwrap();
    program
}

/// A command of the studio, of another program.
fn of(program: &Path, studio: &Studio, arguments: &[&OsStr]) -> Command {
    let mut command = Command::new(program);
    for (name, value) in studio.command(&[]).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(arguments).current_dir(studio.path("")).stdin(Stdio::null());
    command
}

fn run(program: &Path, studio: &Studio, line: &str) -> Run {
    let arguments: Vec<&OsStr> = line.split(' ').map(OsStr::new).collect();
    Run::of(&of(program, studio, &arguments).output().unwrap())
}

/// The libraries that a program is started with, as the loader of glibc says.
fn libraries(program: &str) -> String {
    Run::of(&Command::new(program).env("LD_TRACE_LOADED_OBJECTS", "1").output().unwrap()).succeeded()
}

#[test]
fn clipig_starts_without_libtorch() {
    let (client, local) =
        (libraries(env!("CARGO_BIN_EXE_clipig")), libraries(env!("CARGO_BIN_EXE_clipig-local")));
    assert!(client.contains("libc.so") && !client.contains("torch"), "{client}");
    assert!(local.contains("libtorch_cpu.so"), "{local}");
}

#[test]
fn the_weights_of_the_small_model_are_in_one_of_them() {
    let weights = clipig_models::embedded::BYTES;
    // Words that it does not know are zeros, which every program has; its last numbers are none.
    let some = weights.last_chunk::<256>().unwrap();
    let has =
        |program: &str| fs::read(program).unwrap().windows(some.len()).any(|bytes| bytes == some.as_slice());
    assert!(!has(env!("CARGO_BIN_EXE_clipig")) && has(env!("CARGO_BIN_EXE_clipig-local")));
}

/// Asks a clipig without its companion for all that it cannot do.
#[test]
fn without_clipig_local_each_command_says_what_is_missing() {
    let studio = Studio::new();
    let clipig = alone(&studio);
    studio.write("a.yaml", EXPERIMENT);
    studio.write("s.yaml", SWEEP);
    studio.write("judged.yaml", SWEEP.replace("sweep: {", "sweep: {judge: clipig-tiny, "));
    studio.write("walk.yaml", format!("{EXPERIMENT}animation: {{frames: 2}}\n"));
    for (line, what, instead) in [
        ("render a.yaml", "render on this machine", "`clipig render --farm URL`"),
        ("sweep s.yaml", "draw pictures on this machine", "`--farm URL` draws them on a farm"),
        ("animate walk.yaml", "draw pictures on this machine", "`--farm URL` draws them on a farm"),
        ("sweep judged.yaml", "rate pictures", "`clipig rate FOLDER -t TEXT`"),
        ("rate a.png -t red", "rate images", "farms cannot do that either"),
        ("worker", "be a worker", "`clipig submit`"),
        ("studio", "open a studio", "`http_listen`"),
        ("farm start", "start a farm", "CLIPIG_FARM"),
        ("farm restore backup", "restore a backup", "on the coordinator's machine"),
        ("farm check", "check a data folder", "on the coordinator's machine"),
        ("reference --metrics", "list the metrics of a coordinator", "docs/metrics.md"),
    ] {
        let said = run(&clipig, &studio, line).failed(2);
        let missing = clipig.with_file_name("clipig-local");
        for part in [
            &format!(
                "error: this clipig cannot {what}: {} computes, and it is not there\n",
                missing.display()
            ),
            instead,
            "put clipig-local beside clipig, or build both with `cargo build --release --package clipig`",
        ] {
            assert!(said.contains(part), "{line}: {said}");
        }
    }
    // A farm draws a sweep with a judge whom nobody here can ask: that is only a warning.
    let said = run(&clipig, &studio, "sweep judged.yaml --farm unix:/nonexistent").failed(1);
    assert!(said.starts_with("warning: this clipig cannot rate pictures"), "{said}");
    assert!(said.contains("there is no such socket"), "{said}");
}

#[test]
fn without_clipig_local_the_rest_works() {
    let studio = Studio::new();
    let clipig = alone(&studio);
    studio.write("a.yaml", EXPERIMENT);
    studio.write("long.yaml", EXPERIMENT.replace("apple", &"a red apple ".repeat(30)));
    studio.write("judged.yaml", SWEEP.replace("sweep: {", "sweep: {judge: of somebody else, "));
    let said = run(&clipig, &studio, "validate a.yaml judged.yaml").succeeded();
    assert_eq!(said.matches(": ok (").count(), 2, "{said}");
    // Tokens are counted without libtorch.
    let said = run(&clipig, &studio, "validate long.yaml").failed(2);
    assert!(said.contains("the text needs 92 tokens and the model takes 77"), "{said}");
    let said = run(&clipig, &studio, "model info clipig-tiny").succeeded();
    assert!(said.contains("window 64 x 64"), "{said}");
    let said = run(&clipig, &studio, "licenses").succeeded();
    assert!(said.contains("(not used by this clipig, which renders on farms only)"), "{said}");
    let said = run(&clipig, &studio, "doctor --coordinator-settings c.toml");
    assert!(said.out.contains("none: this clipig is a client of farms and does not compute"), "{}", said.out);
    assert!(said.out.contains("c.toml was not checked"), "{}", said.out);
}

#[test]
fn a_clipig_local_that_does_not_start_is_told() {
    let studio = Studio::new();
    let clipig = alone(&studio);
    let local = clipig.with_file_name("clipig-local");
    fs::write(&local, "").unwrap();
    fs::set_permissions(&local, Permissions::from_mode(0o644)).unwrap();
    let said = run(&clipig, &studio, "licenses").failed(1);
    assert!(said.starts_with(&format!("error: cannot start {}: ", local.display())), "{said}");
}

#[test]
fn all_arguments_arrive_as_they_are() {
    let studio = Studio::new();
    let clipig = alone(&studio);
    let local = clipig.with_file_name("clipig-local");
    // Stands in for the program: it shows what it is given.
    let mut script = fs::File::create(&local).unwrap();
    script.write_all(b"#!/bin/sh\nfor argument; do printf '%s\\n' \"$argument\"; done\ncat\n").unwrap();
    script.set_permissions(Permissions::from_mode(0o755)).unwrap();
    drop(script);
    let arguments: [&[u8]; 8] =
        [b"rate", b"a b", b"\xff\xfe .png", b"--text", b"", b"\"q\" 'r' $s", b"-tf", b"new\nline"];
    let arguments = arguments.map(OsStr::from_bytes);
    let mut child =
        of(&clipig, &studio, &arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"what is piped in").unwrap();
    let given = child.wait_with_output().unwrap().stdout;
    let wanted = [arguments.map(OsStr::as_bytes).join(&b'\n'), b"\nwhat is piped in".to_vec()].concat();
    assert_eq!(String::from_utf8_lossy(&given), String::from_utf8_lossy(&wanted));
    assert_eq!(given, wanted);
}

#[test]
fn it_is_the_same_process_under_the_same_name() {
    let studio = Studio::new();
    studio.write("red.bmp", plain_image([220, 30, 30]));
    // People put links to programs on their path.
    let link = studio.path("clipig");
    symlink(env!("CARGO_BIN_EXE_clipig"), &link).unwrap();
    let arguments = ["rate", "red.bmp", "--text-file", "-"].map(OsStr::new);
    let mut command = of(&link, &studio, &arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    // It waits for its texts: in the meantime it has become the other program.
    while !fs::read_link(proc.join("exe")).unwrap().ends_with("clipig-local")
        || fs::read_to_string(proc.join("comm")).unwrap() != "clipig\n"
    {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    let line = fs::read(proc.join("cmdline")).unwrap();
    let line: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    assert_eq!(line[0], link.as_os_str().as_bytes());
    child.stdin.take().unwrap().write_all(b"red\n").unwrap();
    let rated = Run::of(&child.wait_with_output().unwrap()).succeeded();
    assert!(rated.contains("red.bmp"), "{rated}");
}
