//! Whole numbers in requests. In JSON Schema, and for clients that know no other numbers than floats, `5.0` is one.

use serde::de::{Deserialize as _, Deserializer, Error};
use serde_json::Number;

/// Reads a whole number, for `#[serde(deserialize_with = …)]`.
pub(crate) fn one<'de, T: TryFrom<i64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    whole(&Number::deserialize(deserializer)?)
}

/// Reads a whole number or `null`, for `#[serde(deserialize_with = …)]` beside `#[serde(default)]`.
pub(crate) fn optional<'de, T: TryFrom<i64>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::<Number>::deserialize(deserializer)?.map(|number| whole(&number)).transpose()
}

fn whole<T: TryFrom<i64>, E: Error>(number: &Number) -> Result<T, E> {
    let whole = number.as_i64().or_else(|| number.as_f64().and_then(of_float));
    let wrong = || E::custom(format!("{number} is no whole number, or too large or too small"));
    whole.and_then(|whole| T::try_from(whole).ok()).ok_or_else(wrong)
}

/// Beyond 2^53, floats leave whole numbers out.
fn of_float(number: f64) -> Option<i64> {
    let is_whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    is_whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::Deserializer;

    use super::*;

    #[test]
    fn a_float_without_a_fraction_is_a_whole_number() {
        for (text, number) in [
            ("5", Some(5)),
            ("-5.0", Some(-5)),
            ("1e3", Some(1_000)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("5.5", None),
            ("1e300", None),
            ("18446744073709551615", None),
            ("\"5\"", None),
            ("null", None),
        ] {
            let read: Option<i32> = one(&mut Deserializer::from_str(text)).ok();
            assert_eq!(read, number, "{text}");
        }
        let read: Result<Option<u32>, _> = optional(&mut Deserializer::from_str("null"));
        assert_eq!(read.unwrap(), None);
        let read: Result<Option<u32>, _> = optional(&mut Deserializer::from_str("-1"));
        assert!(read.is_err());
    }
}
