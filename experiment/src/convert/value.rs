//! Single values and lists of values.

use super::{Context, number, pixels};
use crate::diagnostic::{Diagnostic, shown};
use crate::limits::MAX_TEXT;
use crate::parameters::{Kind, Parameter, Type};
use crate::source::{Origin, Place};
use crate::tree::{Setting, Value};
use crate::yaml::{Node, NodeKind, Scalar, python_float};

const FEATURE_TEXT: &str = "targets.features.text";

/// The value of a parameter that is neither a map nor a list of maps.
pub(super) fn convert(context: &mut Context<'_>, parameter: &Parameter, node: &Node, path: &str) -> Setting {
    let null = matches!(&node.kind, NodeKind::Scalar { value: Scalar::Null, .. });
    let value = if let Some(comment) = hash_tag(context, node).filter(|_| parameter.path == FEATURE_TEXT) {
        let problem =
            Diagnostic::error(path, Origin::Written(comment.0), "`#` begins a comment, so the text is empty");
        context.report(problem.help(format!("write `text: '{}'`", shown(&comment.1))));
        Value::Broken
    } else if null && parameter.nullable {
        Value::Null
    } else {
        match parameter.kind {
            Kind::Scalar(Type::Pixels) => pixels::convert(context, node, path),
            Kind::Scalar(_) | Kind::Moment => single(context, parameter, node, path),
            Kind::List(of, lengths) => list(context, parameter, (of, lengths), node, path),
            Kind::Map | Kind::Entries | Kind::Mask | Kind::Axes | Kind::Keys(_) | Kind::Tracks => {
                Value::Broken
            }
        }
    };
    Setting { value, origin: Origin::Written(node.place) }
}

/// The number of a key frame: a number, or an expression without variables. `None` if it is neither, or out of bounds,
/// which is reported.
pub(crate) fn fixed_number(
    context: &mut Context<'_>,
    parameter: &Parameter,
    node: &Node,
    path: &str,
) -> Option<f64> {
    let origin = Origin::Written(node.place);
    let NodeKind::Scalar { text, value } = &node.kind else {
        let message = format!("a key frame of `{}` is a number, found {}", parameter.name(), node.noun());
        context.report(Diagnostic::error(path, origin, message));
        return None;
    };
    let written = number::Written { text, value: *value, place: node.place, whole: None };
    let number = match number::convert(context, parameter, &written, path) {
        Ok(Value::Float(number)) => number,
        Ok(Value::Int(number)) => number as f64,
        Ok(_) => return None,
        Err(problem) => {
            context.report(*problem);
            return None;
        }
    };
    if !parameter.limits.allow(number) {
        let message = format!("`{}` cannot be {}", parameter.name(), python_float(number));
        context.report(Diagnostic::error(path, origin, message).help(number::allowed(parameter)));
        return None;
    }
    Some(number)
}

/// Where nothing is written but a comment that looks like a word (`text: #1 fan`): its place and words.
fn hash_tag(context: &Context<'_>, node: &Node) -> Option<(Place, String)> {
    let NodeKind::Scalar { text, value: Scalar::Null } = &node.kind else { return None };
    let Place { source, start, .. } = node.place;
    let rest = context.sources.get(source)?.text.get(start..)?.lines().next()?.trim_end();
    let comment = rest.trim_start_matches([':', ' ']);
    let word = comment.strip_prefix('#')?.starts_with(|c: char| !c.is_whitespace() && c != '#');
    let start = start + rest.len() - comment.len();
    (text.is_empty() && word)
        .then(|| (Place { source, start, end: start + comment.len() }, comment.to_owned()))
}

fn single(context: &mut Context<'_>, parameter: &Parameter, node: &Node, path: &str) -> Value {
    let NodeKind::Scalar { text, value } = &node.kind else {
        let message = format!("`{}` takes {}, found {}", parameter.name(), parameter.takes(), node.noun());
        context.report(Diagnostic::error(path, Origin::Written(node.place), message));
        return Value::Broken;
    };
    match parameter.kind {
        Kind::Scalar(Type::Bool) => boolean(context, node, (text, *value), path),
        Kind::Scalar(Type::Text) => string(context, parameter, node, (text, *value), path),
        _ => {
            let written = number::Written { text, value: *value, place: node.place, whole: None };
            match number::convert(context, parameter, &written, path) {
                Ok(value) => value,
                Err(problem) => {
                    context.report(*problem);
                    Value::Broken
                }
            }
        }
    }
}

/// As Python's `bool`: everything but zero and the empty text is true. What is not a plain yes or no gets a warning.
fn boolean(context: &mut Context<'_>, node: &Node, (text, value): (&str, Scalar), path: &str) -> Value {
    let truth = match value {
        Scalar::Bool(value) => return Value::Bool(value),
        Scalar::Null => false,
        Scalar::Int(value) => value != 0,
        Scalar::Float(value) => value != 0.0,
        Scalar::Text => !text.is_empty(),
    };
    let word = if truth { "yes" } else { "no" };
    let message = format!("`{}` counts as {word}", shown(text));
    let problem = Diagnostic::warning(path, Origin::Written(node.place), message);
    context.report(problem.help("write `yes` or `no`, without quotes"));
    Value::Bool(truth)
}

/// As Python's `str`. Where the result is not what is written, a warning says so.
fn string(
    context: &mut Context<'_>,
    parameter: &Parameter,
    node: &Node,
    (text, value): (&str, Scalar),
    path: &str,
) -> Value {
    let origin = Origin::Written(node.place);
    let string = match value {
        Scalar::Text => text.to_owned(),
        Scalar::Null => "None".to_owned(),
        Scalar::Bool(value) => if value { "True" } else { "False" }.to_owned(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => python_float(value),
    };
    if string != text {
        let what = if matches!(value, Scalar::Null) { "nothing" } else { text };
        let message = format!("`{}` means `{string}` in YAML", shown(what));
        let name = parameter.name();
        let help = format!("put it in quotes to keep it as it is: `{name}: \"{}\"`", shown(text));
        context.report(Diagnostic::warning(path, origin, message).help(help));
    }
    if string.len() > MAX_TEXT {
        let message = format!("a text of {} bytes is too long", string.len());
        context
            .report(Diagnostic::error(path, origin, message).help(format!("at most {MAX_TEXT} are allowed")));
        return Value::Broken;
    }
    Value::Text(string)
}

fn list(
    context: &mut Context<'_>,
    parameter: &Parameter,
    (of, lengths): (Type, &[usize]),
    node: &Node,
    path: &str,
) -> Value {
    let settings = match &node.kind {
        NodeKind::List(nodes) => {
            if !length_fits(context, parameter, lengths, nodes.len(), node, path) {
                return Value::Broken;
            }
            nodes
                .iter()
                .enumerate()
                .map(|(i, node)| element(context, parameter, node, &format!("{path}.{i}")))
                .collect()
        }
        NodeKind::Scalar { text, value: Scalar::Text } => {
            match split(context, parameter, (text, lengths), node, path) {
                Some(settings) => settings,
                None => return Value::Broken,
            }
        }
        _ => vec![element(context, parameter, node, path)],
    };
    debug_assert_ne!(of, Type::Text, "texts are not split");
    if settings.iter().any(|setting| setting.value == Value::Broken) {
        return Value::Broken;
    }
    let least = lengths.iter().copied().min().unwrap_or(1);
    match <[Setting; 1]>::try_from(settings) {
        Ok([setting]) => Value::List(vec![setting; least]),
        Err(settings) => Value::List(settings),
    }
}

fn element(context: &mut Context<'_>, parameter: &Parameter, node: &Node, path: &str) -> Setting {
    let origin = Origin::Written(node.place);
    let NodeKind::Scalar { text, value } = &node.kind else {
        let message = format!("a single value belongs here, found {}", node.noun());
        context.report(Diagnostic::error(path, origin, message));
        return Setting { value: Value::Broken, origin };
    };
    let written = number::Written { text, value: *value, place: node.place, whole: None };
    let value = number::convert(context, parameter, &written, path).unwrap_or_else(|problem| {
        context.report(*problem);
        Value::Broken
    });
    Setting { value, origin }
}

fn length_fits(
    context: &mut Context<'_>,
    parameter: &Parameter,
    lengths: &[usize],
    length: usize,
    node: &Node,
    path: &str,
) -> bool {
    if length == 1 || lengths.contains(&length) {
        return true;
    }
    let problem = wrong_length(parameter, lengths, length, node, path);
    context.report(problem);
    false
}

fn wrong_length(
    parameter: &Parameter,
    lengths: &[usize],
    length: usize,
    node: &Node,
    path: &str,
) -> Diagnostic {
    let mut allowed = vec!["1".to_owned()];
    allowed.extend(lengths.iter().filter(|length| **length != 1).map(ToString::to_string));
    let found = match length {
        0 => "none".to_owned(),
        length => length.to_string(),
    };
    let last = allowed.pop().unwrap_or_default();
    let message =
        format!("`{}` takes {} or {last} values, found {found}", parameter.name(), allowed.join(", "));
    Diagnostic::error(path, Origin::Written(node.place), message).help(number::allowed(parameter))
}

/// The values of a text: split at commas where there are some, else at spaces.
fn split(
    context: &mut Context<'_>,
    parameter: &Parameter,
    (text, lengths): (&str, &[usize]),
    node: &Node,
    path: &str,
) -> Option<Vec<Setting>> {
    let commas = text.contains(',');
    let parts: Vec<&str> = if commas { text.split(',').collect() } else { text.split_whitespace().collect() };
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut settings = Vec::new();
    if parts.len() != 1 && !lengths.contains(&parts.len()) {
        problems.push(wrong_length(parameter, lengths, parts.len(), node, path));
    } else {
        for (index, part) in parts.iter().enumerate() {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            let place = context.part(node.place, text, start..start + part.len());
            let written = number::Written {
                text: part,
                value: Scalar::Text,
                place,
                whole: Some((node.place, text, start)),
            };
            let path = if parts.len() == 1 { path.to_owned() } else { format!("{path}.{index}") };
            match number::convert(context, parameter, &written, &path) {
                Ok(value) => settings.push(Setting { value, origin: Origin::Written(place) }),
                Err(problem) => problems.push(*problem),
            }
        }
    }
    if problems.is_empty() {
        return Some(settings);
    }
    // Perhaps it is one expression that the spaces or commas inside have torn apart.
    if parts.len() > 1
        && (parts.iter().any(|part| is_torn(part)) || number::is_expression(parameter, text, path))
    {
        let at = if commas { "commas" } else { "spaces" };
        let message = format!("`{}` is split at {at} into {} values", shown(text), parts.len());
        let keyword = parts.iter().any(|part| part.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let or = if commas || keyword { "" } else { ", or leave the spaces out" };
        let help = format!(
            "put an expression with {at} into a list{or}:\n{}:\n  - {}",
            parameter.name(),
            shown(text)
        );
        context.report(Diagnostic::error(path, Origin::Written(node.place), message).help(help));
        return None;
    }
    for problem in problems {
        context.report(problem);
    }
    None
}

/// Whether this is a piece of an expression and not a whole one: an operator, a keyword, half a pair of brackets.
fn is_torn(part: &str) -> bool {
    let part = part.trim();
    let keyword = matches!(part, "if" | "else" | "and" | "or" | "not" | "in" | "for");
    let open = |bracket: &[char]| part.matches(bracket).count();
    let operator = part.ends_with(['+', '-', '*', '/', '%', '<', '>', '='])
        || part.starts_with(['*', '/', '%', '<', '>', '=']);
    keyword || operator || open(&['(', '[', '{']) != open(&[')', ']', '}'])
}
