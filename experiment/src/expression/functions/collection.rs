//! Functions of lists, and of any number of values.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Arguments, Function, Needs, Signature};
use crate::expression::error::Outcome;
use crate::expression::evaluate::Machine;
use crate::expression::limits;
use crate::expression::syntax::BinaryOperator;
use crate::expression::types::Types;
use crate::expression::value::Value;
use crate::expression::{arithmetic, convert, order};

pub(super) const FUNCTIONS: &[Function] = &[
    function(Signature::new("len", &["list"]), Types::SIZED, Types::INT, len),
    function(
        Signature::new("sum", &["list", "start"]).requires(1).all_by_name(),
        Types::ALL,
        Types::ANY,
        sum,
    ),
    function(Signature::new("prod", &["list"]).with_named(&["start"]), Types::ALL, Types::ANY, prod),
    function(Signature::new("fsum", &["list"]), Types::ITERABLE, Types::FLOAT, fsum),
    function(
        Signature::variadic("min").with_named(&["default"]),
        Types::ALL,
        Types::ANY,
        |machine, arguments| extreme(machine, arguments, false),
    ),
    function(
        Signature::variadic("max").with_named(&["default"]),
        Types::ALL,
        Types::ANY,
        |machine, arguments| extreme(machine, arguments, true),
    ),
    function(Signature::new("sorted", &["list"]).with_named(&["reverse"]), Types::ALL, Types::LIST, sorted),
    function(
        Signature::new("list", &["list"]).requires(0),
        Types::ITERABLE,
        Types::LIST,
        |machine, arguments| {
            arguments
                .get(0)
                .map_or(Ok(Vec::new()), |list| convert::entries(&mut machine.budget, list))
                .map(Value::List)
        },
    ),
    function(
        Signature::new("tuple", &["list"]).requires(0),
        Types::ITERABLE,
        Types::TUPLE,
        |machine, arguments| {
            arguments
                .get(0)
                .map_or(Ok(Vec::new()), |list| convert::entries(&mut machine.budget, list))
                .map(Value::Tuple)
        },
    ),
    // A generator as the only argument of these two is evaluated only as far as needed: see the interpreter.
    function(Signature::new("any", &["list"]), Types::ITERABLE, Types::BOOL, |machine, arguments| {
        Ok(Value::Bool(list(machine, arguments)?.iter().any(Value::truth)))
    }),
    function(Signature::new("all", &["list"]), Types::ITERABLE, Types::BOOL, |machine, arguments| {
        Ok(Value::Bool(list(machine, arguments)?.iter().all(Value::truth)))
    }),
    function(
        Signature::new("range", &["start", "stop", "step"]).requires(1),
        Types::INTEGRAL,
        Types::LIST,
        range,
    ),
    function(Signature::variadic("hypot"), Types::NUMBER, Types::FLOAT, hypot),
    function(Signature::new("dist", &["p", "q"]), Types::ITERABLE, Types::FLOAT, dist),
];

const fn function(signature: Signature, accepts: Types, gives: Types, compute: super::Compute) -> Function {
    Function { signature, accepts, gives, needs: Needs::Nothing, compute }
}

fn list(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Vec<Value>> {
    convert::entries(&mut machine.budget, arguments.value(0)?)
}

fn len(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let length = match arguments.value(0)? {
        Value::Str(s) => s.chars().count(),
        Value::List(v) | Value::Tuple(v) | Value::Set(v) => v.len(),
        Value::Dict(v) => v.len(),
        other => return Err(arguments.fault(format!("needs a list, not {}", other.describe()))),
    };
    Ok(Value::Int(BigInt::from(length)))
}

fn fold(
    machine: &mut Machine<'_>,
    arguments: &Arguments<'_>,
    operator: BinaryOperator,
    neutral: BigInt,
) -> Outcome<Value> {
    let mut total = arguments.get(1).cloned().unwrap_or(Value::Int(neutral));
    for value in list(machine, arguments)? {
        machine.budget.charge_copy(&total)?;
        total = arithmetic::binary(&mut machine.budget, operator, total, value)?;
    }
    Ok(total)
}

fn sum(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    if matches!(arguments.get(1), Some(Value::Str(_))) {
        return Err(arguments.fault("cannot add strings"));
    }
    fold(machine, arguments, BinaryOperator::Add, BigInt::zero())
}

fn prod(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    fold(machine, arguments, BinaryOperator::Multiply, BigInt::one())
}

fn floats(machine: &mut Machine<'_>, arguments: &Arguments<'_>, at: usize) -> Outcome<Vec<f64>> {
    let values = convert::entries(&mut machine.budget, arguments.value(at)?)?;
    values.iter().map(|value| arguments.as_float(value)).collect()
}

/// The smallest or the greatest; the first of equal ones.
fn extreme(machine: &mut Machine<'_>, arguments: &Arguments<'_>, greatest: bool) -> Outcome<Value> {
    let values = match &arguments.rest[..] {
        [] => return Err(arguments.fault("needs values")),
        [one] => convert::entries(&mut machine.budget, one)?,
        several => several.to_vec(),
    };
    let mut values = values.into_iter();
    let Some(mut best) = values.next() else {
        return arguments.get(0).cloned().ok_or_else(|| arguments.fault("of an empty list does not exist"));
    };
    for value in values {
        let budget = &mut machine.budget;
        let better =
            if greatest { order::less(budget, &best, &value)? } else { order::less(budget, &value, &best)? };
        if better {
            best = value;
        }
    }
    Ok(best)
}

fn sorted(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let values = list(machine, arguments)?;
    let reverse = arguments.get(1).is_some_and(Value::truth);
    order::sort(&mut machine.budget, values, reverse).map(Value::List)
}

fn range(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let first = arguments.int(0)?;
    let (start, stop) = match arguments.get(1) {
        Some(stop) => (first, arguments.as_int(stop)?),
        None => (BigInt::zero(), first),
    };
    let step = arguments.get(2).map_or(Ok(BigInt::one()), |step| arguments.as_int(step))?;
    if step.is_zero() {
        return Err(arguments.fault("cannot step by zero"));
    }
    // The number of steps, rounded up.
    let count = Integer::div_ceil(&(&stop - &start), &step);
    let count = if count.is_negative() { 0 } else { count.to_u64().unwrap_or(u64::MAX) };
    limits::check_length(count)?;
    machine.budget.charge(count.saturating_mul(1 + start.bits().max(step.bits()) / 256))?;
    Ok(Value::List((0..count).map(|i| Value::Int(&start + &step * i)).collect()))
}

/// Python's `fsum`: the exact sum, rounded once (Shewchuk, "Adaptive Precision Floating-Point Arithmetic",
/// 1997): partial sums that do not overlap.
fn fsum(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let values = floats(machine, arguments, 0)?;
    if values.iter().any(|x| !x.is_finite()) {
        let plain: f64 = values.iter().sum();
        let infinite = values.iter().any(|x| x.is_infinite());
        if plain.is_nan() && infinite && !values.iter().any(|x| x.is_nan()) {
            return Err(arguments.fault("cannot add infinity and −infinity"));
        }
        return Ok(Value::Float(plain));
    }
    let mut partials: Vec<f64> = Vec::new();
    for mut x in values {
        machine.budget.charge(1 + partials.len() as u64)?;
        let mut kept = 0;
        for at in 0..partials.len() {
            let (high, low) = two_sum(x, partials[at]);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        if x.is_infinite() {
            return Err(arguments.fault("overflows"));
        }
        partials.truncate(kept);
        partials.push(x);
    }
    let Some(mut total) = partials.pop() else { return Ok(Value::Float(0.0)) };
    while let Some(next) = partials.pop() {
        let (high, low) = two_sum(total, next);
        total = high;
        if low != 0.0 {
            // A tie was rounded to even; what lies below may say otherwise.
            let below = partials.last().copied().unwrap_or(0.0);
            let doubled = total + 2.0 * low;
            let is_tie = (doubled - total - 2.0 * low).abs() == 0.0;
            if is_tie && below != 0.0 && (below < 0.0) == (low < 0.0) {
                total = doubled;
            }
            break;
        }
    }
    Ok(Value::Float(total))
}

/// The rounded sum and what was rounded away.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let (large, small) = if a.abs() < b.abs() { (b, a) } else { (a, b) };
    let sum = large + small;
    (sum, small - (sum - large))
}

fn hypot(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let values: Outcome<Vec<f64>> = arguments.rest.iter().map(|value| arguments.as_float(value)).collect();
    Ok(Value::Float(norm(&values?)))
}

fn dist(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (p, q) = (floats(machine, arguments, 0)?, floats(machine, arguments, 1)?);
    if p.len() != q.len() {
        return Err(arguments.fault("needs two points with the same number of coordinates"));
    }
    let differences: Vec<f64> = p.iter().zip(&q).map(|(p, q)| p - q).collect();
    Ok(Value::Float(norm(&differences)))
}

/// The Euclidean norm; scaled by a power of two, so that squares neither overflow nor vanish.
fn norm(values: &[f64]) -> f64 {
    if values.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    let largest =
        values.iter().fold(0.0, |largest: f64, x| if x.is_nan() { f64::NAN } else { largest.max(x.abs()) });
    if values.iter().any(|x| x.is_nan()) || largest == 0.0 {
        return if largest == 0.0 { 0.0 } else { f64::NAN };
    }
    let (_, exponent) = libm::frexp(largest);
    let (mut high, mut low) = (0.0, 0.0);
    for x in values {
        let x = libm::ldexp(*x, -exponent);
        let square = x * x;
        // The rounding errors of the squares and of their sum are kept.
        let (sum, rest) = two_sum(high, square);
        high = sum;
        low += rest + libm::fma(x, x, -square);
    }
    libm::ldexp(libm::sqrt(high + low), exponent)
}
