//! `for … in … if …` inside an expression.

use super::Machine;
use crate::expression::error::{Fault, Outcome};
use crate::expression::limits;
use crate::expression::syntax::{ArgumentForm, Call, Clause, Comprehension, Kind};
use crate::expression::value::Value;

/// Takes an element; `false` ends the loop.
type Sink<'s> = dyn FnMut(&mut Machine<'_>, Value) -> Outcome<bool> + 's;

impl Machine<'_> {
    /// All elements.
    pub(super) fn comprehension(&mut self, comprehension: &Comprehension) -> Outcome<Vec<Value>> {
        let mut values = Vec::new();
        self.go_through(comprehension, 0, &mut |_, value| {
            values.push(value);
            limits::check_length(values.len() as u64)?;
            Ok(true)
        })?;
        Ok(values)
    }

    /// `any` and `all` of a generator stop at the element that decides, so that `any(1/x > 2 for x in …)`
    /// fails only where Python fails. `None` where the call is something else.
    pub(super) fn any_or_all(&mut self, call: &Call) -> Outcome<Option<Value>> {
        let decisive = match call.name.as_str() {
            "any" => true,
            "all" => false,
            _ => return Ok(None),
        };
        let [argument] = &call.arguments[..] else { return Ok(None) };
        let Kind::Comprehension(comprehension) = &argument.node.kind else { return Ok(None) };
        if argument.form != ArgumentForm::Position || !comprehension.generator {
            return Ok(None);
        }
        let exhausted = self.go_through(comprehension, 0, &mut |_, value| Ok(value.truth() != decisive))?;
        Ok(Some(Value::Bool(exhausted != decisive)))
    }

    /// Loops over the clauses from `depth` on; says whether the loop came to its end.
    fn go_through(
        &mut self,
        comprehension: &Comprehension,
        depth: usize,
        sink: &mut Sink<'_>,
    ) -> Outcome<bool> {
        let Some(clause) = comprehension.clauses.get(depth) else {
            let value = self.evaluate(&comprehension.element)?;
            return sink(self, value);
        };
        let iterable = self.evaluate(&clause.iterable)?;
        for value in self.entries(&iterable, &clause.iterable.range)? {
            self.budget.charge(1)?;
            self.assign(clause, value)?;
            if self.all_hold(clause)? && !self.go_through(comprehension, depth + 1, sink)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn all_hold(&mut self, clause: &Clause) -> Outcome<bool> {
        for condition in &clause.conditions {
            if !self.evaluate(condition)?.truth() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn assign(&mut self, clause: &Clause, value: Value) -> Outcome<()> {
        let values = if clause.unpack { self.entries(&value, &clause.iterable.range)? } else { vec![value] };
        if values.len() != clause.targets.len() {
            let (names, found) = (clause.targets.len(), values.len());
            return Err(Fault::new(format!("{names} names after `for`, but an entry of {found}"))
                .at(&clause.iterable.range));
        }
        for ((_, slot), value) in clause.targets.iter().zip(values) {
            if let Some(place) = self.locals.get_mut(*slot) {
                *place = value;
            }
        }
        Ok(())
    }
}
