//! Two pixels per character: the upper half block in the upper pixel's colour, on the lower one's.

use std::fmt::Write as _;

use image::{Rgb, RgbImage};

/// How colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    True,
    Indexed,
}

/// The picture as lines of text.
pub(super) fn encode(image: &RgbImage, color: Color) -> String {
    let mut text = String::new();
    for y in (0..image.height()).step_by(2) {
        for x in 0..image.width() {
            let upper = *image.get_pixel(x, y);
            let lower = image.get_pixel_checked(x, y + 1).copied().unwrap_or(upper);
            let _ = write!(text, "\x1b[38;{};48;{}m▀", said(upper, color), said(lower, color));
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

fn said(Rgb([red, green, blue]): Rgb<u8>, color: Color) -> String {
    // The cube of 6 x 6 x 6 colours begins at 16; its steps are 0, 95, 135, 175, 215, 255.
    let step = |value: u8| if value < 48 { 0 } else { (u16::from(value.max(75)) - 35) / 40 };
    match color {
        Color::True => format!("2;{red};{green};{blue}"),
        Color::Indexed => format!("5;{}", 16 + 36 * step(red) + 6 * step(green) + step(blue)),
    }
}
