//! The words in which parameters are defined.

use super::Parameter;
use crate::expression::Variables;

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// An integer; numbers with a fraction are cut off.
    Int,
    /// A number.
    Float,
    /// A number whose meaning depends on whether it is an integer.
    Number,
    /// A text.
    Text,
    /// Pixels as lists in lists: colour, row, column.
    Pixels,
}

impl Type {
    /// What people call one or several of it.
    pub(super) fn noun(self, several: bool) -> &'static str {
        match (self, several) {
            (Self::Bool, _) => "`yes` or `no`",
            (Self::Int, false) => "an integer",
            (Self::Int, true) => "integers",
            (Self::Float, false) => "a number",
            (Self::Float | Self::Number, true) => "numbers",
            (Self::Number, false) => "a number (an integer or one with a point)",
            (Self::Text, _) => "a text",
            (Self::Pixels, _) => "pixels as lists in lists",
        }
    }

    /// Its name in the reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Number => "int or float",
            Self::Text => "str",
            Self::Pixels => "list of pixels",
        }
    }
}

/// The shape of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One value.
    Scalar(Type),
    /// As many values as one of these lengths says; one value stands for as many as the least length.
    List(Type, &'static [usize]),
    /// A moment of the run: an epoch (int), a share (float) or a percentage.
    Moment,
    /// A mask: the name of an entry of `masks`, or a map of the parameters of one.
    Mask,
    /// A map of parameters.
    Map,
    /// A list of maps of parameters.
    Entries,
    /// A map from parameters to the values that they take in turn: lists and ranges. It is kept as written.
    Axes,
    /// One value for all frames, or a map of key frames. It is kept as written.
    Keys(Type),
    /// A map from parameters to values or key frames. It is kept as written.
    Tracks,
}

/// The value of a parameter that is not written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// None.
    Null,
    /// Yes or no.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(&'static str),
    /// Integers.
    Ints(&'static [i64]),
    /// Numbers.
    Floats(&'static [f64]),
    /// A map with the defaults of everything in it.
    Map,
    /// No entries.
    Entries,
}

/// What is known when the value of a parameter is needed, and so what its expressions may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before the run: no variables, nothing random.
    Fixed,
    /// The time.
    Canvas,
    /// The time and the resolution.
    Schedule,
    /// The time, the resolution and the learn rate.
    Rate,
    /// All of it and the similarity of this feature.
    Feature,
    /// All of it and the mean similarity of the target's features.
    Target,
}

impl Stage {
    /// The groups of variables, for the expression parser.
    pub fn variables(self) -> Variables {
        Variables {
            time: self != Self::Fixed,
            resolution: !matches!(self, Self::Fixed | Self::Canvas),
            learnrate: matches!(self, Self::Rate | Self::Feature | Self::Target),
            similarity: matches!(self, Self::Feature | Self::Target),
        }
    }

    /// The names of the groups.
    pub fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Fixed => &[],
            Self::Canvas => &["time"],
            Self::Schedule => &["time", "resolution"],
            Self::Rate => &["time", "resolution", "learnrate"],
            Self::Feature => &["time", "resolution", "learnrate", "target_feature"],
            Self::Target => &["time", "resolution", "learnrate", "target_constraint"],
        }
    }
}

/// One of the texts that a parameter allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The text.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// Least and greatest value, both allowed. They are integers, because the greatest seed, 2⁶⁴ − 1, is not a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Least value.
    pub least: Option<i128>,
    /// Greatest value.
    pub most: Option<i128>,
    /// May it be infinite?
    pub infinite: bool,
}

impl Limits {
    /// Any number that a float of 32 bits can hold, which is what pictures are computed with.
    pub const NONE: Self = Self { least: None, most: None, infinite: false };

    /// In words; empty where there are none.
    pub fn words(&self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => String::new(),
        }
    }

    /// Is this number allowed?
    pub fn allow(&self, value: f64) -> bool {
        !value.is_nan()
            && (self.infinite || value.abs() <= f64::from(f32::MAX))
            && self.least.is_none_or(|least| value >= least as f64)
            && self.most.is_none_or(|most| value <= most as f64)
    }

    /// Is this integer allowed?
    pub fn allow_integer(&self, value: i128) -> bool {
        self.least.is_none_or(|least| value >= least) && self.most.is_none_or(|most| value <= most)
    }
}

/// A parameter as the tables define it; the name is relative to what it belongs to.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    kind: Kind,
    default: Initial,
    nullable: bool,
    required: bool,
    stage: Option<Stage>,
    choices: &'static [Choice],
    limits: Limits,
    doc: &'static str,
    example: &'static str,
    addition: bool,
}

impl Definition {
    /// A parameter that takes the stage of what it belongs to.
    pub(crate) const fn new(name: &'static str, kind: Kind, default: Initial, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            default,
            nullable: false,
            required: false,
            stage: None,
            choices: &[],
            limits: Limits::NONE,
            doc,
            example: "",
            addition: false,
        }
    }

    pub(crate) const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn stage(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    /// Texts are no expressions, so a parameter with choices is fixed.
    pub(crate) const fn choices(mut self, choices: &'static [Choice]) -> Self {
        self.choices = choices;
        self
    }

    pub(crate) const fn least(mut self, least: i64) -> Self {
        self.limits.least = Some(least as i128);
        self
    }

    pub(crate) const fn most(mut self, most: i128) -> Self {
        self.limits.most = Some(most);
        self
    }

    pub(crate) const fn infinite(mut self) -> Self {
        self.limits.infinite = true;
        self
    }

    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    pub(crate) const fn addition(mut self) -> Self {
        self.addition = true;
        self
    }

    pub(crate) fn parameter(&self, prefix: &str, stage: Stage) -> Parameter {
        let path = if prefix.is_empty() { self.name.to_owned() } else { format!("{prefix}.{}", self.name) };
        let text = matches!(self.kind, Kind::Scalar(Type::Text) | Kind::Map | Kind::Entries | Kind::Mask);
        Parameter {
            path,
            kind: self.kind,
            default: self.default,
            nullable: self.nullable,
            required: self.required,
            stage: self.stage.unwrap_or(if text { Stage::Fixed } else { stage }),
            choices: self.choices,
            limits: self.limits,
            doc: self.doc,
            example: self.example,
            addition: self.addition,
            draws: false,
        }
    }
}

/// A transform or constraint with its parameters; one parameter without a name is written `NAME: value`.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) changes_resolution: bool,
    pub(crate) draws: bool,
    /// Is it, with all of its parameters, unknown to the original?
    pub(crate) addition: bool,
    pub(crate) doc: &'static str,
    pub(crate) example: &'static str,
    pub(crate) parameters: &'static [Definition],
    /// Parameters that all groups of the table share.
    pub(crate) more: &'static [Definition],
}

/// One value.
pub(crate) const INT: Kind = Kind::Scalar(Type::Int);
/// One number.
pub(crate) const FLOAT: Kind = Kind::Scalar(Type::Float);
/// One text.
pub(crate) const TEXT: Kind = Kind::Scalar(Type::Text);
/// Yes or no.
pub(crate) const BOOL: Kind = Kind::Scalar(Type::Bool);
/// Width and height.
pub(crate) const INT_2: Kind = Kind::List(Type::Int, &[2]);
/// Two numbers.
pub(crate) const FLOAT_2: Kind = Kind::List(Type::Float, &[2]);
/// Red, green, blue.
pub(crate) const FLOAT_3: Kind = Kind::List(Type::Float, &[3]);
/// Four numbers.
pub(crate) const FLOAT_4: Kind = Kind::List(Type::Float, &[4]);
