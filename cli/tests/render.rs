//! `clipig render` as a person runs it: the real program, real files, the embedded model.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use self::process::{Owned, signal};

/// Small enough for a second, with everything that could depend on chance, order or threads.
const EXPERIMENT: &str = "\
epochs: 4
resolution:
  - 32 if t < .5 else 48
targets:
  - name: fruit
    batch_size: 11
    select: best
    features:
      - text: a strawberry
      - text: a red apple
    transforms:
      - noise: .1
      - random_shift: 0 1
      - random_rotate:
          degree: -30 30
      - rnoise:
          std: random()*.1
          resolution: 5
    constraints:
      - blur:
          kernel_size: 5
  - name: colour
    features:
      - text: blue
        weight: -.2
postproc:
  - noise: .01
  - border:
      color: .2
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fruit.yaml"), EXPERIMENT).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clipig"));
        command.current_dir(self.0.path()).args(arguments);
        // An empty store: the embedded model is used whatever this machine holds.
        command.env("CLIPIG_MODELS", self.path("models")).env_remove("CLIPIG_PANICS");
        command
    }

    fn clipig(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs and expects a picture; its pixels.
    fn pixels(&self, arguments: &[&str], picture: &str) -> Vec<u8> {
        let output = self.clipig(arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output).trim(), picture);
        pixels(&self.path(picture))
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn pixels(path: &Path) -> Vec<u8> {
    image::open(path).unwrap().to_rgb8().into_raw()
}

#[test]
fn the_same_seed_gives_the_same_picture_and_a_picture_repeats_itself() {
    let folder = Folder::new();
    let first = folder.pixels(&["render", "fruit.yaml", "--seed", "7", "-o", "a.png"], "a.png");
    assert_eq!(first.len(), 48 * 48 * 3);
    let again = folder.pixels(&["render", "fruit.yaml", "--seed", "7", "-o", "a.png"], "a-1.png");
    assert!(first == again, "the same seed gave another picture");
    let other = folder.pixels(&["render", "fruit.yaml", "--seed", "8", "-o", "a.png"], "a-2.png");
    assert!(first != other, "another seed gave the same picture");
    let repeated = folder.pixels(&["render", "a.png"], "a-3.png");
    assert!(first == repeated, "the picture did not repeat itself");
    // Not only the pixels: whole files can be compared by their hash.
    let file = |name: &str| std::fs::read(folder.path(name)).unwrap();
    assert!(file("a.png") == file("a-1.png") && file("a.png") == file("a-3.png"));
    let text = std::fs::read_to_string(folder.path("a.yaml")).unwrap();
    assert!(text.starts_with("# made by clipig") && text.contains("seed: 7"), "{text}");
    let from_yaml = folder.pixels(&["render", "a.yaml", "-o", "b.png"], "b.png");
    assert!(first == from_yaml, "the exported experiment did not repeat the picture");
}

#[test]
fn shards_side_by_side_change_no_bits() {
    let folder = Folder::new();
    let alone = |cores: &str| {
        let mut command = Command::new("taskset");
        command.args(["-c", cores, env!("CARGO_BIN_EXE_clipig")]);
        command.args(["render", "fruit.yaml", "--seed", "3", "--threads", "1", "-v", "0", "-o", "c.png"]);
        command.current_dir(folder.0.path()).env("CLIPIG_MODELS", folder.path("models"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        pixels(&folder.path(stdout(&output).trim()))
    };
    let allowed = rustix::thread::sched_getaffinity(None).unwrap();
    let cores: Vec<String> =
        (0..1024).filter(|core| allowed.is_set(*core)).take(2).map(|core| core.to_string()).collect();
    assert!(cores.len() > 1, "this test needs two cores");
    assert!(
        alone(&cores[0]) == alone(&cores.join(",")),
        "the number of computing threads changed the picture"
    );
}

#[test]
fn without_a_seed_one_is_drawn_and_shown() {
    let folder = Folder::new();
    let output = folder.clipig(&["render", "fruit.yaml", "-e", "1"]);
    let said = stderr(&output);
    let seed = said.split("--seed ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
    let drawn = pixels(&folder.path("fruit.png"));
    let again = folder.pixels(&["render", "fruit.yaml", "-e", "1", "--seed", &seed], "fruit-1.png");
    assert!(drawn == again, "the shown seed {seed} gave another picture");
    assert!(said.contains("fruit ") && said.contains(" x a strawberry "), "no table of targets: {said}");
}

#[test]
fn silence_means_silence() {
    let folder = Folder::new();
    let output = folder.clipig(&["render", "fruit.yaml", "-v", "0", "-e", "2"]);
    assert_eq!((stderr(&output).as_str(), stdout(&output).as_str()), ("", "fruit.png\n"));
}

#[test]
fn an_experiment_that_draws_nothing_says_so() {
    let folder = Folder::new();
    std::fs::write(folder.path("nothing.yaml"), "epochs: 1\nresolution: 32\n").unwrap();
    let warning = "warning: there are no `targets`, so nothing changes the first picture\n";
    assert!(stderr(&folder.clipig(&["render", "nothing.yaml"])).contains(warning));
    assert!(stderr(&folder.clipig(&["validate", "nothing.yaml"])).contains(warning));
    assert_eq!(stderr(&folder.clipig(&["render", "nothing.yaml", "-v", "0"])), "");
}

#[test]
fn bad_experiments_end_with_2_and_leave_nothing() {
    let folder = Folder::new();
    for (yaml, message) in [
        ("targets:\n- features:\n  - txt: a cat\n", "text"),
        ("resolution: -5\n", "resolution"),
        ("targets:\n- features:\n  - image: none.png\n", "none.png"),
        ("targets:\n- features:\n  - text: a\nlearnrate: 1 / (t * 0)\n", "division by zero"),
        ("targets:\n- features:\n  - text: a\n  transforms:\n  - random_crop: 500\n", "random_crop"),
    ] {
        std::fs::write(folder.path("bad.yaml"), yaml).unwrap();
        let output = folder.clipig(&["render", "bad.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert!(!stderr(&output).contains("panicked") && stdout(&output).is_empty());
        assert!(!folder.path("bad.png").exists());
    }
    assert_eq!(folder.clipig(&["render", "missing.yaml"]).status.code(), Some(2));
}

#[test]
fn an_error_on_the_way_keeps_the_picture_so_far() {
    let folder = Folder::new();
    let late = format!("{EXPERIMENT}learnrate: 1 / (3 - epoch)\n");
    std::fs::write(folder.path("late.yaml"), late).unwrap();
    let output = folder.clipig(&["render", "late.yaml", "--seed", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("epoch 3"), "{}", stderr(&output));
    assert_eq!(pixels(&folder.path("late.png")).len(), 48 * 48 * 3);
}

#[test]
fn an_interrupt_finishes_the_epoch_and_writes_the_picture() {
    let folder = Folder::new();
    let child = folder
        .command(&["render", "fruit.yaml", "-e", "100000", "--seed", "1", "-s", "0.1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = Owned::new(child.unwrap());
    let start = Instant::now();
    let picture = folder.path("fruit.png");
    while std::fs::metadata(&picture).map_or(0, |file| file.len()) == 0 {
        assert!(start.elapsed() < Duration::from_mins(3), "no snapshot came");
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(child.child(), Signal::INT);
    assert_eq!(child.wait().code(), Some(130));
    assert_eq!(pixels(&picture).len(), 32 * 32 * 3);
    // `fruit.yaml` is the experiment: it is never overwritten.
    assert_eq!(std::fs::read_to_string(folder.path("fruit.yaml")).unwrap(), EXPERIMENT);
}

/// The second interrupt waits for nobody, also not for the threads that compute: libtorch must not be taken away under
/// them. When it was, one of four such processes ended by a signal or told of a broken library.
#[test]
fn a_second_interrupt_ends_the_process_and_tells_of_no_fault() {
    let folder = Folder::new();
    for attempt in 0..8 {
        let picture = format!("{attempt}.png");
        let child = folder
            .command(&["render", "fruit.yaml", "-e", "100000", "-r", "64", "-s", "0.01", "-o", &picture])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = Owned::new(child.unwrap());
        let start = Instant::now();
        while std::fs::metadata(folder.path(&picture)).map_or(0, |file| file.len()) == 0 {
            assert!(start.elapsed() < Duration::from_mins(3), "no snapshot came");
            std::thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..2 {
            signal(child.child(), Signal::INT);
            std::thread::sleep(Duration::from_millis(10));
        }
        let output = child.output();
        assert_eq!(output.status.code(), Some(130), "{:?} {}", output.status, stderr(&output));
        assert!(!stderr(&output).contains("error"), "{}", stderr(&output));
    }
}

#[test]
fn images_travel_inside_the_picture() {
    let folder = Folder::new();
    image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 90]))
        .save(folder.path("start.png"))
        .unwrap();
    let yaml = "epochs: 2\nresolution: 32\ninit:\n  image: start.png\n  mean: 0\n  std: 1\ntargets:\n- features:\n  - image: start.png\n";
    std::fs::write(folder.path("image.yaml"), yaml).unwrap();
    let first = folder.pixels(&["render", "image.yaml", "--seed", "1"], "image.png");
    std::fs::remove_file(folder.path("start.png")).unwrap();
    let again = folder.pixels(&["render", "image.png"], "image-1.png");
    assert!(first == again);
}

/// As the original's main program: the picture is saved at the end, whether or not there was an epoch.
#[test]
fn a_run_without_epochs_writes_the_first_canvas() {
    let folder = Folder::new();
    let none = folder.pixels(&["render", "fruit.yaml", "-e", "0", "--seed", "7", "-o", "a.png"], "a.png");
    assert_eq!(none.len(), 32 * 32 * 3);
    let text = std::fs::read_to_string(folder.path("a.yaml")).unwrap();
    assert!(text.contains("# epochs: 0 / 0"), "{text}");
    // The first canvas of a run with epochs has the same seed and so the same noise: only a step lies between.
    let one = folder.pixels(&["render", "fruit.yaml", "-e", "1", "--seed", "7", "-o", "b.png"], "b.png");
    let moved = none.iter().zip(&one).filter(|(a, b)| a.abs_diff(**b) > 24).count();
    assert!(none != one && moved < none.len() / 3, "{moved} of {}", none.len());
    let repeated = folder.pixels(&["render", "a.png"], "a-1.png");
    assert!(none == repeated, "the picture did not repeat itself");
}

#[test]
fn seeds_do_not_run_over() {
    let folder = Folder::new();
    let last = u64::MAX.to_string();
    let output = folder.clipig(&["render", "fruit.yaml", "-e", "0", "--seed", &last, "--repeat", "2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the greatest seed is 18446744073709551615"), "{}", stderr(&output));
    assert!(stdout(&output).is_empty() && !folder.path("fruit.png").exists());
    folder.pixels(&["render", "fruit.yaml", "-e", "0", "--seed", &last], "fruit.png");
}

#[test]
fn broken_images_are_refused_and_those_of_phones_turned_upright() {
    let folder = Folder::new();
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/fixtures/images");
    for name in ["broken_off.jpg", "orientation-6.png", "upright.png"] {
        std::fs::copy(images.join(name), folder.path(name)).unwrap();
    }
    let yaml = |name: &str, place: &str| {
        let init = if place == "init" {
            format!("init: {{image: {name}, mean: 0, std: 1}}\n")
        } else {
            String::new()
        };
        let feature = if place == "feature" { format!("image: {name}") } else { "text: red".to_owned() };
        format!("epochs: 1\nresolution: 32\nlearnrate: .01\n{init}targets:\n- features:\n  - {feature}\n")
    };
    for place in ["init", "feature"] {
        std::fs::write(folder.path("broken.yaml"), yaml("broken_off.jpg", place)).unwrap();
        let output = folder.clipig(&["render", "broken.yaml", "--seed", "1"]);
        assert_eq!(output.status.code(), Some(2), "{place}: {}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("broken_off.jpg") && said.contains("breaks off"), "{place}: {said}");
        assert!(!folder.path("broken.png").exists() && stdout(&output).is_empty());
        let made = |name: &str| {
            std::fs::write(folder.path("turned.yaml"), yaml(name, place)).unwrap();
            let arguments = ["render", "turned.yaml", "--seed", "1", "-v", "0"];
            let output = folder.clipig(&arguments);
            assert!(output.status.success(), "{}", stderr(&output));
            pixels(&folder.path(stdout(&output).trim()))
        };
        assert!(made("orientation-6.png") == made("upright.png"), "{place}: the image lies on its side");
    }
}
