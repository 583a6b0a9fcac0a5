//! Operations between whole numbers and floats that round once: Python's division, rounding, comparison.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{FromPrimitive, Pow, Signed, ToPrimitive, Zero};

use super::convert::int_to_float;
use super::error::{Fault, Outcome};

/// The smallest float above zero is two to this power.
const LEAST_EXPONENT: i64 = -1074;

/// `a / b`, rounded once; overflow is an error.
pub(super) fn divide(a: &BigInt, b: &BigInt) -> Outcome<f64> {
    if b.is_zero() {
        return Err(Fault::new("division by zero"));
    }
    // Exact operands: the processor rounds once.
    if a.bits() <= 53 && b.bits() <= 53 {
        return Ok(int_to_float(a)? / int_to_float(b)?);
    }
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let (a, b) = (a.abs(), b.abs());
    // A quotient of 66 bits or more, its last bit standing for everything below it; near zero fewer bits, as
    // a float has fewer there.
    let shift = (66 + b.bits() as i64 - a.bits() as i64).min(2 - LEAST_EXPONENT);
    let (a, b) = if shift >= 0 { (a << shift, b) } else { (a, b << -shift) };
    let (mut quotient, rest) = a.div_rem(&b);
    if !rest.is_zero() {
        quotient |= BigInt::from(1);
    }
    let size = if quotient.bits() <= 55 {
        // In the range of subnormal floats: round to their unit, which is four of the quotient's.
        let (units, rest) = quotient.div_rem(&BigInt::from(4));
        let up = rest > BigInt::from(2) || (rest == BigInt::from(2) && units.is_odd());
        let units = if up { units + 1 } else { units };
        libm::ldexp(units.to_f64().unwrap_or(0.0), (2 - shift) as i32)
    } else {
        // Split, as the power of two alone can be out of range.
        let half = -(shift / 2);
        libm::ldexp(
            libm::ldexp(quotient.to_f64().unwrap_or(f64::INFINITY), half as i32),
            (-shift - half) as i32,
        )
    };
    if size.is_infinite() {
        return Err(Fault::new("the quotient is too large"));
    }
    Ok(if negative { -size } else { size })
}

/// Python's `round(value, digits)` for floats: to the nearest decimal, ties to even, exactly.
pub(super) fn round_float(value: f64, digits: i64) -> Outcome<f64> {
    // Beyond these a float has no digits, or nothing but digits.
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Ok(value);
    }
    if digits < -308 {
        return Ok(0.0 * value);
    }
    let (mantissa, exponent) = decompose(value);
    let ten = |power: i64| Pow::pow(BigInt::from(10), power.max(0) as u64);
    let numerator = (mantissa.abs() << exponent.max(0)) * ten(digits);
    let denominator = (BigInt::from(1) << (-exponent).max(0)) * ten(-digits);
    let rounded = divide_half_even(&numerator, &denominator);
    let size = divide(&(rounded * ten(-digits)), &ten(digits))
        .map_err(|_| Fault::new("the rounded number is too large"))?;
    Ok(size.copysign(value))
}

/// Python's `round(value)` for floats: a whole number, ties to even.
pub(super) fn round_to_int(value: f64) -> Outcome<BigInt> {
    super::convert::truncate(libm::rint(value))
}

/// Python's `round(value, digits)` for whole numbers.
pub(super) fn round_int(value: &BigInt, digits: i64) -> BigInt {
    if digits >= 0 {
        return value.clone();
    }
    // Three bits and more per decimal digit: rounding to more digits than there are gives zero.
    if digits.unsigned_abs() > value.bits() / 3 + 1 {
        return BigInt::zero();
    }
    let unit: BigInt = Pow::pow(BigInt::from(10), digits.unsigned_abs());
    let size = divide_half_even(&value.abs(), &unit) * unit;
    if value.is_negative() { -size } else { size }
}

/// The nearest whole number to a quotient of positive numbers, ties to even.
fn divide_half_even(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let (quotient, rest) = numerator.div_rem(denominator);
    match (rest << 1_u8).cmp(denominator) {
        Ordering::Less => quotient,
        Ordering::Equal if quotient.is_even() => quotient,
        _ => quotient + 1,
    }
}

/// A finite float as mantissa · 2^exponent.
pub(super) fn decompose(value: f64) -> (BigInt, i64) {
    let (fraction, exponent) = libm::frexp(value);
    // 53 bits make any fraction whole.
    let mantissa = BigInt::from_f64(libm::ldexp(fraction, 53)).unwrap_or_default();
    (mantissa, i64::from(exponent) - 53)
}

/// Compares exactly, without rounding the whole number; `None` for nan.
pub(super) fn compare(a: &BigInt, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    let Some(whole) = BigInt::from_f64(b) else {
        return Some(if b > 0.0 { Ordering::Less } else { Ordering::Greater });
    };
    // Where the whole parts are equal, the fraction decides.
    let fraction = b - libm::trunc(b);
    Some(a.cmp(&whole).then(0.0_f64.partial_cmp(&fraction)?))
}

/// Python's `divmod` for floats: the quotient is floored, the rest has the sign of the divisor.
pub(super) fn float_divmod(a: f64, b: f64) -> Outcome<(f64, f64)> {
    if b == 0.0 {
        return Err(Fault::new("division by zero"));
    }
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let floored = if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else {
        // The subtraction above may have missed a whole number by a hair.
        let floor = libm::floor(quotient);
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    Ok((floored, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_exact() {
        for (value, digits, expected) in [
            (2.675, 2, 2.67),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (1234.5, -2, 1200.0),
            (50.0, -2, 0.0),
            (150.0, -2, 200.0),
            (1e300, -300, 1e300),
            (5e-324, 323, 0.0),
            (1.5e-323, 323, 1e-323),
            (-0.4, 0, -0.0),
        ] {
            let rounded = round_float(value, digits).unwrap();
            assert_eq!(rounded.to_bits(), f64::to_bits(expected), "{value} {digits}: {rounded}");
        }
        assert!(round_float(1.7e308, -308).is_err());
        assert_eq!(round_int(&BigInt::from(1250), -2), BigInt::from(1200));
        assert_eq!(round_int(&BigInt::from(-1350), -2), BigInt::from(-1400));
        assert_eq!(round_int(&BigInt::from(7), -1_000_000_000), BigInt::zero());
    }

    #[test]
    fn large_quotients_round_once() {
        let two = BigInt::from(2);
        let big = Pow::pow(two, 2000_u32);
        assert_eq!(divide(&(&big + 1), &big).unwrap().to_bits(), 1.0_f64.to_bits());
        assert_eq!(divide(&BigInt::from(1), &big).unwrap().to_bits(), 0.0_f64.to_bits());
        assert!(divide(&big, &BigInt::from(3)).is_err());
        let tiny: BigInt = BigInt::from(1) << 1074;
        assert_eq!(divide(&BigInt::from(3), &(tiny << 1)).unwrap().to_bits(), 2);
    }

    #[test]
    fn comparison_does_not_round() {
        let odd: BigInt = (BigInt::from(1) << 53) + 1;
        assert_eq!(compare(&odd, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(compare(&BigInt::from(-1), -1.5), Some(Ordering::Greater));
        assert_eq!(compare(&BigInt::from(1), f64::INFINITY), Some(Ordering::Less));
        assert_eq!(compare(&BigInt::from(1), f64::NAN), None);
    }
}
