//! Where a span stands in its trace.

use std::fmt;

/// The name of the header, of a call or a request, that carries a [`TraceContext`].
pub const TRACEPARENT: &str = "traceparent";

/// The place of a span in its trace, as [W3C Trace Context](https://www.w3.org/TR/trace-context/) writes it in
/// `traceparent`. The other header, `tracestate`, is for vendors and is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace: [u8; 16],
    span: [u8; 8],
    sampled: bool,
}

impl TraceContext {
    /// The place of a span. `None` where one of the numbers is zero, which stands for none.
    pub fn new(trace: [u8; 16], span: [u8; 8], sampled: bool) -> Option<Self> {
        let is_valid = trace != [0; 16] && span != [0; 8];
        is_valid.then_some(Self { trace, span, sampled })
    }

    /// Reads `traceparent`. `None` where it is not understood: the standard wants such a header passed over.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let mut parts = text.split('-');
        let version = bytes::<1>(parts.next()?)?[0];
        let (trace, span) = (bytes(parts.next()?)?, bytes(parts.next()?)?);
        let flags = bytes::<1>(parts.next()?)?[0];
        // Later versions may have more behind it; this one may not, and the last number is none at all.
        if version == 0xff || (version == 0 && parts.next().is_some()) {
            return None;
        }
        Self::new(trace, span, flags & 1 == 1)
    }

    /// The number of the trace, by which it is found.
    pub fn trace(&self) -> [u8; 16] {
        self.trace
    }

    /// The number of the span.
    pub fn span(&self) -> [u8; 8] {
        self.span
    }

    /// Is the trace recorded?
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span) = (u128::from_be_bytes(self.trace), u64::from_be_bytes(self.span));
        write!(f, "00-{trace:032x}-{span:016x}-{:02x}", u8::from(self.sampled))
    }
}

/// Lower-case hexadecimal digits, two for each byte.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let is_lower_hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.as_bytes().iter().all(is_lower_hex) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_written_is_read() {
        let context = TraceContext::parse(EXAMPLE).unwrap();
        assert!(context.is_sampled());
        assert_eq!((context.trace()[0], context.span()[7]), (0x4b, 0xb7));
        assert_eq!(context.to_string(), EXAMPLE);
        let not_sampled = EXAMPLE.replace("-01", "-00");
        let context = TraceContext::parse(&not_sampled).unwrap();
        assert!(!context.is_sampled());
        assert_eq!(context.to_string(), not_sampled);
    }

    #[test]
    fn other_flags_and_later_versions_are_passed_over() {
        let flags = TraceContext::parse(&EXAMPLE.replace("-01", "-ff")).unwrap();
        assert!(flags.is_sampled());
        let later = format!("cc{}-what-the-future-will-be-like", &EXAMPLE[2..]);
        assert_eq!(TraceContext::parse(&later), TraceContext::parse(EXAMPLE));
    }

    #[test]
    fn what_is_wrong_is_no_context() {
        let wrong = [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47ü-00f067aa0ba902b7-01",
        ];
        for text in wrong {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }
}
