//! `clipig doctor` on machines of which each has something broken.

#[path = "support/examined.rs"]
mod examined;
mod support;

use std::os::unix::fs::FileExt as _;
use std::process::Command;

use examined::{Examined, Expected};
use support::{Studio, server};

/// The program with its shell, which sets limits before it starts it.
fn limited(studio: &Studio, limit: &str) -> Command {
    let script = format!("{limit} && exec \"$0\" doctor --json");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(env!("CARGO_BIN_EXE_clipig"));
    command.current_dir(studio.path("")).env("XDG_CACHE_HOME", studio.cache()).env_remove("CLIPIG_FARM");
    command
}

#[test]
fn limits_of_the_system_are_seen() {
    let studio = Studio::new();
    Examined::of(limited(&studio, "ulimit -n 256")).says(&Expected {
        broken: "`ulimit -n 256`",
        verdict: "warning",
        check: "open files",
        found: "256 may be open at once; a coordinator raises that to 256, and takes 128 connections",
        remedy: "`LimitNOFILE=` for systemd",
    });
    Examined::of(limited(&studio, "ulimit -v 3900000")).says(&Expected {
        broken: "`ulimit -v 3900000`",
        verdict: "warning",
        check: "memory",
        found: "4.0 GB may be used, limited by `ulimit -v`",
        remedy: "raise the limit",
    });
}

#[test]
fn what_is_missing_beside_clipig_is_named() {
    let studio = Studio::new();
    let mut command = studio.command(&["doctor", "--json"]);
    command.env("PATH", studio.path("")).env("CLIPIG_TOKENFILE", "x");
    command.env("ATEN_CPU_CAPABILITY", "default").env_remove("HOME").env_remove("XDG_CACHE_HOME");
    let examined = Examined::of(command);
    examined.says(&Expected {
        broken: "no ffmpeg on the `PATH`",
        verdict: "warning",
        check: "ffmpeg",
        found: "not there",
        remedy: "only `clipig fetch --video` needs it",
    });
    examined.says(&Expected {
        broken: "`CLIPIG_TOKENFILE` is set",
        verdict: "warning",
        check: "environment",
        found: "clipig reads no variable CLIPIG_TOKENFILE",
        remedy: "did you mean CLIPIG_TOKEN_FILE?",
    });
    examined.says(&Expected {
        broken: "neither `HOME` nor `CLIPIG_MODELS` is set",
        verdict: "warning",
        check: "models",
        found: "no folder for models",
        remedy: "set HOME, or CLIPIG_MODELS to a folder",
    });
    if cfg!(target_arch = "x86_64") && std::fs::read_to_string("/proc/cpuinfo").unwrap().contains(" avx2") {
        examined.says(&Expected {
            broken: "`ATEN_CPU_CAPABILITY=default`",
            verdict: "warning",
            check: "processor",
            found: "baseline",
            remedy: "unset ATEN_CPU_CAPABILITY",
        });
    }
    examined.is_content_with("libtorch");
}

#[test]
fn weights_that_are_not_whole_are_found() {
    let studio = Studio::new();
    let address = server::start(server::weights(), usize::MAX);
    let mut pull = studio.command(&["model", "pull", "RN101"]);
    assert!(pull.env("CLIPIG_MODEL_BASE_URL", address).status().unwrap().success());
    let file = studio.cache().join("clipig/models/rn101.safetensors");
    let weights = std::fs::File::options().read(true).write(true).open(&file).unwrap();
    let metadata = weights.metadata().unwrap();
    Examined::of(studio.command(&["doctor", "--json", "--weights"])).is_content_with("models");

    // One bit, and the time of the file as it was: only those who read all bytes can tell.
    let (last, mut byte) = (metadata.len() - 1, [0]);
    weights.read_exact_at(&mut byte, last).unwrap();
    weights.write_all_at(&[byte[0] ^ 1], last).unwrap();
    weights.set_modified(metadata.modified().unwrap()).unwrap();
    Examined::of(studio.command(&["doctor", "--json"])).is_content_with("models");
    Examined::of(studio.command(&["doctor", "--json", "--weights"])).says(&Expected {
        broken: "one bit of the weights is another (`--weights`)",
        verdict: "fault",
        check: "models",
        found: "RN101: its weights were changed or damaged",
        remedy: "`clipig model pull RN101 --replace`",
    });

    weights.write_all_at(&byte, last).unwrap();
    weights.set_len(metadata.len() / 2).unwrap();
    std::fs::write(file.with_file_name("vit-b-32.part"), "x").unwrap();
    let examined = Examined::of(studio.command(&["doctor", "--json"]));
    examined.says(&Expected {
        broken: "half of the weights is missing",
        verdict: "fault",
        check: "models",
        found: "RN101: its weights were changed or damaged",
        remedy: "`clipig model pull RN101 --replace`",
    });
    examined.says(&Expected {
        broken: "a download was interrupted",
        verdict: "warning",
        check: "models",
        found: "vit-b-32.part",
        remedy: "`clipig model pull NAME` goes on where it stopped",
    });
}

#[test]
fn folders_that_cannot_be_used_are_found() {
    let studio = Studio::new();
    studio.write("models", "a file");
    let mut command = studio.command(&["doctor", "--json"]);
    command.env("CLIPIG_MODELS", studio.path("models/here"));
    Examined::of(command).says(&Expected {
        broken: "a file is where the folder of models should be",
        verdict: "fault",
        check: "disk",
        found: "cannot be a folder, because",
        remedy: "move the file away",
    });
    let tried = Command::new("unshare").args(["--mount", "--map-root-user", "true"]).status();
    if !tried.is_ok_and(|status| status.success()) {
        eprintln!("this system allows no mount namespaces: no full disk was tried");
        return;
    }
    let script = "mkdir full && mount -t tmpfs -o size=64k tmpfs full && { head -c 1000000 /dev/zero >full/x \
                  2>/dev/null || true; } && CLIPIG_MODELS=full exec \"$0\" doctor --json";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", script]).arg(env!("CARGO_BIN_EXE_clipig"));
    command.current_dir(studio.path("")).env("XDG_CACHE_HOME", studio.cache()).env_remove("CLIPIG_FARM");
    Examined::of(command).says(&Expected {
        broken: "the disk of the models is full",
        verdict: "fault",
        check: "disk",
        found: "models: 0 bytes of 66 kB free",
        remedy: "make room for 5.0 GB",
    });
}

#[test]
fn settings_that_a_service_would_refuse_are_found() {
    let studio = Studio::new();
    studio.write("open.toml", "listen = \"0.0.0.0:7870\"\n");
    let mut command = studio.command(&["doctor", "--json", "--coordinator-settings", "open.toml"]);
    command.env("CLIPIG_WORKER__TOKENFILE", "x");
    let examined = Examined::of(command);
    examined.says(&Expected {
        broken: "`CLIPIG_WORKER__TOKENFILE` is set",
        verdict: "fault",
        check: "settings",
        found: "a worker: CLIPIG_WORKER__TOKENFILE: there is no setting `tokenfile`",
        remedy: "docs/operations/settings.md lists all settings",
    });
    examined.says(&Expected {
        broken: "the coordinator's settings open it to all",
        verdict: "fault",
        check: "settings",
        found: "is beyond loopback: other machines can reach it",
        remedy: "refuses to start with this",
    });
}

/// A driver of NVIDIA that is older than libtorch's GPU part.
const OLD_DRIVER: &str = "
    int cuInit(unsigned int flags) { return (int)flags; }
    int cuDriverGetVersion(int *version) { *version = 12040; return 0; }
    int cuDeviceGetCount(int *count) { *count = 1; return 0; }
";

#[test]
fn an_old_gpu_driver_is_told_from_none() {
    let studio = Studio::new();
    studio.write("driver.c", OLD_DRIVER);
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o", "libcuda.so.1", "driver.c"]).current_dir(studio.path(""));
    assert!(compiler.status().unwrap().success());
    let mut command = studio.command(&["doctor", "--json"]);
    command.env("LD_LIBRARY_PATH", studio.path(""));
    Examined::of(command).says(&Expected {
        broken: "the driver of the GPU is of 2024",
        verdict: "warning",
        check: "GPU",
        found: "CUDA 12.4, but libtorch 2.11.0 needs CUDA 13.0",
        remedy: "install NVIDIA's driver 580 or newer",
    });
}

/// What a person sees.
#[test]
fn the_text_is_aligned_and_ends_with_a_sum() {
    let studio = Studio::new();
    let mut command = studio.command(&["doctor"]);
    let run = support::Run::of(&command.env("PATH", studio.path("")).output().unwrap());
    assert_eq!(run.err, "");
    assert!(run.out.starts_with("this machine, with clipig "), "{}", run.out);
    assert!(run.out.contains("\n  warning  ffmpeg       not there\n"), "{}", run.out);
    let remedy = format!("\n{}→ only `clipig fetch --video` needs it", " ".repeat(24));
    assert!(run.out.contains(&remedy), "{}", run.out);
    let sum = run.out.lines().last().unwrap();
    assert!(sum.contains(" warning") && !sum.contains("  "), "{sum}");
    assert!(matches!(run.code, Some(1 | 3)), "{:?}", run.code);
}
