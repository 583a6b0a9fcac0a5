//! Cuts and batches that change, as the language knows them.

use clipig_experiment::expression::Int;
use clipig_experiment::{Loaded, Overrides, Scope, Source, load, random::Key};

fn load_one(text: &str) -> Result<Loaded, String> {
    load(&[Source::new("cuts.yaml", text)], &Overrides::default()).map_err(|errors| errors.to_string())
}

fn one(text: &str) -> Loaded {
    load_one(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

fn error(text: &str) -> String {
    load_one(text).expect_err("an error")
}

const CUTS: &str = "\
targets:
- batch_size: 4 if t < .5 else 12
  cuts:
    overview: 3 if t < .5 else 1
    size: .3 .9
  features:
  - text: a lion
";

#[test]
fn cuts_have_defaults_and_are_exported_where_they_are_written() {
    let loaded = one(CUTS);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    let target = &loaded.experiment.targets[0];
    let cuts = target.cuts.as_ref().expect("cuts");
    assert_eq!((cuts.path.as_str(), cuts.power.as_constant()), ("targets.0.cuts", Some(1.0)));
    assert!(cuts.overview.as_constant().is_none() && target.draws());
    let samples = |epoch| target.samples(&Scope::new(Key::root(1), epoch, 11)).expect("a number");
    assert_eq!([0, 4, 5, 10].map(samples), [4, 4, 12, 12]);
    let yaml = loaded.to_yaml();
    assert_eq!(one(&yaml).to_yaml(), yaml);
    assert!(yaml.contains("power: 1.0"), "{yaml}");
    let without = one("targets: [{features: [{text: a lion}]}]");
    assert!(without.experiment.targets[0].cuts.is_none() && !without.to_yaml().contains("cuts"));
    assert_eq!(without.experiment.targets[0].batch_size, Int::constant(1));
    assert!(!without.tree.to_json()["targets"][0]["cuts"].is_object());
}

#[test]
fn what_lies_beyond_the_bounds_of_a_batch_is_the_nearest() {
    let loaded = one("targets: [{batch_size: 100000*(t-.5), transforms: [{noise: .1}]}]");
    let target = &loaded.experiment.targets[0];
    let samples = |epoch| target.samples(&Scope::new(Key::root(1), epoch, 11)).expect("a number");
    assert_eq!([0, 5, 10].map(samples), [1, 1, 50_000]);
    let loaded = one("targets: [{batch_size: 200000*t, transforms: [{noise: .1}]}]");
    let scope = Scope::new(Key::root(1), 10, 11);
    assert_eq!(loaded.experiment.targets[0].samples(&scope).expect("a number"), 65_536);
}

#[test]
fn what_cannot_be_is_said() {
    let of_target = |rest: &str| error(&format!("targets: [{{features: [{{text: a}}], {rest}}}]\n"));
    assert!(of_target("cuts: {size: .9 .3}").contains("the range of `size` is empty: 0.9 is more than 0.3"));
    assert!(of_target("cuts: {size: .3 1.5}").contains("`size` is too large: 1.5"));
    assert!(of_target("cuts: {overview: -1}").contains("`overview` is too small: -1"));
    assert!(of_target("cuts: {innercut: 4}").contains("`innercut` is not a parameter of `cuts`"));
    assert!(of_target("cuts: 4").contains("`cuts` takes its parameters by name, found `4`"));
    assert!(of_target("batch_size: 1+8*random()").contains("`batch_size` cannot be random"));
    assert!(of_target("batch_size: width").contains("width"));
    let warned = one("targets: [{features: [{text: a}], cuts: {overview: 1}}]\n");
    assert!(
        warned.warnings.to_string().contains("`cuts` divides the looks of `batch_size`"),
        "{}",
        warned.warnings
    );
}
