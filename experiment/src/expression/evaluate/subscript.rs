//! `value[index]` and `value[from:to:step]`.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::expression::convert;
use crate::expression::error::{Fault, Outcome};
use crate::expression::limits::Budget;
use crate::expression::order;
use crate::expression::value::Value;

/// `container[index]`
pub(super) fn entry(budget: &mut Budget, container: Value, index: &Value) -> Outcome<Value> {
    match container {
        Value::List(mut entries) | Value::Tuple(mut entries) => {
            let at = place(index, entries.len())?;
            Ok(entries.swap_remove(at))
        }
        Value::Str(text) => {
            budget.charge(text.len() as u64 / 32)?;
            let at = place(index, text.chars().count())?;
            Ok(Value::Str(text.chars().skip(at).take(1).collect()))
        }
        Value::Dict(entries) => order::lookup(budget, &entries, index)?.cloned().ok_or_else(|| {
            Fault::new("the dictionary has no such key; `.get(key, default)` gives a default")
        }),
        other => Err(Fault::new(format!("an index can follow only a list, not {}", other.describe()))),
    }
}

/// The place of an entry; negative indices count from the end.
fn place(index: &Value, length: usize) -> Outcome<usize> {
    let Some(wanted) = convert::index(index) else {
        return Err(Fault::new(format!(
            "an index must be a whole number, not {}; write `int(…)`",
            index.describe()
        )));
    };
    let from_start = if wanted.is_negative() { &wanted + length } else { wanted.clone() };
    from_start.to_usize().filter(|at| *at < length).ok_or_else(|| {
        let entries = if length == 1 { "entry" } else { "entries" };
        let shown = if wanted.bits() > 64 { "the index".to_owned() } else { format!("index {wanted}") };
        Fault::new(format!("{shown} is outside of the list of {length} {entries}"))
    })
}

/// `sequence[from:to:step]`
pub(super) fn slice(sequence: Value, parts: &[Option<Value>; 3]) -> Outcome<Value> {
    match sequence {
        Value::List(entries) => pick(&entries, parts).map(Value::List),
        Value::Tuple(entries) => pick(&entries, parts).map(Value::Tuple),
        Value::Str(text) => {
            let letters: Vec<char> = text.chars().collect();
            Ok(Value::Str(pick(&letters, parts)?.into_iter().collect()))
        }
        other => Err(Fault::new(format!("a slice can follow only a list, not {}", other.describe()))),
    }
}

fn pick<T: Clone>(entries: &[T], [from, to, step]: &[Option<Value>; 3]) -> Outcome<Vec<T>> {
    let length = entries.len() as i64;
    // Bounds beyond the ends mean the ends.
    let far = BigInt::from(length + 1);
    let whole = |part: &Option<Value>| match part {
        None | Some(Value::None) => Ok(None),
        Some(value) => convert::index(value)
            .map(|n| n.clamp(-&far, far.clone()).to_i64())
            .ok_or_else(|| Fault::new(format!("a slice needs whole numbers, not {}", value.describe()))),
    };
    let step = whole(step)?.unwrap_or(1);
    if step == 0 {
        return Err(Fault::new("a slice cannot step by zero"));
    }
    // Backwards, the end is the place before the first entry.
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |part: Option<i64>, default: i64| match part {
        None => default,
        Some(at) if at < 0 => (at + length).max(least),
        Some(at) => at.min(most),
    };
    let (first, end) = if step > 0 { (least, most) } else { (most, least) };
    let mut at = bound(whole(from)?, first);
    let to = bound(whole(to)?, end);
    let mut picked = Vec::new();
    while if step > 0 { at < to } else { at > to } {
        if let Some(entry) = usize::try_from(at).ok().and_then(|at| entries.get(at)) {
            picked.push(entry.clone());
        }
        at += step;
    }
    Ok(picked)
}
