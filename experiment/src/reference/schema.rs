//! JSON Schema for editors (the YAML language server reads it).

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::default;
use crate::limits::MAX_SWEEP;
use crate::parameters::{Kind, MASKS, Parameter, Type, is_series, parameters};

/// The language as JSON Schema, draft 7. It accepts what the language accepts: numbers, texts that are
/// expressions, lists, and one value for all.
pub fn schema() -> Json {
    let mut schema = object("");
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "clipig experiment",
        "definitions": {
            "values": {
                "anyOf": [
                    { "type": "array", "minItems": 1 },
                    { "type": "string", "pattern": r"^\s*-?\d+\s*\.\.\s*-?\d+\s*$" },
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["from", "to"],
                        "properties": {
                            "from": { "type": ["number", "string"] },
                            "to": { "type": ["number", "string"] },
                            "steps": { "type": "integer", "minimum": 1, "maximum": MAX_SWEEP },
                            "scale": { "enum": ["linear", "log"] },
                        },
                    },
                ],
            },
            "track": key_frames(&json!({ "type": ["number", "string", "boolean", "array"] })),
        },
    });
    if let (Json::Object(schema), Json::Object(head)) = (&mut schema, head) {
        for (index, (name, value)) in head.into_iter().enumerate() {
            schema.shift_insert(index, name, value);
        }
    }
    schema
}

/// The map of everything below a path.
fn object(path: &str) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for child in parameters().children(path) {
        properties.insert(child.name().to_owned(), described(child));
        if child.required {
            required.push(child.name());
        }
    }
    let mut object = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A map whose names are paths of parameters. Those of lists may have numbers and are not all proposed.
fn by_path(definition: &str, keep: impl Fn(&Parameter) -> bool) -> Json {
    let value = json!({ "$ref": format!("#/definitions/{definition}") });
    let is_proposed = |parameter: &&Parameter| {
        let of_steps = ["targets.transforms.", "targets.constraints.", "postproc."];
        !is_series(&parameter.path) && !of_steps.iter().any(|prefix| parameter.path.starts_with(prefix))
    };
    let proposed = parameters().iter().filter(is_proposed).filter(|parameter| keep(parameter));
    let properties: Map<String, Json> =
        proposed.map(|parameter| (parameter.path.clone(), value.clone())).collect();
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": properties,
        "patternProperties": { r"^(targets|postproc|canvas\.palette)[.\[]": value },
    })
}

/// One value for all frames, or values by the numbers of frames.
fn key_frames(value: &Json) -> Json {
    let by_frame = json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "patternProperties": { "^[0-9]+$": value },
    });
    json!({ "anyOf": [value, by_frame] })
}

fn described(parameter: &Parameter) -> Json {
    let mut schema = bare(parameter);
    let mut doc = parameter.doc.to_owned();
    if let Some(default) = default(parameter) {
        let _ = write!(doc, "\n\ndefault: `{default}`");
    }
    schema["description"] = json!(doc);
    // Editors of the VS Code family render this one.
    schema["markdownDescription"] = json!(doc);
    schema
}

fn bare(parameter: &Parameter) -> Json {
    match parameter.kind {
        Kind::Map => object(&parameter.path),
        Kind::Entries => json!({ "type": "array", "items": object(&parameter.path) }),
        Kind::Mask => {
            let mut mask = object(MASKS);
            mask["type"] = json!(["object", "string", "number"]);
            mask
        }
        Kind::Axes => by_path("values", |_| true),
        Kind::Tracks => by_path("track", |one| !matches!(one.kind, Kind::Map | Kind::Entries)),
        Kind::Keys(_) => key_frames(&json!({ "type": ["number", "string"] })),
        Kind::Moment => json!({ "type": ["number", "string"] }),
        Kind::Scalar(Type::Bool) => json!({ "type": "boolean" }),
        Kind::Scalar(Type::Pixels) => json!({
            "type": ["array", "null"],
            "minItems": 3,
            "maxItems": 3,
            "items": { "type": "array", "items": { "type": "array", "items": { "type": "number" } } },
        }),
        Kind::Scalar(Type::Text) if !parameter.choices.is_empty() => {
            let names: Vec<&str> = parameter.choices.iter().map(|choice| choice.name).collect();
            // A feature's loss and scale allow more spellings; an editor may well propose the plain ones.
            json!({ "type": "string", "enum": names })
        }
        Kind::Scalar(Type::Text) if parameter.nullable => json!({ "type": ["string", "number", "null"] }),
        Kind::Scalar(Type::Text) => json!({ "type": ["string", "number"] }),
        Kind::Scalar(_) => number(parameter),
        Kind::List(_, lengths) => {
            let mut all = number(parameter);
            all["items"] = number(parameter);
            all["minItems"] = json!(1);
            all["maxItems"] = json!(lengths.iter().max());
            if let Some(types) = all["type"].as_array_mut() {
                types.push(json!("array"));
            }
            all
        }
    }
}

/// A number or an expression.
fn number(parameter: &Parameter) -> Json {
    let mut types = vec!["number", "string"];
    if parameter.nullable {
        types.push("null");
    }
    let mut schema = json!({ "type": types });
    if let Some(least) = parameter.limits.least {
        schema["minimum"] = json!(least);
    }
    if let Some(most) = parameter.limits.most {
        schema["maximum"] = json!(most);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_every_parameter() {
        let schema = schema();
        for parameter in parameters().iter() {
            let mut at = &schema;
            for name in parameter.path.split('.') {
                if at["type"] == "array" {
                    at = &at["items"];
                }
                at = &at["properties"][name];
            }
            assert!(at["description"].is_string(), "{}", parameter.path);
        }
    }
}
