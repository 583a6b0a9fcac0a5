//! Maps and lists of maps: which names may stand where.

use super::{Context, value};
use crate::diagnostic::{Diagnostic, shown};
use crate::nearest::nearest;
use crate::parameters::{Kind, MASKS, NAME, Parameter, parameters};
use crate::source::{Origin, Place};
use crate::tree::{Branch, Entry, Map, Setting, Value};
use crate::yaml::{Key, Node, NodeKind, Scalar};

/// A document as parameters.
pub(crate) fn convert(context: &mut Context<'_>, document: &Node) -> Map {
    let origin = Origin::Written(document.place);
    let NodeKind::Map(entries) = &document.kind else {
        let message = format!("an experiment is a map of parameters, found {}", document.noun());
        let help = "an experiment begins like this:\ntargets:\n  - features:\n      - text: a curly spoon";
        context.report(Diagnostic::error("", origin, message).help(help));
        return Map::empty(origin);
    };
    map(context, entries, document.place, "", "")
}

/// A map of parameters; `path` without list indices, `shown_path` with them.
fn map(
    context: &mut Context<'_>,
    entries: &[(Key, Node)],
    place: Place,
    path: &str,
    shown_path: &str,
) -> Map {
    let mut map = Map::empty(Origin::Written(place));
    for (key, node) in entries {
        let child = join(path, &key.text);
        let shown_child = join(shown_path, &key.text);
        let Some(parameter) = parameters().get(&child).filter(|parameter| parameter.parent() == path) else {
            unknown(context, key, path, &shown_child);
            continue;
        };
        if let Some(branch) = branch(context, parameter, node, &shown_child) {
            map.entries.push(Entry { name: parameter.name(), origin: Origin::Written(key.place), branch });
        }
    }
    map
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What is written for one parameter; `None` if its shape is wrong, which is reported.
pub(crate) fn branch(
    context: &mut Context<'_>,
    parameter: &'static Parameter,
    node: &Node,
    path: &str,
) -> Option<Branch> {
    match parameter.kind {
        Kind::Mask => mask(context, parameter, node, path).map(Branch::Map),
        Kind::Map => {
            if let NodeKind::Map(entries) = &node.kind {
                return Some(Branch::Map(map(context, entries, node.place, &parameter.path, path)));
            }
            let problem = not_a_map(parameter, node, path);
            context.report(problem);
            // What was meant is unknown; an empty map would raise errors about missing parameters.
            None
        }
        Kind::Entries => entries(context, parameter, node, path).map(Branch::Entries),
        Kind::Axes | Kind::Keys(_) | Kind::Tracks => Some(Branch::Raw(node.clone())),
        _ if matches!(node.kind, NodeKind::Map(_)) => {
            let message = format!("`{}` takes {}, found a map", parameter.name(), parameter.takes());
            let problem = Diagnostic::error(path, Origin::Written(node.place), message);
            context.report(problem.help(example(parameter)));
            Some(Branch::Setting(Setting { value: Value::Broken, origin: Origin::Written(node.place) }))
        }
        _ => Some(Branch::Setting(value::convert(context, parameter, node, path))),
    }
}

fn entries(context: &mut Context<'_>, parameter: &Parameter, node: &Node, path: &str) -> Option<Vec<Map>> {
    let name = parameter.name();
    let NodeKind::List(list) = &node.kind else {
        let message = format!("`{name}` is a list, found {}", node.noun());
        let help = match &node.kind {
            NodeKind::Map(_) => format!("put `- ` before each entry:\n{}", parameter.example),
            NodeKind::Scalar { value: Scalar::Null, .. } => {
                format!("write entries below it, or remove the line:\n{}", parameter.example)
            }
            NodeKind::Scalar { .. } | NodeKind::List(_) => format!("for example:\n{}", parameter.example),
        };
        context.report(Diagnostic::error(path, Origin::Written(node.place), message).help(help.trim_end()));
        return None;
    };
    let mut maps = Vec::new();
    for (index, node) in list.iter().enumerate() {
        let path = format!("{path}.{index}");
        if let NodeKind::Map(entries) = &node.kind {
            maps.push(map(context, entries, node.place, &parameter.path, &path));
            continue;
        }
        let message = format!("an entry of `{name}` is a map (`- name: value`), found {}", node.noun());
        let mut problem = Diagnostic::error(path, Origin::Written(node.place), message);
        if let NodeKind::Scalar { text, .. } = &node.kind {
            if let Some(known) = parameters().get(&join(&parameter.path, text)) {
                problem =
                    problem.help(format!("`{}` needs a value:\n{}", shown(text), known.example.trim_end()));
            } else {
                problem = problem.help(match name {
                    "features" => format!("say what it is: `- text: {}`", shown(text)),
                    "models" => format!("say what it is: `- name: {}`", shown(text)),
                    _ => example(parameter),
                });
            }
        }
        context.report(problem);
    }
    Some(maps)
}

/// A mask: a map, or a text alone, which is its name.
fn mask(context: &mut Context<'_>, parameter: &Parameter, node: &Node, path: &str) -> Option<Map> {
    let named = parameters().get(&join(MASKS, NAME)).filter(|_| !is_null(node));
    match (&node.kind, named) {
        (NodeKind::Map(entries), _) => Some(map(context, entries, node.place, MASKS, path)),
        (NodeKind::Scalar { .. }, Some(named)) => {
            let setting = value::convert(context, named, node, &join(path, NAME));
            let origin = Origin::Written(node.place);
            let entry = Entry { name: named.name(), origin, branch: Branch::Setting(setting) };
            Some(Map { entries: vec![entry], origin })
        }
        _ => {
            let problem = not_a_map(parameter, node, path);
            context.report(problem);
            None
        }
    }
}

fn is_null(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar { value: Scalar::Null, .. })
}

fn not_a_map(parameter: &Parameter, node: &Node, path: &str) -> Diagnostic {
    let name = parameter.name();
    let names: Vec<&str> = parameters().children(parameter.below()).map(Parameter::name).collect();
    // A mask needs a shape, which one is open.
    let required =
        parameter.kind == Kind::Mask || parameters().children(&parameter.path).any(|child| child.required);
    let message = match &node.kind {
        NodeKind::Scalar { value: Scalar::Null, .. } => format!("`{name}` has nothing below it"),
        NodeKind::Scalar { text, .. } => {
            format!("`{name}` takes its parameters by name, found `{}`", shown(text))
        }
        NodeKind::List(_) | NodeKind::Map(_) => {
            format!("`{name}` takes its parameters by name, found a list")
        }
    };
    let mut problem = Diagnostic::error(path, Origin::Written(node.place), message);
    if is_null(node) && !required {
        problem = problem.help(format!("write `{name}: {{}}` for all defaults"));
    }
    problem.help(example(parameter)).help(format!("parameters of `{name}`: {}", list(&names)))
}

fn example(parameter: &Parameter) -> String {
    if parameter.example.is_empty() {
        return String::new();
    }
    format!("for example:\n{}", parameter.example.trim_end())
}

/// `a`, `b` and `c`
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What an entry of this map is called.
fn noun(path: &str) -> String {
    match path {
        "" => "a parameter".to_owned(),
        "targets" => "a parameter of a target".to_owned(),
        "targets.features" => "a parameter of a feature".to_owned(),
        "targets.transforms" => "a transform".to_owned(),
        "targets.constraints" => "a constraint".to_owned(),
        "postproc" => "a post-processing effect".to_owned(),
        MASKS => "a parameter of a mask".to_owned(),
        _ => format!("a parameter of `{}`", path.rsplit('.').next().unwrap_or(path)),
    }
}

fn unknown(context: &mut Context<'_>, key: &Key, path: &str, shown_path: &str) {
    if context.problems.is_full() {
        context.problems.leave_out();
        return;
    }
    let name = shown(&key.text);
    let message = format!("`{name}` is not {}", noun(path));
    let mut problem = Diagnostic::error(shown_path, Origin::Written(key.place), message);
    let names: Vec<&str> = parameters().children(path).map(Parameter::name).collect();
    let is_transform = parameters().get(&format!("targets.transforms.{}", key.text)).is_some();
    // What is a transform and no effect is known well; nothing else was meant.
    let near = nearest(&key.text, names.iter().copied()).filter(|_| !(path == "postproc" && is_transform));
    if let Some(near) = near {
        problem = problem.label(format!("did you mean `{near}`?"));
    }
    if path == "postproc" && is_transform {
        let help = format!(
            "`{name}` changes the resolution, which post-processing cannot; put it into `transforms` \
                            of a target"
        );
        problem = problem.help(help);
    } else if key.text == "mask" && is_step_with_mask_beside(path) {
        let step = path.rsplit('.').next().unwrap_or(path);
        problem =
            problem.help(format!("the mask stands beside `{step}`, not below it:\n- {step}: …\n  mask: …"));
    } else if near.is_none() {
        let mut elsewhere: Vec<&str> = parameters()
            .iter()
            .filter(|parameter| parameter.name() == key.text)
            .map(
                |parameter| {
                    if parameter.parent().is_empty() { "the top of the file" } else { parameter.parent() }
                },
            )
            .collect();
        elsewhere.truncate(3);
        if !elsewhere.is_empty() {
            let places = elsewhere.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(" or ");
            problem = problem.help(format!(
                "`{name}` belongs in {}",
                places.replace("`the top of the file`", "the top of the file")
            ));
        }
    }
    context.report(problem.help(format!("allowed here: {}", list(&names))));
}

/// Is it a transform or an effect? Masks belong to their entries.
fn is_step_with_mask_beside(path: &str) -> bool {
    parameters().get(path).is_some_and(|step| {
        step.is_step()
            && parameters().get(&join(step.parent(), "mask")).is_some_and(|mask| mask.kind == Kind::Mask)
    })
}
