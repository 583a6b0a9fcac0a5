//! Terminals that decode pictures themselves.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Space;

/// Kitty takes the data in pieces of at most so many characters.
const PIECE: usize = 4096;

/// By kitty's protocol: transmit a PNG and show it (`a=T,f=100`), answer nothing (`q=2`).
pub(super) fn kitty(png: &[u8], cells: Space) -> String {
    let data = BASE64.encode(png);
    let mut text = String::new();
    let pieces = data.len().div_ceil(PIECE);
    for (i, piece) in data.as_bytes().chunks(PIECE).enumerate() {
        let more = u8::from(i + 1 < pieces);
        let head = if i == 0 {
            format!("a=T,f=100,q=2,c={},r={},m={more}", cells.columns, cells.rows)
        } else {
            format!("m={more}")
        };
        let _ = write!(text, "\x1b_G{head};{}\x1b\\", String::from_utf8_lossy(piece));
    }
    text + "\n"
}

/// By iTerm2's protocol.
pub(super) fn iterm(png: &[u8], cells: Space) -> String {
    format!(
        "\x1b]1337;File=inline=1;size={};width={};height={};preserveAspectRatio=1:{}\x07\n",
        png.len(),
        cells.columns,
        cells.rows,
        BASE64.encode(png)
    )
}
