//! What the environment changes, and what it must not: no home, no terminal, other instruction sets.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use process::Owned;
use serde_json::Value as Json;
use support::{Run, Studio, plain_image};

const EXPERIMENT: &str = "\
epochs: 3
resolution: 32
seed: 7
model: clipig-tiny
targets:
  - features: [{text: a red apple}]
    transforms: [{noise: .1}, {random_rotate: {degree: -10 10}}]
";

/// The program with nothing in its environment but this.
fn bare(studio: &Studio, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
    command.args(arguments).current_dir(studio.path("")).env_clear().envs(variables.iter().copied());
    Run::of(&command.output().expect("the program starts"))
}

#[test]
fn without_a_home_everything_works_that_needs_none() {
    let studio = Studio::new();
    studio.write("apple.yaml", EXPERIMENT);
    studio.write("unnamed.yaml", EXPERIMENT.replace("model: clipig-tiny\n", ""));
    studio.write("red.bmp", plain_image([220, 30, 30]));
    for arguments in [
        &["render", "apple.yaml", "-v", "0"][..],
        &["render", "unnamed.yaml", "-o", "unnamed.png"],
        &["render", "--text", "a cat", "-e", "1"],
        &["validate", "apple.yaml"],
        &["validate", "unnamed.yaml"],
        &["reference", "targets"],
        &["rate", "red.bmp", "-t", "red"],
        &["licenses"],
        &["completions", "bash"],
    ] {
        bare(&studio, arguments, &[]).succeeded();
    }
    // What needs a home, or somebody elsewhere, says so.
    let said = bare(&studio, &["render", "apple.yaml", "-m", "ViT-B/32"], &[]).failed(1);
    assert!(said.contains("CLIPIG_MODELS") && said.contains("HOME"), "{said}");
    let said = bare(&studio, &["submit", "apple.yaml", "--farm", "unix:/nonexistent"], &[]).failed(1);
    assert!(said.contains("there is no such socket"), "{said}");
    let said = bare(&studio, &["render", "unnamed.yaml"], &[]).err;
    assert!(said.contains("neither CLIPIG_MODELS nor HOME is set"), "{said}");
}

#[test]
fn a_command_says_what_a_person_needs_and_logs_nothing() {
    let studio = Studio::new();
    // Every shard fails, on the only worker that there is.
    studio.write("bad.yaml", EXPERIMENT.replace("{noise: .1}", "{random_crop: 500}"));
    let said = studio.run(&["render", "bad.yaml"]).failed(2);
    for internal in ["WARN", "ERROR", "tried by", "here", "4294967295", "worker", "\u{1b}"] {
        assert!(!said.contains(internal), "{internal}: {said}");
    }
    assert!(said.contains("random_crop"), "{said}");
}

#[test]
fn colours_are_for_terminals() {
    let studio = Studio::new();
    studio.write("apple.yaml", EXPERIMENT);
    studio.write("bad.yaml", "epohcs: 3\n"); // typos: on purpose
    let mut logged = studio.command(&["render", "apple.yaml"]);
    let logged = Run::of(&logged.env("CLIPIG_LOG", "debug").output().unwrap());
    assert!(logged.err.contains("DEBUG") && !logged.err.contains('\u{1b}'), "{}", logged.err);
    assert!(!studio.run(&["render", "bad.yaml"]).failed(2).contains('\u{1b}'));
    let wrong =
        Run::of(&studio.command(&["validate", "apple.yaml"]).env("CLIPIG_LOG", "a=b=c").output().unwrap());
    assert!(wrong.err.contains("CLIPIG_LOG=`a=b=c` is not understood"), "{}", wrong.err);
}

/// The kind that `clipig render --json` records with these variables.
fn kind(studio: &Studio, variables: &[(&str, &str)]) -> String {
    let mut command =
        studio.command(&["render", "apple.yaml", "--threads", "1", "--json", "-o", "apple.png"]);
    let run = Run::of(&command.envs(variables.iter().copied()).output().unwrap());
    let line: Json = serde_json::from_str(&run.succeeded()).unwrap();
    line["kind"].as_str().unwrap().to_owned()
}

#[test]
fn the_kind_says_what_libtorch_computes_with() {
    let studio = Studio::new();
    studio.write("apple.yaml", EXPERIMENT);
    let usual = kind(&studio, &[]);
    let default = kind(&studio, &[("ATEN_CPU_CAPABILITY", "default")]);
    assert!(default.contains(", baseline, 1 thread"), "{default}");
    if cfg!(target_arch = "x86_64") && std::fs::read_to_string("/proc/cpuinfo").unwrap().contains(" avx2 ") {
        assert!(usual.contains(", AVX"), "{usual}");
        let mut repeat = studio.command(&["render", "apple.png", "-o", "again.png"]);
        let said = Run::of(&repeat.env("ATEN_CPU_CAPABILITY", "default").output().unwrap()).err;
        assert!(said.contains("the kind of device was ") && said.contains("now it is "), "{said}");
    }
    let limited = kind(&studio, &[("ONEDNN_MAX_CPU_ISA", "AVX2")]);
    assert!(limited.contains(", ONEDNN_MAX_CPU_ISA=AVX2, 1 thread"), "{limited}");
    assert_eq!(kind(&studio, &[("ATEN_CPU_CAPABILITY", "nonsense")]), usual);
}

/// As units of systemd and containers start them: nothing in the environment but settings.
#[test]
fn services_need_no_home() {
    let studio = Studio::new();
    let address = format!("unix:{}", studio.path("farm.sock").display());
    let service = |program: &str, settings: &[(&str, &str)]| {
        let mut command = Command::new(program);
        command.current_dir(studio.path("")).env_clear().envs(settings.iter().copied()).stderr(Stdio::null());
        Owned::new(command.spawn().expect("the program starts"))
    };
    let mut coordinator = service(
        env!("CARGO_BIN_EXE_clipig-coordinator"),
        &[
            ("CLIPIG_COORDINATOR__LISTEN", address.as_str()),
            ("CLIPIG_COORDINATOR__HTTP_LISTEN", "off"),
            ("CLIPIG_COORDINATOR__DATA", "data"),
        ],
    );
    let socket = studio.path("health.sock");
    let mut worker = service(
        env!("CARGO_BIN_EXE_clipig-worker"),
        &[
            ("CLIPIG_WORKER__COORDINATOR", address.as_str()),
            ("CLIPIG_WORKER__HEALTH_SOCKET", socket.to_str().unwrap()),
            ("CLIPIG_WORKER__CACHE", "cache"),
            ("CLIPIG_WORKER__DEVICE", "cpu"),
        ],
    );
    let start = Instant::now();
    while !clipig_worker::ask(&socket, Duration::from_mins(1)).is_ok_and(|health| health.ready.is_ok()) {
        for (name, service) in [("coordinator", &mut coordinator), ("worker", &mut worker)] {
            assert_eq!(service.child().try_wait().unwrap(), None, "the {name} has ended");
        }
        assert!(start.elapsed() < Duration::from_mins(3), "the worker is not ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    // And a job, with the model inside the program.
    studio.write("apple.yaml", EXPERIMENT);
    bare(&studio, &["submit", "apple.yaml", "--watch"], &[("CLIPIG_FARM", address.as_str())]).succeeded();
}
