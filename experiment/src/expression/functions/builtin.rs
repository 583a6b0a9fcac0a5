//! Python's built-in functions of single numbers, and `time_step`.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{Arguments, Function, Needs, Signature};
use crate::expression::error::Outcome;
use crate::expression::evaluate::Machine;
use crate::expression::types::Types;
use crate::expression::value::Value;
use crate::expression::{arithmetic, convert, exact, limits};

const READABLE: Types = Types::NUMBER.or(Types::STR);

pub(super) const FUNCTIONS: &[Function] = &[
    function(Signature::new("abs", &["x"]), Types::NUMBER, Types::INT.or(Types::FLOAT), abs),
    function(
        Signature::new("round", &["number", "ndigits"]).requires(1).all_by_name(),
        Types::NUMBER.or(Types::NONE),
        Types::INT.or(Types::FLOAT),
        round,
    ),
    function(Signature::new("int", &["x", "base"]).requires(0), READABLE, Types::INT, int),
    function(Signature::new("float", &["x"]).requires(0), READABLE, Types::FLOAT, float),
    function(Signature::new("bool", &["x"]).requires(0), Types::ANY, Types::BOOL, |_, arguments| {
        Ok(Value::Bool(arguments.get(0).is_some_and(Value::truth)))
    }),
    function(Signature::new("divmod", &["a", "b"]), Types::NUMBER, Types::TUPLE, divmod),
    step("time_step"),
    step("ts"),
];

const fn function(signature: Signature, accepts: Types, gives: Types, compute: super::Compute) -> Function {
    Function { signature, accepts, gives, needs: Needs::Nothing, compute }
}

const fn step(name: &'static str) -> Function {
    Function {
        signature: Signature::new(name, &["a", "b"]).all_by_name(),
        accepts: Types::NUMBER,
        gives: Types::FLOAT,
        needs: Needs::Time,
        compute: time_step,
    }
}

fn abs(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    match arguments.value(0)? {
        Value::Float(x) => Ok(Value::Float(x.abs())),
        other => Ok(Value::Int(arguments.as_int(other)?.abs())),
    }
}

fn round(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let digits = match arguments.get(1) {
        None | Some(Value::None) => None,
        Some(digits) => {
            let digits = arguments.as_int(digits)?;
            // More digits than any number has, in either direction.
            Some(digits.to_i64().unwrap_or(if digits.is_negative() { i64::MIN } else { i64::MAX }))
        }
    };
    match (arguments.value(0)?, digits) {
        (Value::Float(x), None) => exact::round_to_int(*x).map(Value::Int),
        (Value::Float(x), Some(digits)) => exact::round_float(*x, digits).map(Value::Float),
        (other, digits) => Ok(Value::Int(exact::round_int(&arguments.as_int(other)?, digits.unwrap_or(0)))),
    }
}

fn int(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let Some(value) = arguments.get(0) else { return Ok(Value::Int(BigInt::default())) };
    let base = match arguments.get(1) {
        None => 10,
        Some(base) => arguments
            .as_int(base)?
            .to_u32()
            .filter(|base| *base == 0 || (2..=36).contains(base))
            .ok_or_else(|| arguments.fault("needs a base between 2 and 36"))?,
    };
    match value {
        Value::Str(text) => {
            machine.budget.charge_product(text.len() as u64 * 4, text.len() as u64 * 4)?;
            convert::parse_int(text, base).and_then(limits::bounded)
        }
        _ if arguments.get(1).is_some() => Err(arguments.fault("takes a base only together with a string")),
        other => convert::to_int(other).map(Value::Int),
    }
}

fn float(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    arguments.get(0).map_or(Ok(0.0), convert::to_float).map(Value::Float)
}

fn divmod(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (a, b) = (arguments.value(0)?, arguments.value(1)?);
    let (quotient, rest) = if let (Some(a), Some(b)) = (convert::index(a), convert::index(b)) {
        let (quotient, rest) = arithmetic::int_divmod(&mut machine.budget, &a, &b)?;
        (Value::Int(quotient), Value::Int(rest))
    } else {
        let (quotient, rest) = exact::float_divmod(arguments.as_float(a)?, arguments.as_float(b)?)?;
        (Value::Float(quotient), Value::Float(rest))
    };
    Ok(Value::Tuple(vec![quotient, rest]))
}

/// From 0 to 1 while the time goes from `a` to `b`; from 1 to 0 where `b` comes before `a`.
fn time_step(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (a, b) = (arguments.float(0)?, arguments.float(1)?);
    let time = machine.scope.time();
    let falls = b < a;
    let (from, to) = if falls { (b, a) } else { (a, b) };
    let share = if time < from {
        0.0
    } else if time > to || (to - from).abs() == 0.0 {
        1.0
    } else {
        (time - from) / (to - from)
    };
    Ok(Value::Float(if falls { 1.0 - share } else { share }))
}
