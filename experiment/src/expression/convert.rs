//! Python's `float()`, `int()` and iteration.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::error::{Fault, Outcome};
use super::limits::{self, Budget};
use super::value::Value;

/// Python's `float(value)`.
pub(super) fn to_float(value: &Value) -> Outcome<f64> {
    match value {
        Value::Float(x) => Ok(*x),
        Value::Bool(b) => Ok(f64::from(u8::from(*b))),
        Value::Int(n) => int_to_float(n),
        Value::Str(s) => {
            parse_float(s).ok_or_else(|| Fault::new(format!("the string '{}' is not a number", shorten(s))))
        }
        other => Err(Fault::new(format!("a number is needed, not {}", other.describe()))),
    }
}

/// Python's `int(value)`: towards zero.
pub(super) fn to_int(value: &Value) -> Outcome<BigInt> {
    match value {
        Value::Float(x) => truncate(*x),
        Value::Bool(b) => Ok(BigInt::from(u8::from(*b))),
        Value::Int(n) => Ok(n.clone()),
        Value::Str(s) => parse_int(s, 10),
        other => Err(Fault::new(format!("a whole number is needed, not {}", other.describe()))),
    }
}

/// The value where it is a whole number by type, as indices must be.
pub(super) fn index(value: &Value) -> Option<BigInt> {
    match value {
        Value::Int(n) => Some(n.clone()),
        Value::Bool(b) => Some(BigInt::from(u8::from(*b))),
        _ => None,
    }
}

/// The nearest float; too large is an error.
pub(super) fn int_to_float(value: &BigInt) -> Outcome<f64> {
    value
        .to_f64()
        .filter(|x| x.is_finite())
        .ok_or_else(|| Fault::new("the whole number is too large for a number with a fraction"))
}

/// The whole part of a finite float.
pub(super) fn truncate(value: f64) -> Outcome<BigInt> {
    if value.is_nan() {
        return Err(Fault::new("nan cannot be made a whole number"));
    }
    BigInt::from_f64(value).ok_or_else(|| Fault::new("infinity cannot be made a whole number"))
}

/// Removes underscores where Python allows them: between digits.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let fits = |at: usize| bytes[at] != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1)));
    (0..bytes.len()).all(fits).then(|| text.replace('_', ""))
}

fn parse_float(text: &str) -> Option<f64> {
    let text = without_underscores(text.trim())?;
    // Rust reads the same notations as Python.
    text.parse().ok()
}

/// Python's `int(text, base)`; base 0 reads the prefix.
pub(super) fn parse_int(text: &str, base: u32) -> Outcome<BigInt> {
    let broken = || Fault::new(format!("the string '{}' is not a whole number", shorten(text)));
    // Reading is quadratic.
    if text.len() > limits::TEXT {
        return Err(broken());
    }
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let lower = digits.to_lowercase();
    let (digits, radix) = match (lower.get(..2), base) {
        (Some("0x"), 0 | 16) => (&lower[2..], 16),
        (Some("0o"), 0 | 8) => (&lower[2..], 8),
        (Some("0b"), 0 | 2) => (&lower[2..], 2),
        (_, 0) => (&lower[..], 10),
        _ => (&lower[..], base),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return Err(broken());
    }
    let digits = without_underscores(digits).ok_or_else(broken)?;
    let value = BigInt::parse_bytes(digits.as_bytes(), radix).ok_or_else(broken)?;
    limits::check_bits(value.bits())?;
    Ok(if negative { -value } else { value })
}

/// The entries that a `for` goes through.
pub(super) fn entries(budget: &mut Budget, value: &Value) -> Outcome<Vec<Value>> {
    budget.charge_copy(value)?;
    match value {
        Value::List(v) | Value::Tuple(v) | Value::Set(v) => Ok(v.clone()),
        Value::Dict(v) => Ok(v.iter().map(|(key, _)| key.clone()).collect()),
        Value::Str(s) => {
            budget.charge(s.len() as u64)?;
            Ok(s.chars().map(|c| Value::Str(c.to_string())).collect())
        }
        other => Err(Fault::new(format!("a list is needed, not {}", other.describe()))),
    }
}

/// The beginning of a string, for messages.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(20).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
