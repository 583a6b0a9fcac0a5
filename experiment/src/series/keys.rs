//! Key frames, and what stands between them.

use crate::build::Easing;
use crate::diagnostic::{Diagnostic, Diagnostics, shown};
use crate::expression::with_frame;
use crate::parameters::{Kind, Parameter};
use crate::source::Origin;
use crate::yaml::{Node, NodeKind, Scalar, python_float};

/// Values by frame; at least one, in the order of their frames.
#[derive(Clone, Debug)]
pub(super) struct Keys(Vec<(u32, Node)>);

/// What holds at a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) value: &'a Node,
    /// The next key frame's value and its share, above 0 and at most 1.
    pub(super) next: Option<(&'a Node, f64)>,
}

impl Keys {
    /// Key frames where a map is written, else one value for all frames. `None` if something is wrong, which is reported.
    pub(super) fn read(node: &Node, path: &str, frames: u32, problems: &mut Diagnostics) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else { return Some(Self(vec![(0, node.clone())])) };
        let mut keys: Vec<(u32, Node)> = Vec::with_capacity(entries.len());
        let mut sound = true;
        let mut report = |origin, message: String| {
            let help = format!("frames are numbered from 0 to {}: `{{0: …, {}: …}}`", frames - 1, frames / 2);
            problems.push(Diagnostic::error(path, origin, message).help(help));
            sound = false;
        };
        if entries.is_empty() {
            report(Origin::Written(node.place), "there are no key frames in it".to_owned());
        }
        for (key, value) in entries {
            let origin = Origin::Written(key.place);
            match key.text.trim().parse::<u32>() {
                Ok(frame) if frame >= frames => {
                    report(origin, format!("there is no frame {frame}: the animation has {frames}"));
                }
                Ok(frame) if keys.iter().any(|(other, _)| *other == frame) => {
                    report(origin, format!("the frame {frame} is here twice"));
                }
                Ok(frame) => keys.push((frame, value.clone())),
                Err(_) => report(origin, format!("`{}` is not the number of a frame", shown(&key.text))),
            }
        }
        keys.sort_by_key(|(frame, _)| *frame);
        sound.then_some(Self(keys))
    }

    /// All values, in the order of their frames.
    pub(super) fn values(&self) -> impl Iterator<Item = &Node> {
        self.0.iter().map(|(_, node)| node)
    }

    /// The values at a frame. Before the first key frame it is the first one's, after the last one the last one's.
    pub(super) fn at(&self, frame: u32, easing: Easing) -> Moment<'_> {
        let after = self.0.partition_point(|(key, _)| *key <= frame);
        let (before, value) = &self.0[after.saturating_sub(1)];
        let next = self.0.get(after).filter(|_| after > 0).and_then(|(key, node)| {
            let way = f64::from(frame - before) / f64::from(key - before);
            let share = easing.share(way);
            (share > 0.0).then_some((node, share))
        });
        Moment { value, next }
    }
}

/// Where the frames are counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) frame: u32,
    pub(super) frames: u32,
}

impl Count {
    /// A value in which `frame` and `frames` are numbers; of a list each of its values.
    pub(super) fn put_into(self, node: &Node) -> Node {
        let kind = match &node.kind {
            NodeKind::Scalar { text, value: Scalar::Text } => {
                NodeKind::Scalar { text: with_frame(text, self.frame, self.frames), value: Scalar::Text }
            }
            NodeKind::List(nodes) => NodeKind::List(nodes.iter().map(|node| self.put_into(node)).collect()),
            other => other.clone(),
        };
        Node { place: node.place, kind }
    }
}

impl Moment<'_> {
    /// The value of a parameter that is a number or a list of numbers, as it would be written.
    ///
    /// Between two key frames it is `(a) * (1 - share) + (b) * share`, value by value. Expressions may stand on both sides,
    /// so this is an expression, too.
    pub(super) fn number(self, parameter: &Parameter, count: Count) -> Node {
        let value = count.put_into(self.value);
        let Some((next, share)) = self.next else { return value };
        let next = count.put_into(next);
        let several = matches!(parameter.kind, Kind::List(..));
        let (Some(from), Some(to)) = (numbers(&value, several), numbers(&next, several)) else {
            return value;
        };
        let length = from.len().max(to.len());
        let fits = |numbers: &[String]| numbers.len() == 1 || numbers.len() == length;
        if !fits(&from) || !fits(&to) {
            return value;
        }
        let (before, after) = (python_float(1.0 - share), python_float(share));
        let blend = |i: usize| {
            let (a, b) = (&from[i.min(from.len() - 1)], &to[i.min(to.len() - 1)]);
            Node {
                place: value.place,
                kind: NodeKind::Scalar {
                    text: format!("({a}) * {before} + ({b}) * {after}"),
                    value: Scalar::Text,
                },
            }
        };
        match length {
            1 => blend(0),
            _ => Node { place: value.place, kind: NodeKind::List((0..length).map(blend).collect()) },
        }
    }
}

/// The numbers of a value as texts: of one number, of a list, or of several in one text (`1 2 3`, where that is a list).
/// `None` where it is something else; the conversion will say so.
fn numbers(node: &Node, several: bool) -> Option<Vec<String>> {
    let one = |node: &Node| match &node.kind {
        NodeKind::Scalar { value: Scalar::Int(value), .. } => Some(value.to_string()),
        NodeKind::Scalar { value: Scalar::Float(value), .. } => Some(python_float(*value)),
        NodeKind::Scalar { text, value: Scalar::Text } if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    };
    match &node.kind {
        NodeKind::List(nodes) if !nodes.is_empty() => nodes.iter().map(one).collect(),
        // As lists of numbers are split everywhere.
        NodeKind::Scalar { text, value: Scalar::Text } if several => {
            let parts: Vec<String> = if text.contains(',') {
                text.split(',').map(str::to_owned).collect()
            } else {
                text.split_whitespace().map(str::to_owned).collect()
            };
            (!parts.is_empty()).then_some(parts)
        }
        _ => one(node).map(|number| vec![number]),
    }
}

#[cfg(test)]
mod tests {
    use crate::Source;
    use crate::yaml::compose;

    use super::*;

    fn keys(yaml: &str) -> Keys {
        let document = compose(0, &Source::new("a.yaml", yaml)).unwrap().document.unwrap();
        Keys::read(&document, "zoom", 100, &mut Diagnostics::default()).expect(yaml)
    }

    fn text(node: &Node) -> String {
        match &node.kind {
            NodeKind::Scalar { text, .. } => text.clone(),
            NodeKind::List(nodes) => nodes.iter().map(text).collect::<Vec<_>>().join("; "),
            NodeKind::Map(_) => panic!("a map"),
        }
    }

    #[test]
    fn values_stay_before_the_first_and_after_the_last_key_frame() {
        let keys = keys("{10: 1, 20: 3, 30: 5}");
        let at = |frame, easing| {
            let moment = keys.at(frame, easing);
            (text(moment.value), moment.next.map(|(node, share)| (text(node), share)))
        };
        let next = |value: &str, share| Some((value.to_owned(), share));
        assert_eq!(at(0, Easing::Linear), ("1".to_owned(), None));
        assert_eq!(at(10, Easing::Linear), ("1".to_owned(), None));
        assert_eq!(at(15, Easing::Linear), ("1".to_owned(), next("3", 0.5)));
        assert_eq!(at(12, Easing::Ease), ("1".to_owned(), next("3", 0.2 * 0.2 * 2.6)));
        assert_eq!(at(19, Easing::Hold), ("1".to_owned(), None));
        assert_eq!(at(20, Easing::Linear), ("3".to_owned(), None));
        assert_eq!(at(99, Easing::Linear), ("5".to_owned(), None));
    }

    #[test]
    fn wrong_key_frames_are_refused() {
        for yaml in ["{}", "{100: 1}", "{-1: 1}", "{start: 1}", "{1: 1, '01': 2}"] {
            let document = compose(0, &Source::new("a.yaml", yaml)).unwrap().document.unwrap();
            let mut problems = Diagnostics::default();
            assert!(Keys::read(&document, "zoom", 100, &mut problems).is_none(), "{yaml}");
            assert_eq!(problems.len(), 1, "{yaml}");
        }
    }

    #[test]
    fn numbers_between_key_frames_are_expressions() {
        let number = |yaml: &str, path: &str| {
            let parameter = crate::parameters().get(path).unwrap();
            let count = Count { frame: 25, frames: 100 };
            text(&keys(yaml).at(25, Easing::Linear).number(parameter, count))
        };
        assert_eq!(number("{0: 1, 50: .2*t}", "learnrate"), "(1) * 0.5 + (.2*t) * 0.5");
        assert_eq!(number("frame/frames * t", "learnrate"), "25/100 * t");
        assert_eq!(
            number("{0: 0, 50: 1 2 3}", "init.mean"),
            "(0) * 0.5 + (1) * 0.5; (0) * 0.5 + (2) * 0.5; (0) * 0.5 + (3) * 0.5"
        );
    }
}
