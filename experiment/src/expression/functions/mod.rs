//! The functions of the language: names, signatures, and what they compute.

mod builtin;
mod collection;
mod draw;
mod gamma_family;
mod integer;
mod real;
mod signature;

pub(super) use signature::{Arguments, Signature};

use super::error::Outcome;
use super::evaluate::Machine;
use super::types::Types;
use super::value::Value;

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) signature: Signature,
    /// Types that every argument must have.
    pub(super) accepts: Types,
    /// Types of the result.
    pub(super) gives: Types,
    /// What it needs besides its arguments.
    pub(super) needs: Needs,
    pub(super) compute: Compute,
}

/// The code of a function.
pub(super) type Compute = fn(&mut Machine<'_>, &Arguments<'_>) -> Outcome<Value>;

/// What a function needs besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// The time of the run; only where `t` is known.
    Time,
    /// Random numbers.
    Chance,
}

const TABLES: &[&[Function]] = &[
    builtin::FUNCTIONS,
    collection::FUNCTIONS,
    real::FUNCTIONS,
    gamma_family::FUNCTIONS,
    integer::FUNCTIONS,
    draw::FUNCTIONS,
];

/// The constants of the language.
pub(super) const CONSTANTS: &[(&str, f64)] = &[
    ("pi", std::f64::consts::PI),
    ("e", std::f64::consts::E),
    ("tau", std::f64::consts::TAU),
    ("inf", f64::INFINITY),
    ("nan", f64::NAN),
];

/// All functions.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().copied().flatten()
}

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.signature.name == name)
}
