//! UTF-8 with two common deviations: surrogate pairs written as two sequences of three bytes
//! (CESU-8), and Java's two-byte zero.

/// Decodes the bytes. `None` if they are not UTF-8 even with these deviations.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| b == 0xc0 || b == 0xed) {
        let (plain, special) = rest.split_at(at);
        out.push_str(std::str::from_utf8(plain).ok()?);
        let (c, length) = deviation(special)?;
        out.push(c);
        rest = &special[length..];
    }
    out.push_str(std::str::from_utf8(rest).ok()?);
    Some(out)
}

/// One character that begins with 0xC0 or 0xED, and how many bytes it takes.
fn deviation(bytes: &[u8]) -> Option<(char, usize)> {
    match *bytes {
        [0xc0, 0x80, ..] => Some(('\0', 2)),
        [0xed, a @ 0xa0..=0xaf, b @ 0x80..=0xbf, 0xed, c @ 0xb0..=0xbf, d @ 0x80..=0xbf, ..] => {
            let bits = |byte: u8, mask: u8| u32::from(byte & mask);
            let high = bits(a, 0x0f) << 16 | bits(b, 0x3f) << 10;
            let low = bits(c, 0x0f) << 6 | bits(d, 0x3f);
            Some((char::from_u32(0x1_0000 + (high | low))?, 6))
        }
        [0xed, ..] => {
            let c = std::str::from_utf8(bytes.get(..3)?).ok()?.chars().next()?;
            Some((c, 3))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_plain_utf8_and_both_deviations() {
        assert_eq!(decode("grün 한국 😀".as_bytes()).as_deref(), Some("grün 한국 😀"));
        assert_eq!(decode(b"a\xc0\x80b").as_deref(), Some("a\0b"));
        assert_eq!(decode(b"\xed\xa0\xbd\xed\xb8\x80!").as_deref(), Some("😀!"));
    }

    #[test]
    fn refuses_what_is_not_utf8() {
        for bytes in [&b"\xc0\x81"[..], b"\xed\xa0\x80", b"\xed", b"\xed\xa0\xbd\xed", b"\xff", b"\xc3"] {
            assert_eq!(decode(bytes), None, "{bytes:x?}");
        }
    }
}
