//! The expressions of the oracle: results of the original program, and what it refused.

use std::path::{Path, PathBuf};

use clipig_experiment::expression::{Expression, Float, Int, Scope, Variables};
use clipig_experiment::random::Key;
use serde_json::Value as Json;

const PATH: &str = "targets.0.weight";

/// The folder that `CLIPIG_ORACLE` names, or the project's own copy.
fn oracle() -> Json {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle");
    let file = std::env::var_os("CLIPIG_ORACLE").map_or_else(own, PathBuf::from).join("expressions.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn cases<'a>(oracle: &'a Json, modes: &[&str]) -> Vec<&'a Json> {
    let cases: Vec<&Json> = oracle["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .filter(|case| modes.contains(&text(&case["mode"])))
        .collect();
    assert!(!cases.is_empty(), "the oracle has no cases of {modes:?}");
    cases
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("a string, not {json}"))
}

fn number(json: &Json) -> f64 {
    match json.get("float").map(text) {
        Some("nan") => f64::NAN,
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some(other) => panic!("{other} is not a number"),
        None => json.as_f64().unwrap_or_else(|| panic!("a number, not {json}")),
    }
}

fn variables(case: &Json) -> Variables {
    let mut variables = Variables::default();
    for group in case["expression_groups"].as_array().expect("groups") {
        match text(group) {
            "time" => variables.time = true,
            "resolution" => variables.resolution = true,
            "learnrate" => variables.learnrate = true,
            "target_feature" | "target_constraint" => variables.similarity = true,
            other => panic!("unknown group {other}"),
        }
    }
    variables
}

fn scope(context: &Json) -> Scope {
    let whole =
        |name: &str| context[name].as_u64().and_then(|n| u32::try_from(n).ok()).expect("a whole number");
    let scope = Scope::new(Key::root(1), whole("epoch"), whole("epochs"))
        .with_resolution(whole("width"), whole("height"))
        .with_learnrate(number(&context["learnrate"]), number(&context["learnrate_scale"]))
        .with_similarity(number(&context["similarity"]));
    assert!((scope.time() - number(&context["time"])).abs() < 1e-15);
    scope
}

/// The value converted to the parameter's type, or why there is none.
fn evaluate(case: &Json, scope: &Scope) -> Result<f64, String> {
    let expression = text(&case["expr"]);
    if case["type"] == "int" {
        let int = Int::parse(expression, variables(case), PATH).map_err(|error| error.to_string())?;
        int.evaluate(scope).map(|n| n as f64).map_err(|error| error.to_string())
    } else {
        let float = Float::parse(expression, variables(case), PATH).map_err(|error| error.to_string())?;
        float.evaluate(scope).map_err(|error| error.to_string())
    }
}

fn close(found: f64, expected: f64, tolerance: &Json) -> bool {
    let allowed = number(&tolerance["atol"]) + number(&tolerance["rtol"]) * expected.abs();
    found.to_bits() == expected.to_bits()
        || (found.is_nan() && expected.is_nan())
        || (found - expected).abs() <= allowed
}

/// Compares one result; `None` where all is well.
fn wrong(case: &Json, context: &str, expected: &Json, oracle: &Json) -> Option<String> {
    let scope = scope(&oracle["contexts"][context]);
    let found = evaluate(case, &scope);
    let name = format!("{} `{}` in {context}", text(&case["name"]), text(&case["expr"]));
    if expected.get("error").is_some() {
        return found.ok().map(|found| format!("{name}: {found}, but it must fail"));
    }
    let value = number(&expected["value"]);
    let found = match found {
        Ok(found) => found,
        Err(error) => return Some(format!("{name}: {error}, but it is {value}")),
    };
    let exact = case["type"] == "int";
    let agrees =
        if exact { (found - value).abs() == 0.0 } else { close(found, value, &oracle["float_tolerance"]) };
    if !agrees {
        return Some(format!("{name}: {found:?}, but it is {value:?}"));
    }
    let raw = Expression::parse(text(&case["expr"]), variables(case), PATH).expect("parsed above");
    let raw = raw.evaluate(&scope).expect("evaluated above");
    let raw_type = raw.type_name();
    (raw_type != text(&expected["raw_type"]))
        .then(|| format!("{name}: {raw_type}, not {}", expected["raw_type"]))
}

#[test]
fn oracle_expressions_give_the_recorded_results() {
    let oracle = oracle();
    let mut failures = Vec::new();
    for case in cases(&oracle, &["strict", "lenient"]) {
        for (context, expected) in case["results"].as_object().expect("results") {
            failures.extend(wrong(case, context, expected, &oracle));
        }
    }
    assert!(failures.is_empty(), "{} wrong:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn oracle_random_expressions_have_the_recorded_statistics() {
    let oracle = oracle();
    for case in cases(&oracle, &["random"]) {
        let scope = scope(&oracle["contexts"][text(&case["context"])]);
        let draws = case["tolerance"]["test_draws"].as_u64().expect("a count");
        let values: Vec<f64> =
            (0..draws).map(|sample| evaluate(case, &scope.with_sample(sample)).expect("a value")).collect();
        let mean = values.iter().sum::<f64>() / draws as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (draws as f64 - 1.0);
        let (expected, tolerance) = (&case["stats"], &case["tolerance"]);
        let name = text(&case["expr"]);
        assert!(
            (mean - number(&expected["mean"])).abs() <= number(&tolerance["mean_atol"]),
            "{name}: mean {mean}"
        );
        let ratio = variance.sqrt() / number(&expected["std"]);
        assert!((ratio - 1.0).abs() <= number(&tolerance["std_rtol"]), "{name}: std {}", variance.sqrt());
    }
}
