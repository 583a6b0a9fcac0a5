//! Functions of real numbers from Python's `math`, with Python's errors.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Arguments, Function, Needs, Signature};
use crate::expression::convert;
use crate::expression::error::Outcome;
use crate::expression::evaluate::Machine;
use crate::expression::types::Types;
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    one("sin", |_, a| total(a, libm::sin)),
    one("cos", |_, a| total(a, libm::cos)),
    one("tan", |_, a| total(a, libm::tan)),
    one("asin", |_, a| total(a, libm::asin)),
    one("acos", |_, a| total(a, libm::acos)),
    one("atan", |_, a| total(a, libm::atan)),
    one("sinh", |_, a| growing(a, libm::sinh)),
    one("cosh", |_, a| growing(a, libm::cosh)),
    one("tanh", |_, a| total(a, libm::tanh)),
    one("asinh", |_, a| total(a, libm::asinh)),
    one("acosh", |_, a| total(a, libm::acosh)),
    one("atanh", |_, a| total(a, libm::atanh)),
    one("exp", |_, a| growing(a, libm::exp)),
    one("exp2", |_, a| growing(a, libm::exp2)),
    one("expm1", |_, a| growing(a, libm::expm1)),
    one("log1p", |_, a| total(a, libm::log1p)),
    one("log2", |_, a| logarithm(a, a.value(0)?, libm::log2).map(Value::Float)),
    one("log10", |_, a| logarithm(a, a.value(0)?, libm::log10).map(Value::Float)),
    one("sqrt", |_, a| total(a, libm::sqrt)),
    one("cbrt", |_, a| total(a, libm::cbrt)),
    one("fabs", |_, a| total(a, libm::fabs)),
    one("erf", |_, a| total(a, libm::erf)),
    one("erfc", |_, a| total(a, libm::erfc)),
    one("degrees", |_, a| Ok(Value::Float(a.float(0)? * (180.0 / std::f64::consts::PI)))),
    one("radians", |_, a| Ok(Value::Float(a.float(0)? * (std::f64::consts::PI / 180.0)))),
    one("ulp", |_, a| Ok(Value::Float(ulp(a.float(0)?)))),
    whole("floor", |_, a| to_whole(a, libm::floor)),
    whole("ceil", |_, a| to_whole(a, libm::ceil)),
    whole("trunc", |_, a| to_whole(a, libm::trunc)),
    test("isfinite", |_, a| Ok(Value::Bool(a.float(0)?.is_finite()))),
    test("isinf", |_, a| Ok(Value::Bool(a.float(0)?.is_infinite()))),
    test("isnan", |_, a| Ok(Value::Bool(a.float(0)?.is_nan()))),
    two("atan2", &["y", "x"], |_, a| Ok(Value::Float(libm::atan2(a.float(0)?, a.float(1)?)))),
    two("copysign", &["x", "y"], |_, a| Ok(Value::Float(a.float(0)?.copysign(a.float(1)?)))),
    two("nextafter", &["x", "y"], |_, a| Ok(Value::Float(libm::nextafter(a.float(0)?, a.float(1)?)))),
    two("fmod", &["x", "y"], |_, a| rest(a, libm::fmod)),
    two("remainder", &["x", "y"], |_, a| rest(a, libm::remainder)),
    two("pow", &["x", "y"], power),
    two("ldexp", &["x", "i"], ldexp),
    function(Signature::new("log", &["x", "base"]).requires(1), Types::FLOAT, log),
    function(Signature::new("modf", &["x"]), Types::TUPLE, modf),
    function(Signature::new("frexp", &["x"]), Types::TUPLE, frexp),
    function(
        Signature::new("isclose", &["a", "b"]).with_named(&["rel_tol", "abs_tol"]),
        Types::BOOL,
        isclose,
    ),
];

const fn function(signature: Signature, gives: Types, compute: super::Compute) -> Function {
    Function { signature, accepts: Types::NUMBER, gives, needs: Needs::Nothing, compute }
}

const fn one(name: &'static str, compute: super::Compute) -> Function {
    function(Signature::new(name, &["x"]), Types::FLOAT, compute)
}

const fn whole(name: &'static str, compute: super::Compute) -> Function {
    function(Signature::new(name, &["x"]), Types::INT, compute)
}

const fn test(name: &'static str, compute: super::Compute) -> Function {
    function(Signature::new(name, &["x"]), Types::BOOL, compute)
}

const fn two(name: &'static str, names: &'static [&'static str], compute: super::Compute) -> Function {
    function(Signature::new(name, names), Types::FLOAT, compute)
}

/// A function whose infinities are poles: every result out of nothing is an error.
fn total(arguments: &Arguments<'_>, f: fn(f64) -> f64) -> Outcome<Value> {
    let x = arguments.float(0)?;
    let y = f(x);
    if (y.is_nan() && !x.is_nan()) || (y.is_infinite() && x.is_finite()) {
        return Err(outside(arguments, x));
    }
    Ok(Value::Float(y))
}

/// A function that outgrows the range of numbers.
fn growing(arguments: &Arguments<'_>, f: fn(f64) -> f64) -> Outcome<Value> {
    let x = arguments.float(0)?;
    let y = f(x);
    if y.is_infinite() && x.is_finite() {
        return Err(arguments.fault(format!("of {x:?} is too large")));
    }
    Ok(Value::Float(y))
}

fn outside(arguments: &Arguments<'_>, x: f64) -> crate::expression::error::Fault {
    arguments.fault(format!("is not defined for {x:?}"))
}

/// Whole numbers stay as they are.
fn to_whole(arguments: &Arguments<'_>, f: fn(f64) -> f64) -> Outcome<Value> {
    match arguments.value(0)? {
        Value::Float(x) => convert::truncate(f(*x)).map(Value::Int),
        other => arguments.as_int(other).map(Value::Int),
    }
}

/// A logarithm, also of whole numbers beyond the range of floats.
fn logarithm(arguments: &Arguments<'_>, value: &Value, log: fn(f64) -> f64) -> Outcome<f64> {
    if let Value::Int(n) = value {
        let excess = n.bits().saturating_sub(1000);
        if excess > 0 && n.sign() == num_bigint::Sign::Plus {
            let shifted = (n >> excess).to_f64().unwrap_or(f64::INFINITY);
            return Ok(log(shifted) + log(2.0) * excess as f64);
        }
    }
    let x = match value {
        // Too large for a float, and negative: refused below.
        Value::Int(n) if n.sign() == num_bigint::Sign::Minus => -1.0,
        other => arguments.as_float(other)?,
    };
    if x <= 0.0 {
        return Err(outside(arguments, x));
    }
    Ok(log(x))
}

fn log(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let value = logarithm(arguments, arguments.value(0)?, libm::log)?;
    let Some(base) = arguments.get(1) else { return Ok(Value::Float(value)) };
    let base = logarithm(arguments, base, libm::log)?;
    if base == 0.0 {
        return Err(arguments.fault("has no base 1"));
    }
    Ok(Value::Float(value / base))
}

/// `math.pow`: floats always, unlike `**`.
fn power(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (x, y) = (arguments.float(0)?, arguments.float(1)?);
    let z = libm::pow(x, y);
    let finite = x.is_finite() && y.is_finite();
    if finite && (z.is_nan() || (z.is_infinite() && x == 0.0)) {
        return Err(arguments.fault(format!("is not a real number for {x:?} and {y:?}")));
    }
    if finite && z.is_infinite() {
        return Err(arguments.fault(format!("of {x:?} and {y:?} is too large")));
    }
    Ok(Value::Float(z))
}

fn rest(arguments: &Arguments<'_>, f: fn(f64, f64) -> f64) -> Outcome<Value> {
    let (x, y) = (arguments.float(0)?, arguments.float(1)?);
    let z = f(x, y);
    if z.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(arguments.fault(format!("is not defined for {x:?} and {y:?}")));
    }
    Ok(Value::Float(z))
}

fn ldexp(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let x = arguments.float(0)?;
    let exponent = arguments.int(1)?;
    let most = if exponent.sign() == num_bigint::Sign::Minus { -5000 } else { 5000 };
    let y = libm::ldexp(x, exponent.to_i32().map_or(most, |i| i.clamp(-5000, 5000)));
    if y.is_infinite() && x.is_finite() {
        return Err(arguments.fault("overflows"));
    }
    Ok(Value::Float(y))
}

fn ulp(x: f64) -> f64 {
    let x = x.abs();
    if !x.is_finite() {
        return x;
    }
    let above = libm::nextafter(x, f64::INFINITY);
    if above.is_infinite() { x - libm::nextafter(x, 0.0) } else { above - x }
}

fn modf(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let x = arguments.float(0)?;
    let whole = libm::trunc(x);
    let fraction = if x.is_infinite() { 0.0 } else { x - whole };
    Ok(Value::Tuple(vec![Value::Float(fraction.copysign(x)), Value::Float(whole)]))
}

fn frexp(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let x = arguments.float(0)?;
    let (fraction, exponent) = if x.is_finite() && x != 0.0 { libm::frexp(x) } else { (x, 0) };
    Ok(Value::Tuple(vec![Value::Float(fraction), Value::Int(BigInt::from(exponent))]))
}

fn isclose(_: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (a, b) = (arguments.float(0)?, arguments.float(1)?);
    let (relative, absolute) = (arguments.float_or(2, 1e-9)?, arguments.float_or(3, 0.0)?);
    if relative < 0.0 || absolute < 0.0 {
        return Err(arguments.fault("needs tolerances that are not negative"));
    }
    let close = if a.is_infinite() || b.is_infinite() {
        a.partial_cmp(&b).is_some_and(std::cmp::Ordering::is_eq)
    } else {
        let difference = (b - a).abs();
        difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute
    };
    Ok(Value::Bool(close))
}
