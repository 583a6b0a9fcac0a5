//! A picture in the terminal, by the best protocol that the terminal knows.

mod blocks;
mod inline;
mod sixel;

use image::RgbImage;
use image::imageops::{self, FilterType};

/// How a terminal shows pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Kitty's graphics: kitty, Ghostty.
    Kitty,
    /// iTerm2's inline images: iTerm2, `WezTerm`, mintty.
    Iterm,
    /// Sixels: foot, mlterm.
    Sixel,
    /// Two pixels per character, in 24 bits of colour.
    Blocks,
    /// Two pixels per character, in 256 colours.
    PlainBlocks,
}

/// The space that a preview may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
}

/// A picture that cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("the preview cannot be read: {0}")]
pub(crate) struct PreviewError(#[from] image::ImageError);

impl Protocol {
    /// Guesses the terminal's protocol from environment variables. The terminal itself is not asked, because a terminal
    /// that does not know the question hangs or prints garbage. `CLIPIG_PREVIEW` (kitty, iterm, sixel, blocks)
    /// overrides the guess.
    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).unwrap_or_default();
        let (terminal, program) = (value("TERM"), value("TERM_PROGRAM"));
        let blocks = match value("COLORTERM").as_str() {
            "truecolor" | "24bit" => Self::Blocks,
            _ => Self::PlainBlocks,
        };
        match value("CLIPIG_PREVIEW").as_str() {
            "kitty" => return Self::Kitty,
            "iterm" => return Self::Iterm,
            "sixel" => return Self::Sixel,
            "blocks" => return blocks,
            _ => {}
        }
        // Multiplexers swallow the protocols of the terminal that they run in.
        if variable("TMUX").is_some() || terminal.starts_with("screen") || terminal.starts_with("tmux") {
            return blocks;
        }
        if variable("KITTY_WINDOW_ID").is_some() || ["kitty", "ghostty"].iter().any(|t| terminal.contains(t))
        {
            return Self::Kitty;
        }
        if ["iTerm.app", "WezTerm", "mintty"].contains(&program.as_str()) || value("LC_TERMINAL") == "iTerm2"
        {
            return Self::Iterm;
        }
        if ["foot", "mlterm", "yaft"].iter().any(|t| terminal.starts_with(t)) || terminal.contains("sixel") {
            return Self::Sixel;
        }
        blocks
    }

    /// The text that draws the PNG, ending in a new line.
    ///
    /// # Errors
    /// Where the PNG cannot be decoded.
    pub(crate) fn draw(self, png: &[u8], space: Space) -> Result<String, PreviewError> {
        match self {
            Self::Kitty => Ok(inline::kitty(png, cells(size(png)?, space))),
            Self::Iterm => Ok(inline::iterm(png, cells(size(png)?, space))),
            Self::Sixel => {
                let cells = cells(size(png)?, space);
                // Terminals do not say how large a character is; 8 x 16 pixels is on the small side.
                Ok(sixel::encode(&scaled(png, cells.columns * 8, cells.rows * 16)?))
            }
            Self::Blocks | Self::PlainBlocks => {
                let cells = cells(size(png)?, space);
                let image = scaled(png, cells.columns, cells.rows * 2)?;
                let color = if self == Self::Blocks { blocks::Color::True } else { blocks::Color::Indexed };
                Ok(blocks::encode(&image, color))
            }
        }
    }
}

fn reader(png: &[u8]) -> image::ImageReader<std::io::Cursor<&[u8]>> {
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(png), image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(16_384);
    limits.max_image_height = Some(16_384);
    reader.limits(limits);
    reader
}

fn size(png: &[u8]) -> Result<(u32, u32), PreviewError> {
    Ok(reader(png).into_dimensions()?)
}

fn scaled(png: &[u8], width: u32, height: u32) -> Result<RgbImage, PreviewError> {
    let image = reader(png).decode()?.into_rgb8();
    Ok(imageops::resize(&image, width.max(1), height.max(1), FilterType::Triangle))
}

/// How many characters a picture of that size takes: as large as fits, in its own proportions. A character is
/// twice as high as it is wide.
fn cells((width, height): (u32, u32), space: Space) -> Space {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)) / 2.0);
    let factor = (f64::from(space.columns) / width).min(f64::from(space.rows) / height);
    let side = |value: f64, most: u32| ((value * factor).round() as u32).clamp(1, most.max(1));
    Space { columns: side(width, space.columns), rows: side(height, space.rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocol(pairs: &[(&str, &str)]) -> Protocol {
        let find = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
        Protocol::of_environment(find)
    }

    #[test]
    fn terminals_are_recognised() {
        assert_eq!(protocol(&[("TERM", "xterm-kitty")]), Protocol::Kitty);
        assert_eq!(protocol(&[("TERM", "xterm-ghostty")]), Protocol::Kitty);
        assert_eq!(protocol(&[("TERM_PROGRAM", "WezTerm")]), Protocol::Iterm);
        assert_eq!(protocol(&[("TERM", "foot-extra")]), Protocol::Sixel);
        assert_eq!(protocol(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]), Protocol::Blocks);
        assert_eq!(protocol(&[]), Protocol::PlainBlocks);
        let inside = [("TERM", "tmux-256color"), ("TMUX", "/tmp/1"), ("KITTY_WINDOW_ID", "1")];
        assert_eq!(protocol(&inside), Protocol::PlainBlocks);
        assert_eq!(protocol(&[("CLIPIG_PREVIEW", "sixel"), ("TMUX", "1")]), Protocol::Sixel);
    }

    #[test]
    fn pictures_keep_their_proportions() {
        let space = Space { columns: 80, rows: 20 };
        assert_eq!(cells((100, 100), space), Space { columns: 40, rows: 20 });
        assert_eq!(cells((4000, 100), space), Space { columns: 80, rows: 1 });
        assert_eq!(cells((1, 16_384), space), Space { columns: 1, rows: 20 });
    }

    pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
        let image = RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 { image::Rgb([255, 0, 0]) } else { image::Rgb([0, 0, 255]) }
        });
        let mut bytes = Vec::new();
        image
            .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
            .expect("it is encoded");
        bytes
    }

    #[test]
    fn every_protocol_draws() {
        let png = png(8, 8);
        let space = Space { columns: 4, rows: 2 };
        insta::assert_snapshot!(Protocol::Blocks.draw(&png, space).unwrap().escape_debug(), @r"\u{1b}[38;2;255;0;0;48;2;255;0;0m▀\u{1b}[38;2;223;0;32;48;2;223;0;32m▀\u{1b}[38;2;32;0;223;48;2;32;0;223m▀\u{1b}[38;2;0;0;255;48;2;0;0;255m▀\u{1b}[0m\n\u{1b}[38;2;255;0;0;48;2;255;0;0m▀\u{1b}[38;2;223;0;32;48;2;223;0;32m▀\u{1b}[38;2;32;0;223;48;2;32;0;223m▀\u{1b}[38;2;0;0;255;48;2;0;0;255m▀\u{1b}[0m\n");
        insta::assert_snapshot!(Protocol::PlainBlocks.draw(&png, space).unwrap().escape_debug(), @r"\u{1b}[38;5;196;48;5;196m▀\u{1b}[38;5;160;48;5;160m▀\u{1b}[38;5;20;48;5;20m▀\u{1b}[38;5;21;48;5;21m▀\u{1b}[0m\n\u{1b}[38;5;196;48;5;196m▀\u{1b}[38;5;160;48;5;160m▀\u{1b}[38;5;20;48;5;20m▀\u{1b}[38;5;21;48;5;21m▀\u{1b}[0m\n");
        insta::assert_snapshot!(Protocol::Sixel.draw(&png, space).unwrap().escape_debug(), @r#"\u{1b}Pq\"1;1;32;32#4;2;0;0;80#5;2;0;0;100#39;2;20;0;60#40;2;20;0;80#41;2;20;0;100#75;2;40;0;60#76;2;40;0;80#110;2;60;0;40#144;2;80;0;0#180;2;100;0;0#181;2;100;0;20#4!17?a!14?$#5!18?!14~$#39!16?P!15?$#40!17?X!14?$#41!17?C!14?$#75!16?e!15?$#76!16?G!15?$#110!15?~!16?$#144!14?T!17?$#180!14~!18?$#181!14?i!17?$-#4!17?G!14?$#5!18?!14~$#39!16?C!15?$#40!17?e!14?$#41!17?P!14?$#75!16?X!15?$#76!16?a!15?$#110!15?~!16?$#144!14?T!17?$#180!14~!18?$#181!14?i!17?$-#4!17?a!14?$#5!18?!14~$#39!16?P!15?$#40!17?X!14?$#41!17?C!14?$#75!16?e!15?$#76!16?G!15?$#110!15?~!16?$#144!14?T!17?$#180!14~!18?$#181!14?i!17?$-#4!17?G!14?$#5!18?!14~$#39!16?C!15?$#40!17?e!14?$#41!17?P!14?$#75!16?X!15?$#76!16?a!15?$#110!15?~!16?$#144!14?T!17?$#180!14~!18?$#181!14?i!17?$-#4!17?a!14?$#5!18?!14~$#39!16?P!15?$#40!17?X!14?$#41!17?C!14?$#75!16?e!15?$#76!16?G!15?$#110!15?~!16?$#144!14?T!17?$#180!14~!18?$#181!14?i!17?$-#5!18?!14B$#40!17?A!14?$#41!17?@!14?$#75!16?@!15?$#76!16?A!15?$#110!15?B!16?$#144!14?@!17?$#180!14B!18?$#181!14?A!17?$-\u{1b}\\\n"#);
        let kitty = Protocol::Kitty.draw(&png, space).unwrap();
        assert!(kitty.starts_with("\x1b_Ga=T,f=100,") && kitty.contains("c=4,r=2"), "{kitty:?}");
        let iterm = Protocol::Iterm.draw(&png, space).unwrap();
        assert!(iterm.starts_with("\x1b]1337;File=inline=1;"), "{iterm:?}");
        assert!(Protocol::Blocks.draw(b"no PNG", space).is_err());
        assert!(Protocol::Kitty.draw(&png[..20], space).is_err());
    }
}
