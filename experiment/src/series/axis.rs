//! One parameter of a sweep and its values.

use super::path::{Astray, Slot};
use crate::convert::{self, Context};
use crate::diagnostic::{Diagnostic, Diagnostics, shown};
use crate::limits::MAX_SWEEP;
use crate::nearest::nearest;
use crate::parameters::{Kind, Type};
use crate::source::{Origin, Place, Source};
use crate::tree::{Branch, Map};
use crate::yaml::{Key, Node, NodeKind, Scalar, python_float};

/// The names in a range.
const RANGE: [&str; 4] = ["from", "to", "steps", "scale"];

/// A parameter that differs, and its values.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its path with all list indices, such as `targets.0.weight`.
    pub parameter: String,
    /// The values as people know them.
    pub labels: Vec<String>,
    pub(super) slot: Slot,
    pub(super) branches: Vec<Branch>,
    /// Where its name stands.
    pub(super) origin: Origin,
}

/// A value of an axis before it is converted.
struct Item {
    node: Node,
    label: String,
}

impl Axis {
    /// Reads an entry of `sweep.parameters`. `None` if something is wrong with it, which is reported.
    pub(super) fn read(
        (key, node): &(Key, Node),
        tree: &Map,
        sources: &[Source],
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        let path = format!("sweep.parameters.{}", key.text);
        let origin = Origin::Written(key.place);
        let slot = match Slot::find(tree, &key.text) {
            Ok(slot) => slot,
            Err(Astray { message, help }) => {
                problems.push(Diagnostic::error(path, origin, message).help(help));
                return None;
            }
        };
        let items = match items(&slot, node) {
            Ok(items) => items,
            Err(problem) => {
                problems.push(problem.into_diagnostic(&path));
                return None;
            }
        };
        let before = problems.len();
        let mut context = Context { sources, problems, computed: 0 };
        let branches: Vec<Branch> = items
            .iter()
            .filter_map(|item| convert::branch(&mut context, slot.parameter, &item.node, &slot.path))
            .collect();
        // A value that cannot be converted has left a problem; warnings are no reason to stop.
        if branches.len() < items.len() {
            debug_assert!(problems.len() > before, "a value was left out without a word");
            return None;
        }
        let labels = items.into_iter().map(|item| item.label).collect();
        Some(Self { parameter: slot.path.clone(), labels, slot, branches, origin })
    }
}

/// What is wrong with the values of an axis.
struct Wrong {
    place: Place,
    message: String,
    help: String,
}

impl Wrong {
    fn new(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: help.into() }
    }

    fn into_diagnostic(self, path: &str) -> Diagnostic {
        Diagnostic::error(path, Origin::Written(self.place), self.message).help(self.help)
    }
}

/// The values that are written: a list, `1..8`, or a range.
fn items(slot: &Slot, node: &Node) -> Result<Vec<Item>, Wrong> {
    let items = match &node.kind {
        NodeKind::List(nodes) => nodes.iter().enumerate().map(item).collect(),
        NodeKind::Map(entries) => range(slot, entries, node.place)?,
        NodeKind::Scalar { text, value: Scalar::Text } => {
            whole_numbers(text, node.place)?.ok_or_else(|| no_values(slot, node))?
        }
        NodeKind::Scalar { .. } => return Err(no_values(slot, node)),
    };
    if items.is_empty() {
        return Err(Wrong::new(node.place, "the list of values is empty", HELP));
    }
    if items.len() > MAX_SWEEP {
        let message = format!("{} values are too many; a sweep may have {MAX_SWEEP} pictures", items.len());
        return Err(Wrong::new(node.place, message, "leave some out"));
    }
    Ok(items)
}

const HELP: &str = "write a list (`[1, 3, 9]`), whole numbers (`1..8`), or a range (`{from: .1, to: 10, steps: 5, scale: log}`)";

fn no_values(slot: &Slot, node: &Node) -> Wrong {
    let name = slot.parameter.name();
    Wrong::new(node.place, format!("`{name}` needs several values here, found {}", node.noun()), HELP)
}

/// A value of a list. One that is a list itself is known by its values, a map by its number.
fn item((index, node): (usize, &Node)) -> Item {
    let scalar = |node: &Node| match &node.kind {
        NodeKind::Scalar { text, .. } => Some(shown(text)),
        NodeKind::List(_) | NodeKind::Map(_) => None,
    };
    let label = match &node.kind {
        NodeKind::List(nodes) => {
            nodes.iter().map(scalar).collect::<Option<Vec<_>>>().map(|parts| parts.join(" "))
        }
        _ => scalar(node),
    };
    let number = || format!("no. {}", index + 1);
    Item { node: node.clone(), label: label.filter(|label| !label.is_empty()).unwrap_or_else(number) }
}

/// `1..8`, both ends included; `None` where it is something else.
fn whole_numbers(text: &str, place: Place) -> Result<Option<Vec<Item>>, Wrong> {
    let ends = text
        .split_once("..")
        .and_then(|(from, to)| Some((from.trim().parse::<i64>().ok()?, to.trim().parse::<i64>().ok()?)));
    let Some((from, to)) = ends else { return Ok(None) };
    let count = to.abs_diff(from).saturating_add(1);
    if count > MAX_SWEEP as u64 {
        let message = format!("`{}` are {count} values; a sweep may have {MAX_SWEEP} pictures", shown(text));
        return Err(Wrong::new(place, message, "leave some out"));
    }
    let step = if to < from { -1 } else { 1 };
    let nth = |i: u64| {
        let value = from + step * i as i64;
        number(value.to_string(), Scalar::Int(value.into()), place)
    };
    Ok(Some((0..count).map(nth).collect()))
}

fn number(text: String, value: Scalar, place: Place) -> Item {
    Item { node: Node { place, kind: NodeKind::Scalar { text: text.clone(), value } }, label: text }
}

/// `{from: .1, to: 10, steps: 5, scale: log}`
fn range(slot: &Slot, entries: &[(Key, Node)], place: Place) -> Result<Vec<Item>, Wrong> {
    if !slot.is_number() && !matches!(slot.parameter.kind, Kind::Scalar(Type::Number) | Kind::Moment) {
        let name = slot.parameter.name();
        return Err(Wrong::new(place, format!("`{name}` is no number, so it has no range"), HELP));
    }
    for (key, _) in entries {
        if !RANGE.contains(&key.text.as_str()) {
            let near = nearest(&key.text, RANGE).map(|near| format!("did you mean `{near}`? "));
            let message = format!("`{}` is not a part of a range", shown(&key.text));
            return Err(Wrong::new(key.place, message, format!("{}{HELP}", near.unwrap_or_default())));
        }
    }
    let find = |name: &str| entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
    let end = |name: &str| match find(name) {
        Some(node) => finite(node, name),
        None => Err(Wrong::new(place, format!("a range needs `{name}`"), HELP)),
    };
    let (from, to) = (end("from")?, end("to")?);
    let is_integer = |name: &str| {
        find(name).is_some_and(|node| matches!(node.kind, NodeKind::Scalar { value: Scalar::Int(_), .. }))
    };
    let integers = is_integer("from") && is_integer("to");
    let log = match find("scale") {
        None => false,
        Some(node) => match &node.kind {
            NodeKind::Scalar { text, .. } if text == "log" => true,
            NodeKind::Scalar { text, .. } if text == "linear" => false,
            _ => return Err(Wrong::new(node.place, "a range is `linear` or `log`", "scale: log")),
        },
    };
    if log && (from <= 0.0 || to <= 0.0) {
        return Err(Wrong::new(place, "a range with `scale: log` lies above 0", "begin with a small number"));
    }
    let steps = match find("steps") {
        Some(node) => steps(node)?,
        None if integers && !log && (to - from).abs() < MAX_SWEEP as f64 => (to - from).abs() as usize + 1,
        None => {
            return Err(Wrong::new(place, "a range needs `steps`, how many values it has", HELP));
        }
    };
    let values: Vec<f64> = (0..steps).map(|i| between(from, to, i, steps, log)).collect();
    let of_integers = matches!(slot.parameter.kind, Kind::Scalar(Type::Int) | Kind::List(Type::Int, _));
    // A moment is an epoch as an integer and a share as a float.
    let whole = of_integers || integers && values.iter().all(|value| value.fract() == 0.0);
    let item = |value: &f64| {
        if whole {
            let value = value.round() as i128;
            number(value.to_string(), Scalar::Int(value), place)
        } else {
            number(python_float(*value), Scalar::Float(*value), place)
        }
    };
    Ok(values.iter().map(item).collect())
}

/// Value `i` of `steps` values from one to another, both included, rounded to twelve digits: `0.3` and not
/// `0.30000000000000004`.
fn between(from: f64, to: f64, i: usize, steps: usize, log: bool) -> f64 {
    if i == 0 {
        return from;
    }
    if i + 1 == steps {
        return to;
    }
    let share = i as f64 / (steps - 1) as f64;
    let value = if log { from * libm::pow(to / from, share) } else { from + (to - from) * share };
    format!("{value:.11e}").parse().unwrap_or(value)
}

fn finite(node: &Node, name: &str) -> Result<f64, Wrong> {
    let number = match &node.kind {
        NodeKind::Scalar { value: Scalar::Int(value), .. } => Some(*value as f64),
        NodeKind::Scalar { value: Scalar::Float(value), .. } => Some(*value),
        NodeKind::Scalar { text, value: Scalar::Text } => text.trim().parse().ok(),
        _ => None,
    };
    number
        .filter(|number: &f64| number.is_finite() && number.abs() < 1e30)
        .ok_or_else(|| Wrong::new(node.place, format!("`{name}` is a number, found {}", node.noun()), HELP))
}

fn steps(node: &Node) -> Result<usize, Wrong> {
    let steps = match node.kind {
        NodeKind::Scalar { value: Scalar::Int(steps), .. } => usize::try_from(steps).ok(),
        _ => None,
    };
    steps.filter(|steps| (1..=MAX_SWEEP).contains(steps)).ok_or_else(|| {
        Wrong::new(node.place, format!("`steps` is a whole number from 1 to {MAX_SWEEP}"), "steps: 5")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hit_both_ends_and_round_numbers_between() {
        let values = |from, to, steps, log| -> Vec<f64> {
            (0..steps).map(|i| between(from, to, i, steps, log)).collect()
        };
        assert_eq!(values(0.0, 1.0, 11, false)[3], 0.3);
        assert_eq!(values(0.1, 10.0, 3, true), [0.1, 1.0, 10.0]);
        assert_eq!(values(5.0, 1.0, 5, false), [5.0, 4.0, 3.0, 2.0, 1.0]);
        assert_eq!(values(2.0, 9.0, 1, false), [2.0]);
    }
}
