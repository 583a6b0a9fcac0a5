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
      = help: allowed here: `active`, `name`, `start`, `end`, `weight`, `mask`, `batch_size`, `cuts`, `select`, `feature_scale`, `features`, `transforms`, `models`, `constraints`
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

/// What `render` says of a text, `validate` and `submit` say before anything is computed or sent.
#[test]
fn texts_that_are_too_long_for_the_model_are_found() {
    let studio = Studio::new();
    // 98 words, 100 tokens.
    let yaml = include_str!("../../experiment/tests/field/long_tiny.yaml");
    studio.write("long.yaml", yaml);
    // The default model, whichever it is, takes as many tokens.
    studio.write("default.yaml", yaml.replace("model: clipig-tiny\n", ""));
    studio.write("elsewhere.yaml", yaml.replace("clipig-tiny", "a-model-of-the-farm"));
    let rendered = studio.run(&["render", "long.yaml"]).failed(2);
    let message =
        "`targets.0.features.0.text`: the text needs 100 tokens and the model takes 77: \"a red apple";
    assert!(rendered.contains(message), "{rendered}");
    for file in ["long.yaml", "default.yaml"] {
        let run = studio.run(&["validate", file]);
        assert_eq!(run.out, format!("{file}: 1 error\n"));
        let validated = run.failed(2);
        let line = validated.lines().find(|line| line.contains("tokens")).expect("the message");
        assert!(rendered.contains(line.trim_start_matches("error: ")), "{validated}\n{rendered}");
    }
    let submitted = studio.run(&["submit", "long.yaml", "--farm", "http://127.0.0.1:1"]).failed(2);
    assert!(submitted.contains(message), "{submitted}");
    let elsewhere = studio.run(&["validate", "elsewhere.yaml"]);
    assert!(elsewhere.err.starts_with("warning: unknown model \"a-model-of-the-farm\""), "{}", elsewhere.err);
    assert!(elsewhere.succeeded().starts_with("elsewhere.yaml: ok with 1 warning"));
}

#[test]
fn images_are_looked_for_and_not_fetched() {
    let studio = Studio::new();
    let yaml = |image: &str| format!("targets:\n- features:\n  - image: {image}\n");
    studio.write("experiments/there.yaml", yaml("red.bmp"));
    studio.write("experiments/red.bmp", support::plain_image([200, 0, 0]));
    studio.write("missing.yaml", yaml("none.png"));
    studio.write(
        "inactive.yaml",
        "targets:\n- active: no\n  features:\n  - image: none.png\n- features:\n  - text: a\n",
    );
    studio.write("web.yaml", yaml("http://127.0.0.1:1/a.png"));
    for file in ["experiments/there.yaml", "inactive.yaml", "web.yaml"] {
        studio.run(&["validate", file]).succeeded();
    }
    let rendered = studio.run(&["render", "missing.yaml"]).failed(2);
    let validated = studio.run(&["validate", "missing.yaml"]).failed(2);
    assert!(
        validated.contains("the image `none.png`: there is no such file; clipig looked for"),
        "{validated}"
    );
    assert!(rendered.contains(validated.trim()), "{rendered}\n{validated}");
    let submitted = studio.run(&["submit", "missing.yaml", "--farm", "http://127.0.0.1:1"]).failed(2);
    assert!(submitted.contains("the image `none.png`: there is no such file"), "{submitted}");
    let record = studio.run(&["validate", "--json", "missing.yaml"]).out;
    let record: Json = serde_json::from_str(&record).expect("it is JSON");
    assert!(record[0]["errors"][0]["message"].as_str().expect("a text").contains("none.png"));
}

#[test]
fn the_encoding_is_named() {
    let studio = Studio::new();
    let text: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    studio.write("wide.yaml", [b"\xff\xfe", text.as_slice()].concat());
    let run = studio.run(&["validate", "wide.yaml"]);
    assert!(run.failed(2).contains("wide.yaml: this is UTF-16; save it as UTF-8"));
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
    // All of them would take an hour.
    assert!(start.elapsed().as_secs() < 180);
}
