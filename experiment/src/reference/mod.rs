//! The reference of the language, made from the registry: as a page, as a text for one parameter, as a schema
//! for editors.

mod expressions;
mod page;
mod schema;
mod topic;

pub use page::page;
pub use schema::schema;
pub use topic::{NoSuchParameter, topic};

use crate::parameters::{Initial, Kind, Parameter};

/// The default of a parameter as it would be written.
fn default(parameter: &Parameter) -> Option<String> {
    let join = |values: Vec<String>| {
        let same = values.windows(2).all(|pair| pair[0] == pair[1]);
        match (same, values.first()) {
            (true, Some(first)) => first.clone(),
            _ => values.join(" "),
        }
    };
    let float = |value: &f64| if value.fract() == 0.0 { format!("{value:.1}") } else { value.to_string() };
    match parameter.default {
        Initial::Null | Initial::Map | Initial::Entries => None,
        Initial::Bool(value) => Some(if value { "yes" } else { "no" }.to_owned()),
        Initial::Int(value) => Some(value.to_string()),
        Initial::Float(value) => Some(float(&value)),
        Initial::Text(value) => Some(value.to_owned()),
        Initial::Ints(values) => Some(join(values.iter().map(ToString::to_string).collect())),
        Initial::Floats(values) => Some(join(values.iter().map(float).collect())),
    }
}

/// Type, default, limits and variables of a parameter, one fact each, in Markdown.
fn facts(parameter: &Parameter) -> Vec<String> {
    let mut facts = vec![format!("type: {}", parameter.type_name())];
    if let Some(default) = default(parameter) {
        facts.push(format!("default: `{default}`"));
    } else if parameter.required {
        facts.push("must be given".to_owned());
    } else if !matches!(parameter.kind, Kind::Map | Kind::Entries) && !parameter.is_step() {
        facts.push("default: unset".to_owned());
    }
    let limits = parameter.limits.words();
    if !limits.is_empty() {
        facts.push(format!("range: {limits}"));
    }
    if !parameter.choices.is_empty() {
        let names: Vec<String> =
            parameter.choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
        facts.push(format!("one of {}", names.join(", ")));
    }
    if parameter.draws {
        facts.push("random".to_owned());
    }
    let groups: Vec<&str> =
        parameter.stage.groups().iter().map(|group| expressions::group_name(group)).collect();
    if !groups.is_empty() {
        facts.push(format!("expressions with: {}", groups.join(", ")));
    }
    if parameter.addition {
        facts.push("new in clipig".to_owned());
    }
    facts
}
