//! `gamma` and `lgamma`.

use super::{Function, Needs, Signature};
use crate::expression::types::Types;
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        signature: Signature::new("gamma", &["x"]),
        accepts: Types::NUMBER,
        gives: Types::FLOAT,
        needs: Needs::Nothing,
        compute: |_, arguments| {
            let x = arguments.float(0)?;
            if is_pole(x) || x == f64::NEG_INFINITY {
                return Err(arguments.fault(format!("is not defined for {x:?}")));
            }
            let y = libm::tgamma(x);
            if y.is_infinite() && x.is_finite() {
                return Err(arguments.fault(format!("of {x:?} is too large")));
            }
            Ok(Value::Float(y))
        },
    },
    Function {
        signature: Signature::new("lgamma", &["x"]),
        accepts: Types::NUMBER,
        gives: Types::FLOAT,
        needs: Needs::Nothing,
        compute: |_, arguments| {
            let x = arguments.float(0)?;
            if is_pole(x) {
                return Err(arguments.fault(format!("is not defined for {x:?}")));
            }
            let y = libm::lgamma(x);
            if y.is_infinite() && x.is_finite() {
                return Err(arguments.fault(format!("of {x:?} is too large")));
            }
            Ok(Value::Float(y))
        },
    },
];

/// Zero and the negative whole numbers.
fn is_pole(x: f64) -> bool {
    x.is_finite() && x <= 0.0 && libm::floor(x) >= x
}
