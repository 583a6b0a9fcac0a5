//! [`Expression`]: a checked tree with its text and the path of its parameter.

use std::fmt;
use std::sync::Arc;

use super::check::{self, Findings};
use super::error::{EvaluationError, Fault, ParseError};
use super::evaluate::Machine;
use super::parser;
use super::scope::{Scope, Variables};
use super::syntax::Node;
use super::types::Types;
use super::value::Value;

/// A formula, read and checked; cheap to clone.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

struct Inner {
    text: String,
    path: String,
    root: Node,
    findings: Findings,
}

impl Expression {
    /// Reads and checks a formula.
    ///
    /// `path` names the parameter, list index included (`targets.0.transforms.2.noise.1`): it is part of the
    /// key of the expression's random numbers, and messages quote it.
    ///
    /// # Errors
    /// Broken syntax, names that have no value here, wrong numbers of arguments, types that cannot work
    /// whatever the values are, texts that are too long or nested too deeply.
    pub fn parse(text: &str, variables: Variables, path: &str) -> Result<Self, ParseError> {
        let mut root = parser::parse(text)?;
        let findings = check::check(&mut root, variables)?;
        Ok(Self { inner: Arc::new(Inner { text: text.to_owned(), path: path.to_owned(), root, findings }) })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The path of its parameter.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// Whether its value is always the same: it uses neither variables nor random numbers.
    pub fn is_constant(&self) -> bool {
        !self.inner.findings.varies && !self.inner.findings.draws
    }

    /// Whether it uses random numbers.
    pub fn draws(&self) -> bool {
        self.inner.findings.draws
    }

    /// Whether it names the similarity. If not, its value is the same for all of them.
    pub fn uses_similarity(&self) -> bool {
        self.inner.findings.similarity
    }

    /// Computes its value.
    ///
    /// The same scope gives the same value, random numbers included.
    ///
    /// # Errors
    /// Whatever Python would raise, variables that the scope does not know, and work beyond the bounds.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let stream = scope.key(&self.inner.path).stream();
        let mut machine = Machine::new(scope, stream, self.inner.findings.slots);
        machine.evaluate(&self.inner.root).map_err(|fault| self.error(fault, scope))
    }

    /// The types that its value may have.
    pub(super) fn types(&self) -> Types {
        self.inner.findings.types
    }

    /// Adds what, where and when to a failure.
    pub(super) fn error(&self, fault: Fault, scope: &Scope) -> EvaluationError {
        EvaluationError {
            path: self.inner.path.clone(),
            text: self.inner.text.clone(),
            message: fault.message,
            range: fault.range.unwrap_or(0..self.inner.text.len()),
            epoch: scope.epoch(),
        }
    }
}

impl fmt::Debug for Expression {
    /// Without the tree, which would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("text", &self.inner.text).field("path", &self.inner.path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    const TIME: Variables = Variables { time: true, resolution: false, learnrate: false, similarity: false };

    fn error(text: &str) -> ParseError {
        Expression::parse(text, TIME, "x").unwrap_err()
    }

    #[test]
    fn messages_name_the_place_and_the_way_out() {
        for (text, range, message, help) in [
            ("1 + sinn(t)", 4..8, "`sinn` is not a name here", "did you mean `sin`?"),
            ("2 * T", 4..5, "`T` is not a name here", "did you mean `t`?"),
            ("t + sin", 4..7, "`sin` is a function", "write `sin(x)`"),
            ("t(1)", 0..1, "`t` is not a function", "write `t * (…)` to multiply"),
            ("1 + sin(1, 2)", 4..13, "`sin` takes 1 value, not 2", "write `sin(x)`"),
            ("ts(1)", 0..5, "`ts` takes 2 values, not 1", "write `ts(a, b)`"),
            (
                "t ^ 2",
                0..5,
                "`^` does not work between a number with a fraction and a whole number",
                "write `**` for powers",
            ),
            (
                "sim * 2",
                0..3,
                "`sim` cannot be used here: the similarity is known only to weights and constraints of a target",
                "known here are `t`, `ti`, `epoch` and functions such as `sin(x)`",
            ),
            (
                "math.sin(t)",
                4..8,
                "only `.get(key, default)` can stand here",
                "functions need nothing before them: write `sin(…)`",
            ),
        ] {
            let found = error(text);
            assert_eq!((found.range, found.message.as_str()), (range, message), "{text}");
            assert_eq!(found.help.as_deref(), Some(help), "{text}");
        }
    }

    #[test]
    fn types_that_cannot_work_are_found_before_the_start() {
        for text in [
            "'a' + t",
            "1 < 'a'",
            "t if t else 1 + 'a'",
            "len(t)",
            "sum(t)",
            "[1, 2][t]",
            "-[t]",
            "~t",
            "t.get(1)",
        ] {
            error(text);
        }
        for text in
            ["1/t", "[1, 2][int(t)]", "[1, 'a'][epoch] + 1", "{0: 1}.get(epoch) + 1", "(1 if t else 'a') + 1"]
        {
            assert!(Expression::parse(text, TIME, "x").is_ok(), "{text}");
        }
    }

    #[test]
    fn failures_say_where_and_when() {
        let expression = Expression::parse("2 + 1/t", TIME, "targets.0.weight").unwrap();
        let error = expression.evaluate(&Scope::new(Key::root(1), 0, 10)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "targets.0.weight: `2 + 1/t` failed in epoch 0: division by zero (at `1/t`)"
        );
        assert!(expression.evaluate(&Scope::new(Key::root(1), 1, 10)).is_ok());
    }

    #[test]
    fn variables_without_a_value_are_failures() {
        let variables = Variables { resolution: true, ..TIME };
        let expression = Expression::parse("width", variables, "x").unwrap();
        assert!(expression.evaluate(&Scope::new(Key::root(1), 0, 10)).is_err());
    }

    #[test]
    fn a_formula_tells_whether_it_names_the_similarity() {
        let variables = Variables { similarity: true, ..TIME };
        let uses = |text: &str| Expression::parse(text, variables, "x").unwrap().uses_similarity();
        for text in ["sim", "1 + similarity", "1 if t < .5 else sim", "[s for s in [sim]][0]", "max(t, sim)"]
        {
            assert!(uses(text), "{text}");
        }
        for text in ["1", "t", "random()", "[sim for sim in [1, 2]][0]"] {
            assert!(!uses(text), "{text}");
        }
    }

    #[test]
    fn random_numbers_are_functions_of_the_key() {
        let value = |text: &str, path: &str, scope: &Scope| {
            Expression::parse(text, TIME, path).unwrap().evaluate(scope).unwrap().as_f64().unwrap().to_bits()
        };
        let scope = Scope::new(Key::root(1), 3, 10);
        let first = value("random()", "a.0", &scope);
        assert_eq!(value("random()", "a.0", &scope), first);
        assert_ne!(value("random()", "a.1", &scope), first);
        assert_ne!(value("random()", "a.0", &scope.with_sample(1)), first);
        assert_ne!(value("random()", "a.0", &Scope::new(Key::root(1), 4, 10)), first);
        assert_ne!(value("random()", "a.0", &Scope::new(Key::root(2), 3, 10)), first);
        assert_eq!(value("random() == random()", "a.0", &scope), 0.0_f64.to_bits());
    }
}
