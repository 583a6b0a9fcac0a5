//! Contact sheets: many pictures on one, each with some lines below it.

use std::path::{Path, PathBuf};

use font8x8::{BASIC_FONTS, GREEK_FONTS, LATIN_FONTS, UnicodeFonts as _};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::failure::Failure;

/// Greatest side of a picture on a sheet, in pixels.
const LARGEST: u32 = 256;
/// Least side: enough to tell two pictures apart, and for a few letters.
const SMALLEST: u32 = 96;
/// Pixels that all pictures of a sheet may have together.
const PIXELS: u64 = 24_000_000;
/// Between two pictures, and around all of them.
const GAP: u32 = 12;
/// Width and height of a letter. The font is 8 x 8, drawn twice as high.
const LETTER: (u32, u32) = (8, 16);
/// Lines of a text that are shown; the rest of a longer one is cut off.
const MOST_LINES: usize = 3;

const PAPER: Rgb<u8> = Rgb([250, 250, 248]);
const INK: Rgb<u8> = Rgb([30, 30, 34]);
/// Where a picture is missing.
const NOTHING: Rgb<u8> = Rgb([222, 222, 218]);
/// Around the best one.
const BEST: Rgb<u8> = Rgb([205, 60, 20]);

/// A picture on a sheet.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Its file; `None` where there is none.
    pub(crate) picture: Option<PathBuf>,
    /// What stands below it.
    pub(crate) labels: Vec<String>,
    /// Is it framed?
    pub(crate) best: bool,
}

/// Draws a sheet with so many pictures in a row.
///
/// # Errors
/// If a picture cannot be read.
pub(crate) fn draw(cells: &[Cell], columns: usize) -> Result<RgbImage, Failure> {
    let columns = columns.clamp(1, cells.len().max(1)) as u32;
    let rows = (cells.len() as u32).div_ceil(columns);
    let side = side(cells.len());
    let letters = (side / LETTER.0) as usize;
    let labels: Vec<Vec<String>> = cells.iter().map(|cell| wrapped(&cell.labels, letters)).collect();
    let lines = labels.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let (width, height) = (side + GAP, side + LETTER.1 * lines + 2 * GAP);
    let mut sheet = RgbImage::from_pixel(columns * width + GAP, rows * height + GAP, PAPER);
    for (index, (cell, labels)) in (0_u32..).zip(cells.iter().zip(&labels)) {
        let (x, y) = (GAP + index % columns * width, GAP + index / columns * height);
        match &cell.picture {
            Some(path) => {
                let picture = fitted(path, side)?;
                // In the middle of its square.
                let (left, top) = ((side - picture.width()) / 2, (side - picture.height()) / 2);
                if cell.best {
                    let around = (picture.width() + 8, picture.height() + 8);
                    fill(&mut sheet, (x + left - 4, y + top - 4), around, BEST);
                }
                imageops::replace(&mut sheet, &picture, i64::from(x + left), i64::from(y + top));
            }
            None => fill(&mut sheet, (x, y), (side, side), NOTHING),
        }
        for (line, text) in (0_u32..).zip(labels) {
            let ink = if cell.best { BEST } else { INK };
            write(&mut sheet, (x, y + side + GAP / 2 + line * LETTER.1), text, ink);
        }
    }
    Ok(sheet)
}

/// How many pictures stand in a row of a nearly square sheet.
pub(crate) fn square(pictures: usize) -> usize {
    (1..=pictures).find(|columns| columns * columns >= pictures).unwrap_or(1)
}

/// The side of each picture, so that the sheet does not become too large.
fn side(pictures: usize) -> u32 {
    let pixels = PIXELS / (pictures.max(1) as u64);
    (pixels.isqrt() as u32).clamp(SMALLEST, LARGEST)
}

/// The picture in a square of this side; a smaller one is made larger by whole factors.
fn fitted(path: &Path, side: u32) -> Result<RgbImage, Failure> {
    let unreadable = |error: image::ImageError| Failure::failed(format!("{}: {error}", path.display()));
    let mut reader = image::ImageReader::open(path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(2 << 30);
    reader.limits(limits);
    let picture = reader.decode().map_err(unreadable)?.into_rgb8();
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        let factor = side / longest;
        return Ok(imageops::resize(&picture, width * factor, height * factor, FilterType::Nearest));
    }
    let shorter = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
    Ok(imageops::resize(&picture, shorter(width), shorter(height), FilterType::Lanczos3))
}

fn fill(sheet: &mut RgbImage, (x, y): (u32, u32), (width, height): (u32, u32), color: Rgb<u8>) {
    for row in y..(y + height).min(sheet.height()) {
        for column in x..(x + width).min(sheet.width()) {
            sheet.put_pixel(column, row, color);
        }
    }
}

/// Writes a line. A letter that the font does not have is a question mark.
fn write(sheet: &mut RgbImage, (x, y): (u32, u32), text: &str, ink: Rgb<u8>) {
    for (place, letter) in (0_u32..).zip(text.chars()) {
        for (row, bits) in (0_u32..).zip(glyph(letter)) {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                fill(sheet, (x + place * LETTER.0 + column, y + 2 * row), (1, 2), ink);
            }
        }
    }
}

/// Eight rows from above; the lowest bit is at the left.
fn glyph(letter: char) -> [u8; 8] {
    let letter = match letter {
        '…' => '.',
        '–' | '—' | '−' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        letter => letter,
    };
    BASIC_FONTS
        .get(letter)
        .or_else(|| LATIN_FONTS.get(letter))
        .or_else(|| GREEK_FONTS.get(letter))
        .or_else(|| BASIC_FONTS.get('?'))
        .unwrap_or_default()
}

/// Texts in lines of so many letters, broken between words where that is possible.
fn wrapped(texts: &[String], letters: usize) -> Vec<String> {
    texts.iter().flat_map(|text| lines(text, letters)).collect()
}

fn lines(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest: Vec<char> =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    while !rest.is_empty() && lines.len() < MOST_LINES {
        let end = if rest.len() <= letters {
            rest.len()
        } else {
            let space = rest[..=letters].iter().rposition(|letter| *letter == ' ');
            space.filter(|at| *at > 0).unwrap_or(letters)
        };
        let line: String = rest.drain(..end).collect();
        lines.push(line.trim().to_owned());
        while rest.first() == Some(&' ') {
            rest.remove(0);
        }
    }
    if !rest.is_empty()
        && let Some(last) = lines.last_mut()
    {
        let kept: String = last.chars().take(letters.saturating_sub(2)).collect();
        *last = format!("{kept}..");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(folder: &Path, name: &str, size: (u32, u32), color: [u8; 3]) -> Cell {
        let path = folder.join(name);
        RgbImage::from_pixel(size.0, size.1, Rgb(color)).save(&path).unwrap();
        Cell { picture: Some(path), labels: vec![name.to_owned()], best: false }
    }

    #[test]
    fn pictures_stand_in_rows_with_their_labels_below() {
        let folder = tempfile::tempdir().unwrap();
        let mut cells = vec![
            cell(folder.path(), "small.png", (64, 64), [255, 0, 0]),
            cell(folder.path(), "wide.png", (512, 256), [0, 255, 0]),
            Cell { picture: None, labels: vec!["failed".to_owned()], best: false },
        ];
        let sheet = draw(&cells, 2).unwrap();
        assert_eq!(sheet.dimensions(), (2 * 268 + 12, 2 * (256 + 16 + 24) + 12));
        // The small one is four times as large, the wide one in the middle of its square.
        assert_eq!(sheet.get_pixel(12, 12).0, [255, 0, 0]);
        assert_eq!(sheet.get_pixel(12 + 255, 12 + 255).0, [255, 0, 0]);
        assert_eq!(*sheet.get_pixel(280 + 4, 12 + 4), PAPER);
        assert_eq!(sheet.get_pixel(280 + 128, 12 + 128).0, [0, 255, 0]);
        assert_eq!(*sheet.get_pixel(12 + 9, 308 + 9), NOTHING);
        let ink = |sheet: &RgbImage, top: u32| {
            let label = imageops::crop_imm(sheet, 12, top, 256, 16).to_image();
            label.pixels().filter(|pixel| **pixel == INK).count()
        };
        assert!(ink(&sheet, 12 + 256 + 6) > 50, "there is no label");
        cells[0].best = true;
        let sheet = draw(&cells, 2).unwrap();
        assert_eq!((*sheet.get_pixel(9, 9), ink(&sheet, 12 + 256 + 6)), (BEST, 0));
    }

    #[test]
    fn a_picture_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut cells = vec![cell(folder.path(), "a.png", (8, 8), [0; 3])];
        std::fs::write(folder.path().join("a.png"), "torn").unwrap();
        assert!(draw(&cells, 1).unwrap_err().to_string().contains("a.png"));
        cells[0].picture = None;
        draw(&cells, 1).unwrap();
    }

    #[test]
    fn long_labels_are_broken_between_words() {
        assert_eq!(lines("text: a red apple", 10), ["text: a", "red apple"]);
        assert_eq!(lines("abcdefghijkl", 5), ["abcde", "fghij", "kl"]);
        assert_eq!(lines("one two 12345 four five", 5), ["one", "two", "123.."]);
        assert_eq!(lines("", 5), [""; 0]);
        assert_eq!([square(1), square(4), square(5), square(12)], [1, 2, 3, 4]);
    }

    #[test]
    fn large_sheets_have_small_pictures() {
        assert_eq!([side(1), side(100)], [256, 256]);
        assert!(side(1000) < 160 && side(1000) >= 96);
        assert_eq!(glyph('A'), BASIC_FONTS.get('A').unwrap());
        assert_ne!(glyph('é'), glyph('?'));
        assert_eq!(glyph('漢'), glyph('?'));
    }
}
