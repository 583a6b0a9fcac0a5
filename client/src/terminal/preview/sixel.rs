//! Sixels: six rows of pixels at a time, one colour after the other.

use std::fmt::Write as _;

use image::{Rgb, RgbImage};

/// Steps of each of red, green and blue.
const STEPS: u16 = 6;

/// Thresholds of ordered dithering (Bayer, 4 x 4), in sixteenths.
const BAYER: [[u16; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// The picture in the 216 colours of a cube, dithered.
pub(super) fn encode(image: &RgbImage) -> String {
    let (width, height) = image.dimensions();
    let colors: Vec<u16> = image
        .enumerate_pixels()
        .map(|(x, y, pixel)| nearest(*pixel, BAYER[y as usize % 4][x as usize % 4]))
        .collect();
    let mut text = format!("\x1bPq\"1;1;{width};{height}");
    let mut used = colors.clone();
    used.sort_unstable();
    used.dedup();
    for color in &used {
        let percent = |step: u16| step * 100 / (STEPS - 1);
        let (red, green, blue) = (color / (STEPS * STEPS), color / STEPS % STEPS, color % STEPS);
        let _ = write!(text, "#{color};2;{};{};{}", percent(red), percent(green), percent(blue));
    }
    for band in colors.chunks(width as usize * 6) {
        let mut here = band.to_vec();
        here.sort_unstable();
        here.dedup();
        for color in here {
            let _ = write!(text, "#{color}");
            write_band(&mut text, band, width as usize, color);
            text.push('$');
        }
        text.push('-');
    }
    text + "\x1b\\\n"
}

/// The pixels of one colour in up to six rows; equal columns are counted.
fn write_band(text: &mut String, band: &[u16], width: usize, color: u16) {
    let column = |x: usize| -> u8 {
        let bits = band.chunks(width).enumerate().map(|(row, pixels)| u8::from(pixels[x] == color) << row);
        bits.sum::<u8>() + b'?'
    };
    let mut x = 0;
    while x < width {
        let sixel = column(x);
        let run = (x..width).take_while(|&x| column(x) == sixel).count();
        if run > 3 {
            let _ = write!(text, "!{run}{}", char::from(sixel));
        } else {
            (0..run).for_each(|_| text.push(char::from(sixel)));
        }
        x += run;
    }
}

/// The colour of the cube that stands for a pixel, at a place with this threshold.
fn nearest(Rgb(pixel): Rgb<u8>, threshold: u16) -> u16 {
    let [red, green, blue] = pixel.map(|value| {
        // In sixteenths of a step.
        let scaled = u16::from(value) * (STEPS - 1) * 16 / 255;
        ((scaled + threshold) / 16).min(STEPS - 1)
    });
    (red * STEPS + green) * STEPS + blue
}
