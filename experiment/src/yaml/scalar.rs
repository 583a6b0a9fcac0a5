//! What an unquoted scalar means in YAML 1.1.

/// The meaning of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `yes`, `no`, `on`, `off`, `true`, `false`.
    Bool(bool),
    /// A decimal, octal, hexadecimal, binary or sexagesimal integer.
    Int(i128),
    /// A number with a point.
    Float(f64),
    /// Everything else.
    Text,
}

impl Scalar {
    /// The meaning of an unquoted scalar.
    pub(crate) fn resolve(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Self::Bool(true),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                return Self::Bool(false);
            }
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            _ => {}
        }
        if let Some(value) = integer(text) {
            return Self::Int(value);
        }
        float(text).map_or(Self::Text, Self::Float)
    }

    /// The meaning of a scalar with the tag `!!int`, `!!float`, `!!bool` or `!!null`, as `PyYAML` constructs it; `None`
    /// where it does not.
    pub(crate) fn tagged(kind: &str, text: &str) -> Option<Self> {
        let plain = Self::resolve(text.trim());
        match (kind, plain) {
            ("null", _) => Some(Self::Null),
            ("int", Self::Int(_)) | ("bool", Self::Bool(_)) => Some(plain),
            ("float", _) => tagged_float(text.trim(), plain).map(Self::Float),
            _ => None,
        }
    }

    /// In which unusual way a plain scalar writes a number, where it does: people who write `16:9` or `010` mean
    /// something else than YAML 1.1 does.
    pub(crate) fn notation(self, text: &str) -> Option<Notation> {
        let (_, digits) = sign(text);
        match self {
            Self::Int(_) | Self::Float(_) if digits.contains(':') => Some(Notation::Sexagesimal),
            Self::Int(_) if digits.len() > 1 && digits.starts_with('0') => {
                digits[1..].starts_with(|c: char| c.is_ascii_digit() || c == '_').then_some(Notation::Octal)
            }
            _ => None,
        }
    }
}

/// A notation of numbers that surprises people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// Base 60: `1:30` is 90.
    Sexagesimal,
    /// Base 8: `010` is 8.
    Octal,
}

/// Python's `float()` but for base 60. Unlike an integer, `010` is ten here.
fn tagged_float(text: &str, plain: Scalar) -> Option<f64> {
    if text.contains(':') || text.contains(".inf") || text.eq_ignore_ascii_case(".nan") {
        return match plain {
            Scalar::Int(value) => Some(value as f64),
            Scalar::Float(value) => Some(value),
            _ => None,
        };
    }
    text.replace('_', "").parse().ok()
}

/// Sign (1 or -1) and the rest.
fn sign(text: &str) -> (i128, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    }
}

fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = sign(text);
    let radix = |digits: &str, radix: u32| {
        let plain = digits.replace('_', "");
        let valid = !digits.is_empty() && plain.chars().all(|c| c.is_digit(radix));
        // Nothing but underscores is an error in YAML 1.1; here it is a text.
        valid.then(|| i128::from_str_radix(&plain, radix).ok()).flatten()
    };
    let magnitude = if let Some(digits) = digits.strip_prefix("0b") {
        radix(digits, 2)
    } else if let Some(digits) = digits.strip_prefix("0x") {
        radix(digits, 16)
    } else if digits == "0" {
        Some(0)
    } else if digits.starts_with('0') {
        radix(digits, 8)
    } else if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        None
    } else if digits.contains(':') {
        sexagesimal(digits)
    } else {
        radix(digits, 10)
    };
    magnitude.map(|magnitude| sign * magnitude)
}

/// `1:30` is 90.
fn sexagesimal(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let first = parts.next()?.replace('_', "");
    let mut total: i128 = first.parse().ok()?;
    for part in parts {
        total = total.checked_mul(60)?.checked_add(i128::from(sixtieth(part)?))?;
    }
    Some(total)
}

/// One or two digits below 60.
fn sixtieth(part: &str) -> Option<u8> {
    let digits = part.len() <= 2 && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| part.parse().ok()).flatten().filter(|value| *value < 60)
}

fn float(text: &str) -> Option<f64> {
    let (sign, body) = sign(text);
    let sign = sign as f64;
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return Some(sign * f64::INFINITY);
    }
    // `.5` may have no sign in YAML 1.1: `-.5` is a text (and becomes a number where one is asked for).
    if body.starts_with('.') && body.len() != text.len() {
        return None;
    }
    if let Some((whole, last)) = body.rsplit_once(':') {
        let (seconds, fraction) = last.split_once('.')?;
        let minutes = if whole.contains(':') { sexagesimal(whole)? } else { digits(whole)? };
        let fraction =
            if fraction.is_empty() { 0.0 } else { format!("0.{}", digits_only(fraction)?).parse().ok()? };
        return Some(sign * (minutes as f64 * 60.0 + f64::from(sixtieth(seconds)?) + fraction));
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || !(starts(whole) || whole.is_empty() && starts(fraction)) {
        return None;
    }
    if let Some(exponent) = exponent {
        // A sign is required in YAML 1.1: `1.5e3` is a text.
        let figures = exponent.strip_prefix(['+', '-'])?;
        if figures.is_empty() || !figures.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    body.replace('_', "").parse().ok().map(|value: f64| sign * value)
}

fn digits(text: &str) -> Option<i128> {
    if text.starts_with(|c: char| c.is_ascii_digit()) { digits_only(text)?.parse().ok() } else { None }
}

fn digits_only(text: &str) -> Option<String> {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'_').then(|| text.replace('_', ""))
}

/// A number as Python's `repr` writes it: the shortest digits that give the same number back.
pub(crate) fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let mantissa = scientific.split_once('e').map_or(scientific.as_str(), |(mantissa, _)| mantissa);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_they_mean_in_yaml_1_1() {
        let int = |text| Scalar::resolve(text);
        for (text, value) in [
            ("12", 12),
            ("+5", 5),
            ("-0", 0),
            ("1_000", 1000),
            ("010", 8),
            ("0x_1F", 31),
            ("0b1_0", 2),
            ("1:30", 90),
            ("-1:00:00", -3600),
            ("0_", 0),
        ] {
            assert_eq!(int(text), Scalar::Int(value), "{text}");
        }
        for (text, value) in [
            (".5", 0.5),
            ("1.", 1.0),
            ("-1.5", -1.5),
            ("1.5e+3", 1500.0),
            ("1_0.5", 10.5),
            ("1.e-3", 0.001),
            ("-.inf", f64::NEG_INFINITY),
            ("1:30.5", 90.5),
            ("008.5", 8.5),
        ] {
            assert_eq!(Scalar::resolve(text), Scalar::Float(value), "{text}");
        }
        for text in [
            "1e3",
            "1.5e3",
            "-.5",
            "08",
            "0o7",
            "_1",
            "1:60",
            "y",
            "n",
            ".",
            "-",
            "+",
            "1.5.2",
            "0x",
            "1:2:x",
            "12-3",
            "1e",
            "1.e+",
            "._5",
            "2020-01-01",
            "nan",
            "tRUE",
            ":5",
            "5:",
            "1:3.5.5",
            "٣",
        ] {
            assert_eq!(Scalar::resolve(text), Scalar::Text, "{text}");
        }
        assert_eq!(Scalar::resolve("off"), Scalar::Bool(false));
        assert_eq!(Scalar::resolve("~"), Scalar::Null);
    }

    /// As `PyYAML` 6.0.2 and 6.0.3 construct them.
    #[test]
    fn tags_decide_the_type() {
        for (text, value) in
            [("3", 3.0), ("010", 10.0), ("1e3", 1000.0), ("16:9", 969.0), ("-.5", -0.5), ("1_0", 10.0)]
        {
            assert_eq!(Scalar::tagged("float", text), Some(Scalar::Float(value)), "{text}");
        }
        assert_eq!(Scalar::tagged("float", "-.inf"), Some(Scalar::Float(f64::NEG_INFINITY)));
        assert_eq!(Scalar::tagged("float", "x"), None);
        assert_eq!(Scalar::tagged("int", "010"), Some(Scalar::Int(8)));
        assert_eq!(Scalar::tagged("int", "3.7"), None);
        assert_eq!(Scalar::tagged("bool", "On"), Some(Scalar::Bool(true)));
        assert_eq!(Scalar::tagged("bool", "5"), None);
        assert_eq!(Scalar::tagged("null", "5"), Some(Scalar::Null));
    }

    #[test]
    fn surprising_notations_are_known() {
        let notation = |text: &str| Scalar::resolve(text).notation(text);
        for text in ["16:9", "-1:30", "1:30.5"] {
            assert_eq!(notation(text), Some(Notation::Sexagesimal), "{text}");
        }
        for text in ["010", "-07", "0_7"] {
            assert_eq!(notation(text), Some(Notation::Octal), "{text}");
        }
        for text in ["0", "10", "0x10", "0b1", "0.5", "08", "00.5", "a:b"] {
            assert_eq!(notation(text), None, "{text}");
        }
    }

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (-2.5e-7, "-2.5e-07"),
            (1e100, "1e+100"),
            (0.0, "0.0"),
            (-0.0, "-0.0"),
        ] {
            assert_eq!(python_float(value), text);
        }
    }
}
