//! `clipig validate` from outside.

mod support;

use serde_json::Value as Json;
use support::Studio;

const GOOD: &str = "epochs: 50\nresolution: 64 48\ntargets:\n- batch_size: 3\n  features:\n  - text: a spoon\n  \
                    transforms:\n  - noise: 0.1*ti\n- features:\n  - text: a fork\n";
const BAD: &str = "epochs: 9\ntargets:\n- wieght: 1\n  features:\n  - text: a spoon\n";
const LATE: &str = "epochs: 50\ntargets:\n- features:\n  - text: a spoon\n    weight: 1/t\n";

fn studio() -> Studio {
    let studio = Studio::new();
    studio.write("good.yaml", GOOD);
    studio.write("bad.yaml", BAD);
    studio.write("late.yaml", LATE);
    studio
}

#[test]
fn a_good_experiment_is_summed_up() {
    let run = studio().run(&["validate", "good.yaml"]);
    assert_eq!(run.err, "");
    insta::assert_snapshot!(run.succeeded(), @"good.yaml: ok (2 targets, 4 samples per epoch at most, 50 epochs, 64 x 48 pixels)");
}

#[test]
fn every_file_is_judged_by_itself() {
    let run = studio().run(&["validate", "bad.yaml", "good.yaml", "late.yaml", "missing.yaml"]);
    insta::assert_snapshot!(run.out, @r"
    bad.yaml: 1 error
    good.yaml: ok (2 targets, 4 samples per epoch at most, 50 epochs, 64 x 48 pixels)
    late.yaml: 1 error
    missing.yaml: cannot be read
    ");
    insta::assert_snapshot!(run.failed(2), @r"
    error: `wieght` is not a parameter of a target
     --> bad.yaml:3:3
      |
    3 | - wieght: 1
      |   ^^^^^^ did you mean `weight`?
      |
      = note: parameter: targets.0.wieght
      = help: allowed here: `active`, `name`, `start`, `end`, `weight`, `batch_size`, `select`, `feature_scale`, `features`, `transforms`, `constraints`
    error: targets.0.features.0.weight: `1/t` failed in epoch 0: division by zero
    error: there is no file `missing.yaml`
    ");
}

#[test]
fn standard_input_is_read_and_programs_get_json() {
    let studio = studio();
    let run = studio.run_with_input(&["validate", "-"], GOOD);
    assert!(run.succeeded().starts_with("standard input: ok"));
    let run = studio.run(&["validate", "--json", "bad.yaml", "good.yaml"]);
    let records: Json = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!((&records[0]["ok"], &records[1]["ok"]), (&false.into(), &true.into()));
    assert_eq!(records[0]["errors"][0]["line"], 3);
    assert_eq!(records[0]["errors"][0]["parameter"], "targets.0.wieght");
    assert_eq!(records[1]["samples_per_epoch"], 4);
    assert_eq!(run.failed(2), "");
}

#[test]
fn hostile_files_end_quickly() {
    let studio = Studio::new();
    studio.write("huge.yaml", "a".repeat(5 << 20));
    studio.write("binary.yaml", b"\xff\x00\xff");
    let slow = "  - text: a\n    weight: sum(sin(x*t) for x in range(9000))\n".repeat(2000);
    studio.write("slow.yaml", format!("targets:\n- features:\n{slow}"));
    let start = std::time::Instant::now();
    studio.run(&["validate", "huge.yaml"]).failed(2);
    studio.run(&["validate", "binary.yaml"]).failed(2);
    let slow = studio.run(&["validate", "slow.yaml"]);
    assert!(slow.err.contains("not all of them were tried"), "{:?} {}", slow.code, slow.err);
    // All of them would take many minutes.
    assert!(start.elapsed().as_secs() < 60);
}
