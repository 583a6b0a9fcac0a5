//! What follows a value: calls, indices, slices, `.get`.

use super::{Parsed, Parser};
use crate::expression::error::ParseError;
use crate::expression::functions;
use crate::expression::syntax::{Argument, ArgumentForm, Call, Kind, Node, Step};
use crate::expression::token::TokenKind;

impl Parser<'_> {
    /// A value with everything that follows it directly.
    pub(super) fn postfix(&mut self) -> Parsed<Node> {
        let mut node = self.atom()?;
        if self.is_sign("(") {
            node = self.call(node)?;
        }
        let start = node.range.start;
        let mut steps = Vec::new();
        loop {
            match self.peek().kind {
                TokenKind::Sign("[") => steps.push(self.subscript()?),
                TokenKind::Sign(".") => steps.push(self.attribute()?),
                TokenKind::Sign("(") => {
                    return Err(ParseError::new(start..self.end(), "this is not a function"));
                }
                _ => break,
            }
        }
        if steps.is_empty() {
            return Ok(node);
        }
        Ok(Node { kind: Kind::Postfix(Box::new(node), steps), range: start..self.end() })
    }

    fn call(&mut self, callee: Node) -> Parsed<Node> {
        let Kind::Name(name) = callee.kind else {
            return Err(ParseError::new(callee.range, "this is not a function")
                .with_help("write `*` where you mean to multiply"));
        };
        let arguments = self.arguments()?;
        let range = callee.range.start..self.end();
        let call = Call { name, name_range: callee.range, function: None, arguments };
        Ok(Node { kind: Kind::Call(call), range })
    }

    /// Arguments with their parentheses.
    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        let opened = self.next().range.start;
        let mut arguments: Vec<Argument> = Vec::new();
        while !self.is_sign(")") {
            let (argument, bare_generator) = self.argument()?;
            let after_keyword = arguments.iter().any(|a| matches!(a.form, ArgumentForm::Keyword(_)));
            if after_keyword && argument.form == ArgumentForm::Position {
                return Err(ParseError::new(argument.node.range, "values with a name come last"));
            }
            arguments.push(argument);
            if bare_generator && (arguments.len() > 1 || self.is_sign(",")) {
                return Err(ParseError::new(
                    self.peek().range.clone(),
                    "put the `… for … in …` in parentheses",
                ));
            }
            if !self.take_sign(",") {
                break;
            }
        }
        self.close(")", opened)?;
        Ok(arguments)
    }

    /// One argument; and is it a generator without parentheses of its own?
    fn argument(&mut self) -> Parsed<(Argument, bool)> {
        if self.take_sign("*") {
            return Ok((Argument { form: ArgumentForm::Spread, node: self.expression()? }, false));
        }
        if self.is_sign("**") {
            return Err(ParseError::new(self.peek().range.clone(), "`**` is not expected here"));
        }
        let after = self.tokens.get(self.at + 1).map(|token| &token.kind);
        if let (TokenKind::Word(word), Some(TokenKind::Sign("="))) = (&self.peek().kind, after) {
            let form = ArgumentForm::Keyword((*word).to_owned());
            self.at += 2;
            return Ok((Argument { form, node: self.expression()? }, false));
        }
        let node = self.expression()?;
        if !self.is_word("for") {
            return Ok((Argument { form: ArgumentForm::Position, node }, false));
        }
        let start = node.range.start;
        let kind = self.comprehension(node, true)?;
        let node = Node { kind, range: start..self.end() };
        Ok((Argument { form: ArgumentForm::Position, node }, true))
    }

    fn subscript(&mut self) -> Parsed<Step> {
        let opened = self.next().range.start;
        let mut parts = [None, None, None];
        let mut colons = 0;
        loop {
            if self.is_sign(":") && colons < 2 {
                self.at += 1;
                colons += 1;
            } else if self.is_sign("]") || parts[colons].is_some() {
                break;
            } else {
                parts[colons] = Some(self.expression()?);
            }
        }
        self.close("]", opened)?;
        if colons > 0 {
            return Ok(Step::Slice(parts));
        }
        let [index, ..] = parts;
        let missing = || ParseError::new(opened..self.end(), "the index is missing");
        Ok(Step::Index(index.ok_or_else(missing)?))
    }

    /// `.get(key)` or `.get(key, default)`
    fn attribute(&mut self) -> Parsed<Step> {
        let start = self.next().range.start;
        let name = self.next();
        if name.kind != TokenKind::Word("get") || !self.is_sign("(") {
            let error = ParseError::new(start..name.range.end, "only `.get(key, default)` can stand here");
            return Err(match name.kind {
                TokenKind::Word(word) if functions::find(word).is_some() => {
                    error.with_help(format!("functions need nothing before them: write `{word}(…)`"))
                }
                _ => error,
            });
        }
        let arguments = self.arguments()?;
        let mut values = Vec::new();
        for argument in arguments {
            if argument.form != ArgumentForm::Position {
                return Err(ParseError::new(argument.node.range, "`.get` takes a key and a default"));
            }
            values.push(argument.node);
        }
        let mut values = values.into_iter();
        match (values.next(), values.next(), values.next()) {
            (Some(key), default, None) => Ok(Step::Get(key, default)),
            _ => Err(ParseError::new(start..self.end(), "`.get` takes a key and a default")),
        }
    }
}
