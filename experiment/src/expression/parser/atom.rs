//! Literals, names, brackets and comprehensions.

use super::{KEYWORDS, Parsed, Parser};
use crate::expression::error::ParseError;
use crate::expression::syntax::{Clause, Comprehension, Item, Kind, Node};
use crate::expression::token::{Token, TokenKind};
use crate::expression::value::Value;

impl Parser<'_> {
    /// A value without operators.
    pub(super) fn atom(&mut self) -> Parsed<Node> {
        let Token { kind, range } = self.peek().clone();
        let kind = match kind {
            TokenKind::Int(value) => Kind::Constant(Value::Int(value)),
            TokenKind::Float(value) => Kind::Constant(Value::Float(value)),
            TokenKind::Str(value) => return Ok(self.strings(value, range.start)),
            TokenKind::Word("None") => Kind::Constant(Value::None),
            TokenKind::Word("True") => Kind::Constant(Value::Bool(true)),
            TokenKind::Word("False") => Kind::Constant(Value::Bool(false)),
            TokenKind::Word("lambda" | "await" | "yield") => {
                return Err(ParseError::new(range, "this part of Python is not part of the language"));
            }
            TokenKind::Word(word) if !KEYWORDS.contains(&word) => Kind::Name(word.to_owned()),
            TokenKind::Sign("(") => return self.parentheses(),
            TokenKind::Sign("[") => return self.list(),
            TokenKind::Sign("{") => return self.braces(),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Node { kind, range })
    }

    /// Strings that follow each other are one.
    fn strings(&mut self, mut value: String, start: usize) -> Node {
        self.at += 1;
        while let TokenKind::Str(more) = &self.peek().kind {
            value.push_str(more);
            self.at += 1;
        }
        Node { kind: Kind::Constant(Value::Str(value)), range: start..self.end() }
    }

    /// A value in parentheses, a tuple or a generator.
    fn parentheses(&mut self) -> Parsed<Node> {
        let start = self.next().range.start;
        if self.take_sign(")") {
            return Ok(Node { kind: Kind::Tuple(Vec::new()), range: start..self.end() });
        }
        let first = self.item()?;
        if !first.spread && self.is_word("for") {
            let kind = self.comprehension(first.node, true)?;
            self.close(")", start)?;
            return Ok(Node { kind, range: start..self.end() });
        }
        if !first.spread && self.take_sign(")") {
            // The parentheses belong to the place, so that messages quote them.
            return Ok(Node { kind: first.node.kind, range: start..self.end() });
        }
        let items = self.items(first, ")", start)?;
        Ok(Node { kind: Kind::Tuple(items), range: start..self.end() })
    }

    fn list(&mut self) -> Parsed<Node> {
        let start = self.next().range.start;
        if self.take_sign("]") {
            return Ok(Node { kind: Kind::List(Vec::new()), range: start..self.end() });
        }
        let first = self.item()?;
        let kind = if !first.spread && self.is_word("for") {
            let kind = self.comprehension(first.node, false)?;
            self.close("]", start)?;
            kind
        } else {
            Kind::List(self.items(first, "]", start)?)
        };
        Ok(Node { kind, range: start..self.end() })
    }

    /// A dictionary or a set.
    fn braces(&mut self) -> Parsed<Node> {
        let start = self.next().range.start;
        if self.take_sign("}") {
            return Ok(Node { kind: Kind::Dict(Vec::new()), range: start..self.end() });
        }
        let first = self.item()?;
        let kind = if !first.spread && self.is_sign(":") {
            self.dictionary(first.node, start)?
        } else if self.is_word("for") {
            return Err(self.no_such_comprehension());
        } else {
            Kind::Set(self.items(first, "}", start)?)
        };
        Ok(Node { kind, range: start..self.end() })
    }

    fn no_such_comprehension(&self) -> ParseError {
        ParseError::new(self.peek().range.clone(), "sets and dictionaries cannot be made with `for`")
            .with_help("use a list: `[… for … in …]`")
    }

    fn dictionary(&mut self, first: Node, start: usize) -> Parsed<Kind> {
        let mut entries = Vec::new();
        let mut key = first;
        loop {
            if !self.take_sign(":") {
                return Err(self.unexpected());
            }
            entries.push((key, self.expression()?));
            if self.is_word("for") {
                return Err(self.no_such_comprehension());
            }
            if !self.take_sign(",") || self.is_sign("}") {
                break;
            }
            key = self.expression()?;
        }
        self.close("}", start)?;
        Ok(Kind::Dict(entries))
    }

    /// A value of a list, or the values of another after a `*`.
    fn item(&mut self) -> Parsed<Item> {
        let spread = self.take_sign("*");
        Ok(Item { spread, node: self.expression()? })
    }

    /// The rest of the values, up to the closing bracket.
    fn items(&mut self, first: Item, close: &str, start: usize) -> Parsed<Vec<Item>> {
        let mut items = vec![first];
        while self.take_sign(",") && !self.is_sign(close) {
            items.push(self.item()?);
        }
        self.close(close, start)?;
        Ok(items)
    }

    /// Everything from the first `for` on.
    pub(super) fn comprehension(&mut self, element: Node, generator: bool) -> Parsed<Kind> {
        let mut clauses = Vec::new();
        while self.take_word("for") {
            let (targets, unpack) = self.targets()?;
            if !self.take_word("in") {
                return Err(self.unexpected());
            }
            // Python reads no conditional here: its `if` would be taken for the clause's.
            let iterable = self.nested(Self::disjunction)?;
            let mut conditions = Vec::new();
            while self.take_word("if") {
                conditions.push(self.nested(Self::disjunction)?);
            }
            clauses.push(Clause { targets, unpack, iterable, conditions });
        }
        Ok(Kind::Comprehension(Box::new(Comprehension { element, clauses, generator })))
    }

    fn targets(&mut self) -> Parsed<(Vec<(String, usize)>, bool)> {
        let opened = self.is_sign("(").then(|| self.next().range.start);
        let mut targets = Vec::new();
        let mut unpack = false;
        loop {
            match self.peek().kind {
                TokenKind::Word(word) if !KEYWORDS.contains(&word) => targets.push((word.to_owned(), 0)),
                _ if unpack => break,
                _ => {
                    return Err(ParseError::new(self.peek().range.clone(), "a name is expected after `for`"));
                }
            }
            self.at += 1;
            if !self.take_sign(",") {
                break;
            }
            unpack = true;
        }
        if let Some(start) = opened {
            self.close(")", start)?;
        }
        Ok((targets, unpack))
    }
}
