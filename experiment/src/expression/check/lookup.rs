//! Resolves names at a place of the experiment, and explains those that mean nothing there.

use std::ops::Range;

use super::{Checker, types_of};
use crate::expression::error::ParseError;
use crate::expression::functions::{self, Function, Needs};
use crate::expression::names::nearest;
use crate::expression::scope::{Group, VARIABLES, Variable};
use crate::expression::syntax::Kind;
use crate::expression::types::Types;
use crate::expression::value::Value;

impl Checker {
    /// What a name means as a value.
    pub(super) fn look_up(&mut self, name: &str, range: &Range<usize>) -> Result<(Kind, Types), ParseError> {
        if let Some((_, slot)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Ok((Kind::Local(*slot), Types::ANY));
        }
        if let Some(variable) = variable(name) {
            self.allow(name, variable.group(), range)?;
            return Ok((Kind::Variable(variable), types_of(variable)));
        }
        if let Some((_, value)) = functions::CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            return Ok((Kind::Constant(Value::Float(*value)), Types::FLOAT));
        }
        if let Some(function) = functions::find(name) {
            return Err(ParseError::new(range.clone(), format!("`{name}` is a function"))
                .with_help(format!("write `{}`", function.signature.written())));
        }
        let values = self.values();
        let known = values.iter().copied().chain(functions::all().map(|function| function.signature.name));
        Err(self.unknown(name, known, range))
    }

    /// The function of that name.
    pub(super) fn function(
        &mut self,
        name: &str,
        range: &Range<usize>,
    ) -> Result<&'static Function, ParseError> {
        let is_value = self.locals.iter().any(|(local, _)| local == name)
            || variable(name).is_some()
            || functions::CONSTANTS.iter().any(|(constant, _)| *constant == name);
        if is_value {
            return Err(ParseError::new(range.clone(), format!("`{name}` is not a function"))
                .with_help(format!("write `{name} * (…)` to multiply")));
        }
        let Some(function) = functions::find(name) else {
            let known = functions::all().map(|function| function.signature.name);
            return Err(self.unknown(name, known, range));
        };
        match function.needs {
            Needs::Nothing => {}
            Needs::Time => self.allow(name, Group::Time, range)?,
            Needs::Chance => self.draws = true,
        }
        Ok(function)
    }

    /// Refuses a variable that has no value at this place of the experiment.
    fn allow(&mut self, name: &str, group: Group, range: &Range<usize>) -> Result<(), ParseError> {
        if self.variables.allows(group) {
            self.varies = true;
            self.similarity |= group == Group::Similarity;
            return Ok(());
        }
        let why = match group {
            Group::Time => "the time is not known yet",
            Group::Resolution => "the resolution is not known yet",
            Group::Learnrate => "the learn rate is not known",
            Group::Similarity => "the similarity is known only to weights and constraints of a target",
        };
        Err(ParseError::new(range.clone(), format!("`{name}` cannot be used here: {why}"))
            .with_help(self.allowed()))
    }

    fn unknown(
        &self,
        name: &str,
        known: impl Iterator<Item = &'static str>,
        range: &Range<usize>,
    ) -> ParseError {
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let known = known.map(|name| -> &str { name });
        let help = match nearest(name, locals.chain(known)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => self.allowed(),
        };
        ParseError::new(range.clone(), format!("`{name}` is not a name here")).with_help(help)
    }

    /// The names of variables and constants that have a value here.
    fn values(&self) -> Vec<&'static str> {
        let variables = VARIABLES.iter().filter(|(_, variable)| self.variables.allows(variable.group()));
        variables.map(|(name, _)| *name).chain(functions::CONSTANTS.iter().map(|(name, _)| *name)).collect()
    }

    /// What may be used here, in a sentence.
    fn allowed(&self) -> String {
        let groups = [
            (Group::Time, "`t`, `ti`, `epoch`"),
            (Group::Resolution, "`width`, `height`"),
            (Group::Learnrate, "`lr`, `lrs`"),
            (Group::Similarity, "`sim`"),
        ];
        let names: Vec<&str> = groups
            .iter()
            .filter(|(group, _)| self.variables.allows(*group))
            .map(|(_, names)| *names)
            .collect();
        if names.is_empty() {
            return "no variables are known here; numbers and functions such as `sin(x)` are".to_owned();
        }
        format!("known here are {} and functions such as `sin(x)`", names.join(", "))
    }
}

fn variable(name: &str) -> Option<Variable> {
    VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable)
}
