//! Parameter trees as the original program reads them, and the table of its parameters.

use clipig_experiment::parameters::{Initial, Kind, Parameter, Type};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, Tree, load, parameters, read};
use clipig_testing::Oracle;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

fn sources(case: &Json) -> Vec<Source> {
    match &case["yaml"] {
        Json::String(text) => vec![Source::new("a.yaml", text)],
        Json::Array(texts) => texts
            .iter()
            .enumerate()
            .map(|(i, text)| Source::new(format!("{i}.yaml"), text.as_str().unwrap()))
            .collect(),
        other => panic!("{other}"),
    }
}

/// Without what clipig adds to the language.
fn without_additions(mut tree: Json) -> Json {
    for parameter in parameters().iter().filter(|parameter| parameter.addition) {
        remove(&mut tree, &parameter.path);
    }
    tree
}

/// Removes a parameter, from all entries of a list.
fn remove(tree: &mut Json, path: &str) {
    match (tree, path.split_once('.')) {
        (Json::Array(entries), _) => {
            for entry in entries {
                remove(entry, path);
            }
        }
        (Json::Object(object), None) => {
            object.remove(path);
        }
        (Json::Object(object), Some((name, rest))) => {
            if let Some(child) = object.get_mut(name) {
                remove(child, rest);
            }
        }
        _ => {}
    }
}

/// As the original exports: nothing unset, no empty lists, expressions as text.
fn exported(tree: Json) -> Json {
    match tree {
        Json::Object(object) if object.contains_key("expr") => object["expr"].clone(),
        Json::Object(object) => object
            .into_iter()
            .map(|(name, value)| (name, exported(value)))
            .filter(|(_, value)| !value.is_null() && *value != json!([]))
            .collect(),
        Json::Array(values) => values.into_iter().map(exported).collect(),
        other => other,
    }
}

/// The order of the transforms in an entry is their order of action, so it is compared too.
fn order_of_steps(tree: &Json) -> Vec<Vec<String>> {
    let entries = |list: &Json| -> Vec<Vec<String>> {
        list.as_array()
            .into_iter()
            .flatten()
            .map(|entry| {
                let written = entry.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
                written
                    .map(|(name, _)| name.clone())
                    .filter(|name| parameters().get(&format!("targets.transforms.{name}")).is_some())
                    .collect()
            })
            .collect()
    };
    let mut order = entries(&tree["postproc"]);
    for target in tree["targets"].as_array().into_iter().flatten() {
        order.extend(entries(&target["transforms"]));
    }
    order
}

#[test]
fn oracle_trees_errors_and_exports() {
    let index = Oracle::open().json("params/index.json");
    let mut failures = String::new();
    let cases = index["cases"].as_array().unwrap();
    assert_eq!(cases.len() as u64, index["count"].as_u64().unwrap());
    for case in cases {
        if let Err(why) = check(case) {
            writeln!(failures, "{}: {}\n{why}\n", case["name"], case["yaml"]).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
    println!("{} cases", cases.len());
}

/// Does an expression fail in an epoch of a run?
fn fails_somewhere(experiment: &Experiment) -> bool {
    let epochs = experiment.epochs.min(1000);
    (0..epochs).any(|epoch| {
        let scope = Scope::new(Key::root(1), epoch, epochs)
            .with_resolution(224, 224)
            .with_learnrate(1.0, 1.0)
            .with_similarity(20.0);
        experiment.numbers().iter().any(|number| number.check(&scope).is_err())
    })
}

fn check(case: &Json) -> Result<(), String> {
    let sources = sources(case);
    let none = Overrides::default();
    if case.get("expect_error").is_some() {
        return match load(&sources, &none) {
            Err(_) => Ok(()),
            // At the latest where the value is used.
            Ok(loaded) if fails_somewhere(&loaded.experiment) => Ok(()),
            Ok(_) => Err("expected an error".to_owned()),
        };
    }
    let tree: Tree = read(&sources, &none).map_err(|errors| errors.to_string())?;
    let json = without_additions(tree.to_json());
    if json != case["parameters"] {
        return Err(format!("expected {}\n     got {json}", case["parameters"]));
    }
    if let Some(expected) = case.get("exported") {
        let exported = exported(json.clone());
        if exported != *expected {
            return Err(format!("expected {expected}\n     got {exported}"));
        }
    }
    if order_of_steps(&tree.to_json()) != order_of_steps(&case["parameters"]) {
        return Err("transforms in another order".to_owned());
    }
    // What is exported is read as the same experiment.
    let yaml = tree.to_yaml();
    let again = read(&[Source::new("again.yaml", yaml.clone())], &none)
        .map_err(|errors| format!("{yaml}\n{errors}"))?;
    let trimmed = |tree: &Tree| tree.to_json().to_string().replace("\"expr\":\" ", "\"expr\":\"");
    if trimmed(&again) != trimmed(&tree) {
        return Err(format!("{yaml}\n{}\n{}", tree.to_json(), again.to_json()));
    }
    Ok(())
}

#[test]
fn oracle_table_of_parameters_is_covered() {
    let table = Oracle::open().json("params/parameter_table.json");
    let table = table["parameters"].as_array().unwrap();
    for entry in table {
        let path = entry["path"].as_str().unwrap();
        let ours = parameters().get(path).unwrap_or_else(|| panic!("`{path}` is missing"));
        let (kind, types, lengths) = shape(ours);
        assert_eq!(entry["kind"], kind, "{path}");
        assert_eq!(entry["types"], types, "{path}");
        assert_eq!(entry["lengths"], lengths, "{path}");
        assert_eq!(entry["null"], ours.nullable, "{path}");
        assert_eq!(entry["default"], default(ours), "{path}");
        // Texts are no expressions, and a feature's scale has no `sim`: documented so. A batch that changes over time is an
        // addition.
        let text = matches!(ours.kind, Kind::Scalar(Type::Text));
        if !text && !["targets.features.scale", "targets.batch_size"].contains(&path) {
            assert_eq!(entry["expression_groups"], json!(ours.stage.groups()), "{path}");
        }
    }
    let ours: Vec<&str> =
        parameters().iter().filter(|one| !one.addition).map(|one| one.path.as_str()).collect();
    assert_eq!(ours.len(), table.len());
}

fn shape(parameter: &Parameter) -> (&'static str, Json, Json) {
    let types = |of: Type| match of {
        Type::Number => json!(["int", "float"]),
        Type::Pixels => json!(["list"]),
        of => json!([of.name()]),
    };
    match parameter.kind {
        Kind::Scalar(of) => ("Parameter", types(of), Json::Null),
        Kind::List(of, lengths) => ("SequenceParameter", types(of), json!(lengths)),
        Kind::Mask => unreachable!("the original knows no masks"),
        Kind::Moment => ("FrameTimeParameter", json!(["int", "float"]), Json::Null),
        Kind::Map => ("PlaceholderParameter", json!(["dict"]), Json::Null),
        Kind::Entries => ("PlaceholderParameter", json!(["list"]), Json::Null),
        Kind::Axes | Kind::Keys(_) | Kind::Tracks => {
            panic!("`{}` is no parameter of the original", parameter.path)
        }
    }
}

fn default(parameter: &Parameter) -> Json {
    match parameter.default {
        Initial::Null => Json::Null,
        Initial::Bool(value) => json!(value),
        Initial::Int(value) => json!(value),
        Initial::Float(value) => json!(value),
        Initial::Text(value) => json!(value),
        Initial::Ints(values) => json!(values),
        Initial::Floats(values) => json!(values),
        Initial::Map => json!({}),
        Initial::Entries => json!([]),
    }
}
