//! Tokens → tree, by recursive descent after Python's grammar.

mod atom;
mod postfix;

use super::error::ParseError;
use super::limits;
use super::syntax::{BinaryOperator, Branch, Comparison, Kind, Node, UnaryOperator};
use super::token::{Token, TokenKind, tokens};

type Parsed<T> = Result<T, ParseError>;

/// Words that cannot be names.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Parsed<Node> {
    if text.len() > limits::TEXT {
        let message =
            format!("the expression is too long ({} bytes of at most {})", text.len(), limits::TEXT);
        return Err(ParseError::new(0..text.len(), message));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    if parser.peek().kind == TokenKind::End {
        return Err(ParseError::new(0..text.len(), "the expression is empty").with_help("write a number"));
    }
    let node = parser.expression()?;
    let rest = parser.peek();
    match rest.kind {
        TokenKind::End => Ok(node),
        TokenKind::Sign(",") => Err(ParseError::new(rest.range.clone(), "an expression is a single value")
            .with_help("write several values as a YAML list, each with its own expression")),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// The token that comes next; the last one is the end and stays.
    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Sign(found) if found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Word(found) if found == word)
    }

    /// Takes the sign if it comes next.
    fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    /// Takes the keyword if it comes next.
    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    /// Takes the closing bracket of the one that was opened at `opened`.
    fn close(&mut self, sign: &str, opened: usize) -> Parsed<()> {
        if self.take_sign(sign) {
            return Ok(());
        }
        if self.peek().kind == TokenKind::End {
            return Err(ParseError::new(opened..opened + 1, "this bracket is never closed")
                .with_help(format!("add `{sign}`")));
        }
        Err(self.unexpected())
    }

    /// Where the token before the next one ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.range.end)
    }

    fn unexpected(&self) -> ParseError {
        let Token { kind, range } = self.peek().clone();
        match kind {
            TokenKind::End => ParseError::new(range, "the expression ends too early"),
            TokenKind::Sign("=" | ":=") => {
                ParseError::new(range, "nothing can be assigned in an expression").with_help("`==` compares")
            }
            TokenKind::Sign(sign) => ParseError::new(range, format!("`{sign}` is not expected here")),
            TokenKind::Word(word) if KEYWORDS.contains(&word) => {
                ParseError::new(range, format!("`{word}` is not expected here"))
            }
            _ => ParseError::new(range, "an operator is missing before this"),
        }
    }

    /// Runs a parser one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= limits::DEPTH {
            let message = format!("the expression is nested too deeply (more than {} levels)", limits::DEPTH);
            return Err(ParseError::new(self.peek().range.clone(), message));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Any expression: conditionals and everything that binds closer.
    fn expression(&mut self) -> Parsed<Node> {
        self.nested(|parser| {
            let mut node = parser.disjunction()?;
            let mut branches = Vec::new();
            while parser.is_word("if") {
                let start = parser.next().range;
                let condition = parser.disjunction()?;
                if !parser.take_word("else") {
                    return Err(match parser.peek().kind {
                        TokenKind::End | TokenKind::Sign(")" | "]" | "}" | ",") => {
                            ParseError::new(start, "this `if` has no `else`")
                                .with_help("write `a if condition else b`")
                        }
                        _ => parser.unexpected(),
                    });
                }
                branches.push(Branch { condition, value: node });
                node = parser.disjunction()?;
            }
            let Some(first) = branches.first() else { return Ok(node) };
            let range = first.value.range.start..node.range.end;
            Ok(Node { kind: Kind::Conditional(branches, Box::new(node)), range })
        })
    }

    fn disjunction(&mut self) -> Parsed<Node> {
        self.words("or", Self::conjunction, Kind::Or)
    }

    fn conjunction(&mut self) -> Parsed<Node> {
        self.words("and", Self::inversion, Kind::And)
    }

    /// Operands with a keyword between them.
    fn words(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Parsed<Node>,
        kind: fn(Vec<Node>) -> Kind,
    ) -> Parsed<Node> {
        let first = operand(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let start = first.range.start;
        let mut operands = vec![first];
        while self.take_word(word) {
            operands.push(operand(self)?);
        }
        Ok(Node { kind: kind(operands), range: start..self.end() })
    }

    fn inversion(&mut self) -> Parsed<Node> {
        if !self.is_word("not") {
            return self.comparison();
        }
        let start = self.next().range.start;
        let operand = self.nested(Self::inversion)?;
        let range = start..operand.range.end;
        Ok(Node { kind: Kind::Unary(UnaryOperator::Not, Box::new(operand)), range })
    }

    fn comparison(&mut self) -> Parsed<Node> {
        let first = self.chain(0)?;
        let mut rest = Vec::new();
        while let Some(comparison) = self.take_comparison() {
            rest.push((comparison, self.chain(0)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let range = first.range.start..self.end();
        Ok(Node { kind: Kind::Compare(Box::new(first), rest), range })
    }

    fn take_comparison(&mut self) -> Option<Comparison> {
        let found = match self.peek().kind {
            TokenKind::Sign("<") => Comparison::Less,
            TokenKind::Sign("<=") => Comparison::LessEqual,
            TokenKind::Sign(">") => Comparison::Greater,
            TokenKind::Sign(">=") => Comparison::GreaterEqual,
            TokenKind::Sign("==") => Comparison::Equal,
            TokenKind::Sign("!=") => Comparison::NotEqual,
            TokenKind::Word("in") => Comparison::In,
            TokenKind::Word("is") => Comparison::Is,
            TokenKind::Word("not") => {
                let after = self.tokens.get(self.at + 1).map(|token| &token.kind);
                if after != Some(&TokenKind::Word("in")) {
                    return None;
                }
                self.at += 1;
                Comparison::NotIn
            }
            _ => return None,
        };
        self.at += 1;
        if found == Comparison::Is && self.take_word("not") {
            return Some(Comparison::IsNot);
        }
        Some(found)
    }

    /// Operators that bind at least as close as `least`, by precedence climbing.
    fn chain(&mut self, least: u8) -> Parsed<Node> {
        let mut left = self.unary()?;
        // The precedence of the chain that `left` is, as long as it can grow.
        let mut open = None;
        while let TokenKind::Sign(sign) = self.peek().kind {
            let Some((operator, level)) = BinaryOperator::of_sign(sign).filter(|(_, level)| *level >= least)
            else {
                break;
            };
            self.at += 1;
            let right = self.chain(level + 1)?;
            let range = left.range.start..right.range.end;
            left = match left.kind {
                Kind::Chain(first, mut rest) if open == Some(level) => {
                    rest.push((operator, right));
                    Node { kind: Kind::Chain(first, rest), range }
                }
                kind => {
                    let first = Box::new(Node { kind, range: left.range });
                    Node { kind: Kind::Chain(first, vec![(operator, right)]), range }
                }
            };
            open = Some(level);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Node> {
        let operator = match self.peek().kind {
            TokenKind::Sign("+") => UnaryOperator::Plus,
            TokenKind::Sign("-") => UnaryOperator::Minus,
            TokenKind::Sign("~") => UnaryOperator::Invert,
            _ => return self.power(),
        };
        let start = self.next().range.start;
        let operand = self.nested(Self::unary)?;
        let range = start..operand.range.end;
        Ok(Node { kind: Kind::Unary(operator, Box::new(operand)), range })
    }

    fn power(&mut self) -> Parsed<Node> {
        let base = self.postfix()?;
        if !self.take_sign("**") {
            return Ok(base);
        }
        let exponent = self.nested(Self::unary)?;
        let range = base.range.start..exponent.range.end;
        Ok(Node { kind: Kind::Chain(Box::new(base), vec![(BinaryOperator::Power, exponent)]), range })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn broken_expressions_are_refused_with_their_place() {
        for (text, range) in [
            ("1 +* 2", 3..4),
            ("(1", 0..1),
            ("1 if t", 2..4),
            ("if t: 1", 0..2),
            ("t = 5", 2..3),
            ("5 5", 2..3),
            ("1, 2", 1..2),
            ("", 0..0),
            ("   ", 0..3),
            ("1 not 2", 2..5),
            ("sin(1", 3..4),
            ("[1, 2", 0..1),
            ("1 +", 3..3),
            ("lambda: 1", 0..6),
            ("a.b", 1..3),
            ("f(a=1, 2)", 7..8),
        ] {
            assert_eq!(parse(text).unwrap_err().range, range, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_and_length_is_not() {
        for open in ["(", "[", "-", "not ", "sin(", "2**", "x[", "{1:", "a if b else ("] {
            let text = open.repeat(4_000 / open.len());
            assert!(parse(&text).unwrap_err().message.contains("nested too deeply"), "{open}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        for long in ["1+", "1 if t else ", "1 or ", "1<", "1*1+"] {
            assert!(parse(&(long.repeat(300) + "1")).is_ok(), "{long}");
        }
        assert!(parse(&("x".to_owned() + &"[0]".repeat(1000))).is_ok());
    }
}
