//! The values that an expression computes with.

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

/// A value of the language; the variants are Python's types.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`; also a number, 1 or 0.
    Bool(bool),
    /// A whole number of bounded size.
    Int(BigInt),
    /// A floating point number.
    Float(f64),
    /// A string.
    Str(String),
    /// A list; also the result of `range` and of generators.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A set, in the order written, without duplicates.
    Set(Vec<Value>),
    /// Keys and values, in the order written, without duplicates.
    Dict(Vec<(Value, Value)>),
}

impl Value {
    /// The value as a whole number where it is one (`Int`, `Bool`) and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => n.to_i64(),
            Self::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }

    /// The value as a number where it is one (`Float`, `Int`, `Bool`) and is in the range of `f64`.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(x) => Some(*x),
            Self::Int(n) => n.to_f64().filter(|x| x.is_finite()),
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            _ => None,
        }
    }

    /// The name of its type, as Python has it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Dict(_) => "dict",
        }
    }

    /// Its kind in words, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number with a fraction",
            Self::Str(_) => "a string",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Set(_) => "a set",
            Self::Dict(_) => "a dictionary",
        }
    }

    /// Does it count as true?
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(b) => *b,
            Self::Int(n) => !n.is_zero(),
            Self::Float(x) => *x != 0.0,
            Self::Str(s) => !s.is_empty(),
            Self::List(v) | Self::Tuple(v) | Self::Set(v) => !v.is_empty(),
            Self::Dict(v) => !v.is_empty(),
        }
    }

    /// What a copy of it costs, in steps.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Self::None | Self::Bool(_) | Self::Float(_) => 1,
            Self::Int(n) => 1 + n.bits() / 256,
            Self::Str(s) => 1 + s.len() as u64 / 32,
            Self::List(v) | Self::Tuple(v) | Self::Set(v) => 1 + v.iter().map(Self::weight).sum::<u64>(),
            Self::Dict(v) => 1 + v.iter().map(|(key, value)| key.weight() + value.weight()).sum::<u64>(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(BigInt::from(value))
    }
}
