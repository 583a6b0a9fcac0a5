//! The whole experiment, defaults included, as YAML for people and as JSON for programs.

use serde_json::{Map as Object, Number, Value as Json, json};

use crate::build::{initial, is_of_model};
use crate::parameters::{Initial, Kind, Parameter, Type, is_series, parameters};
use crate::source::Origin;
use crate::tree::{Branch, Map, Setting, Value};
use crate::yaml::Writer;

/// Every parameter with its value; unset ones are `null`, expressions are objects
/// `{"expr": …, "type": …, "groups": […]}`, numbers that are not finite `{"float": "nan"}`.
pub(crate) fn to_json(tree: &Map) -> Json {
    Json::Object(json_map(tree, ""))
}

fn json_map(map: &Map, path: &str) -> Object<String, Json> {
    let mut object = Object::new();
    for (parameter, branch) in in_order(map, path) {
        let json = match branch {
            Some(Branch::Map(map)) => Json::Object(json_map(map, parameter.below())),
            Some(Branch::Entries(maps)) => {
                maps.iter().map(|map| Json::Object(json_map(map, &parameter.path))).collect()
            }
            Some(Branch::Setting(setting)) => json_value(&setting.value, parameter),
            Some(Branch::Raw(_)) => Json::Null,
            None => match parameter.kind {
                Kind::Map if parameter.default == Initial::Map => {
                    Json::Object(json_map(&Map::empty(Origin::Default), &parameter.path))
                }
                Kind::Entries => json!([]),
                _ => json_value(&initial(parameter.default), parameter),
            },
        };
        object.insert(parameter.name().to_owned(), json);
    }
    object
}

fn json_value(value: &Value, parameter: &Parameter) -> Json {
    match value {
        Value::Null | Value::Broken => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => json!(value),
            (_, Ok(value)) => json!(value),
            _ => json!(value.to_string()),
        },
        Value::Float(value) => Number::from_f64(*value).map_or_else(
            || {
                let name = if value.is_nan() {
                    "nan"
                } else if *value > 0.0 {
                    "inf"
                } else {
                    "-inf"
                };
                json!({ "float": name })
            },
            Json::Number,
        ),
        Value::Text(text) => json!(text),
        Value::Formula(text) => {
            let of = match parameter.kind {
                Kind::Scalar(Type::Float) | Kind::List(Type::Float, _) => "float",
                _ => "int",
            };
            json!({ "expr": text, "type": of, "groups": parameter.stage.groups() })
        }
        Value::List(settings) => settings.iter().map(|one| json_value(&one.value, parameter)).collect(),
        Value::Pixels(pixels) => {
            let rows = |color: &[f32]| -> Json {
                color.chunks(pixels.width as usize).map(|row| json!(row)).collect()
            };
            pixels.data.chunks((pixels.width * pixels.height) as usize).map(rows).collect()
        }
    }
}

/// Everything below a path: parameters in the order of the registry, steps (transforms, constraints) in the
/// order written, which is the order in which they act.
fn in_order<'a>(map: &'a Map, path: &str) -> Vec<(&'static Parameter, Option<&'a Branch>)> {
    // What belongs to a series is no part of one of its experiments.
    let all = || parameters().children(path).filter(|one| !is_series(&one.path));
    let branch = |parameter: &Parameter| map.get(parameter.name()).map(|entry| &entry.branch);
    let mut ordered: Vec<_> =
        all().filter(|one| !one.is_step()).map(|parameter| (parameter, branch(parameter))).collect();
    let written = map.entries.iter().filter_map(|entry| {
        all().find(|one| one.is_step() && one.name() == entry.name).map(|one| (one, Some(&entry.branch)))
    });
    ordered.extend(written);
    ordered.extend(all().filter(|one| one.is_step() && map.get(one.name()).is_none()).map(|one| (one, None)));
    ordered
}

/// YAML that gives the same experiment again wherever it is read. Every default is written out; parameters
/// without a value are left out, and so are the model where nobody chose one, what belongs to another `canvas.model`,
/// symmetry and tiles where there are none, and the place of the first image where it is not moved.
pub(crate) fn to_yaml(tree: &Map) -> String {
    let mut writer = Writer::default();
    yaml_map(&mut writer, tree, "");
    writer.finish()
}

fn yaml_map(writer: &mut Writer, map: &Map, path: &str) {
    for (parameter, branch) in in_order(map, path) {
        let name = parameter.name();
        match branch {
            Some(Branch::Map(map)) => {
                let full = parameters()
                    .children(parameter.below())
                    .any(|child| map.get(child.name()).is_some() || initial(child.default) != Value::Null);
                if full {
                    writer.map(name, |writer| yaml_map(writer, map, parameter.below()));
                } else {
                    writer.entry(name, "{}");
                }
            }
            Some(Branch::Entries(maps)) if !maps.is_empty() => writer.map(name, |writer| {
                for map in maps {
                    writer.item(|writer| yaml_map(writer, map, &parameter.path));
                }
            }),
            Some(Branch::Entries(_) | Branch::Raw(_)) => {}
            Some(Branch::Setting(setting)) => yaml_value(writer, name, &setting.value),
            None if parameter.path == "model" => {}
            None if path == "canvas" && is_idle(name, map) => {}
            None if path == "init" && is_placement(name) => {}
            None => match parameter.kind {
                Kind::Map if parameter.default == Initial::Map => {
                    let empty = Map::empty(Origin::Default);
                    writer.map(name, |writer| yaml_map(writer, &empty, &parameter.path));
                }
                Kind::Map | Kind::Entries | Kind::Mask => {}
                _ => yaml_value(writer, name, &initial(parameter.default)),
            },
        }
    }
}

/// Does a parameter of `canvas` that is not written change nothing? A warning would follow if it were written out.
fn is_idle(name: &str, canvas: &Map) -> bool {
    let of_palette = name == "colors" && canvas.get("palette").is_some();
    let of_another = !is_of_model(name, canvas.text("model").unwrap_or("pixels"));
    of_palette || of_another || matches!(name, "symmetry" | "tile")
}

/// Does a parameter of `init` place the image? Where none of them is written, the image stays where it is.
fn is_placement(name: &str) -> bool {
    matches!(name, "zoom" | "rotate" | "move" | "border")
}

fn yaml_value(writer: &mut Writer, name: &str, value: &Value) {
    if let Some(text) = inline(value) {
        writer.entry(name, &text);
    }
}

/// A value on one line; `None` for what is unset.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Broken => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(Writer::float(*value)),
        Value::Text(text) => Some(Writer::string(text)),
        Value::Formula(text) => Some(Writer::string(text.trim())),
        Value::List(settings) => {
            let parts: Option<Vec<String>> = settings.iter().map(|one| inline(&one.value)).collect();
            Some(format!("[{}]", parts?.join(", ")))
        }
        Value::Pixels(pixels) => {
            let row = |row: &[f32]| -> String {
                let numbers: Vec<String> =
                    row.iter().map(|number| Writer::float(f64::from(*number))).collect();
                format!("[{}]", numbers.join(", "))
            };
            let color = |color: &[f32]| -> String {
                format!("[{}]", color.chunks(pixels.width as usize).map(row).collect::<Vec<_>>().join(", "))
            };
            let size = (pixels.width * pixels.height) as usize;
            Some(format!("[{}]", pixels.data.chunks(size).map(color).collect::<Vec<_>>().join(", ")))
        }
    }
}

/// A setting that a program made.
pub(crate) fn recorded(value: Value) -> Setting {
    Setting { value, origin: Origin::Default }
}
