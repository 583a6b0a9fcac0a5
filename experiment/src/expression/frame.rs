//! The number of a frame in an expression.

use super::token::{TokenKind, tokens};

/// The expression with numbers in the place of `frame` and `frames`. A text that is no expression stays as it is: what
/// is wrong with it is found when it is read.
pub(crate) fn with_frame(text: &str, frame: u32, frames: u32) -> String {
    let Ok(tokens) = tokens(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for token in tokens {
        let number = match token.kind {
            TokenKind::Word("frame") => frame,
            TokenKind::Word("frames") => frames,
            _ => continue,
        };
        out.push_str(&text[copied..token.range.start]);
        out.push_str(&number.to_string());
        copied = token.range.end;
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::with_frame;

    #[test]
    fn only_the_names_themselves_are_replaced() {
        for (text, expected) in [
            ("frame", "7"),
            ("1 + frame/frames * t", "1 + 7/48 * t"),
            ("framed + timeframe + 'frame'", "framed + timeframe + 'frame'"),
            ("2**-frame", "2**-7"),
            ("[x*frame for x in range(frames)]", "[x*7 for x in range(48)]"),
            ("no ² expression of frame", "no ² expression of frame"),
        ] {
            assert_eq!(with_frame(text, 7, 48), expected);
        }
    }
}
