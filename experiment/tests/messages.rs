//! What people read when something is wrong. Look at a changed snapshot as an artist would.

use clipig_experiment::{Overrides, Source, load};

/// Errors, or else warnings, as they appear.
fn message(texts: &[(&str, &str)]) -> String {
    let sources: Vec<Source> = texts.iter().map(|(name, text)| Source::new(*name, *text)).collect();
    match load(&sources, &Overrides::default()) {
        Ok(loaded) => loaded.warnings.to_string(),
        Err(errors) => errors.to_string(),
    }
}

macro_rules! messages {
    ($($name:ident: $yaml:expr;)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), message(&[("spoon.yaml", $yaml)]));
            }
        )*
    };
}

messages! {
    a_name_is_mistyped: "targets:\n- features:\n  - text: a spoon\n    wieght: 2\n  trasforms:\n  - noise: .1\n";
    a_name_belongs_elsewhere: "targets:\n- text: a spoon\n";
    a_name_in_an_expression_is_mistyped: "targets:\n- features:\n  - text: a\n  transforms:\n  - noise: .1 * sinn(t)\n";
    sim_where_there_is_none: "learnrate: 1 - sim / 100\n";
    a_conditional_is_split: "resolution: 224 if t < .2 else 448\n";
    a_call_is_split: "resolution: pow(224, 1.2)\n";
    the_wrong_number_of_values: "targets:\n- features:\n  - text: a\n  transforms:\n  - random_shift: 1 2 3\n";
    one_of_several_values_is_bad: "init:\n  mean: [.5, .5, half]\n  std: .1 .1 x\n";
    a_map_instead_of_a_list: "targets:\n- features:\n  - text: a\n  transforms:\n    resize: 224\n";
    a_value_instead_of_a_map: "targets:\n- features:\n  - text: a\n  transforms:\n  - rotate: 5\n  - blur:\n";
    a_word_instead_of_an_entry: "targets:\n- features:\n  - just text\n  transforms:\n  - resize\n";
    no_text: "targets:\n- features:\n  - text: ''\n  - weight: 2\n  - text: a\n    image: b.png\n";
    not_allowed_after_all: "optimizer: adm\ndevice: gpu\ninterpolation: cube\ntargets:\n- select: first\n  features:\n  - text: a\n";
    out_of_range: "resolution: -5 100000\nepochs: -1\nlearnrate: .nan\ntargets:\n- batch_size: 0\n  constraints:\n  - mean: {}\n";
    resizing_in_post_processing: "postproc:\n- center_crop: 224\n";
    a_missing_parameter: "targets:\n- features:\n  - text: a\n  transforms:\n  - random_rotate:\n      center: .5\n";
    yaml_indentation: "targets:\n  - features:\n      - text: a curly spoon\n  transforms:\n    - random_shift: 0 1\n";
    yaml_colon: "targets:\n  - features:\n      - text: spoon: curly\n";
    yaml_tab: "targets:\n\t- features:\n";
    yaml_unclosed: "resolution: [640, 480\nepochs: 3\n";
    a_name_twice: "epochs: 10\nresolution: 64\nepochs: 20\n";
    nothing_at_all: "# only a comment\n";
    not_an_integer: "epochs: many\nverbose: [1]\nseed: random()\n";
    a_division_by_zero: "resolution: 100/0\n";
    warnings: "targets:\n- name: yes\n  active: 'no'\n  start: 50\n  end: 10\n- features:\n  - text: 10:30\n  batch_size: 5\n  feature_scale: fare\ninit:\n  image: a.png\n";
}

#[test]
fn every_file_is_named() {
    let text = message(&[("first.yaml", "epochs: x\n"), ("second.yaml", "learnrate: 2\nepochs: y\n")]);
    insta::assert_snapshot!("every_file_is_named", text);
}

#[test]
fn flags_are_named() {
    let overrides = Overrides {
        epochs: Some(-3),
        resolution: vec![1, 2, 3],
        optimizer: Some("adm".to_owned()),
        ..Overrides::default()
    };
    insta::assert_snapshot!("flags_are_named", load(&[], &overrides).unwrap_err().to_string());
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("learnrate: {}1 + nme + {}1\n", "0 + ".repeat(100), "0 + ".repeat(100));
    insta::assert_snapshot!("long_lines", message(&[("long.yaml", &text)]));
}
