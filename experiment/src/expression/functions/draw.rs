//! Random numbers: the distributions of Python's `random` on the keyed stream of the run.
//!
//! Every draw is a pure function of the run's seed, the epoch, the parameter's path, the sample and of how
//! many numbers the expression has drawn before.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Arguments, Function, Needs, Signature};
use crate::expression::error::Outcome;
use crate::expression::evaluate::Machine;
use crate::expression::types::Types;
use crate::expression::value::Value;
use crate::expression::{convert, limits};

const INTEGER_LIKE: Types = Types::NUMBER.or(Types::NONE);

pub(super) const FUNCTIONS: &[Function] = &[
    real(Signature::new("random", &[]), |machine, _| Ok(Value::Float(machine.stream.unit()))),
    real(Signature::new("uniform", &["a", "b"]), |machine, a| {
        let (from, to) = (a.float(0)?, a.float(1)?);
        Ok(Value::Float(machine.stream.uniform(from, to)))
    }),
    real(Signature::new("gauss", &["mu", "sigma"]).requires(0), normal),
    real(Signature::new("normalvariate", &["mu", "sigma"]).requires(0), normal),
    real(Signature::new("lognormvariate", &["mu", "sigma"]), |machine, a| {
        let normal = a.float(0)? + a.float(1)? * machine.stream.normal();
        finite(a, libm::exp(normal))
    }),
    real(Signature::new("expovariate", &["lambd"]).requires(0), |machine, a| {
        let rate = a.float_or(0, 1.0)?;
        if rate == 0.0 {
            return Err(a.fault("needs a rate other than zero"));
        }
        Ok(Value::Float(exponential(machine) / rate))
    }),
    real(Signature::new("triangular", &["low", "high", "mode"]).requires(0), triangular),
    real(Signature::new("gammavariate", &["alpha", "beta"]), |machine, a| {
        let (shape, scale) = (positive(a, 0)?, positive(a, 1)?);
        Ok(Value::Float(gamma(machine, shape)? * scale))
    }),
    real(Signature::new("betavariate", &["alpha", "beta"]), |machine, a| {
        let (alpha, beta) = (positive(a, 0)?, positive(a, 1)?);
        let (x, y) = (gamma(machine, alpha)?, gamma(machine, beta)?);
        Ok(Value::Float(if x == 0.0 { 0.0 } else { x / (x + y) }))
    }),
    real(Signature::new("paretovariate", &["alpha"]), |machine, a| {
        let shape = positive(a, 0)?;
        finite(a, libm::exp(exponential(machine) / shape))
    }),
    real(Signature::new("weibullvariate", &["alpha", "beta"]), |machine, a| {
        let (scale, shape) = (a.float(0)?, positive(a, 1)?);
        finite(a, scale * libm::pow(exponential(machine), 1.0 / shape))
    }),
    real(Signature::new("vonmisesvariate", &["mu", "kappa"]), von_mises),
    function(Signature::new("randint", &["a", "b"]), INTEGER_LIKE, Types::INT, |machine, a| {
        let (from, to) = (whole(a, 0)?, whole(a, 1)?);
        between(machine, a, &from, &(to + 1), &BigInt::one())
    }),
    function(
        Signature::new("randrange", &["start", "stop", "step"]).requires(1),
        INTEGER_LIKE,
        Types::INT,
        randrange,
    ),
    function(Signature::new("getrandbits", &["k"]), Types::INTEGRAL, Types::INT, |machine, a| {
        let bits = a.int(0)?.to_u64().ok_or_else(|| a.fault("needs a number of bits"))?;
        limits::check_bits(bits)?;
        machine.budget.charge(bits / 64)?;
        let words: Vec<u32> = (0..bits.div_ceil(32)).map(|_| machine.stream.bits() as u32).collect();
        let value = BigInt::from_slice(num_bigint::Sign::Plus, &words);
        Ok(Value::Int(value & ((BigInt::one() << bits) - 1)))
    }),
    function(Signature::new("choice", &["seq"]), Types::SEQUENCE, Types::ANY, |machine, a| {
        let mut entries = convert::entries(&mut machine.budget, a.value(0)?)?;
        if entries.is_empty() {
            return Err(a.fault("has nothing to choose from"));
        }
        let at = machine.stream.below(entries.len() as u64) as usize;
        Ok(entries.swap_remove(at))
    }),
];

const fn function(signature: Signature, accepts: Types, gives: Types, compute: super::Compute) -> Function {
    Function { signature: signature.all_by_name(), accepts, gives, needs: Needs::Chance, compute }
}

const fn real(signature: Signature, compute: super::Compute) -> Function {
    function(signature, Types::NUMBER.or(Types::NONE), Types::FLOAT, compute)
}

fn finite(arguments: &Arguments<'_>, value: f64) -> Outcome<Value> {
    if value.is_infinite() {
        return Err(arguments.fault("gave a number that is too large"));
    }
    Ok(Value::Float(value))
}

fn positive(arguments: &Arguments<'_>, at: usize) -> Outcome<f64> {
    let value = arguments.float(at)?;
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(arguments.fault("needs numbers above zero"))
    }
}

/// A whole number; a float such as `width / 2` will do where it has no fraction.
fn whole(arguments: &Arguments<'_>, at: usize) -> Outcome<BigInt> {
    match arguments.value(at)? {
        Value::Float(x) if x.is_finite() && libm::trunc(*x) >= *x && libm::trunc(*x) <= *x => {
            convert::truncate(*x)
        }
        Value::Float(x) => Err(arguments.fault(format!("needs whole numbers, not {x:?}"))),
        other => arguments.as_int(other),
    }
}

/// One of `from`, `from + step`, … before `to`.
fn between(
    machine: &mut Machine<'_>,
    arguments: &Arguments<'_>,
    from: &BigInt,
    to: &BigInt,
    step: &BigInt,
) -> Outcome<Value> {
    if step.is_zero() {
        return Err(arguments.fault("cannot step by zero"));
    }
    let count = num_integer::Integer::div_ceil(&(to - from), step);
    if !count.is_positive() {
        return Err(arguments.fault("has nothing to choose from: the range is empty"));
    }
    let count = count.to_u64().ok_or_else(|| arguments.fault("cannot draw from so large a range"))?;
    limits::bounded(from + step * machine.stream.below(count))
}

fn randrange(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let first = whole(arguments, 0)?;
    let step = if arguments.get(2).is_some() { whole(arguments, 2)? } else { BigInt::one() };
    match arguments.get(1) {
        None | Some(Value::None) => between(machine, arguments, &BigInt::zero(), &first, &step),
        Some(_) => between(machine, arguments, &first, &whole(arguments, 1)?, &step),
    }
}

fn normal(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (mean, deviation) = (arguments.float_or(0, 0.0)?, arguments.float_or(1, 1.0)?);
    Ok(Value::Float(mean + deviation * machine.stream.normal()))
}

/// Exponentially distributed with mean 1.
fn exponential(machine: &mut Machine<'_>) -> f64 {
    -libm::log(1.0 - machine.stream.unit())
}

/// By the inverse of the distribution function.
fn triangular(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (low, high) = (arguments.float_or(0, 0.0)?, arguments.float_or(1, 1.0)?);
    let u = machine.stream.unit();
    let width = high - low;
    if width == 0.0 {
        return Ok(Value::Float(low));
    }
    let peak = match arguments.get(2) {
        None | Some(Value::None) => 0.5,
        Some(_) => (arguments.float(2)? - low) / width,
    };
    if !(0.0..=1.0).contains(&peak) {
        return Err(arguments.fault("needs a mode between its ends"));
    }
    let share = if u <= peak { libm::sqrt(u * peak) } else { 1.0 - libm::sqrt((1.0 - u) * (1.0 - peak)) };
    Ok(Value::Float(low + width * share))
}

/// Gamma distributed with scale 1 (Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables",
/// 2000).
fn gamma(machine: &mut Machine<'_>, shape: f64) -> Outcome<f64> {
    if shape < 1.0 {
        // gamma(a) = gamma(a + 1) · u^(1/a)
        let boost = libm::pow(1.0 - machine.stream.unit(), 1.0 / shape);
        return Ok(gamma(machine, shape + 1.0)? * boost);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        machine.budget.charge(1)?;
        let x = machine.stream.normal();
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        let u = 1.0 - machine.stream.unit();
        if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return Ok(d * v);
        }
    }
}

/// Von Mises distribution (Best and Fisher, "Efficient Simulation of the von Mises Distribution", 1979).
fn von_mises(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    use std::f64::consts::{PI, TAU};
    let (mean, kappa) = (arguments.float(0)?, arguments.float(1)?);
    if !(kappa >= 0.0 && mean.is_finite() && kappa.is_finite()) {
        return Err(arguments.fault("needs finite numbers, the second not negative"));
    }
    // Nearly uniform: the formulas below would lose all digits.
    if kappa <= 1e-6 {
        return Ok(Value::Float(TAU * machine.stream.unit()));
    }
    // So narrow that it is a normal distribution, and that the formulas below would lose all digits.
    if kappa >= 1e8 {
        return Ok(Value::Float(turned(mean + machine.stream.normal() / libm::sqrt(kappa))));
    }
    // A wrapped Cauchy distribution that lies close above, `r` and `f` as in the paper.
    let tau = 1.0 + libm::sqrt(1.0 + 4.0 * kappa * kappa);
    let rho = (tau - libm::sqrt(2.0 * tau)) / (2.0 * kappa);
    let r = (1.0 + rho * rho) / (2.0 * rho);
    let cosine = loop {
        machine.budget.charge(1)?;
        let z = libm::cos(PI * machine.stream.unit());
        let f = (1.0 + r * z) / (r + z);
        let c = kappa * (r - f);
        let u = 1.0 - machine.stream.unit();
        if c * (2.0 - c) > u || libm::log(c / u) + 1.0 >= c {
            break f;
        }
    };
    let angle = libm::acos(cosine.clamp(-1.0, 1.0));
    let signed = if machine.stream.unit() > 0.5 { angle } else { -angle };
    Ok(Value::Float(turned(mean + signed)))
}

/// An angle between 0 and 2π.
fn turned(angle: f64) -> f64 {
    let rest = libm::fmod(angle, std::f64::consts::TAU);
    if rest < 0.0 { rest + std::f64::consts::TAU } else { rest }
}

#[cfg(test)]
mod tests {
    use crate::expression::{Float, Scope, Variables};
    use crate::random::Key;

    /// Mean and variance of many draws, and the least and the greatest.
    fn moments(text: &str) -> (f64, f64, f64, f64) {
        let float = Float::parse(text, Variables::default(), "x").unwrap();
        let scope = Scope::new(Key::root(7), 0, 1);
        let values: Vec<f64> =
            (0..20_000).map(|sample| float.evaluate(&scope.with_sample(sample)).unwrap()).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        (mean, variance, least, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }

    #[test]
    fn distributions_have_the_moments_of_their_definitions() {
        let e = std::f64::consts::E;
        for (text, mean, variance) in [
            ("random()", 0.5, 1.0 / 12.0),
            ("uniform(4, 2)", 3.0, 4.0 / 12.0),
            ("gauss(1, 2)", 1.0, 4.0),
            ("normalvariate(mu=-1)", -1.0, 1.0),
            ("lognormvariate(0, .5)", e.powf(0.125), (e.powf(0.25) - 1.0) * e.powf(0.25)),
            ("expovariate(2)", 0.5, 0.25),
            ("triangular(0, 4, 1)", 5.0 / 3.0, (16.0 + 1.0 - 4.0) / 18.0),
            ("triangular()", 0.5, 1.0 / 24.0),
            ("gammavariate(3, 2)", 6.0, 12.0),
            ("gammavariate(.5, 2)", 1.0, 2.0),
            ("betavariate(2, 3)", 0.4, 0.04),
            ("paretovariate(5)", 1.25, 5.0 / 48.0),
            ("weibullvariate(2, 1)", 2.0, 4.0),
            ("randint(1, 6)", 3.5, 35.0 / 12.0),
            ("randrange(0, 10, 2)", 4.0, 8.0),
            ("randrange(3)", 1.0, 2.0 / 3.0),
            ("choice([1, 2, 3])", 2.0, 2.0 / 3.0),
            ("getrandbits(2)", 1.5, 1.25),
            // 1 − I₁(κ)/I₀(κ) is the variance of the direction: 1 − 1.59064/2.27959 for κ = 2.
            ("1 - cos(vonmisesvariate(1, 2) - 1)", 0.302_225, 0.164_2),
            ("vonmisesvariate(3, 1e9)", 3.0, 1e-9),
        ] {
            let (found_mean, found_variance, ..) = moments(text);
            // Five standard errors of the mean; the variance of the variance is not known as well.
            let allowed = 5.0 * libm::sqrt(variance / 20_000.0);
            assert!((found_mean - mean).abs() < allowed, "{text}: mean {found_mean}, not {mean}");
            assert!(
                (found_variance / variance - 1.0).abs() < 0.12,
                "{text}: variance {found_variance}, not {variance}"
            );
        }
    }

    #[test]
    fn results_stay_in_their_ranges() {
        for (text, from, to) in [
            ("randint(-2, 2)", -2.0, 2.0),
            ("randrange(5, 0, -2)", 1.0, 5.0),
            ("vonmisesvariate(0, 4)", 0.0, std::f64::consts::TAU),
            ("triangular(5, 1)", 1.0, 5.0),
        ] {
            let (_, _, least, greatest) = moments(text);
            assert!(least >= from && greatest <= to, "{text}: {least} to {greatest}");
        }
    }
}
