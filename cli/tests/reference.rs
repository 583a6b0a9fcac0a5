//! `clipig reference` and `clipig completions` from outside.

mod support;

use serde_json::Value as Json;
use support::Studio;

#[test]
fn one_parameter_is_explained() {
    let text = Studio::new().run(&["reference", "targets.0.transforms.quantize"]).succeeded();
    insta::assert_snapshot!(text, @r"
    targets.transforms.quantize
      type: list of 3 float
      expressions with: time, resolution, learnrate

    Rounds the colours down to multiples of this step: `.25` leaves four shades of each colour.

    example:
      - quantize: .25
    ");
}

#[test]
fn the_overview_has_a_line_for_everything() {
    let text = Studio::new().run(&["reference"]).succeeded();
    for part in ["\n  random_shift ", "\n    kernel_size ", "\n  snapshot_interval ", "postproc:"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.lines().count() < 180, "an overview can be overlooked");
}

#[test]
fn unknown_parameters_lead_to_known_ones() {
    let studio = Studio::new();
    let near = studio.run(&["reference", "targets.wieght"]).failed(2);
    assert!(near.contains("did you mean `targets.weight`?"), "{near}");
    let begun = studio.run(&["reference", "targets.feat"]).failed(2);
    assert!(begun.contains("targets.feature_scale, targets.features"), "{begun}");
    let far = studio.run(&["reference", "frobnicate"]).failed(2);
    assert!(far.contains("`clipig reference` lists all parameters"), "{far}");
}

#[test]
fn page_and_schema_are_for_files() {
    let studio = Studio::new();
    let page = studio.run(&["reference", "--all"]).succeeded();
    assert!(page.starts_with("# Reference\n") && page.ends_with('\n') && !page.ends_with("\n\n"));
    let schema: Json = serde_json::from_str(&studio.run(&["reference", "--schema"]).succeeded()).unwrap();
    assert!(schema["properties"]["targets"].is_object());
    assert_eq!(studio.run(&["reference", "--all", "--schema"]).code, Some(2));
    assert_eq!(studio.run_unread(&["reference", "--all"]).code, Some(0));
}

#[test]
fn shells_get_a_script_each() {
    let studio = Studio::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = studio.run(&["completions", shell]).succeeded();
        assert!(script.contains("validate") && script.contains("clipig"), "{shell}");
    }
    assert_eq!(studio.run(&["completions", "cmd"]).code, Some(2));
    assert_eq!(studio.run_unread(&["completions", "bash"]).code, Some(0));
}
