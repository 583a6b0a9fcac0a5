//! Numbers: as they are, as texts, and as expressions.

use super::Context;
use crate::diagnostic::{Diagnostic, shown};
use crate::expression::{Expression, Float, ParseError, fixed_integer};
use crate::limits::MAX_CONSTANT_EXPRESSIONS;
use crate::parameters::{Kind, Parameter, Stage, Type};
use crate::source::{Origin, Place};
use crate::tree::Value;
use crate::yaml::{self, Notation, Scalar};

/// A number as written.
pub(super) struct Written<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// What YAML makes of it.
    pub(super) value: Scalar,
    /// Where it stands.
    pub(super) place: Place,
    /// Where it is a part of a value: the place and text of that, and where in it the part begins.
    pub(super) whole: Option<(Place, &'a str, usize)>,
}

/// Which sort of number a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Int,
    Float,
    /// An integer where it is written as one, else a float.
    Either,
}

impl Sort {
    fn of(parameter: &Parameter) -> Self {
        match parameter.kind {
            Kind::Scalar(Type::Int) | Kind::List(Type::Int, _) => Self::Int,
            Kind::Scalar(Type::Number) | Kind::Moment => Self::Either,
            _ => Self::Float,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Either => "a number (int or float)",
        }
    }
}

/// The number that is written, or the expression.
pub(super) fn convert(
    context: &mut Context<'_>,
    parameter: &Parameter,
    written: &Written<'_>,
    path: &str,
) -> Result<Value, Box<Diagnostic>> {
    let sort = Sort::of(parameter);
    let origin = Origin::Written(written.place);
    if let Some(notation) = written.value.notation(written.text) {
        context.report(unusual(parameter, notation, written, path));
    }
    let needs = || Diagnostic::error(path, origin, format!("`{}` needs {}", parameter.name(), sort.noun()));
    match written.value {
        Scalar::Null => {
            let problem = needs().label("nothing is given").help(color_help(parameter, written.text));
            Err(Box::new(problem.help(allowed(parameter))))
        }
        Scalar::Bool(value) => {
            let number = i128::from(value);
            let message = format!("`{}` is a yes/no value; it counts as {number}", shown(written.text));
            context.report(Diagnostic::warning(path, origin, message));
            Ok(if sort == Sort::Float { Value::Float(number as f64) } else { Value::Int(number) })
        }
        Scalar::Int(value) if sort == Sort::Float => Ok(Value::Float(value as f64)),
        Scalar::Int(value) => Ok(Value::Int(value)),
        Scalar::Float(value) if sort == Sort::Int => truncated(value).map(Value::Int).ok_or_else(|| {
            let label = format!("`{}` is not one", shown(written.text));
            Box::new(needs().label(label).help(allowed(parameter)))
        }),
        Scalar::Float(value) => Ok(Value::Float(value)),
        Scalar::Text => match (parameter.kind, written.text.strip_suffix('%')) {
            (Kind::Moment, Some(number)) => percentage(context, parameter, number, written, path),
            _ => text(context, parameter, sort, written.text, written, path),
        },
    }
}

/// A number in base 60 or 8, which is mostly meant to be something else.
fn unusual(parameter: &Parameter, notation: Notation, written: &Written<'_>, path: &str) -> Diagnostic {
    let value = match written.value {
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => yaml::python_float(value),
        Scalar::Null | Scalar::Bool(_) | Scalar::Text => shown(written.text),
    };
    let message = format!("`{}` means `{value}` in YAML", shown(written.text));
    let problem = Diagnostic::warning(path, Origin::Written(written.place), message);
    match notation {
        Notation::Sexagesimal => {
            let problem =
                problem.help("YAML 1.1 reads digits with colons in base 60, like minutes and seconds");
            match parameter.kind {
                Kind::List(..) => problem.help(format!(
                    "several values have spaces between: `{}`",
                    shown(&written.text.replace(':', " "))
                )),
                _ => problem,
            }
        }
        Notation::Octal => {
            let digits = written.text.replacen('0', "", 1);
            problem.help(format!(
                "YAML 1.1 reads a number that begins with 0 in base 8; without the 0: `{}`",
                shown(&digits)
            ))
        }
    }
}

/// Whether the whole text is an expression that this parameter takes.
pub(super) fn is_expression(parameter: &Parameter, text: &str, path: &str) -> bool {
    Float::parse(text.trim(), parameter.stage.variables(), path).is_ok()
}

/// `30%` is 0.3. Any expression without variables may stand before the sign.
fn percentage(
    context: &mut Context<'_>,
    parameter: &Parameter,
    number: &str,
    written: &Written<'_>,
    path: &str,
) -> Result<Value, Box<Diagnostic>> {
    match text(context, parameter, Sort::Either, number, written, path)? {
        Value::Int(value) => Ok(Value::Float(value as f64 * 0.01)),
        Value::Float(value) => Ok(Value::Float(value * 0.01)),
        _ => {
            let message = "a percentage cannot have variables";
            let problem = Diagnostic::error(path, Origin::Written(written.place), message);
            Err(Box::new(problem.help("leave out the `%` and give a share of the run: `.3 * sim / 100`")))
        }
    }
}

fn text(
    context: &mut Context<'_>,
    parameter: &Parameter,
    sort: Sort,
    number: &str,
    written: &Written<'_>,
    path: &str,
) -> Result<Value, Box<Diagnostic>> {
    if sort != Sort::Float
        && let Some(value) = python_int(number)
    {
        return Ok(Value::Int(value));
    }
    if sort != Sort::Int
        && let Some(value) = python_float(number)
    {
        return Ok(Value::Float(value));
    }
    let trimmed = number.trim();
    let variables = parameter.stage.variables();
    if may_take_long(trimmed)
        && Expression::parse(trimmed, variables, path).is_ok_and(|one| one.is_constant())
    {
        context.computed += 1;
        if context.computed > MAX_CONSTANT_EXPRESSIONS {
            let message =
                format!("more than {MAX_CONSTANT_EXPRESSIONS} constant expressions with calls or lists");
            let problem = Diagnostic::error(path, Origin::Written(written.place), message);
            return Err(Box::new(problem.help("write their results instead")));
        }
    }
    let formula = || Value::Formula(number.to_owned());
    let parsed = match sort {
        Sort::Int => {
            fixed_integer(trimmed, variables, path).map(|value| value.map_or_else(formula, Value::Int))
        }
        Sort::Float | Sort::Either => Float::parse(trimmed, variables, path)
            .map(|value| value.as_constant().map_or_else(formula, Value::Float)),
    };
    match parsed {
        Ok(Value::Formula(_)) if parameter.stage == Stage::Fixed => {
            let message = format!("`{}` is fixed before the start; it cannot be random", parameter.name());
            Err(Box::new(Diagnostic::error(path, Origin::Written(written.place), message)))
        }
        Ok(value) => Ok(value),
        Err(error) => Err(Box::new(explain(context, parameter, number, &error, written, path))),
    }
}

/// Plain arithmetic takes no longer than reading it; calls, lists and powers may.
fn may_take_long(text: &str) -> bool {
    text.contains(['(', '[', '{', '"', '\'']) || text.contains("**") || text.contains("<<")
}

fn explain(
    context: &Context<'_>,
    parameter: &Parameter,
    number: &str,
    error: &ParseError,
    written: &Written<'_>,
    path: &str,
) -> Diagnostic {
    let (place, text, offset) = written.whole.unwrap_or((written.place, written.text, 0));
    let offset = offset + (number.len() - number.trim_start().len());
    // An empty range stands for the place where something is missing.
    let end = error.range.end.max(error.range.start + 1);
    let place = context.part(place, text, offset + error.range.start..offset + end);
    let whole = |message: String| {
        let problem = Diagnostic::error(path, Origin::Written(written.place), message);
        problem.help(color_help(parameter, text))
    };
    if number.trim().is_empty() {
        return whole(format!("`{}` has an empty value", parameter.name())).help(allowed(parameter));
    }
    // Without variables a word is not the mistyped name of one: it is no number at all.
    if parameter.stage == Stage::Fixed && number.trim().bytes().all(|byte| byte.is_ascii_alphabetic()) {
        let found = shown(number.trim());
        let message = format!("`{}` needs {}, found `{found}`", parameter.name(), Sort::of(parameter).noun());
        return whole(message).help(allowed(parameter));
    }
    let problem = Diagnostic::error(path, Origin::Written(place), error.message.clone());
    let mut problem = problem.help(color_help(parameter, text));
    if let Some(help) = &error.help {
        problem = problem.help(help.as_str());
    }
    problem.help(allowed(parameter))
}

/// How a colour is written that was given by its name, as on the web, or not at all; empty for all other parameters.
fn color_help(parameter: &Parameter, text: &str) -> String {
    if parameter.name() != "color" {
        return String::new();
    }
    let text = text.trim();
    let Some(parts) = web_color(text) else {
        let comment = if text.is_empty() { ", and `#` begins a comment" } else { "" };
        return format!("a colour is red, green and blue from 0 to 1: `1 0 0` is red{comment}");
    };
    // Two digits are enough for 255 steps to the eye.
    let parts = parts.map(|part| ((f64::from(part) / 255.0 * 100.0).round() / 100.0).to_string());
    format!("`{text}` is `{}`", parts.join(" "))
}

/// `#ff8000` as red, green and blue.
fn web_color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// What the parameter takes, in one sentence.
pub(super) fn allowed(parameter: &Parameter) -> String {
    let limits = parameter.limits.words();
    let comma = if limits.is_empty() { "" } else { ", " };
    format!("`{}` takes {}{comma}{limits}", parameter.name(), parameter.takes())
}

/// As Python's `int(float)`.
fn truncated(value: f64) -> Option<i128> {
    (value.is_finite() && value.abs() < 1e36).then_some(value as i128)
}

/// As Python's `int(str)`.
fn python_int(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value: i128 = grouped(digits)?.parse().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

/// As Python's `float(str)`.
fn python_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match body.to_ascii_lowercase().as_str() {
        "nan" => return Some(f64::NAN),
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let part = |digits: &str| if digits.is_empty() { Some(String::new()) } else { grouped(digits) };
    let number = match mantissa.split_once('.') {
        Some((whole, fraction)) if whole.len() + fraction.len() > 0 => {
            format!("{}.{}", part(whole)?, part(fraction)?)
        }
        Some(_) => return None,
        None => grouped(mantissa)?,
    };
    let exponent = match exponent {
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let minus = if exponent.starts_with('-') { "-" } else { "" };
            format!("e{minus}{}", grouped(digits)?)
        }
        None => String::new(),
    };
    format!("{number}{exponent}").parse().ok().map(|value: f64| sign * value)
}

/// Digits without the single underscores that may stand between them.
fn grouped(text: &str) -> Option<String> {
    let valid = text.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    valid.then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_python_reads_them() {
        for (text, value) in [("10", 10), (" +5 ", 5), ("-1_000", -1000), ("007", 7)] {
            assert_eq!(python_int(text), Some(value), "{text}");
        }
        for text in ["", "1__0", "_1", "1_", "0x10", "1.0", "--1", "+"] {
            assert_eq!(python_int(text), None, "{text}");
        }
        for (text, value) in
            [("-.5", -0.5), ("5.", 5.0), ("1e3", 1000.0), ("1_0.5e-0_1", 1.05), ("-inf", f64::NEG_INFINITY)]
        {
            assert_eq!(python_float(text), Some(value), "{text}");
        }
        for text in ["", ".", "e5", "1e", "1.5.2", "0x1p3", "1 2", "1e1.5"] {
            assert_eq!(python_float(text), None, "{text}");
        }
    }
}
