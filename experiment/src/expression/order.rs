//! Python's comparisons.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::BigInt;

use super::error::{Fault, Outcome};
use super::exact;
use super::limits::Budget;
use super::syntax::Comparison;
use super::value::Value;

/// A number without its type. Its order is exact, and nan has none.
enum Number<'a> {
    Int(Cow<'a, BigInt>),
    Float(f64),
}

fn number(value: &Value) -> Option<Number<'_>> {
    match value {
        Value::Int(n) => Some(Number::Int(Cow::Borrowed(n))),
        Value::Bool(b) => Some(Number::Int(Cow::Owned(BigInt::from(u8::from(*b))))),
        Value::Float(x) => Some(Number::Float(*x)),
        _ => None,
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Int(a), Self::Float(b)) => exact::compare(a, *b),
            (Self::Float(a), Self::Int(b)) => exact::compare(b, *a).map(Ordering::reverse),
        }
    }
}

/// `a comparison b`
pub(super) fn compare(budget: &mut Budget, comparison: Comparison, a: &Value, b: &Value) -> Outcome<bool> {
    Ok(match comparison {
        Comparison::Equal => equal(budget, a, b)?,
        Comparison::NotEqual => !equal(budget, a, b)?,
        Comparison::In => contains(budget, b, a)?,
        Comparison::NotIn => !contains(budget, b, a)?,
        Comparison::Is => identical(a, b)?,
        Comparison::IsNot => !identical(a, b)?,
        Comparison::Less => order(budget, comparison, a, b)? == Some(Ordering::Less),
        Comparison::Greater => order(budget, comparison, a, b)? == Some(Ordering::Greater),
        Comparison::LessEqual => order(budget, comparison, a, b)?.is_some_and(Ordering::is_le),
        Comparison::GreaterEqual => order(budget, comparison, a, b)?.is_some_and(Ordering::is_ge),
    })
}

/// `a == b`
pub(super) fn equal(budget: &mut Budget, a: &Value, b: &Value) -> Outcome<bool> {
    budget.charge(1)?;
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a == b);
    }
    match (a, b) {
        (Value::None, Value::None) => Ok(true),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            all(a.iter().zip(b), |(a, b)| equal(budget, a, b))
        }
        (Value::Set(a), Value::Set(b)) => Ok(a.len() == b.len() && all(a, |entry| has(budget, b, entry))?),
        (Value::Dict(a), Value::Dict(b)) => {
            let same = |(key, value): &(Value, Value)| match lookup(budget, b, key)? {
                Some(other) => equal(budget, value, other),
                None => Ok(false),
            };
            Ok(a.len() == b.len() && all(a, same)?)
        }
        _ => Ok(false),
    }
}

fn all<T>(items: impl IntoIterator<Item = T>, mut holds: impl FnMut(T) -> Outcome<bool>) -> Outcome<bool> {
    for item in items {
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn has(budget: &mut Budget, entries: &[Value], wanted: &Value) -> Outcome<bool> {
    Ok(!all(entries, |entry| Ok(!equal(budget, entry, wanted)?))?)
}

/// The value of a key.
pub(super) fn lookup<'a>(
    budget: &mut Budget,
    entries: &'a [(Value, Value)],
    wanted: &Value,
) -> Outcome<Option<&'a Value>> {
    check_key(wanted)?;
    for (key, value) in entries {
        if equal(budget, key, wanted)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Lists, sets and dictionaries can change in Python, so they are no keys.
pub(super) fn check_key(value: &Value) -> Outcome<()> {
    match value {
        Value::List(_) | Value::Set(_) | Value::Dict(_) => {
            Err(Fault::new(format!("{} cannot be a key or an entry of a set", value.describe())))
        }
        Value::Tuple(entries) => entries.iter().try_for_each(check_key),
        _ => Ok(()),
    }
}

/// The order of two values; `None` where nan has none.
fn order(budget: &mut Budget, comparison: Comparison, a: &Value, b: &Value) -> Outcome<Option<Ordering>> {
    budget.charge(1)?;
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.partial_cmp(&b));
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(Some(a.cmp(b))),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            for (a, b) in a.iter().zip(b) {
                if !equal(budget, a, b)? {
                    return order(budget, comparison, a, b);
                }
            }
            Ok(Some(a.len().cmp(&b.len())))
        }
        _ => {
            let sign = comparison.sign();
            Err(Fault::new(format!("`{sign}` cannot compare {} with {}", a.describe(), b.describe())))
        }
    }
}

/// `a < b`
pub(super) fn less(budget: &mut Budget, a: &Value, b: &Value) -> Outcome<bool> {
    compare(budget, Comparison::Less, a, b)
}

/// `wanted in container`
fn contains(budget: &mut Budget, container: &Value, wanted: &Value) -> Outcome<bool> {
    match (container, wanted) {
        (Value::List(entries) | Value::Tuple(entries), _) => has(budget, entries, wanted),
        (Value::Set(entries), _) => {
            check_key(wanted)?;
            has(budget, entries, wanted)
        }
        (Value::Dict(entries), _) => Ok(lookup(budget, entries, wanted)?.is_some()),
        (Value::Str(text), Value::Str(part)) => {
            budget.charge(text.len() as u64 / 32)?;
            Ok(text.contains(part))
        }
        (Value::Str(_), _) => Err(Fault::new(format!("a string cannot contain {}", wanted.describe()))),
        _ => Err(Fault::new(format!("`in` needs a list, not {}", container.describe()))),
    }
}

/// `a is b`, which has a meaning only for `None`, `True` and `False`.
fn identical(a: &Value, b: &Value) -> Outcome<bool> {
    match (a, b) {
        (Value::None, Value::None) => Ok(true),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::None | Value::Bool(_), _) | (_, Value::None | Value::Bool(_)) => Ok(false),
        _ => Err(Fault::new("`is` compares with None, True and False only; use `==`")),
    }
}

/// Sorts by `<`, stable. The order may be inconsistent (nan), which the standard sort would not forgive.
pub(super) fn sort(budget: &mut Budget, values: Vec<Value>, reverse: bool) -> Outcome<Vec<Value>> {
    if values.len() < 2 {
        return Ok(values);
    }
    let mut left = values;
    let right = left.split_off(left.len() / 2);
    let mut left = sort(budget, left, reverse)?.into_iter().peekable();
    let mut right = sort(budget, right, reverse)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let right_first = if reverse { less(budget, a, b)? } else { less(budget, b, a)? };
        merged.extend(if right_first { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
