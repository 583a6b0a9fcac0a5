//! The interpreter: a tree and a scope → a value.

mod comprehension;
mod subscript;

use std::ops::Range;

use crate::random::Stream;

use super::arithmetic;
use super::convert;
use super::error::{Fault, Outcome};
use super::limits::{self, Budget};
use super::order;
use super::scope::Scope;
use super::syntax::{ArgumentForm, Call, Comparison, Item, Kind, Node, Step};
use super::value::Value;

/// The state of one evaluation.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    pub(super) scope: &'a Scope,
    pub(super) stream: Stream,
    pub(super) budget: Budget,
    /// Variables of comprehensions by slot.
    locals: Vec<Value>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(scope: &'a Scope, stream: Stream, slots: usize) -> Self {
        Self { scope, stream, budget: Budget::new(), locals: vec![Value::None; slots] }
    }

    /// The value of a node; a failure carries the place of the innermost node that failed.
    pub(super) fn evaluate(&mut self, node: &Node) -> Outcome<Value> {
        self.node(node).map_err(|fault| fault.at(&node.range))
    }

    fn node(&mut self, node: &Node) -> Outcome<Value> {
        self.budget.charge(1)?;
        match &node.kind {
            Kind::Constant(value) => self.copy(value),
            Kind::Name(name) => Err(Fault::new(format!("`{name}` is not a name here"))),
            Kind::Variable(variable) => {
                self.scope.get(*variable).ok_or_else(|| Fault::new("this variable has no value yet"))
            }
            Kind::Local(slot) => self.local(*slot),
            Kind::Chain(first, rest) => {
                let mut left = self.evaluate(first)?;
                for (operator, operand) in rest {
                    let right = self.evaluate(operand)?;
                    left = arithmetic::binary(&mut self.budget, *operator, left, right)
                        .map_err(|fault| fault.at(&(first.range.start..operand.range.end)))?;
                }
                Ok(left)
            }
            Kind::Unary(operator, operand) => {
                let operand = self.evaluate(operand)?;
                arithmetic::unary(*operator, operand)
            }
            Kind::And(operands) => self.first(operands, false),
            Kind::Or(operands) => self.first(operands, true),
            Kind::Compare(first, rest) => self.compare(first, rest),
            Kind::Conditional(branches, otherwise) => {
                for branch in branches {
                    if self.evaluate(&branch.condition)?.truth() {
                        return self.evaluate(&branch.value);
                    }
                }
                self.evaluate(otherwise)
            }
            Kind::List(items) => self.items(items).map(Value::List),
            Kind::Tuple(items) => self.items(items).map(Value::Tuple),
            Kind::Set(items) => self.set(items),
            Kind::Dict(entries) => self.dictionary(entries),
            Kind::Comprehension(comprehension) => self.comprehension(comprehension).map(Value::List),
            Kind::Postfix(base, steps) => self.postfix(base, steps),
            Kind::Call(call) => self.call(call),
        }
    }

    fn copy(&mut self, value: &Value) -> Outcome<Value> {
        self.budget.charge_copy(value)?;
        Ok(value.clone())
    }

    fn local(&mut self, slot: usize) -> Outcome<Value> {
        let Some(value) = self.locals.get(slot) else { return Ok(Value::None) };
        self.budget.charge_copy(value)?;
        Ok(value.clone())
    }

    /// The first operand whose truth is `wanted`, else the last: `or` and `and`.
    fn first(&mut self, operands: &[Node], wanted: bool) -> Outcome<Value> {
        let mut value = Value::None;
        for operand in operands {
            value = self.evaluate(operand)?;
            if value.truth() == wanted {
                break;
            }
        }
        Ok(value)
    }

    fn compare(&mut self, first: &Node, rest: &[(Comparison, Node)]) -> Outcome<Value> {
        let mut left = self.evaluate(first)?;
        let mut start = first.range.start;
        for (comparison, operand) in rest {
            let right = self.evaluate(operand)?;
            let holds = order::compare(&mut self.budget, *comparison, &left, &right)
                .map_err(|fault| fault.at(&(start..operand.range.end)))?;
            if !holds {
                return Ok(Value::Bool(false));
            }
            (left, start) = (right, operand.range.start);
        }
        Ok(Value::Bool(true))
    }

    fn items(&mut self, items: &[Item]) -> Outcome<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for Item { spread, node } in items {
            let value = self.evaluate(node)?;
            if *spread {
                values.extend(self.entries(&value, &node.range)?);
            } else {
                values.push(value);
            }
            limits::check_length(values.len() as u64)?;
        }
        Ok(values)
    }

    fn entries(&mut self, value: &Value, range: &Range<usize>) -> Outcome<Vec<Value>> {
        convert::entries(&mut self.budget, value).map_err(|fault| fault.at(range))
    }

    fn set(&mut self, items: &[Item]) -> Outcome<Value> {
        let mut found: Vec<(Value, Value)> = Vec::new();
        for value in self.items(items)? {
            if order::lookup(&mut self.budget, &found, &value)?.is_none() {
                found.push((value, Value::None));
            }
        }
        Ok(Value::Set(found.into_iter().map(|(value, _)| value).collect()))
    }

    fn dictionary(&mut self, nodes: &[(Node, Node)]) -> Outcome<Value> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for (key, value) in nodes {
            let (key, value) = (self.evaluate(key)?, self.evaluate(value)?);
            order::check_key(&key)?;
            let mut place = None;
            for (at, (known, _)) in entries.iter().enumerate() {
                if order::equal(&mut self.budget, known, &key)? {
                    place = Some(at);
                }
            }
            match place {
                Some(at) => entries[at].1 = value,
                None => entries.push((key, value)),
            }
        }
        Ok(Value::Dict(entries))
    }

    fn postfix(&mut self, base: &Node, steps: &[Step]) -> Outcome<Value> {
        let mut value = self.evaluate(base)?;
        for step in steps {
            value = match step {
                Step::Index(index) => {
                    let index = self.evaluate(index)?;
                    subscript::entry(&mut self.budget, value, &index)?
                }
                Step::Slice(parts) => {
                    let mut given = [None, None, None];
                    for (given, part) in given.iter_mut().zip(parts) {
                        *given = part.as_ref().map(|part| self.evaluate(part)).transpose()?;
                    }
                    subscript::slice(value, &given)?
                }
                Step::Get(key, default) => {
                    let key = self.evaluate(key)?;
                    let default =
                        default.as_ref().map_or(Ok(Value::None), |default| self.evaluate(default))?;
                    let Value::Dict(entries) = &value else {
                        return Err(Fault::new(format!(
                            "`.get` can follow only a dictionary, not {}",
                            value.describe()
                        )));
                    };
                    order::lookup(&mut self.budget, entries, &key)?.cloned().unwrap_or(default)
                }
            };
        }
        Ok(value)
    }

    fn call(&mut self, call: &Call) -> Outcome<Value> {
        let Some(function) = call.function else {
            return Err(Fault::new(format!("`{}` is not a name here", call.name)));
        };
        if let Some(value) = self.any_or_all(call)? {
            return Ok(value);
        }
        let mut values = Vec::with_capacity(call.arguments.len());
        let mut named = Vec::new();
        for argument in &call.arguments {
            let value = self.evaluate(&argument.node)?;
            match &argument.form {
                ArgumentForm::Position => values.push(value),
                ArgumentForm::Spread => values.extend(self.entries(&value, &argument.node.range)?),
                ArgumentForm::Keyword(name) => named.push((name.as_str(), value)),
            }
            limits::check_length(values.len() as u64)?;
        }
        let arguments = function.signature.bind(values, named)?;
        (function.compute)(self, &arguments)
    }
}
