//! Functions of whole numbers from Python's `math`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Arguments, Function, Needs, Signature};
use crate::expression::error::Outcome;
use crate::expression::evaluate::Machine;
use crate::expression::limits;
use crate::expression::types::Types;
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    function(Signature::new("factorial", &["n"]), factorial),
    function(Signature::new("isqrt", &["n"]), isqrt),
    function(Signature::new("comb", &["n", "k"]), comb),
    function(Signature::new("perm", &["n", "k"]).requires(1), perm),
    function(Signature::variadic("gcd"), |machine, arguments| {
        fold(machine, arguments, BigInt::zero(), Integer::gcd)
    }),
    function(Signature::variadic("lcm"), |machine, arguments| {
        fold(machine, arguments, BigInt::one(), Integer::lcm)
    }),
];

const fn function(signature: Signature, compute: super::Compute) -> Function {
    let accepts = Types::INTEGRAL.or(Types::NONE);
    Function { signature, accepts, gives: Types::INT, needs: Needs::Nothing, compute }
}

/// A whole number that is not negative.
fn natural(arguments: &Arguments<'_>, at: usize) -> Outcome<BigInt> {
    let n = arguments.int(at)?;
    if n.is_negative() {
        return Err(arguments.fault("is not defined for negative numbers"));
    }
    Ok(n)
}

/// `n · (n − 1) · …` with `count` factors.
fn falling(machine: &mut Machine<'_>, n: &BigInt, count: &BigInt) -> Outcome<BigInt> {
    if count > n {
        return Ok(BigInt::zero());
    }
    // All factors but the last are 2 at least, so the result has at least as many bits.
    let count = count.to_u64().unwrap_or(u64::MAX);
    limits::check_bits(count.saturating_sub(1))?;
    let mut product = BigInt::one();
    for i in 0..count {
        machine.budget.charge(1 + (product.bits() + n.bits()) / 1024)?;
        machine.budget.charge_product(product.bits(), n.bits())?;
        product *= n - i;
        limits::check_bits(product.bits())?;
    }
    Ok(product)
}

fn factorial(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let n = natural(arguments, 0)?;
    falling(machine, &n, &n).map(Value::Int)
}

fn perm(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let n = natural(arguments, 0)?;
    let count = match arguments.get(1) {
        None | Some(Value::None) => n.clone(),
        Some(_) => natural(arguments, 1)?,
    };
    falling(machine, &n, &count).map(Value::Int)
}

fn comb(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let (n, k) = (natural(arguments, 0)?, natural(arguments, 1)?);
    if k > n {
        return Ok(Value::Int(BigInt::zero()));
    }
    let k = k.clone().min(&n - k);
    // With k no greater than n / 2 the result has at least k bits.
    let count = k.to_u64().unwrap_or(u64::MAX);
    limits::check_bits(count)?;
    let mut product = BigInt::one();
    for i in 0..count {
        machine.budget.charge(1 + (product.bits() + n.bits()) / 1024)?;
        machine.budget.charge_product(product.bits(), n.bits() + 64)?;
        // The product of i + 1 neighbours is divisible by (i + 1)!.
        product = product * (&n - i) / (i + 1);
        limits::check_bits(product.bits())?;
    }
    Ok(Value::Int(product))
}

fn isqrt(machine: &mut Machine<'_>, arguments: &Arguments<'_>) -> Outcome<Value> {
    let n = natural(arguments, 0)?;
    // Newton's method: some divisions of that size.
    machine.budget.charge_product(n.bits() * 8, n.bits())?;
    Ok(Value::Int(n.sqrt()))
}

fn fold(
    machine: &mut Machine<'_>,
    arguments: &Arguments<'_>,
    neutral: BigInt,
    combine: fn(&BigInt, &BigInt) -> BigInt,
) -> Outcome<Value> {
    let mut result = neutral;
    for value in &arguments.rest {
        let value = arguments.as_int(value)?;
        // A subtraction per bit.
        machine
            .budget
            .charge_product(result.bits().min(value.bits()) * 64, result.bits().max(value.bits()))?;
        result = combine(&result, &value).abs();
        limits::check_bits(result.bits())?;
    }
    Ok(Value::Int(result.abs()))
}
