//! Numbers that may be expressions.

use num_traits::ToPrimitive;

use crate::random::Key;

use super::convert;
use super::error::{EvaluationError, Fault, Outcome, ParseError};
use super::formula::Expression;
use super::scope::{Scope, Variables};
use super::types::Types;
use super::value::Value;

/// A constant or an expression for one.
#[derive(Clone, Debug)]
enum Source<T> {
    Constant(T),
    Expression(Expression),
}

impl<T: Copy> Source<T> {
    /// Reads an expression; what does not depend on the scope is computed at once.
    fn parse(
        text: &str,
        variables: Variables,
        path: &str,
        convert: fn(&Value) -> Outcome<T>,
    ) -> Result<Self, ParseError> {
        let expression = Expression::parse(text, variables, path)?;
        let types = expression.types();
        // Python reads numbers from strings too.
        if types.and(Types::NUMBER.or(Types::STR)).is_empty() {
            let message = format!("this gives {}, but a number is needed", types.describe());
            return Err(ParseError::new(0..text.len(), message));
        }
        if !expression.is_constant() {
            return Ok(Self::Expression(expression));
        }
        let scope = Scope::new(Key::root(0), 0, 1);
        let value = Self::Expression(expression).evaluate(&scope, convert);
        value.map(Self::Constant).map_err(|error| ParseError::new(error.range, error.message))
    }

    fn evaluate(&self, scope: &Scope, convert: fn(&Value) -> Outcome<T>) -> Result<T, EvaluationError> {
        match self {
            Self::Constant(value) => Ok(*value),
            Self::Expression(expression) => {
                convert(&expression.evaluate(scope)?).map_err(|fault| expression.error(fault, scope))
            }
        }
    }

    fn constant(&self) -> Option<T> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::Expression(_) => None,
        }
    }

    fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Constant(_) => None,
            Self::Expression(expression) => Some(expression),
        }
    }

    fn draws(&self) -> bool {
        self.expression().is_some_and(Expression::draws)
    }
}

/// Constants are equal by value (nan to itself), expressions by text.
impl<T: PartialOrd + Copy> PartialEq for Source<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Constant(a), Self::Constant(b)) => {
                let is_nan = |x: &T| x.partial_cmp(x).is_none();
                a == b || (is_nan(a) && is_nan(b))
            }
            (Self::Expression(a), Self::Expression(b)) => a.text() == b.text(),
            _ => false,
        }
    }
}

/// A floating point number that may be an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Float(Source<f64>);

impl Float {
    /// A number that is always the same.
    pub const fn constant(value: f64) -> Self {
        Self(Source::Constant(value))
    }

    /// Reads an expression; one without variables and random functions becomes a constant.
    ///
    /// # Errors
    /// As [`Expression::parse`], and for results that are not numbers, as far as that is certain.
    pub fn parse(text: &str, variables: Variables, path: &str) -> Result<Self, ParseError> {
        Source::parse(text, variables, path, convert::to_float).map(Self)
    }

    /// Its value, converted as by Python's `float()`; may be infinite or nan.
    ///
    /// # Errors
    /// As [`Expression::evaluate`], and for results that are not numbers.
    pub fn evaluate(&self, scope: &Scope) -> Result<f64, EvaluationError> {
        self.0.evaluate(scope, convert::to_float)
    }

    /// The value where it is always the same.
    pub fn as_constant(&self) -> Option<f64> {
        self.0.constant()
    }

    /// The expression where there is one.
    pub fn expression(&self) -> Option<&Expression> {
        self.0.expression()
    }

    /// Whether it uses random numbers.
    pub fn draws(&self) -> bool {
        self.0.draws()
    }
}

/// A whole number that may be an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Int(Source<i64>);

impl Int {
    /// A number that is always the same.
    pub const fn constant(value: i64) -> Self {
        Self(Source::Constant(value))
    }

    /// Reads an expression; one without variables and random functions becomes a constant.
    ///
    /// # Errors
    /// As [`Expression::parse`], and for results that are not numbers, as far as that is certain.
    pub fn parse(text: &str, variables: Variables, path: &str) -> Result<Self, ParseError> {
        Source::parse(text, variables, path, to_i64).map(Self)
    }

    /// Its value, converted as by Python's `int()`: the fraction is cut off.
    ///
    /// # Errors
    /// As [`Expression::evaluate`], and for results that are not finite numbers in the range of `i64`.
    pub fn evaluate(&self, scope: &Scope) -> Result<i64, EvaluationError> {
        self.0.evaluate(scope, to_i64)
    }

    /// The value where it is always the same.
    pub fn as_constant(&self) -> Option<i64> {
        self.0.constant()
    }

    /// The expression where there is one.
    pub fn expression(&self) -> Option<&Expression> {
        self.0.expression()
    }

    /// Whether it uses random numbers.
    pub fn draws(&self) -> bool {
        self.0.draws()
    }
}

/// The whole number that an expression always gives; `None` where it varies. It may be beyond the range of [`Int`],
/// as seeds are.
pub(crate) fn fixed_integer(
    text: &str,
    variables: Variables,
    path: &str,
) -> Result<Option<i128>, ParseError> {
    Ok(Source::parse(text, variables, path, to_i128)?.constant())
}

fn to_i128(value: &Value) -> Outcome<i128> {
    convert::to_int(value)?.to_i128().ok_or_else(|| Fault::new("the whole number is out of range"))
}

fn to_i64(value: &Value) -> Outcome<i64> {
    convert::to_int(value)?.to_i64().ok_or_else(|| Fault::new("the whole number is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Variables = Variables { time: true, resolution: false, learnrate: false, similarity: false };

    #[test]
    fn what_does_not_vary_is_computed_at_once() {
        assert_eq!(Int::parse("224 * 3", TIME, "x").unwrap(), Int::constant(672));
        assert_eq!(Int::parse("-99.99", TIME, "x").unwrap(), Int::constant(-99));
        assert_eq!(Float::parse("nan", TIME, "x").unwrap(), Float::constant(f64::NAN));
        assert_eq!(Float::parse("sum(t for t in [1, 2])", TIME, "x").unwrap(), Float::constant(3.0));
        for text in ["t", "random()", "ts(0, 1)"] {
            assert_eq!(Float::parse(text, TIME, "x").unwrap().as_constant(), None, "{text}");
        }
        assert!(Float::parse("2 * random()", TIME, "x").unwrap().draws());
    }

    #[test]
    fn results_that_are_no_numbers_are_refused() {
        for text in ["None", "[1]", "'abc'", "(1, 2)", "{}", "1/0", "[t]", "(x for x in [1])"] {
            assert!(Float::parse(text, TIME, "x").is_err(), "{text}");
        }
        for text in ["inf", "nan", "10 ** 30"] {
            assert!(Int::parse(text, TIME, "x").is_err(), "{text}");
        }
        let late = Int::parse("inf * t", TIME, "x").unwrap();
        assert!(late.evaluate(&Scope::new(Key::root(0), 1, 2)).is_err());
    }
}
