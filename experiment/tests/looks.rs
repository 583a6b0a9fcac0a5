//! Directions, and the constraints on colours: what is read, and what is said of mistakes.

use clipig_experiment::{
    ConstraintKind, Direction, FeatureLoss, FeatureSource, Loaded, Overrides, Source, Style, Subject, load,
};

fn load_one(text: &str) -> Result<Loaded, String> {
    load(&[Source::new("look.yaml", text)], &Overrides::default()).map_err(|errors| errors.to_string())
}

fn one(text: &str) -> Loaded {
    load_one(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

fn error(text: &str) -> String {
    load_one(text).expect_err("an error")
}

fn feature_error(feature: &str) -> String {
    error(&format!("targets: [{{features: [{feature}]}}]\n"))
}

const LOOKS: &str = "\
targets:
- features:
  - direction:
      from: a photo
      to: a pencil drawing
    loss: spherical
    weight: t
  - direction: {from_image: before.png, to_image: after.png, origin: first.png}
  - style: {image: night.jpg, depth: .25}
  constraints:
  - histogram: {image: sunset.jpg, loss: l1}
  - palette:
      colors:
      - color: .9 .8 .2
      - color: t
      weight: 2*t
- active: no
  features:
  - direction: {from: a, to_image: unused.png}
  constraints:
  - histogram: {image: unused.jpg}
";

#[test]
fn directions_and_colours_are_read() {
    let loaded = one(LOOKS);
    let [target, _] = &loaded.experiment.targets[..] else { panic!("two targets") };
    let [words, images, style] = &target.features[..] else { panic!("three features") };
    let wanted = Direction {
        from: Subject::Text("a photo".to_owned()),
        to: Subject::Text("a pencil drawing".to_owned()),
        origin: None,
    };
    assert_eq!(words.source, FeatureSource::Direction(Box::new(wanted)));
    assert_eq!(
        (words.loss, words.source.shown().as_ref()),
        (FeatureLoss::Spherical, "a photo → a pencil drawing")
    );
    let texts = words.texts();
    assert_eq!(texts[0], ("targets.0.features.0.direction.from".to_owned(), "a photo"));
    assert_eq!(texts[1], ("targets.0.features.0.direction.to".to_owned(), "a pencil drawing"));
    assert_eq!(images.source.images(), ["before.png", "after.png", "first.png"]);
    assert!(images.texts().is_empty());
    assert_eq!(style.source, FeatureSource::Style(Style { image: "night.jpg".to_owned(), depth: 0.25 }));
    let [histogram, palette] = &target.constraints[..] else { panic!("two constraints") };
    assert_eq!(histogram.kind.image(), Some("sunset.jpg"));
    let ConstraintKind::Palette(colors) = &palette.kind else { panic!("{palette:?}") };
    assert_eq!(colors.len(), 2);
    assert!(colors[1].iter().all(|value| value.as_constant().is_none()), "it may change over time");
    let images: Vec<&str> = loaded.experiment.image_names().into_iter().collect();
    assert_eq!(images, ["after.png", "before.png", "first.png", "night.jpg", "sunset.jpg"]);
}

#[test]
fn the_whole_experiment_is_the_same_experiment() {
    let yaml = one(LOOKS).to_yaml();
    assert_eq!(one(&yaml).to_yaml(), yaml);
    assert!(yaml.contains("from: a photo") && yaml.contains("origin: first.png"), "{yaml}");
    let plain = one("targets: [{features: [{text: a}], constraints: [{blur: {}}]}]").to_yaml();
    for name in ["direction", "histogram", "palette:"] {
        assert!(!plain.lines().any(|line| line.trim_start().starts_with(name)), "{plain}");
    }
}

#[test]
fn a_direction_has_two_ends() {
    for (feature, message) in [
        ("{direction: {to: a}}", "a direction needs `from` (a text) or `from_image` (an image file)"),
        ("{direction: {from: a}}", "a direction needs `to` (a text) or `to_image` (an image file)"),
        ("{direction: {from: a, to: a}}", "`from` and `to` are the same"),
        ("{direction: {from: a, from_image: a.png, to: b}}", "either `from` or `from_image`, not both"),
        ("{direction: {from: a, to: ''}}", "the text is empty"),
        ("{direction: {from: a, to: b, origin: ' '}}", "remove the line to measure from the first canvas"),
        ("{direction: {from: a, to: b}, text: c}", "a feature has either `direction` or `text`, not both"),
        ("{direction: {from: a, to: b}, loss: l2}", "a `direction` is compared by its angle alone"),
        ("{direction: {form: a, to: b}}", "did you mean `from`?"),
        ("{style: {depth: .5}}", "`style` needs `image`"),
        ("{style: {image: a.png, depth: 1.5}}", "`depth` is too large"),
        ("{style: {image: a.png}, loss: l1}", "a `style` is compared by its angle alone"),
        ("{style: {image: a.png}, direction: {from: a, to: b}}", "either `direction` or `style`, not both"),
        ("{direction: a}", "takes its parameters by name"),
    ] {
        let found = feature_error(feature);
        assert!(found.contains(message), "{feature}: {found}");
    }
    let many = ["{style: {image: a.png}}"; 9].join(", ");
    assert!(feature_error(&many).contains("there are 9 features `style`; at most 8 are allowed"));
    // Each of three models has patches of its own, and nobody wrote nine.
    let several = |head: &str, count: usize| {
        let features = vec!["{style: {image: a.png}}"; count].join(", ");
        load_one(&format!(
            "models: [{{name: a}}, {{name: b}}, {{name: c}}]\ntargets: [{{features: [{features}]{head}}}]\n"
        ))
    };
    assert!(several("", 2).is_ok());
    let found = several("", 3).expect_err("too many");
    assert!(
        found.contains("there are 3 features `style`, which makes 9 because several models see them"),
        "{found}"
    );
    assert!(found.contains("`models` of a target names the models that see it"), "{found}");
    assert!(several(", models: [{name: b}]", 8).is_ok());
    let found = several(", models: [{name: b}]", 9).expect_err("too many");
    assert!(found.contains("there are 9 features `style`; at most 8 are allowed"), "{found}");
    let target = |more: &str| {
        error(&format!("targets: [{{features: [{{text: c}}, {{direction: {{from: a, to: b}}}}], {more}}}]\n"))
    };
    assert!(target("select: mix").contains("`mix` cannot mix a `direction` with other features"));
    assert!(target("feature_scale: fair").contains("`fair` cannot scale a `direction`"));
}

#[test]
fn a_look_in_a_wrong_form_is_the_only_mistake_of_its_feature() {
    for (feature, message) in [
        ("style: a.png", "`style` takes its parameters by name"),
        ("direction: a -> b", "`direction` takes its parameters by name"),
    ] {
        let found = error(&format!("targets: [{{features: [{{{feature}}}]}}]\n"));
        assert!(found.contains(message) && !found.contains("a feature needs"), "{found}");
    }
}

#[test]
fn colours_in_other_numbers_and_in_words_are_explained() {
    let places = |color: &str| {
        [
            format!("canvas: {{model: palette, palette: [{{color: {color}}}, {{color: 1}}]}}\n"),
            format!("targets: [{{constraints: [{{palette: {{colors: [{{color: {color}}}]}}}}]}}]\n"),
            format!("postproc: [{{border: {{color: {color}}}}}]\n"),
            format!("targets: [{{transforms: [{{pad: {{size: 4, color: {color}}}}}]}}]\n"),
        ]
    };
    for text in places("255 128 0") {
        let found = one(&text).warnings.to_string();
        assert!(
            found.contains("colours go from 0 to 1") && found.contains("`color: 1 0.5 0`"),
            "{text}: {found}"
        );
    }
    for text in places("1 .5 1.2") {
        assert!(!one(&text).warnings.to_string().contains("colours go"), "{text}");
    }
    for text in places("'#ff8000'") {
        let found = error(&text);
        assert!(found.contains("`#ff8000` is `1 0.5 0`"), "{text}: {found}");
    }
    for text in places("red") {
        let found = error(&text);
        assert!(found.contains("`1 0 0` is red"), "{text}: {found}");
    }
    let listed = error("canvas: {model: palette, palette: [red, blue]}\n");
    assert!(listed.contains("- color: 1 .9 .7"), "{listed}");
}

#[test]
fn bounds_that_nothing_can_keep_are_told() {
    let warnings = |bounds: &str| one(&format!("targets: [{{constraints: [{{mean: {{{bounds}}}}}]}}]\n"));
    let found = warnings("above: .9, below: .1").warnings.to_string();
    assert!(found.contains("nothing is above 0.9 and below 0.1"), "{found}");
    assert!(found.contains("`above: 0.1` and `below: 0.9`"), "{found}");
    for bounds in ["above: .5, below: .5", "above: .1, below: .9", "above: t, below: .1", "above: .9"] {
        assert!(warnings(bounds).warnings.is_empty(), "{bounds}");
    }
}

#[test]
fn colours_must_be_given() {
    let constraint = |text: &str| error(&format!("targets: [{{constraints: [{text}]}}]\n"));
    for (text, message) in [
        ("{palette: {}}", "a palette of 0 colours is not possible"),
        ("{palette: {colors: [{colour: 1}]}}", "did you mean `color`?"),
        ("{palette: {colors: [{}]}}", "`colors` needs `color`"),
        ("{histogram: {}}", "`histogram` needs `image`"),
        ("{histogram: {image: ''}}", "the name of the image is empty"),
    ] {
        let found = constraint(text);
        assert!(found.contains(message), "{text}: {found}");
    }
    let many = format!("{{palette: {{colors: [{}]}}}}", vec!["{color: 1}"; 65].join(", "));
    assert!(constraint(&many).contains("a palette of 65 colours is not possible"));
    let many = vec!["{histogram: {image: a.png}}"; 65].join(", ");
    assert!(constraint(&many).contains("there are 65 constraints `histogram`; at most 64 are allowed"));
    // However many models see the features beside them.
    let models = "models: [{name: a}, {name: b}, {name: c}]";
    let several = |count: usize| {
        let histograms = vec!["{histogram: {image: a.png}}"; count].join(", ");
        load_one(&format!("{models}\ntargets: [{{features: [{{text: x}}], constraints: [{histograms}]}}]\n"))
    };
    assert!(several(64).is_ok());
    let found = several(65).expect_err("too many");
    assert!(found.contains("there are 65 constraints `histogram`; at most 64 are allowed"), "{found}");
}
