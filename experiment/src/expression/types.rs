//! What is known about a value before it is computed: the set of types that it may have.
//!
//! An operation is refused in advance only when it fails for every combination of types that its operands
//! may have; everything else waits for the values.

use super::syntax::{BinaryOperator, Comparison, UnaryOperator};
use super::value::Value;

/// A set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u16);

impl Types {
    pub(super) const NOTHING: Self = Self(0);
    pub(super) const NONE: Self = Self(1);
    pub(super) const BOOL: Self = Self(2);
    pub(super) const INT: Self = Self(4);
    pub(super) const FLOAT: Self = Self(8);
    pub(super) const STR: Self = Self(16);
    pub(super) const LIST: Self = Self(32);
    pub(super) const TUPLE: Self = Self(64);
    pub(super) const SET: Self = Self(128);
    pub(super) const DICT: Self = Self(256);
    pub(super) const GENERATOR: Self = Self(512);

    /// `True`, `False` and whole numbers.
    pub(super) const INTEGRAL: Self = Self(2 | 4);
    /// Everything that arithmetic takes.
    pub(super) const NUMBER: Self = Self(2 | 4 | 8);
    /// Everything with entries by number.
    pub(super) const SEQUENCE: Self = Self(16 | 32 | 64);
    /// Everything with a length.
    pub(super) const SIZED: Self = Self(16 | 32 | 64 | 128 | 256);
    /// Everything that a `for` goes through.
    pub(super) const ITERABLE: Self = Self(16 | 32 | 64 | 128 | 256 | 512);
    /// Everything that a name or a list entry can hold.
    pub(super) const ANY: Self = Self(511);
    /// Everything.
    pub(super) const ALL: Self = Self(1023);

    /// The types in either set.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types in both sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Is every type of this set in the other?
    pub(super) const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The type of a value.
    pub(super) const fn of(value: &Value) -> Self {
        match value {
            Value::None => Self::NONE,
            Value::Bool(_) => Self::BOOL,
            Value::Int(_) => Self::INT,
            Value::Float(_) => Self::FLOAT,
            Value::Str(_) => Self::STR,
            Value::List(_) => Self::LIST,
            Value::Tuple(_) => Self::TUPLE,
            Value::Set(_) => Self::SET,
            Value::Dict(_) => Self::DICT,
        }
    }

    /// The types of this set, each as a set of its own.
    fn each(self) -> impl Iterator<Item = Self> {
        (0..10).map(|bit| Self(1 << bit)).filter(move |one| !self.and(*one).is_empty())
    }

    /// In words, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::NONE => "None",
            // Together with other types, `None` only means that an argument may be left out.
            _ if !self.and(Self::NONE).is_empty() => Self(self.0 & !Self::NONE.0).describe(),
            Self::BOOL => "a truth value",
            Self::INT | Self::INTEGRAL => "a whole number",
            Self::FLOAT => "a number with a fraction",
            Self::STR => "a string",
            Self::LIST => "a list",
            Self::TUPLE => "a tuple",
            Self::SET => "a set",
            Self::DICT => "a dictionary",
            Self::GENERATOR => "a generator",
            _ if self.within(Self::NUMBER) => "a number",
            _ if self.within(Self::ITERABLE) => "a list",
            _ => "any value",
        }
    }

    /// The types of `left operator right`; empty where that always fails.
    pub(super) fn binary(operator: BinaryOperator, left: Self, right: Self) -> Self {
        let pairs = left.each().flat_map(|a| right.each().map(move |b| (a, b)));
        pairs.fold(Self::NOTHING, |result, (a, b)| result.or(binary_of_one(operator, a, b)))
    }

    /// Can `left comparison right` work?
    pub(super) fn comparable(comparison: Comparison, left: Self, right: Self) -> bool {
        left.each().any(|a| right.each().any(|b| comparable_of_one(comparison, a, b)))
    }

    /// The types of an operator before a value; empty where that always fails.
    pub(super) fn unary(operator: UnaryOperator, operand: Self) -> Self {
        let of_one = |one: Self| match operator {
            UnaryOperator::Not => Self::BOOL,
            _ if one.within(Self::INTEGRAL) => Self::INT,
            UnaryOperator::Plus | UnaryOperator::Minus if one == Self::FLOAT => Self::FLOAT,
            _ => Self::NOTHING,
        };
        operand.each().fold(Self::NOTHING, |result, one| result.or(of_one(one)))
    }
}

fn binary_of_one(operator: BinaryOperator, a: Types, b: Types) -> Types {
    use BinaryOperator as Op;
    let integral = a.within(Types::INTEGRAL) && b.within(Types::INTEGRAL);
    let numbers = a.within(Types::NUMBER) && b.within(Types::NUMBER);
    match operator {
        Op::And | Op::Or | Op::Xor if a == Types::BOOL && b == Types::BOOL => Types::BOOL,
        Op::Divide if numbers => Types::FLOAT,
        Op::Power if integral => Types::INT.or(Types::FLOAT),
        _ if integral => Types::INT,
        Op::Add | Op::Subtract | Op::Multiply | Op::FloorDivide | Op::Modulo | Op::Power if numbers => {
            Types::FLOAT
        }
        Op::Add if a == b && a.within(Types::SEQUENCE) => a,
        Op::Multiply if a.within(Types::SEQUENCE) && b.within(Types::INTEGRAL) => a,
        Op::Multiply if b.within(Types::SEQUENCE) && a.within(Types::INTEGRAL) => b,
        _ => Types::NOTHING,
    }
}

fn comparable_of_one(comparison: Comparison, a: Types, b: Types) -> bool {
    match comparison {
        Comparison::Less | Comparison::LessEqual | Comparison::Greater | Comparison::GreaterEqual => {
            let numbers = a.within(Types::NUMBER) && b.within(Types::NUMBER);
            numbers || (a == b && a.within(Types::SEQUENCE))
        }
        Comparison::In | Comparison::NotIn => {
            if b == Types::STR {
                a == Types::STR
            } else {
                b.within(Types::ITERABLE)
            }
        }
        Comparison::Is | Comparison::IsNot => {
            let singleton = Types::NONE.or(Types::BOOL);
            a.within(singleton) || b.within(singleton)
        }
        Comparison::Equal | Comparison::NotEqual => true,
    }
}
