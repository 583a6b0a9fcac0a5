//! The reference and the schema, as far as they can be wrong.

use clipig_experiment::{
    Diagnostics, Overrides, SeriesKind, Source, animation_of, load, parameters, reference, series_of,
    sweep_of,
};

fn every_picture(sources: &[Source]) -> Result<(), Diagnostics> {
    let sweep = sweep_of(sources, &Overrides::default())?;
    assert!(sweep.count() > 1);
    (0..sweep.count()).try_for_each(|index| sweep.load(index).map(|_| ()))
}

fn every_frame(sources: &[Source]) -> Result<(), Diagnostics> {
    let animation = animation_of(sources, &Overrides::default())?;
    (0..animation.frames()).try_for_each(|frame| animation.load(frame, 1, "frame.png").map(|_| ()))
}

/// Every example of the registry is a piece of a valid experiment.
#[test]
fn every_example_of_the_reference_works() {
    let mut count = 0;
    for parameter in parameters().iter().filter(|parameter| !parameter.example.is_empty()) {
        let example = parameter.example;
        let indented = example.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
        let text = match parameter.parent() {
            "targets.transforms" if parameter.is_step() => format!("targets:\n- transforms:\n{indented}"),
            "targets.constraints" => format!("targets:\n- constraints:\n{indented}"),
            "postproc" if parameter.is_step() => format!("postproc:\n{indented}"),
            _ => example.to_owned(),
        };
        let sources = [Source::new("example", text.clone())];
        let problems = match series_of(&sources) {
            None => load(&sources, &Overrides::default()).err(),
            Some(SeriesKind::Sweep) => every_picture(&sources).err(),
            Some(SeriesKind::Animation) => every_frame(&sources).err(),
        };
        assert!(problems.is_none(), "{}:\n{text}\n{}", parameter.path, problems.unwrap());
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
