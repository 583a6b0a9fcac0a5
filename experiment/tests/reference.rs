//! The reference and the schema, as far as they can be wrong.

use clipig_experiment::{Overrides, Source, load, parameters, reference};

/// Every example of the registry is a piece of a valid experiment.
#[test]
fn every_example_of_the_reference_works() {
    let mut count = 0;
    for parameter in parameters().iter().filter(|parameter| !parameter.example.is_empty()) {
        let example = parameter.example;
        let indented = example.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
        let text = match parameter.parent() {
            "targets.transforms" => format!("targets:\n- transforms:\n{indented}"),
            "targets.constraints" => format!("targets:\n- constraints:\n{indented}"),
            "postproc" if parameter.is_step() => format!("postproc:\n{indented}"),
            _ => example.to_owned(),
        };
        let loaded = load(&[Source::new("example", text.clone())], &Overrides::default());
        assert!(loaded.is_ok(), "{}:\n{text}\n{}", parameter.path, loaded.err().unwrap());
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[test]
fn the_page_describes_every_parameter() {
    let page = reference::page();
    for parameter in parameters().iter() {
        assert!(page.contains(&format!("# `{}`\n", parameter.path)), "{}", parameter.path);
    }
    assert!(!page.contains("\n\n\n"));
}

#[test]
fn a_topic_reads_well() {
    insta::assert_snapshot!(
        "topic_random_rotate",
        reference::topic("targets.transforms.random_rotate.degree").unwrap()
    );
    insta::assert_snapshot!("topic_select", reference::topic("targets.select").unwrap());
    insta::assert_snapshot!(
        "topic_missing",
        reference::topic("targets.transforms.nois").unwrap_err().to_string()
    );
}
