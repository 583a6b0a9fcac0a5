//! Which arguments a function takes, and binding them to their places.

use num_bigint::BigInt;

use crate::expression::convert;
use crate::expression::error::{Fault, Outcome};
use crate::expression::value::Value;

/// The arguments of a function.
#[derive(Clone, Copy, Debug)]
pub(in crate::expression) struct Signature {
    pub(in crate::expression) name: &'static str,
    /// Names of the arguments by position.
    pub(super) positional: &'static [&'static str],
    /// How many of them must be given.
    pub(super) required: usize,
    /// Takes any number of values more than that.
    pub(super) variadic: bool,
    /// Arguments that are given by name only; all may be left out.
    pub(super) named: &'static [&'static str],
    /// The positional arguments may be given by name too.
    pub(super) by_name: bool,
}

impl Signature {
    /// Arguments by position, all required.
    pub(super) const fn new(name: &'static str, positional: &'static [&'static str]) -> Self {
        Self { name, positional, required: positional.len(), variadic: false, named: &[], by_name: false }
    }

    /// Any number of values.
    pub(super) const fn variadic(name: &'static str) -> Self {
        Self { variadic: true, ..Self::new(name, &[]) }
    }

    /// The arguments after the first so many may be left out.
    pub(super) const fn requires(self, required: usize) -> Self {
        Self { required, ..self }
    }

    /// These arguments are given by name.
    pub(super) const fn with_named(self, named: &'static [&'static str]) -> Self {
        Self { named, ..self }
    }

    /// All arguments may be given by name.
    pub(super) const fn all_by_name(self) -> Self {
        Self { by_name: true, ..self }
    }

    /// How it is written: `uniform(a, b)`.
    pub(in crate::expression) fn written(&self) -> String {
        let mut parts: Vec<String> = self.positional[..self.required].iter().map(|&p| p.to_owned()).collect();
        parts.extend(self.positional[self.required..].iter().map(|p| format!("{p}=…")));
        if self.variadic {
            parts.push("a, b, …".to_owned());
        }
        parts.extend(self.named.iter().map(|p| format!("{p}=…")));
        format!("{}({})", self.name, parts.join(", "))
    }

    /// Is the first argument something that a `for` goes through?
    pub(in crate::expression) fn takes_list(&self) -> bool {
        self.positional.first() == Some(&"list")
    }

    /// Checks a call with so many values by position (more may come from a `*`) and these names.
    pub(in crate::expression) fn check(
        &self,
        count: usize,
        open: bool,
        names: &[&str],
    ) -> Result<(), String> {
        let most = self.positional.len();
        if count > most && !self.variadic {
            return Err(format!("`{}` takes {}, not {count}", self.name, values(self.required, most)));
        }
        for (at, &name) in names.iter().enumerate() {
            let place = self.place(name);
            let twice = names[..at].contains(&name) || place.is_some_and(|place| place < count.min(most));
            if place.is_none() {
                return Err(format!("`{}` has no argument `{name}`", self.name));
            }
            if twice {
                return Err(format!("`{}` gets `{name}` twice", self.name));
            }
        }
        let given = |place: usize| place < count || names.iter().any(|name| self.place(name) == Some(place));
        if !open && !(0..self.required).all(given) {
            let message =
                format!("`{}` takes {}, not {}", self.name, values(self.required, most), count + names.len());
            return Err(message);
        }
        Ok(())
    }

    /// The place of a named argument: the positional ones come first.
    fn place(&self, name: &str) -> Option<usize> {
        let positional = self.positional.iter().position(|p| *p == name).filter(|_| self.by_name);
        positional.or_else(|| self.named.iter().position(|p| *p == name).map(|at| at + self.positional.len()))
    }

    /// Puts values in their places.
    pub(in crate::expression) fn bind(
        &'static self,
        values: Vec<Value>,
        named: Vec<(&str, Value)>,
    ) -> Outcome<Arguments<'static>> {
        let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        self.check(values.len(), false, &names).map_err(Fault::new)?;
        let fixed = self.positional.len();
        let mut slots: Vec<Option<Value>> = Vec::with_capacity(fixed + self.named.len());
        let mut values = values.into_iter();
        slots.extend((0..fixed).map(|_| values.next()));
        slots.resize(fixed + self.named.len(), None);
        for (name, value) in named {
            if let Some(place) = self.place(name) {
                slots[place] = Some(value);
            }
        }
        Ok(Arguments { function: self.name, slots, rest: values.collect() })
    }
}

fn values(least: usize, most: usize) -> String {
    let noun = if most == 1 { "value" } else { "values" };
    match most - least {
        0 => format!("{most} {noun}"),
        1 => format!("{least} or {most} {noun}"),
        _ => format!("{least} to {most} {noun}"),
    }
}

/// Bound arguments; readers convert and complain in the function's name.
#[derive(Debug)]
pub(in crate::expression) struct Arguments<'a> {
    function: &'a str,
    slots: Vec<Option<Value>>,
    /// The values of a variadic function.
    pub(super) rest: Vec<Value>,
}

impl Arguments<'_> {
    /// The argument at a place, if it was given.
    pub(super) fn get(&self, at: usize) -> Option<&Value> {
        self.slots.get(at).and_then(Option::as_ref)
    }

    /// The argument at a place; signatures guarantee the required ones.
    pub(super) fn value(&self, at: usize) -> Outcome<&Value> {
        self.get(at).ok_or_else(|| self.fault("lacks a value"))
    }

    /// A number as `f64`.
    pub(super) fn float(&self, at: usize) -> Outcome<f64> {
        self.as_float(self.value(at)?)
    }

    /// A number that may be left out.
    pub(super) fn float_or(&self, at: usize, default: f64) -> Outcome<f64> {
        self.get(at).map_or(Ok(default), |value| self.as_float(value))
    }

    /// Converts one of the values, for instance of `rest`.
    pub(super) fn as_float(&self, value: &Value) -> Outcome<f64> {
        match value {
            Value::Float(x) => Ok(*x),
            Value::Bool(_) | Value::Int(_) => convert::to_float(value),
            other => Err(self.fault(format!("needs numbers, not {}", other.describe()))),
        }
    }

    /// A whole number.
    pub(super) fn int(&self, at: usize) -> Outcome<BigInt> {
        self.as_int(self.value(at)?)
    }

    /// Converts one of the values to a whole number; floats are not whole numbers.
    pub(super) fn as_int(&self, value: &Value) -> Outcome<BigInt> {
        convert::index(value)
            .ok_or_else(|| self.fault(format!("needs whole numbers, not {}", value.describe())))
    }

    /// A failure in the name of the function: "`sqrt` …".
    pub(super) fn fault(&self, message: impl AsRef<str>) -> Fault {
        Fault::new(format!("`{}` {}", self.function, message.as_ref()))
    }
}
