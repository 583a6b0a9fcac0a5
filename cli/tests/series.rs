//! `clipig sweep` and `clipig animate` as a person runs them, on this machine.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;
mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use support::{Run, Studio};

use self::process::Owned;

/// Small enough for many pictures in a second.
const APPLE: &str = "\
epochs: 3
resolution: 16
seed: 5
model: clipig-tiny
device: cpu
targets:
- batch_size: 2
  features:
  - text: a red apple
  transforms:
  - noise: .1
  - random_crop: 12
";

const SWEEP: &str = "\
sweep:
  judge: clipig-tiny
  parameters:
    seed: 1..2
    learnrate: [1, 3]
";

const ANIMATION: &str = "\
animation:
  frames: 5
  strength: .5
  zoom: 1.1
  rotate: {0: 0, 4: 8}
  prompts: {0: a red apple, 4: a lemon}
";

fn studio(more: &str) -> Studio {
    let studio = Studio::new();
    studio.write("apple.yaml", format!("{APPLE}{more}"));
    studio
}

fn pixels(path: &Path) -> Vec<u8> {
    image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_rgb8().into_raw()
}

/// All pictures of a folder with their names.
fn files(studio: &Studio, folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = support::files_below(&studio.path(folder))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

/// Runs the command until a file is there, and kills it then.
fn killed_at(studio: &Studio, arguments: &[&str], file: &str) {
    let mut command = studio.command(arguments);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut child = Owned::new(child);
    let start = Instant::now();
    while !studio.path(file).exists() {
        assert!(start.elapsed() < Duration::from_mins(3), "{file} did not come");
        let has_ended = child.child().try_wait().unwrap().is_some();
        assert!(!has_ended || studio.path(file).exists(), "it ended without {file}");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.child().kill().unwrap();
    child.wait();
}

#[test]
fn a_sweep_draws_what_render_draws_and_rates_it() {
    let studio = studio(SWEEP);
    let run = studio.run(&["sweep", "apple.yaml", "--threads", "1"]);
    assert!(run.err.contains("has drawn some of these pictures itself"), "{}", run.err);
    let out = run.succeeded();
    let rows: Vec<&str> = out.lines().collect();
    assert!(rows[0].starts_with("picture  seed  learnrate  score"), "{out}");
    assert!(rows[4].starts_with("004.png  2     3"), "{out}");
    assert!(rows[5].starts_with("best, says clipig-tiny: apple-sweep/00"), "{out}");
    assert_eq!((rows[6], rows.len()), ("apple-sweep/sheet.png", 7), "{out}");
    let drawn = files(&studio, "apple-sweep");
    assert_eq!(names(&drawn), ["001.png", "002.png", "003.png", "004.png", "sheet.png"]);
    // Two pictures of 256 pixels in a row: 16 x 16 pixels are made larger.
    let sheet = image::open(studio.path("apple-sweep/sheet.png")).unwrap();
    assert_eq!(sheet.width(), 2 * 268 + 12);
    let table = std::fs::read_to_string(studio.path("apple-sweep/table.csv")).unwrap();
    assert!(table.starts_with("picture,seed,learnrate,score,error\n001.png,1,1,"), "{table}");

    let plain = ["render", "plain.yaml", "--threads", "1", "--seed", "2", "--learnrate", "3"];
    studio.write("plain.yaml", APPLE);
    studio.run(&plain).succeeded();
    assert!(pixels(&studio.path("plain.png")) == pixels(&studio.path("apple-sweep/004.png")));

    // Again: everything is there. One picture is missing: it is drawn, the same.
    std::fs::remove_file(studio.path("apple-sweep/002.png")).unwrap();
    let again = studio.run(&["sweep", "apple.yaml", "--threads", "1", "--json"]);
    assert!(again.err.contains("3 of 4 pictures are there"), "{}", again.err);
    let json: Json = serde_json::from_str(&again.succeeded()).unwrap();
    assert_eq!(json["pictures"][1]["values"], serde_json::json!({ "seed": "1", "learnrate": "3" }));
    let scores: Vec<f64> = (0..4).map(|index| json["pictures"][index]["score"].as_f64().unwrap()).collect();
    let best = scores.iter().copied().fold(f64::MIN, f64::max);
    let place = scores.iter().position(|score| *score == best).unwrap();
    assert_eq!(json["best"], json["pictures"][place]["picture"]);
    assert!(drawn == files(&studio, "apple-sweep"), "the second run changed a picture");
}

#[test]
fn a_killed_sweep_goes_on() {
    // Long enough that there is a picture under way when the one before it is there.
    let studio = studio("sweep: {parameters: {seed: 1..4}}\n");
    let arguments = |folder| ["sweep", "apple.yaml", "-e", "30", "-o", folder];
    studio.run(&arguments("whole")).succeeded();
    killed_at(&studio, &arguments("killed"), "killed/002.png");
    studio.run(&arguments("killed")).succeeded();
    assert!(files(&studio, "whole") == files(&studio, "killed"), "the pictures differ");
}

#[test]
fn a_picture_that_fails_does_not_stop_the_others() {
    // Of 30 epochs, the second and the fourth are not among those that are tried beforehand.
    let studio = studio("sweep: {parameters: {learnrate: [1/(epoch-2), 1, 1/(epoch-4), 2]}}\n");
    let run = studio.run(&["sweep", "apple.yaml", "-e", "30", "-o", "rates"]);
    assert_eq!(names(&files(&studio, "rates")), ["002.png", "004.png", "sheet.png"]);
    let failed = run.failed(1);
    for part in ["001.png (learnrate 1/(epoch-2))", "003.png (learnrate 1/(epoch-4))", "2 pictures failed"] {
        assert!(failed.contains(part), "{failed}");
    }
}

#[test]
fn a_folder_holds_one_series() {
    let studio = studio(SWEEP);
    studio.write("full/notes.txt", "mine");
    let refused = studio.run(&["sweep", "apple.yaml", "-o", "full"]).failed(2);
    assert!(refused.contains("full is not empty"), "{refused}");
    studio.run(&["sweep", "apple.yaml", "-e", "0", "-o", "one"]).succeeded();
    let refused = studio.run(&["sweep", "apple.yaml", "-e", "1", "-o", "one"]).failed(2);
    assert!(refused.contains("one holds another sweep") && refused.contains("-o"), "{refused}");
}

#[test]
fn commands_for_one_picture_name_those_for_many() {
    let (sweep, animation) = (studio(SWEEP), studio(ANIMATION));
    for command in ["render", "submit"] {
        let said = sweep.run(&[command, "apple.yaml"]).failed(2);
        assert!(said.contains("apple.yaml:13:1") && said.contains("clipig sweep FILE"), "{said}");
        let said = animation.run(&[command, "apple.yaml"]).failed(2);
        assert!(said.contains("apple.yaml:13:1") && said.contains("clipig animate FILE"), "{said}");
    }
    let said = sweep.run(&["validate", "apple.yaml"]).succeeded();
    assert!(said.starts_with("apple.yaml: ok (4 pictures; the first: 1 target"), "{said}");
    let said = animation.run(&["validate", "apple.yaml"]).succeeded();
    assert!(said.starts_with("apple.yaml: ok (5 frames; the first: 1 target"), "{said}");
    let json: Json = serde_json::from_str(&sweep.run(&["validate", "--json", "apple.yaml"]).out).unwrap();
    assert_eq!((&json[0]["pictures"], &json[0]["ok"]), (&4.into(), &true.into()));
    animation.write("still.yaml", format!("{}{ANIMATION}", APPLE.replace("epochs: 3", "epochs: 0")));
    let said = animation.run(&["validate", "still.yaml"]).failed(2);
    assert!(said.contains("needs at least one epoch per frame"), "{said}");
    let wrong = studio("sweep: {parameters: {learnrate: [1, 1/t]}}\n");
    let said = wrong.run(&["validate", "apple.yaml"]).failed(2);
    assert!(said.contains("picture 2: learnrate: `1/t` failed in epoch 0"), "{said}");
    // A judge is found before anything is drawn.
    let unknown = studio("sweep: {judge: nobody, parameters: {seed: 1..2}}\n");
    let run: Run = unknown.run(&["sweep", "apple.yaml"]);
    assert!(run.failed(2).contains("nobody") && !unknown.path("apple-sweep").exists());
    let said = unknown.run(&["validate", "apple.yaml"]).failed(2);
    assert!(said.starts_with("error: sweep.judge: unknown model \"nobody\""), "{said}");
}

#[test]
fn crops_that_do_not_fit_are_found_before_anything_is_drawn() {
    let studio = studio("sweep: {parameters: {targets.transforms.random_crop: [8, 500]}}\n");
    let said = studio.run(&["sweep", "apple.yaml", "-o", "folder"]).failed(2);
    assert!(said.contains("random_crop 500: ") && said.contains("cannot be cut from"), "{said}");
    assert!(!studio.path("folder").exists());
}

#[test]
fn models_that_are_missing_are_found_before_anything_is_drawn() {
    let studio = studio("sweep: {parameters: {model: [clipig-tiny, RN50]}}\n");
    let said = studio.run(&["sweep", "apple.yaml", "-o", "folder"]).failed(2);
    assert!(said.contains("model RN50: ") && said.contains("`clipig model pull RN50`"), "{said}");
    assert!(!studio.path("folder").exists());
}

#[test]
fn images_that_are_missing_are_found_before_anything_is_drawn() {
    let sweep = studio("init: {image: none.png}\nsweep: {parameters: {seed: 1..2}}\n");
    let animation = studio(&format!("init: {{image: none.png}}\n{ANIMATION}"));
    for (studio, command) in [(sweep, "sweep"), (animation, "animate")] {
        let said = studio.run(&["validate", "apple.yaml"]).failed(2);
        assert_eq!(said.matches("the image `none.png`: there is no such file").count(), 1, "{said}");
        let said = studio.run(&[command, "apple.yaml", "-o", "folder"]).failed(2);
        assert!(said.contains("`none.png`: there is no such file"), "{said}");
        assert!(!studio.path("folder").exists());
    }
}

#[test]
fn a_killed_animation_goes_on_with_the_same_frames() {
    let studio = studio(ANIMATION);
    let arguments = |folder| ["animate", "apple.yaml", "-e", "40", "-o", folder];
    assert_eq!(studio.run(&arguments("whole")).succeeded(), "whole\n");
    let whole = files(&studio, "whole");
    assert_eq!(names(&whole), ["00000.png", "00001.png", "00002.png", "00003.png", "00004.png"]);
    for file in ["killed/series.json", "killed/00001.png", "killed/00003.png"] {
        killed_at(&studio, &arguments("killed"), file);
    }
    studio.run(&arguments("killed")).succeeded();
    assert!(whole == files(&studio, "killed"), "the frames differ");
    let frame = |name: &str| pixels(&studio.path(name));
    assert!(frame("whole/00001.png") != frame("whole/00000.png"), "nothing moves");
    // A frame repeats itself: the frame before travels inside it.
    studio.run(&["render", "whole/00003.png", "-o", "again.png"]).succeeded();
    assert!(frame("again.png") == frame("whole/00003.png"));
}

#[test]
fn frames_become_a_film() {
    let studio = studio(&ANIMATION.replace("frames: 5", "frames: 3").replace("4: ", "2: "));
    let film = studio.run(&["animate", "apple.yaml", "-o", "frames", "--video", "film.gif"]).succeeded();
    assert_eq!(film, "film.gif\n");
    let bytes = std::fs::read(studio.path("film.gif")).unwrap();
    assert!(bytes.starts_with(b"GIF89a"));
    let again = studio.run(&["animate", "apple.yaml", "-o", "frames", "--video", "film.gif"]).failed(2);
    assert!(again.contains("the file exists already"), "{again}");
}
