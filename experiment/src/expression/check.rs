//! Looks up names and finds what cannot work whatever the values are.

mod lookup;

use std::ops::Range;

use super::error::ParseError;
use super::scope::{Variable, Variables};
use super::syntax::{
    Argument, ArgumentForm, BinaryOperator, Call, Comparison, Comprehension, Item, Kind, Node, Step,
};
use super::types::Types;

type Checked = Result<Types, ParseError>;

/// What the checker has found out about an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Findings {
    /// Types that the result may have.
    pub(super) types: Types,
    /// Number of slots for the variables of comprehensions.
    pub(super) slots: usize,
    /// Depends on the scope's variables.
    pub(super) varies: bool,
    /// Depends on random numbers.
    pub(super) draws: bool,
    /// Names the similarity.
    pub(super) similarity: bool,
}

/// Checks a tree and replaces names by what they mean.
pub(super) fn check(root: &mut Node, variables: Variables) -> Result<Findings, ParseError> {
    let mut checker =
        Checker { variables, locals: Vec::new(), slots: 0, varies: false, draws: false, similarity: false };
    let types = checker.node(root)?;
    let Checker { slots, varies, draws, similarity, .. } = checker;
    Ok(Findings { types, slots, varies, draws, similarity })
}

struct Checker {
    variables: Variables,
    /// Variables of the comprehensions around, innermost last.
    locals: Vec<(String, usize)>,
    slots: usize,
    varies: bool,
    draws: bool,
    similarity: bool,
}

impl Checker {
    fn node(&mut self, node: &mut Node) -> Checked {
        let Node { kind, range } = node;
        match kind {
            Kind::Constant(value) => Ok(Types::of(value)),
            Kind::Name(name) => {
                let (meaning, types) = self.look_up(name, range)?;
                *kind = meaning;
                Ok(types)
            }
            Kind::Variable(variable) => Ok(types_of(*variable)),
            Kind::Local(_) => Ok(Types::ANY),
            Kind::Chain(first, rest) => self.chain(first, rest),
            Kind::Unary(operator, operand) => {
                let operand = self.node(operand)?;
                let types = Types::unary(*operator, operand);
                if types.is_empty() {
                    let message = format!("a sign cannot stand before {}", operand.describe());
                    return Err(ParseError::new(range.clone(), message));
                }
                Ok(types)
            }
            Kind::And(operands) | Kind::Or(operands) => self.union(operands),
            Kind::Compare(first, rest) => {
                let mut left = self.node(first)?;
                let mut start = first.range.start;
                for (comparison, operand) in rest {
                    let right = self.node(operand)?;
                    if !Types::comparable(*comparison, left, right) {
                        return Err(incomparable(*comparison, left, right, start..operand.range.end));
                    }
                    (left, start) = (right, operand.range.start);
                }
                Ok(Types::BOOL)
            }
            Kind::Conditional(branches, otherwise) => {
                let mut types = Types::NOTHING;
                for branch in branches {
                    self.node(&mut branch.condition)?;
                    types = types.or(self.node(&mut branch.value)?);
                }
                Ok(types.or(self.node(otherwise)?))
            }
            Kind::List(items) => self.items(items).map(|()| Types::LIST),
            Kind::Tuple(items) => self.items(items).map(|()| Types::TUPLE),
            Kind::Set(items) => self.items(items).map(|()| Types::SET),
            Kind::Dict(entries) => {
                for (key, value) in entries {
                    self.node(key)?;
                    self.node(value)?;
                }
                Ok(Types::DICT)
            }
            Kind::Comprehension(comprehension) => self.comprehension(comprehension),
            Kind::Postfix(base, steps) => self.postfix(base, steps),
            Kind::Call(call) => self.call(call, range),
        }
    }

    fn union(&mut self, operands: &mut [Node]) -> Checked {
        operands.iter_mut().try_fold(Types::NOTHING, |types, operand| Ok(types.or(self.node(operand)?)))
    }

    fn chain(&mut self, first: &mut Node, rest: &mut [(BinaryOperator, Node)]) -> Checked {
        let mut left = self.node(first)?;
        for (operator, operand) in rest {
            let right = self.node(operand)?;
            let types = Types::binary(*operator, left, right);
            if types.is_empty() {
                let (sign, a, b) = (operator.sign(), left.describe(), right.describe());
                let message = format!("`{sign}` does not work between {a} and {b}");
                let error = ParseError::new(first.range.start..operand.range.end, message);
                let numbers = left.within(Types::NUMBER) && right.within(Types::NUMBER);
                return Err(match operator {
                    BinaryOperator::Xor if numbers => error.with_help("write `**` for powers"),
                    _ => error,
                });
            }
            left = types;
        }
        Ok(left)
    }

    fn items(&mut self, items: &mut [Item]) -> Result<(), ParseError> {
        for item in items {
            let types = self.node(&mut item.node)?;
            if item.spread {
                require(types, Types::ITERABLE, "`*` needs a list", &item.node.range)?;
            }
        }
        Ok(())
    }

    fn comprehension(&mut self, comprehension: &mut Comprehension) -> Checked {
        let outside = self.locals.len();
        for clause in &mut comprehension.clauses {
            let types = self.node(&mut clause.iterable)?;
            require(types, Types::ITERABLE, "`for` needs a list", &clause.iterable.range)?;
            for (name, slot) in &mut clause.targets {
                *slot = self.slots;
                self.slots += 1;
                self.locals.push((name.clone(), *slot));
            }
            for condition in &mut clause.conditions {
                self.node(condition)?;
            }
        }
        self.node(&mut comprehension.element)?;
        self.locals.truncate(outside);
        Ok(if comprehension.generator { Types::GENERATOR } else { Types::LIST })
    }

    fn postfix(&mut self, base: &mut Node, steps: &mut [Step]) -> Checked {
        let mut types = self.node(base)?;
        for step in steps {
            types = match step {
                Step::Index(index) => {
                    let container = types.and(Types::SEQUENCE.or(Types::DICT));
                    require(types, container, "an index can follow only a list", &base.range)?;
                    let index_types = self.node(index)?;
                    if container.within(Types::SEQUENCE) {
                        require(
                            index_types,
                            Types::INTEGRAL,
                            "an index must be a whole number",
                            &index.range,
                        )
                        .map_err(|error| error.with_help("write `int(…)`"))?;
                    }
                    if container == Types::STR { Types::STR } else { Types::ANY }
                }
                Step::Slice(parts) => {
                    require(types, Types::SEQUENCE, "a slice can follow only a list", &base.range)?;
                    for part in parts.iter_mut().flatten() {
                        let part_types = self.node(part)?;
                        let allowed = Types::INTEGRAL.or(Types::NONE);
                        require(part_types, allowed, "a slice needs whole numbers", &part.range)?;
                    }
                    types.and(Types::SEQUENCE)
                }
                Step::Get(key, default) => {
                    require(types, Types::DICT, "`.get` can follow only a dictionary", &base.range)?;
                    self.node(key)?;
                    default.as_mut().map_or(Ok(Types::NONE), |default| self.node(default))?;
                    Types::ANY
                }
            };
        }
        Ok(types)
    }

    fn call(&mut self, call: &mut Call, range: &Range<usize>) -> Checked {
        let function = self.function(&call.name, &call.name_range)?;
        call.function = Some(function);
        let (mut count, mut open, mut names) = (0, false, Vec::new());
        for Argument { form, .. } in &call.arguments {
            match form {
                ArgumentForm::Position => count += 1,
                ArgumentForm::Spread => open = true,
                ArgumentForm::Keyword(name) => names.push(name.as_str()),
            }
        }
        function.signature.check(count, open, &names).map_err(|message| {
            ParseError::new(range.clone(), message)
                .with_help(format!("write `{}`", function.signature.written()))
        })?;
        let name = function.signature.name;
        let takes_list = function.signature.takes_list();
        for (at, Argument { form, node }) in call.arguments.iter_mut().enumerate() {
            let types = self.node(node)?;
            let accepted = match form {
                ArgumentForm::Spread => Types::ITERABLE,
                ArgumentForm::Position if at == 0 && takes_list => function.accepts.and(Types::ITERABLE),
                // Names are for odd things such as `reverse`; their values are checked when they are used.
                ArgumentForm::Keyword(_) => Types::ALL,
                ArgumentForm::Position => function.accepts,
            };
            let message = format!("`{name}` needs {}", accepted.describe());
            require(types, accepted, &message, &node.range)?;
        }
        Ok(function.gives)
    }
}

fn types_of(variable: Variable) -> Types {
    match variable {
        Variable::Epoch | Variable::Width | Variable::Height => Types::INT,
        Variable::Resolution => Types::LIST,
        Variable::Time(_)
        | Variable::TimeInverse(_)
        | Variable::Learnrate
        | Variable::LearnrateScale
        | Variable::Similarity => Types::FLOAT,
    }
}

fn incomparable(comparison: Comparison, left: Types, right: Types, range: Range<usize>) -> ParseError {
    let (sign, a, b) = (comparison.sign(), left.describe(), right.describe());
    match comparison {
        Comparison::In | Comparison::NotIn => {
            ParseError::new(range, format!("`{sign}` cannot look for {a} in {b}"))
        }
        Comparison::Is | Comparison::IsNot => {
            ParseError::new(range, format!("`{sign}` compares with None, True and False only"))
                .with_help("write `==` or `!=`")
        }
        _ => ParseError::new(range, format!("`{sign}` cannot compare {a} with {b}")),
    }
}

/// Refuses types of which none is allowed.
fn require(found: Types, allowed: Types, message: &str, range: &Range<usize>) -> Result<(), ParseError> {
    if found.and(allowed).is_empty() {
        return Err(ParseError::new(range.clone(), format!("{message}, not {}", found.describe())));
    }
    Ok(())
}
