//! Formulas in an experiment: Python's notation, evaluated by an interpreter with bounds.
//!
//! An [`Expression`] is read in three steps, one file each: `token` (text → tokens), `parser` (tokens →
//! tree, `syntax`), `check` (names, numbers of arguments, types that cannot work). After that `evaluate`
//! computes it against a [`Scope`], which holds the variables (`t`, `width`, `sim`, …) and the key of the
//! random numbers. The functions are in `functions`, Python's arithmetic in `arithmetic` and `exact`.
//!
//! Expressions come from strangers, so every cost is bounded in `limits`: no expression can hang, take much
//! memory, overflow the stack or reach anything outside of its scope.
//!
//! Transcendental functions come from the `libm` crate instead of the platform, so that every machine
//! computes the same bits.

mod arithmetic;
mod check;
mod convert;
mod error;
mod evaluate;
mod exact;
mod formula;
mod frame;
mod functions;
mod limits;
mod names;
mod order;
mod parser;
mod quantity;
mod scope;
mod syntax;
mod token;
mod types;
mod value;

pub use error::{EvaluationError, ParseError};
pub use formula::Expression;
pub(crate) use frame::with_frame;
pub(crate) use quantity::fixed_integer;
pub use quantity::{Float, Int};
pub use scope::{Scope, Variables};
pub use value::Value;
