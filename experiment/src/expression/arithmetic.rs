//! Python's operators on values.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::convert::{self, int_to_float};
use super::error::{Fault, Outcome};
use super::exact;
use super::limits::{self, Budget};
use super::syntax::{BinaryOperator as Op, UnaryOperator};
use super::value::Value;

/// `a operator b`
pub(super) fn binary(budget: &mut Budget, operator: Op, a: Value, b: Value) -> Outcome<Value> {
    match (operator, a, b) {
        (_, Value::Float(a), Value::Float(b)) => float(operator, a, b),
        (Op::And, Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(a & b)),
        (Op::Or, Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(a | b)),
        (Op::Xor, Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(a ^ b)),
        (_, Value::Int(a), Value::Int(b)) => int(budget, operator, a, &b),
        (Op::Add, Value::Str(a), Value::Str(b)) => {
            limits::check_string((a.len() + b.len()) as u64)?;
            budget.charge((a.len() + b.len()) as u64 / 32)?;
            Ok(Value::Str(a + &b))
        }
        (Op::Add, Value::List(a), Value::List(b)) => joined(a, b).map(Value::List),
        (Op::Add, Value::Tuple(a), Value::Tuple(b)) => joined(a, b).map(Value::Tuple),
        (Op::Multiply, a, b) => match (sequence_length(&a), sequence_length(&b)) {
            (Some(_), None) if convert::index(&b).is_some() => repeated(budget, a, &b),
            (None, Some(_)) if convert::index(&a).is_some() => repeated(budget, b, &a),
            (None, None) => mixed(budget, operator, &a, &b),
            _ => Err(mismatch(operator, &a, &b)),
        },
        (_, a, b) => mixed(budget, operator, &a, &b),
    }
}

/// Numbers of different types.
fn mixed(budget: &mut Budget, operator: Op, a: &Value, b: &Value) -> Outcome<Value> {
    if let (Some(a), Some(b)) = (convert::index(a), convert::index(b)) {
        return int(budget, operator, a, &b);
    }
    let is_number = |value: &Value| matches!(value, Value::Float(_) | Value::Int(_) | Value::Bool(_));
    if is_number(a) && is_number(b) {
        return float(operator, convert::to_float(a)?, convert::to_float(b)?);
    }
    Err(mismatch(operator, a, b))
}

fn mismatch(operator: Op, a: &Value, b: &Value) -> Fault {
    Fault::new(format!("`{}` does not work between {} and {}", operator.sign(), a.describe(), b.describe()))
}

fn joined(mut a: Vec<Value>, b: Vec<Value>) -> Outcome<Vec<Value>> {
    limits::check_length((a.len() + b.len()) as u64)?;
    a.extend(b);
    Ok(a)
}

fn sequence_length(value: &Value) -> Option<usize> {
    match value {
        Value::Str(s) => Some(s.len()),
        Value::List(v) | Value::Tuple(v) => Some(v.len()),
        _ => None,
    }
}

fn repeated(budget: &mut Budget, sequence: Value, count: &Value) -> Outcome<Value> {
    let count = convert::index(count).unwrap_or_default();
    let count = if count.is_negative() { 0 } else { count.to_u64().unwrap_or(u64::MAX) };
    let length = (sequence_length(&sequence).unwrap_or(0) as u64).saturating_mul(count);
    match &sequence {
        Value::Str(_) => limits::check_string(length)?,
        _ => limits::check_length(length)?,
    }
    if length == 0 {
        return Ok(match sequence {
            Value::Str(_) => Value::Str(String::new()),
            Value::List(_) => Value::List(Vec::new()),
            _ => Value::Tuple(Vec::new()),
        });
    }
    budget.charge(sequence.weight().saturating_mul(count))?;
    let again = |v: &[Value]| v.iter().cycle().take(length as usize).cloned().collect();
    Ok(match &sequence {
        Value::Str(s) => Value::Str(s.repeat(count as usize)),
        Value::List(v) => Value::List(again(v)),
        Value::Tuple(v) => Value::Tuple(again(v)),
        _ => sequence,
    })
}

fn float(operator: Op, a: f64, b: f64) -> Outcome<Value> {
    let value = match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::Divide if b == 0.0 => return Err(Fault::new("division by zero")),
        Op::Divide => a / b,
        Op::FloorDivide => exact::float_divmod(a, b)?.0,
        Op::Modulo => exact::float_divmod(a, b)?.1,
        Op::Power => float_power(a, b)?,
        Op::And | Op::Or | Op::Xor | Op::ShiftLeft | Op::ShiftRight => {
            return Err(Fault::new(format!("`{}` works between whole numbers only", operator.sign())));
        }
    };
    Ok(Value::Float(value))
}

/// `a ** b` for floats.
fn float_power(a: f64, b: f64) -> Outcome<f64> {
    if a == 0.0 && b < 0.0 {
        return Err(Fault::new("zero cannot be raised to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && libm::floor(b) < b {
        return Err(Fault::new("a negative number to a fractional power is not a real number"));
    }
    let power = libm::pow(a, b);
    if power.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(Fault::new("the power is too large"));
    }
    Ok(power)
}

fn int(budget: &mut Budget, operator: Op, a: BigInt, b: &BigInt) -> Outcome<Value> {
    budget.charge((a.bits() + b.bits()) / 4096)?;
    match operator {
        Op::Add => limits::bounded(a + b),
        Op::Subtract => limits::bounded(a - b),
        Op::Multiply => {
            // One bit less than the sum of both is possible, and checked below.
            limits::check_bits((a.bits() + b.bits()).saturating_sub(1))?;
            budget.charge_product(a.bits(), b.bits())?;
            limits::bounded(a * b)
        }
        Op::Divide => {
            budget.charge_product(a.bits(), b.bits())?;
            exact::divide(&a, b).map(Value::Float)
        }
        Op::FloorDivide | Op::Modulo => {
            let (quotient, rest) = int_divmod(budget, &a, b)?;
            Ok(Value::Int(if operator == Op::Modulo { rest } else { quotient }))
        }
        Op::Power => int_power(budget, &a, b),
        Op::And => Ok(Value::Int(a & b)),
        Op::Or => Ok(Value::Int(a | b)),
        Op::Xor => Ok(Value::Int(a ^ b)),
        Op::ShiftLeft | Op::ShiftRight => shift(operator, a, b),
    }
}

/// `divmod(a, b)` for whole numbers: floored, the rest with the sign of the divisor.
pub(super) fn int_divmod(budget: &mut Budget, a: &BigInt, b: &BigInt) -> Outcome<(BigInt, BigInt)> {
    if b.is_zero() {
        return Err(Fault::new("division by zero"));
    }
    budget.charge_product(a.bits(), b.bits())?;
    Ok(a.div_mod_floor(b))
}

fn shift(operator: Op, a: BigInt, count: &BigInt) -> Outcome<Value> {
    if count.is_negative() {
        return Err(Fault::new("numbers cannot be shifted by a negative count"));
    }
    let count = count.to_u64().unwrap_or(u64::MAX);
    if operator == Op::ShiftRight {
        // Nothing but the sign is left beyond the last bit.
        return Ok(Value::Int(a.clone() >> count.min(a.bits() + 1)));
    }
    if a.is_zero() {
        return Ok(Value::Int(a));
    }
    limits::check_bits(a.bits().saturating_add(count))?;
    Ok(Value::Int(a << count))
}

fn int_power(budget: &mut Budget, base: &BigInt, exponent: &BigInt) -> Outcome<Value> {
    if exponent.is_negative() {
        return float_power(int_to_float(base)?, int_to_float(exponent)?).map(Value::Float);
    }
    if base.bits() <= 1 {
        // 0, 1 and −1 stay small whatever the exponent is.
        let one = BigInt::one();
        return Ok(Value::Int(match () {
            () if exponent.is_zero() => one,
            () if base.is_negative() && exponent.is_even() => one,
            () => base.clone(),
        }));
    }
    let exponent = exponent.to_u64().unwrap_or(u64::MAX);
    limits::check_bits((base.bits() - 1).saturating_mul(exponent))?;
    let bits = base.bits() * exponent;
    budget.charge_product(bits, bits)?;
    limits::bounded(Pow::pow(base, exponent))
}

/// An operator before a value; `not` is in the interpreter.
pub(super) fn unary(operator: UnaryOperator, value: Value) -> Outcome<Value> {
    match (operator, value) {
        (UnaryOperator::Not, value) => Ok(Value::Bool(!value.truth())),
        (UnaryOperator::Plus, Value::Float(x)) => Ok(Value::Float(x)),
        (UnaryOperator::Minus, Value::Float(x)) => Ok(Value::Float(-x)),
        (operator, value) => {
            let Some(n) = convert::index(&value) else {
                return Err(Fault::new(format!("a sign cannot stand before {}", value.describe())));
            };
            Ok(Value::Int(match operator {
                UnaryOperator::Minus => -n,
                UnaryOperator::Invert => -n - 1,
                UnaryOperator::Plus | UnaryOperator::Not => n,
            }))
        }
    }
}
