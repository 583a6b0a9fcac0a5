//! YAML as a small tree in which every value knows its place.
//!
//! Events come from `saphyr-parser`; scalars mean what they mean in YAML 1.1, as the language's files have
//! always been read (`yes` is a boolean, `1e3` is a text). Everything is bounded: size, depth, and the number
//! of values after aliases are expanded.

mod compose;
mod explain;
mod inspect;
mod problem;
mod scalar;
mod write;

pub(crate) use compose::{Composed, compose};
pub(crate) use scalar::{Notation, Scalar, python_float};
pub(crate) use write::Writer;

use crate::source::Place;

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) kind: NodeKind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// A single value, with the text as written (quotes and escapes resolved).
    Scalar { text: String, value: Scalar },
    /// `[a, b]`
    List(Vec<Node>),
    /// `{a: b}`, in the order written, no key twice.
    Map(Vec<(Key, Node)>),
}

/// The name of an entry of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) place: Place,
}

impl Node {
    /// What people call this kind of value.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar { value, .. } => match value {
                Scalar::Null => "nothing",
                Scalar::Bool(_) => "a yes/no value",
                Scalar::Int(_) | Scalar::Float(_) => "a number",
                Scalar::Text => "a text",
            },
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map (`name: value` lines)",
        }
    }
}
