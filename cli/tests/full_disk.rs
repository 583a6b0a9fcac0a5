//! `clipig render` on a disk that is really full: a small file system in a mount namespace of its own, and a limit on
//! file sizes, which every system allows.

mod support;

use std::process::{Command, Stdio};

use support::Studio;

const EXPERIMENT: &str = "\
resolution: 48
seed: 3
model: clipig-tiny
snapshot_interval: 0
targets:
  - features: [{text: a red apple}]
";

/// Runs a script of the shell in the studio, with the program as `$0`.
fn run(studio: &Studio, script: &str) -> support::Run {
    studio.write("apple.yaml", EXPERIMENT);
    let namespace = ["--mount", "--map-root-user", "sh", "-c", script];
    let mut command = Command::new("unshare");
    command.args(namespace).arg(env!("CARGO_BIN_EXE_clipig")).current_dir(studio.path(""));
    command.env("CLIPIG_MODELS", studio.cache()).stdin(Stdio::null());
    support::Run::of(&command.output().expect("unshare starts"))
}

/// Containers may forbid mounts. The limit on file sizes below is tested everywhere.
fn mounts_are_allowed() -> bool {
    let tried = Command::new("unshare").args(["--mount", "--map-root-user", "true"]).status();
    let allowed = tried.is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("this system allows no mount namespaces: no full disk was tried");
    }
    allowed
}

/// A disk of 64 KiB with a file that fills it.
const FULL: &str = "mkdir full && mount -t tmpfs -o size=64k tmpfs full && \
                    { head -c 1000000 /dev/zero >full/ballast 2>/dev/null || true; } &&";

#[test]
fn a_disk_that_stays_full_leaves_no_file_and_prints_no_path() {
    if !mounts_are_allowed() {
        return;
    }
    let studio = Studio::new();
    let script = format!(
        "{FULL} \"$0\" render apple.yaml -e 3 -s 0.0001 -o full/apple.png; code=$?; ls -A full; exit $code"
    );
    let run = run(&studio, &script);
    assert_eq!(run.out, "ballast\n", "{}", run.err);
    let said = run.failed(1);
    for part in [
        "warning: cannot write full/apple.png: No space left",
        "the run goes on",
        "waits until there is space",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(said.matches("the run goes on").count(), 1, "{said}");
    assert!(
        said.trim_end().lines().last().unwrap().starts_with("error: cannot write full/apple.png"),
        "{said}"
    );
}

#[test]
fn a_run_outlives_a_full_disk() {
    if !mounts_are_allowed() {
        return;
    }
    let studio = Studio::new();
    // Room is made once the program has said that there is none, and it ends once it has noticed.
    let script = format!(
        "{FULL} {{ \"$0\" render apple.yaml -e 1000000 -s 0.0001 -o full/apple.png 2>said & }} && \
         until grep -q 'the run goes on' said; do sleep 0.02; done && ls -A full && rm full/ballast && \
         until grep -q 'is written again' said; do sleep 0.02; done && kill -INT $! && \
         {{ wait $!; code=$?; ls -A full; cat said >&2; exit $code; }}"
    );
    let run = run(&studio, &script);
    assert_eq!(run.out, "ballast\nfull/apple.png\napple.png\napple.yaml\n", "{}", run.err);
    assert_eq!(run.code, Some(130), "{}", run.err);
}

#[test]
fn a_sweep_outlives_a_full_disk() {
    if !mounts_are_allowed() {
        return;
    }
    let studio = Studio::new();
    studio.write("seeds.yaml", "sweep: {parameters: {seed: 1..2}}\n");
    // The first run finds space. One of its pictures is deleted, and the disk is full when it has been drawn again.
    let sweep = "\"$0\" sweep apple.yaml seeds.yaml -r 8 -e 1 -o full/sweep";
    let script = format!(
        "mkdir full && mount -t tmpfs -o size=256k tmpfs full && {sweep} >first 2>/dev/null && rm full/sweep/002.png && \
         {{ head -c 1000000 /dev/zero >full/ballast 2>/dev/null || true; }} && {{ {sweep} 2>said & }} && \
         until grep -q 'waits until there is space' said; do sleep 0.02; done && rm full/ballast && wait $! && \
         ls full/sweep"
    );
    let run = run(&studio, &script);
    assert!(
        run.out.ends_with("001.png\n002.png\nseries.json\nsheet.png\ntable.csv\n"),
        "{}{}",
        run.out,
        run.err
    );
}

#[test]
fn a_picture_without_room_for_its_experiment_is_printed_and_the_rest_told() {
    if !mounts_are_allowed() {
        return;
    }
    let studio = Studio::new();
    studio.write("apple.yaml", EXPERIMENT);
    studio
        .run(&["render", "apple.yaml", "-e", "2", "-v", "0", "-m", "clipig-tiny", "-o", "first.png"])
        .succeeded();
    let size = std::fs::metadata(studio.path("first.png")).unwrap().len().div_ceil(4096) * 4096;
    let script = format!(
        "mkdir full && mount -t tmpfs -o size={size} tmpfs full && \
         \"$0\" render apple.yaml -e 2 -v 0 -m clipig-tiny -o full/apple.png; code=$?; ls -A full; \
         cmp full/apple.png first.png || exit 9; exit $code"
    );
    let run = run(&studio, &script);
    assert_eq!(run.out, "full/apple.png\napple.png\n", "{}", run.err);
    let said = run.failed(1);
    assert!(said.starts_with("error: cannot write full/apple.yaml: No space left"), "{said}");
}

#[test]
fn a_limit_on_file_sizes_leaves_no_file_and_prints_no_path() {
    let studio = Studio::new();
    studio.write("apple.yaml", EXPERIMENT);
    // The signal would end the program; ignored, the limit is an error.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" render apple.yaml -e 2 -s 0.0001 -o made/";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_clipig")]).current_dir(studio.path(""));
    command.env("CLIPIG_MODELS", studio.cache()).stdin(Stdio::null());
    let run = support::Run::of(&command.output().unwrap());
    assert_eq!(run.out, "");
    let said = run.failed(1);
    assert!(said.contains("warning: cannot write made/apple.png: File too large"), "{said}");
    assert!(said.contains("error: cannot write made/apple.png: File too large"), "{said}");
    assert_eq!(std::fs::read_dir(studio.path("made")).unwrap().count(), 0);
}
