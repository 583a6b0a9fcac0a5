//! Reading parameters of one map: the value that is written or else the default, within its limits.

use crate::diagnostic::{Diagnostic, Diagnostics, shown};
use crate::experiment::{FrameTime, ImageTensor, Moment, Span};
use crate::expression::{Expression, Float, Int};
use crate::nearest::nearest;
use crate::parameters::{Initial, Parameter, parameters};
use crate::source::Origin;
use crate::tree::{Branch, Map, Setting, Value};
use crate::yaml::python_float;

/// A map of the tree with its path.
pub(super) struct Reader<'a> {
    map: &'a Map,
    /// Where to point for what is missing in it.
    origin: Origin,
    /// With list indices.
    path: String,
    /// Without.
    registered: String,
    problems: &'a mut Diagnostics,
}

/// A problem that may still get help.
pub(super) struct Reported<'r> {
    problem: Option<Diagnostic>,
    problems: &'r mut Diagnostics,
}

impl Reported<'_> {
    /// Adds a paragraph of help.
    pub(super) fn help(mut self, help: impl FnOnce() -> String) {
        if let Some(problem) = self.problem.take() {
            self.problem = Some(problem.help(help()));
        }
    }
}

impl Drop for Reported<'_> {
    fn drop(&mut self) {
        if let Some(problem) = self.problem.take() {
            self.problems.push(problem);
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn top(map: &'a Map, problems: &'a mut Diagnostics) -> Self {
        Self { map, origin: map.origin, path: String::new(), registered: String::new(), problems }
    }

    /// The path of this map, with list indices.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn join(path: &str, name: &str) -> String {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    }

    fn parameter(&self, name: &str) -> &'static Parameter {
        let path = Self::join(&self.registered, name);
        // Anything else is a typo in this crate, which the first test that builds an experiment finds.
        parameters().get(&path).unwrap_or_else(|| unreachable!("`{path}` is not registered"))
    }

    /// The names that are written, in their order.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.map.entries.iter().map(|entry| entry.name).collect()
    }

    pub(super) fn is_written(&self, name: &str) -> bool {
        self.map.get(name).is_some()
    }

    /// Whether it was written and its error is reported already.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        matches!(self.map.get(name).map(|entry| &entry.branch), Some(Branch::Setting(setting)) if setting.value == Value::Broken)
    }

    /// Whether it was written in a form that it cannot have, which is reported, and was left out.
    pub(super) fn is_refused(&self, name: &str) -> bool {
        let path = Self::join(&self.path, name);
        !self.is_written(name) && self.problems.iter().any(|problem| problem.path == path)
    }

    /// The origin of the parameter's value, or of the map where it is not written.
    pub(super) fn origin(&self, name: &str) -> Origin {
        match self.map.get(name) {
            Some(entry) => match &entry.branch {
                Branch::Setting(setting) => setting.origin,
                Branch::Map(_) | Branch::Entries(_) | Branch::Raw(_) => entry.origin,
            },
            None => self.origin,
        }
    }

    pub(super) fn error(&mut self, name: &str, message: &str) -> Reported<'_> {
        let problem = Diagnostic::error(Self::join(&self.path, name), self.origin(name), message);
        Reported { problem: Some(problem), problems: self.problems }
    }

    pub(super) fn warning(&mut self, name: &str, message: &str) -> Reported<'_> {
        let problem = Diagnostic::warning(Self::join(&self.path, name), self.origin(name), message);
        Reported { problem: Some(problem), problems: self.problems }
    }

    /// A problem of this map as a whole, shown where its first name stands.
    pub(super) fn error_here(&mut self, message: &str) -> Reported<'_> {
        let origin = self.here();
        let problem = Diagnostic::error(self.path.clone(), origin, message);
        Reported { problem: Some(problem), problems: self.problems }
    }

    pub(super) fn warning_here(&mut self, message: &str) -> Reported<'_> {
        let origin = self.here();
        let problem = Diagnostic::warning(self.path.clone(), origin, message);
        Reported { problem: Some(problem), problems: self.problems }
    }

    fn here(&self) -> Origin {
        self.map.entries.first().map_or(self.origin, |entry| entry.origin)
    }

    /// A map below this one; an empty one where it is not written.
    pub(super) fn map<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let entry = self.map.get(name);
        // A message about something that is missing points at the name, not at the whole map.
        let origin = entry.map_or(self.origin, |entry| entry.origin);
        let empty = Map::empty(origin);
        let map = if let Some(Branch::Map(map)) = entry.map(|entry| &entry.branch) { map } else { &empty };
        read(&mut Reader {
            map,
            origin,
            path: Self::join(&self.path, name),
            registered: Self::join(&self.registered, name),
            problems: self.problems,
        })
    }

    /// A map below this one whose parameters are registered below another path; `None` where it is not written.
    pub(super) fn map_like<T>(
        &mut self,
        name: &str,
        registered: &str,
        read: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> Option<T> {
        let entry = self.map.get(name)?;
        let Branch::Map(map) = &entry.branch else { return None };
        Some(read(&mut Reader {
            map,
            origin: entry.origin,
            path: Self::join(&self.path, name),
            registered: registered.to_owned(),
            problems: self.problems,
        }))
    }

    /// Every entry of a list below this map.
    pub(super) fn entries<T>(&mut self, name: &str, mut read: impl FnMut(&mut Reader<'_>) -> T) -> Vec<T> {
        let Some(Branch::Entries(maps)) = self.map.get(name).map(|entry| &entry.branch) else {
            return Vec::new();
        };
        let path = Self::join(&self.path, name);
        let registered = Self::join(&self.registered, name);
        maps.iter()
            .enumerate()
            .map(|(index, map)| {
                read(&mut Reader {
                    map,
                    origin: map.origin,
                    path: format!("{path}.{index}"),
                    registered: registered.clone(),
                    problems: self.problems,
                })
            })
            .collect()
    }

    /// The value as written or by default.
    fn setting(&mut self, name: &str) -> Setting {
        if let Some(Branch::Setting(setting)) = self.map.get(name).map(|entry| &entry.branch) {
            return setting.clone();
        }
        let parameter = self.parameter(name);
        if parameter.required && !self.is_written(name) {
            let owner = self.registered.rsplit('.').next().unwrap_or_default().to_owned();
            let example = parameters().get(&self.registered).map_or("", |parent| parent.example).trim_end();
            let help = if example.is_empty() { String::new() } else { format!("for example:\n{example}") };
            self.error(name, &format!("`{owner}` needs `{name}`")).help(|| help);
            return Setting { value: Value::Broken, origin: Origin::Default };
        }
        Setting { value: initial(parameter.default), origin: Origin::Default }
    }

    /// Reports a number outside of its limits.
    fn check(&mut self, parameter: &Parameter, value: &Value, origin: Origin, path: &str) {
        let limits = parameter.limits;
        let (allowed, number, approximate) = match value {
            Value::Int(value) => (limits.allow_integer(*value), value.to_string(), *value as f64),
            Value::Float(value) => (limits.allow(*value), python_float(*value), *value),
            _ => return,
        };
        if allowed || origin == Origin::Default {
            return;
        }
        let name = parameter.name();
        let message = if approximate.is_nan() {
            format!("`{name}` is not a number (NaN)")
        } else if approximate.is_infinite() && limits.words().is_empty() {
            format!("`{name}` cannot be infinite")
        } else if limits.least.map_or(approximate < 0.0, |least| approximate < least as f64) {
            format!("`{name}` is too small: {number}")
        } else {
            format!("`{name}` is too large: {number}")
        };
        let words = limits.words();
        let help = if words.is_empty() {
            "allowed: what a float of 32 bits can hold, from -3.4e38 to 3.4e38".to_owned()
        } else {
            format!("allowed: {words}")
        };
        self.problems.push(Diagnostic::error(path, origin, message).help(help));
    }

    /// The number of an `int` or `float`, `Value::Int` or `Value::Float`.
    pub(super) fn number(&mut self, name: &str) -> Value {
        let parameter = self.parameter(name);
        let setting = self.setting(name);
        self.check(parameter, &setting.value, setting.origin, &Self::join(&self.path, name));
        setting.value
    }

    /// A fixed integer; `None` where it is unset or broken.
    pub(super) fn optional_int<T: TryFrom<i128>>(&mut self, name: &str) -> Option<T> {
        match self.number(name) {
            Value::Int(value) => self.fit(name, value),
            _ => None,
        }
    }

    /// A fixed integer that has a default.
    pub(super) fn int<T: TryFrom<i128> + Default>(&mut self, name: &str) -> T {
        self.optional_int(name).unwrap_or_default()
    }

    /// The integer of a parameter in the type that it is kept in; one that does not fit is reported.
    pub(super) fn fit<T: TryFrom<i128>>(&mut self, name: &str, value: i128) -> Option<T> {
        let (parameter, origin) = (self.parameter(name), self.origin(name));
        self.fitted(parameter, value, origin, &Self::join(&self.path, name))
    }

    /// Nothing is reported where the limits have refused the number already.
    fn fitted<T: TryFrom<i128>>(
        &mut self,
        parameter: &Parameter,
        value: i128,
        origin: Origin,
        path: &str,
    ) -> Option<T> {
        let fitted = T::try_from(value).ok();
        if fitted.is_none() && parameter.limits.allow_integer(value) {
            let size = if value < 0 { "small" } else { "large" };
            let message = format!("`{}` is too {size}: {value}", parameter.name());
            let help = format!("allowed: what an integer of {} bits can hold", 8 * size_of::<T>());
            self.problems.push(Diagnostic::error(path, origin, message).help(help));
        }
        fitted
    }

    pub(super) fn bool(&mut self, name: &str) -> bool {
        self.setting(name).value == Value::Bool(true)
    }

    pub(super) fn text(&mut self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.setting(name).value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn pixels(&mut self, name: &str) -> Option<ImageTensor> {
        match self.setting(name).value {
            Value::Pixels(pixels) => Some(pixels),
            _ => None,
        }
    }

    /// One of the parameter's choices, converted by `read`. A broken value becomes the first choice.
    pub(super) fn choice<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> T {
        let parameter = self.parameter(name);
        let text = self.text(name);
        if let Some(value) = read(&text) {
            return value;
        }
        if !self.is_broken(name) {
            let names = || parameter.choices.iter().map(|choice| choice.name);
            let near =
                nearest(&text, names()).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            let allowed: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            self.error(name, &format!("`{name}` cannot be `{}`{near}", shown(&text)))
                .help(|| format!("allowed: {}", allowed.join(", ")));
        }
        let first = parameter.choices.first().map_or("", |choice| choice.name);
        read(first).unwrap_or_else(|| unreachable!("`{name}` has a choice that is not understood"))
    }

    /// A number or expression.
    pub(super) fn float(&mut self, name: &str) -> Float {
        let parameter = self.parameter(name);
        let setting = self.setting(name);
        self.one_float(parameter, &setting, &Self::join(&self.path, name))
    }

    fn one_float(&mut self, parameter: &Parameter, setting: &Setting, path: &str) -> Float {
        if let Value::Formula(text) = &setting.value {
            match Float::parse(text.trim(), parameter.stage.variables(), path) {
                Ok(value) => return value,
                Err(error) => self.problems.push(Diagnostic::error(path, setting.origin, error.message)),
            }
        }
        self.check(parameter, &setting.value, setting.origin, path);
        Float::constant(as_float(&setting.value).unwrap_or(0.0))
    }

    fn one_int(&mut self, parameter: &Parameter, setting: &Setting, path: &str) -> Int {
        match &setting.value {
            Value::Formula(text) => match Int::parse(text.trim(), parameter.stage.variables(), path) {
                Ok(value) => return value,
                Err(error) => self.problems.push(Diagnostic::error(path, setting.origin, error.message)),
            },
            Value::Int(value) => {
                self.check(parameter, &setting.value, setting.origin, path);
                let value = self.fitted(parameter, *value, setting.origin, path);
                return Int::constant(value.unwrap_or(1));
            }
            _ => {}
        }
        Int::constant(1)
    }

    /// An integer or expression.
    pub(super) fn int_expression(&mut self, name: &str) -> Int {
        let parameter = self.parameter(name);
        let setting = self.setting(name);
        self.one_int(parameter, &setting, &Self::join(&self.path, name))
    }

    /// The values of a list with their paths; `None` where it is unset or broken.
    fn list(&mut self, name: &str) -> Option<Vec<(Setting, String)>> {
        let path = Self::join(&self.path, name);
        let Value::List(settings) = self.setting(name).value else { return None };
        Some(settings.into_iter().enumerate().map(|(i, one)| (one, format!("{path}.{i}"))).collect())
    }

    /// Numbers or expressions, as many as are written.
    pub(super) fn all_floats(&mut self, name: &str) -> Vec<Float> {
        let parameter = self.parameter(name);
        let list = self.list(name).unwrap_or_default();
        list.iter().map(|(setting, path)| self.one_float(parameter, setting, path)).collect()
    }

    /// `N` numbers or expressions; `None` where it is unset.
    pub(super) fn optional_floats<const N: usize>(&mut self, name: &str) -> Option<[Float; N]> {
        self.all_floats(name).try_into().ok()
    }

    /// `N` numbers or expressions.
    pub(super) fn floats<const N: usize>(&mut self, name: &str) -> [Float; N] {
        self.optional_floats(name).unwrap_or_else(|| std::array::from_fn(|_| Float::constant(0.0)))
    }

    /// `N` integers or expressions.
    pub(super) fn ints<const N: usize>(&mut self, name: &str) -> [Int; N] {
        let parameter = self.parameter(name);
        let list = self.list(name).unwrap_or_default();
        let ints: Vec<Int> =
            list.iter().map(|(setting, path)| self.one_int(parameter, setting, path)).collect();
        ints.try_into().unwrap_or_else(|_| std::array::from_fn(|_| Int::constant(1)))
    }

    /// `N` numbers without variables; `None` where it is unset.
    pub(super) fn fixed_floats<const N: usize>(&mut self, name: &str) -> Option<[f64; N]> {
        let values = self.optional_floats::<N>(name)?;
        Some(values.map(|value| value.as_constant().unwrap_or(0.0)))
    }

    /// `N` sizes without variables; `None` where it is unset.
    pub(super) fn fixed_ints<const N: usize>(&mut self, name: &str) -> Option<[u32; N]> {
        if self.setting(name).value == Value::Null {
            return None;
        }
        let fixed = |value: Int| value.as_constant().and_then(|value| u32::try_from(value).ok()).unwrap_or(1);
        Some(self.ints::<N>(name).map(fixed))
    }

    /// A moment that has no variables.
    pub(super) fn time(&mut self, name: &str) -> FrameTime {
        match self.setting(name).value {
            // No run has so many epochs, so the greatest number means the same as a greater one.
            Value::Int(epoch) => FrameTime::Epoch(epoch.clamp(i64::MIN.into(), i64::MAX.into()) as i64),
            Value::Float(ratio) => {
                if ratio.is_nan() {
                    self.error(name, &format!("`{name}` is not a number (NaN)"));
                }
                FrameTime::Ratio(ratio)
            }
            _ => FrameTime::Ratio(0.0),
        }
    }

    /// A moment that may be an expression.
    pub(super) fn moment(&mut self, name: &str) -> Moment {
        let setting = self.setting(name);
        if let Value::Formula(text) = &setting.value {
            let path = Self::join(&self.path, name);
            match Expression::parse(text.trim(), self.parameter(name).stage.variables(), &path) {
                Ok(expression) => return Moment::Expression(expression),
                Err(error) => self.problems.push(Diagnostic::error(path, setting.origin, error.message)),
            }
        }
        Moment::Fixed(self.time(name))
    }

    /// `start` and `end`, with a warning where nothing can lie between.
    pub(super) fn span(&mut self) -> Span {
        let span = Span { start: self.time("start"), end: self.time("end") };
        self.check_order(span);
        span
    }

    pub(super) fn check_order(&mut self, span: Span) {
        let after = match (span.start, span.end) {
            (FrameTime::Epoch(start), FrameTime::Epoch(end)) => start > end,
            (FrameTime::Ratio(start), FrameTime::Ratio(end)) => start > end,
            // Which comes first depends on the number of epochs.
            _ => false,
        };
        if after {
            self.warning("end", "`end` is before `start`, so it is never active").help(|| {
                "a number without a point is an epoch (`50`); one with a point, or a percentage, is a share of the run (`.5`, `50%`)"
                    .to_owned()
            });
        } else if matches!(span.start, FrameTime::Ratio(start) if start > 1.0) {
            self.warning("start", "`start` is after the end of the run (1.0), so it is never active")
                .help(|| "an epoch is written as an integer: `50`; a share as `.5` or `50%`".to_owned());
        }
    }
}

pub(super) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// The default of a parameter as a value.
pub(crate) fn initial(default: Initial) -> Value {
    let list = |values: Vec<Value>| {
        Value::List(values.into_iter().map(|value| Setting { value, origin: Origin::Default }).collect())
    };
    match default {
        Initial::Null | Initial::Map | Initial::Entries => Value::Null,
        Initial::Bool(value) => Value::Bool(value),
        Initial::Int(value) => Value::Int(value.into()),
        Initial::Float(value) => Value::Float(value),
        Initial::Text(value) => Value::Text(value.to_owned()),
        Initial::Ints(values) => list(values.iter().map(|value| Value::Int((*value).into())).collect()),
        Initial::Floats(values) => list(values.iter().map(|value| Value::Float(*value)).collect()),
    }
}
