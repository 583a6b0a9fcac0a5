//! The bounds that make an expression harmless.
//!
//! Time and memory are bounded together: every node costs a step, everything that works on more than a few
//! bytes costs steps in proportion and pays *before* it works. What a step may allocate is some dozen bytes,
//! so all the steps of an evaluation amount to a few megabytes and some milliseconds.

use num_bigint::BigInt;

use super::error::{Fault, Outcome};
use super::value::Value;

/// Bytes of an expression's text.
pub(super) const TEXT: usize = 4_096;
/// How deep parentheses, calls, signs and powers may nest. Guards the stack of parser and interpreter.
pub(super) const DEPTH: usize = 48;
/// Steps of one evaluation.
pub(super) const STEPS: u64 = 100_000;
/// Bits of a whole number.
pub(super) const INTEGER_BITS: u64 = 16_384;
/// Entries of a list.
pub(super) const LENGTH: usize = 10_000;
/// Bytes of a string.
pub(super) const STRING: usize = 10_000;

/// The steps that an evaluation has left.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self { left: STEPS }
    }

    /// Pays for work that is about to be done.
    pub(super) fn charge(&mut self, steps: u64) -> Outcome<()> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Fault::new(format!("it takes too long (more than {STEPS} steps)"))),
        }
    }

    /// Pays for a copy of a value.
    pub(super) fn charge_copy(&mut self, value: &Value) -> Outcome<()> {
        self.charge(value.weight())
    }

    /// Pays for a product or a quotient of numbers with so many bits, and for any loop of that order.
    pub(super) fn charge_product(&mut self, a_bits: u64, b_bits: u64) -> Outcome<()> {
        // 64 × 64 bits are one instruction; sixteen of those are a step.
        self.charge(a_bits.saturating_mul(b_bits) >> 16)
    }
}

/// Refuses whole numbers that would grow beyond the bound.
pub(super) fn check_bits(bits: u64) -> Outcome<()> {
    if bits > INTEGER_BITS {
        return Err(Fault::new(format!("the whole number is too large (more than {INTEGER_BITS} bits)")));
    }
    Ok(())
}

/// Refuses a whole number beyond the bound.
pub(super) fn bounded(value: BigInt) -> Outcome<Value> {
    check_bits(value.bits())?;
    Ok(Value::Int(value))
}

/// Refuses lists beyond the bound.
pub(super) fn check_length(entries: u64) -> Outcome<()> {
    if entries > LENGTH as u64 {
        return Err(Fault::new(format!("the list is too long (more than {LENGTH} entries)")));
    }
    Ok(())
}

/// Refuses strings beyond the bound.
pub(super) fn check_string(bytes: u64) -> Outcome<()> {
    if bytes > STRING as u64 {
        return Err(Fault::new(format!("the string is too long (more than {STRING} bytes)")));
    }
    Ok(())
}
