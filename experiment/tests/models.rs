//! Several CLIP models in one experiment, as the language knows them.

use clipig_experiment::{Loaded, Overrides, Source, load, parameters};

fn load_one(text: &str) -> Result<Loaded, String> {
    load(&[Source::new("models.yaml", text)], &Overrides::default()).map_err(|errors| errors.to_string())
}

fn one(text: &str) -> Loaded {
    load_one(text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

fn error(text: &str) -> String {
    load_one(text).expect_err("an error")
}

const SEVERAL: &str = "\
models:
- name: ViT-B/32
- {name: RN50, weight: .5}
- {name: RN101, weight: 0}
targets:
- {name: all, features: [{text: a lion}], transforms: [{noise: .1}]}
- {name: fur, features: [{text: fur}], models: [{name: rn50}]}
- {name: both, features: [{text: a mane}], models: [{name: RN101, weight: 3}, {name: RN50, weight: 1}]}
- {name: calm, constraints: [{blur: {}}]}
";

/// Name, model and share of each target.
fn targets(loaded: &Loaded) -> Vec<(&str, usize, f64)> {
    loaded.experiment.targets.iter().map(|one| (one.name.as_str(), one.model, one.share)).collect()
}

#[test]
fn a_target_stands_once_for_each_model_that_sees_it() {
    let loaded = one(SEVERAL);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(loaded.experiment.model_names(), [Some("ViT-B/32"), Some("RN50"), Some("RN101")]);
    assert_eq!(
        targets(&loaded),
        [
            ("all (ViT-B/32)", 0, 1.0 / 1.5),
            ("all (RN50)", 1, 0.5 / 1.5),
            ("fur (RN50)", 1, 1.0),
            ("both (RN50)", 1, 0.25),
            ("both (RN101)", 2, 0.75),
            ("calm", 0, 1.0),
        ]
    );
    // Both models see the same windows: random keys follow from paths.
    let [first, second, ..] = &loaded.experiment.targets[..] else { panic!("two targets") };
    assert_eq!(first.transforms[0].path, second.transforms[0].path);
    assert_eq!(first.transforms[0].path, "targets.0.transforms.0.noise");
}

#[test]
fn without_a_list_there_is_one_model_with_all_of_the_weight() {
    let unnamed = one("targets: [{features: [{text: a lion}]}]\n");
    assert_eq!(unnamed.experiment.model_names(), [None]);
    assert_eq!(targets(&unnamed), [("target", 0, 1.0)]);
    assert!(!unnamed.to_yaml().lines().any(|line| line.starts_with("model")), "{}", unnamed.to_yaml());
    let named = one("model: RN50\ntargets: [{features: [{text: a lion}]}]\n");
    assert_eq!((named.experiment.model_names(), targets(&named)), (vec![Some("RN50")], targets(&unnamed)));
    let listed = one("models: [{name: RN50, weight: .3}]\ntargets: [{features: [{text: a lion}]}]\n");
    assert_eq!((listed.experiment.model_names(), targets(&listed)), (vec![Some("RN50")], targets(&unnamed)));
}

#[test]
fn an_exported_list_is_the_same_and_is_not_named_again() {
    let loaded = one(SEVERAL);
    let mut tree = loaded.tree.clone();
    tree.record_model("ViT-B/32");
    let yaml = tree.to_yaml();
    let again = one(&yaml);
    assert_eq!(targets(&again), targets(&loaded), "{yaml}");
    assert_eq!(again.to_yaml(), yaml);
    assert_eq!(again.experiment.model, None);
    let mut single = one("models: []\ntargets: [{features: [{text: a lion}]}]\n").tree;
    single.record_model("RN50");
    assert_eq!(one(&single.to_yaml()).experiment.model_names(), [Some("RN50")]);
}

#[test]
fn what_is_wrong_with_models_is_said_with_its_place() {
    let of_list =
        |models: &str| error(&format!("models: [{models}]\ntargets: [{{features: [{{text: a}}]}}]\n"));
    let twice = of_list("{name: RN50}, {name: rn50}");
    assert!(
        twice.contains("`rn50` stands in `models` twice") && twice.contains("models.yaml:1:31"),
        "{twice}"
    );
    assert!(of_list("{weight: 1}").contains("`models` needs `name`"));
    assert!(of_list("{name: ''}").contains("the model's name is empty"));
    let idle = of_list("{name: RN50, weight: 0}, {name: RN101, weight: 0.}");
    assert!(idle.contains("all models have weight 0") && idle.contains("`weight` above 0"), "{idle}");
    assert!(of_list("{name: RN50, weight: -1}").contains("`weight` is too small: -1"));
    assert!(of_list("{name: RN50, weight: t}").contains("weight"));
    assert!(of_list("{name: RN50, wight: 1}").contains("did you mean `weight`?"));
    let many: Vec<String> = (0..5).map(|i| format!("{{name: m{i}}}")).collect();
    assert!(of_list(&many.join(", ")).contains("5 models are too many"));
    let hostile: Vec<String> = (0..10_000).map(|i| format!("{{name: m{i}}}")).collect();
    let targets = "- {features: [{text: a}]}\n".repeat(10_000);
    let hostile = error(&format!("models: [{}]\ntargets:\n{targets}", hostile.join(", ")));
    assert!(hostile.contains("10000 models are too many"), "{hostile}");
    let both = error("model: RN50\nmodels: [{name: RN101}]\n");
    assert!(
        both.contains("models.yaml:1:8") && both.contains("remove `model`, or add it to `models`"),
        "{both}"
    );
    let flag = Overrides { model: Some("RN50".to_owned()), ..Overrides::default() };
    let both = load(&[Source::new("models.yaml", SEVERAL)], &flag).expect_err("an error").to_string();
    assert!(both.contains("--model") && both.contains("there are several in `models`"), "{both}");
}

#[test]
fn what_is_wrong_with_the_models_of_a_target_is_said_with_its_place() {
    let of_target = |models: &str| {
        let list = "models: [{name: ViT-B/32}, {name: RN50}]\n";
        error(&format!("{list}targets:\n- features: [{{text: a}}]\n  models: [{models}]\n"))
    };
    let unknown = of_target("{name: RN5}");
    assert!(unknown.contains("there is no model `RN5` in `models`; did you mean `RN50`?"), "{unknown}");
    assert!(
        unknown.contains("models.yaml:4:19") && unknown.contains("lists `ViT-B/32`, `RN50`"),
        "{unknown}"
    );
    assert!(of_target("{name: RN50}, {name: RN50, weight: 2}").contains("twice"));
    let idle = of_target("{name: RN50, weight: 0}");
    assert!(idle.contains("all models of this target have weight 0"), "{idle}");
    assert!(of_target("{weight: 1}").contains("`models` needs `name`"));
    let none = error("targets: [{features: [{text: a}], models: [{name: RN50}]}]\n");
    assert!(none.contains("which lists none") && none.contains("- name: ViT-B/32"), "{none}");
}

#[test]
fn the_names_of_the_list_are_completed() {
    assert_eq!(parameters().complete("models.0."), ["models.name", "models.weight"]);
    assert_eq!(parameters().complete("targets.1.models.w"), ["targets.models.weight"]);
}
