//! Sweeps and animations on real farms, whose coordinator and whose client are killed on the way.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;

use std::path::Path;
use std::process::Stdio;

use self::farm::{Farm, hash};
use self::process::Owned;

const APPLE: &str = "\
epochs: 100
resolution: 16
seed: 5
model: clipig-tiny
verbose: 0
targets:
- batch_size: 4
  features:
  - text: a red apple
  transforms:
  - noise: .1
";

/// The hashes of these pictures of a folder.
fn hashes(folder: &Path, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| hash(&folder.join(name))).collect()
}

/// What `clipig` makes of a file on this machine, with one thread as the workers have.
fn made_here(farm: &Farm, command: &str) {
    farm.ask(&[command, "apple.yaml", "--threads", "1", "-o", "here"]);
}

#[test]
fn a_sweep_finds_its_jobs_again_after_everybody_was_killed() {
    const PICTURES: [&str; 4] = ["001.png", "002.png", "003.png", "004.png"];
    let mut farm = Farm::start("sweep").with_workers(2);
    let apple = APPLE.replace("epochs: 100", "epochs: 60");
    let sweep = format!("{apple}sweep: {{parameters: {{seed: 1..2, learnrate: [1, 3]}}}}\n");
    std::fs::write(farm.folder().join("apple.yaml"), sweep).unwrap();
    let address = farm.address();
    let arguments = ["sweep", "apple.yaml", "--farm", address.as_str(), "--jobs", "2", "-o", "there"];
    let client = farm.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut client = Owned::new(client.unwrap());
    farm.wait_until("two jobs are there", || farm.known_jobs().len() >= 2);
    client.child().kill().unwrap();
    client.wait();
    farm.restart_coordinator();
    farm.wait_until("the coordinator answers", || farm.overview().is_some());
    // The coordinator is killed again in the middle of the sweep, while the client watches: two pictures are there, and it
    // has submitted the others.
    let client = farm.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let client = Owned::new(client.unwrap());
    farm.wait_until("the last picture is under way", || farm.job(4).is_some_and(|job| job.epochs_done > 0));
    farm.restart_coordinator();
    let output = client.output();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.ends_with("there/sheet.png\n"), "{said}{}", farm.logs());
    assert_eq!(farm.known_jobs().len(), 4, "a picture was submitted twice");
    made_here(&farm, "sweep");
    assert_eq!(
        hashes(&farm.folder().join("there"), &PICTURES),
        hashes(&farm.folder().join("here"), &PICTURES)
    );
}

#[test]
fn a_job_that_fails_is_named_and_the_others_are_fetched() {
    let farm = Farm::start("failing").with_workers(1);
    // Of 30 epochs, the second is not among those that are tried beforehand.
    let rates = "sweep: {parameters: {learnrate: [1/(epoch-2), 1]}}\n";
    std::fs::write(farm.folder().join("apple.yaml"), format!("{APPLE}{rates}")).unwrap();
    let output =
        farm.clipig(&["sweep", "apple.yaml", "--farm", farm.address().as_str(), "-e", "30", "-o", "there"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}{}", farm.logs());
    assert!(
        said.contains("001.png (learnrate 1/(epoch-2)): ") && said.contains("1 picture failed"),
        "{said}"
    );
    assert!(farm.folder().join("there/002.png").is_file());
    assert!(said.contains("and then the same command fetches its picture"), "{said}");
}

#[test]
fn an_animation_is_the_same_wherever_it_is_drawn_and_whoever_is_killed() {
    const FRAMES: [&str; 3] = ["00000.png", "00001.png", "00002.png"];
    let mut farm = Farm::start("animation").with_workers(2);
    let animation = format!("{APPLE}animation: {{frames: 3, strength: .5, zoom: 1.1, rotate: 5}}\n");
    std::fs::write(farm.folder().join("apple.yaml"), animation).unwrap();
    let address = farm.address();
    let arguments = ["animate", "apple.yaml", "--farm", address.as_str(), "-o", "there"];
    let start = |farm: &Farm| {
        let client = farm.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Owned::new(client.unwrap())
    };
    // The client is killed in the first frame.
    let mut client = start(&farm);
    farm.wait_until("a job is there", || !farm.known_jobs().is_empty());
    client.child().kill().unwrap();
    client.wait();
    // The coordinator is killed in the second one, while the client watches.
    let client = start(&farm);
    farm.wait_until("the second frame is under way", || farm.job(2).is_some_and(|job| job.epochs_done > 0));
    farm.restart_coordinator();
    let output = client.output();
    assert!(output.status.success(), "{}", farm.logs());
    assert_eq!(farm.known_jobs().len(), 3, "a frame was submitted twice");
    made_here(&farm, "animate");
    assert_eq!(hashes(&farm.folder().join("there"), &FRAMES), hashes(&farm.folder().join("here"), &FRAMES));
}
