//! The tree of an expression.

use std::ops::Range;

use super::functions::Function;
use super::scope::Variable;
use super::value::Value;

/// A node with its place in the text.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a node computes. Chains are flat lists, so that a long sum is not a deep tree.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Constant(Value),
    /// A name that the checker has not looked up yet.
    Name(String),
    Variable(Variable),
    /// A variable of a comprehension, by its slot.
    Local(usize),
    /// Operators of the same precedence, from left to right.
    Chain(Box<Node>, Vec<(BinaryOperator, Node)>),
    Unary(UnaryOperator, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// `a < b <= c`
    Compare(Box<Node>, Vec<(Comparison, Node)>),
    /// `a if b else c if d else e`
    Conditional(Vec<Branch>, Box<Node>),
    List(Vec<Item>),
    Tuple(Vec<Item>),
    Set(Vec<Item>),
    Dict(Vec<(Node, Node)>),
    Comprehension(Box<Comprehension>),
    Postfix(Box<Node>, Vec<Step>),
    /// A call of a function by its name.
    Call(Call),
}

/// `value if condition`
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) condition: Node,
    pub(super) value: Node,
}

/// An entry of a list: a value or, after a `*`, the entries of another.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) spread: bool,
    pub(super) node: Node,
}

/// `[element for targets in iterable if condition]`, or the same in parentheses.
#[derive(Clone, Debug)]
pub(super) struct Comprehension {
    pub(super) element: Node,
    pub(super) clauses: Vec<Clause>,
    /// A generator, not a list: it has no length and no entries by number.
    pub(super) generator: bool,
}

/// `for targets in iterable if condition if condition`
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// The names, and the slots that the checker gives them.
    pub(super) targets: Vec<(String, usize)>,
    /// Several names, or one with a comma behind it: entries are taken apart.
    pub(super) unpack: bool,
    pub(super) iterable: Node,
    pub(super) conditions: Vec<Node>,
}

/// What may follow a value.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `[index]`
    Index(Node),
    /// `[from:to:step]`
    Slice([Option<Node>; 3]),
    /// `.get(key)`, `.get(key, default)`
    Get(Node, Option<Node>),
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) name_range: Range<usize>,
    /// What the checker has found under the name.
    pub(super) function: Option<&'static Function>,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) form: ArgumentForm,
    pub(super) node: Node,
}

/// How an argument is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArgumentForm {
    Position,
    /// `*list`
    Spread,
    /// `name=value`
    Keyword(String),
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

impl BinaryOperator {
    /// How it is written.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
        }
    }

    /// The operator of a sign with its precedence; `**` is read elsewhere, as it binds to the right.
    pub(super) fn of_sign(sign: &str) -> Option<(Self, u8)> {
        Some(match sign {
            "|" => (Self::Or, 1),
            "^" => (Self::Xor, 2),
            "&" => (Self::And, 3),
            "<<" => (Self::ShiftLeft, 4),
            ">>" => (Self::ShiftRight, 4),
            "+" => (Self::Add, 5),
            "-" => (Self::Subtract, 5),
            "*" => (Self::Multiply, 6),
            "/" => (Self::Divide, 6),
            "//" => (Self::FloorDivide, 6),
            "%" => (Self::Modulo, 6),
            _ => return None,
        })
    }
}

/// Operators before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnaryOperator {
    Plus,
    Minus,
    Invert,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    In,
    NotIn,
    Is,
    IsNot,
}

impl Comparison {
    /// How it is written.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::IsNot => "is not",
        }
    }
}
