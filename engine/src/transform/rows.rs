//! Computes runs row by row: forwards the values, backwards their gradient. A row and everything that is needed
//! for it fits a processor's first cache.

use std::ops::Range;

use clipig_core::wide::gathers;
use clipig_core::{Canvas, TILE, TiledCanvas, wide};
use clipig_geometry::{Effect, Losses, NOWHERE, Region, RowMemory, RowPlaces, Run, Ys};

use super::gate::{Gates, Row, limit, pass, pass_on};
use super::pixel;

/// Where the pixels of an image are.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    /// `[3, height, width]` in one piece.
    Plain(&'a [f32]),
    /// A canvas, which is recognised when it comes again.
    Whole(&'a Canvas),
    /// In tiles. What is taken from one that is not there is NaN: it cannot be overlooked.
    Tiles(&'a TiledCanvas),
}

/// The image that a run takes its pixels from.
#[derive(Clone, Copy)]
pub(super) struct Image<'a> {
    /// The pixels of the region.
    pub(super) values: Values<'a>,
    /// The piece of the image that is there; it holds all pixels that the run takes.
    pub(super) region: Region,
    /// Limit values to [0, 1] on the way in?
    pub(super) limited: bool,
}

/// Takes the gradient of single pixels.
pub(super) trait Sink {
    /// Adds to the gradients of pixels, given by column and row, one after the other. A negative column is no pixel.
    fn add(&mut self, xs: &[i32], ys: &[i32], gradient: [&[f32]; 3]);

    /// Adds to the gradients of the pixels from column `x` on.
    fn add_span(&mut self, x: usize, y: usize, gradient: [&[f32]; 3]);
}

/// Columns of the output that lie side by side in the input, too.
#[derive(Clone, Copy, Debug)]
struct Span {
    at: usize,
    width: usize,
    from: i32,
}

/// Where the rows of a run lie in its input.
struct Way<'a> {
    run: &'a Run,
    /// Few pieces of many columns, where the columns do not depend on the row.
    spans: Option<Vec<Span>>,
}

/// Pixels of a row that are looked for in one go.
const PIECE: usize = 64;

/// The least columns per piece on average: fewer are cheaper one by one.
const WIDE: usize = 8;

/// The offset of a pixel that comes from nowhere; no plane is that long.
const BEYOND: u32 = i32::MAX as u32;

const ZERO_TO_ONE: [f32; 2] = [0.0, 1.0];

/// Computes the values of some rows of a run's output, limited to [0, 1] where `limited`. `output` holds these rows
/// by colour. Without an image it holds the run's input already, and every pixel stays where it is. Without gates
/// there will be no way back.
pub(super) fn forward(
    run: &Run,
    image: Option<&Image<'_>>,
    limited: bool,
    lines: Range<usize>,
    output: [&mut [f32]; 3],
    mut gates: Option<&mut Gates>,
) {
    let width = run.output.width as usize;
    let (way, mut memory) = (Way::of(run), RowMemory::default());
    let [red, green, blue] = output.map(|plane| plane.chunks_exact_mut(width));
    for (number, ((red, green), blue)) in lines.zip(red.zip(green).zip(blue)) {
        let mut row = [red, green, blue];
        run.route.follow(number, &mut memory);
        match image {
            Some(image) => way.gather(image, number, &memory, &mut row),
            None => way.clear(number, &memory, &mut row),
        }
        let mut stretch = 0;
        let from = number * width;
        if image.is_some_and(|image| image.limited) {
            limit(&mut row, ZERO_TO_ONE, gates.as_mut().map(|gates| gates.row(stretch, from, width)));
        }
        for effect in &run.effects {
            match effect {
                Effect::Pixel { step, level } => {
                    stretch += usize::from(step.mixes_colors());
                    let gates = gates.as_mut().map(|gates| gates.row(stretch, from, width));
                    pixel::apply(step, &mut row, run.route.row(*level, number, &memory), gates);
                }
                Effect::Fill { level, color } => {
                    fill(&mut row, run.route.losses(*level, number, &memory), *color);
                }
            }
        }
        if limited {
            limit(&mut row, ZERO_TO_ONE, gates.as_mut().map(|gates| gates.row(stretch, from, width)));
        }
    }
}

/// Gives the gradient of a run's output `[3, height, width]` to the pixels of its input, in the order of the
/// output's pixels.
pub(super) fn backward(run: &Run, gradient: &[f32], gates: &mut Gates, sink: &mut impl Sink) {
    let (area, width) = (run.output.size().area() as usize, run.output.width as usize);
    let (way, mut memory) = (Way::of(run), RowMemory::default());
    let mut values = [(); 3].map(|()| vec![0.0; width]);
    for number in 0..run.output.height as usize {
        let from = number * width;
        let mut row = values.each_mut().map(Vec::as_mut_slice);
        let mut stretch = gates.last();
        let gradient = [0, 1, 2].map(|channel| &gradient[channel * area + from..][..width]);
        pass_on(gradient, gates.row(stretch, from, width), &mut row);
        for effect in run.effects.iter().rev() {
            // A colour that was filled in depends on no pixel: these are nowhere, so nobody takes their gradient.
            let Effect::Pixel { step, .. } = effect else { continue };
            pixel::back(step, &mut row);
            if step.mixes_colors() {
                stretch -= 1;
                pass(&mut row, gates.row(stretch, from, width));
            }
        }
        run.route.follow(number, &mut memory);
        way.scatter(number, &memory, &row, sink);
    }
}

/// Does a pixel come from nowhere from here on?
#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "branches would keep the compiler from doing several at once"
)]
fn is_lost((before, after): (&i32, &i32)) -> bool {
    (*after == NOWHERE) & (*before != NOWHERE)
}

/// Gives pixels that come from nowhere from here on their colour.
fn fill(row: &mut Row<'_>, losses: Losses<'_>, color: [f32; 3]) {
    // Times 0 and not just replaced: what is not finite must not be hidden.
    let painted = |value: f32, color: f32| value * 0.0 + color;
    match losses {
        Losses::Columns(ranges) => {
            for (channel, color) in row.iter_mut().zip(color) {
                for range in ranges {
                    channel[range.clone()].iter_mut().for_each(|value| *value = painted(*value, color));
                }
            }
        }
        Losses::Each { before, after } => {
            // In most rows no pixel is lost.
            if !some_lost(before, after) {
                return;
            }
            for (channel, color) in row.iter_mut().zip(color) {
                for (value, pair) in channel.iter_mut().zip(before.iter().zip(after)) {
                    *value = if is_lost(pair) { painted(*value, color) } else { *value };
                }
            }
        }
    }
}

impl<'a> Way<'a> {
    fn of(run: &'a Run) -> Self {
        let spans = run.route.tables().map(|[columns, _]| spans(columns));
        let few = |spans: &Vec<Span>| spans.len() * WIDE <= run.output.width as usize;
        Self { run, spans: spans.filter(few) }
    }

    /// The spans of a row, and its place in the input. No spans where the whole row comes from nowhere.
    fn spans(&self, number: usize) -> Option<(&[Span], i32)> {
        let spans = self.spans.as_ref()?;
        let [_, rows] = self.run.route.tables()?;
        Some(if rows[number] == NOWHERE { (&[], 0) } else { (spans, rows[number]) })
    }

    fn places<'m>(&'m self, number: usize, memory: &'m RowMemory) -> RowPlaces<'m> {
        self.run.route.row(self.run.route.last_level(), number, memory)
    }

    /// Takes a row's pixels out of the image; 0 where they come from nowhere.
    fn gather(&self, image: &Image<'_>, number: usize, memory: &RowMemory, row: &mut Row<'_>) {
        let pixels = match image.values {
            Values::Plain(pixels) => pixels,
            Values::Whole(canvas) => canvas.pixels(),
            Values::Tiles(tiles) => return self.gather_from_tiles(tiles, number, memory, row),
        };
        let Region { x: left, y: top, width, height } = image.region;
        let (left, top, stride) = (left as i32, top as i32, width as usize);
        let planes = pixels.chunks_exact(stride * height as usize);
        if let Some((spans, y)) = self.spans(number) {
            let covered: usize = spans.iter().map(|span| span.width).sum();
            for (channel, plane) in row.iter_mut().zip(planes) {
                if covered < channel.len() {
                    channel.fill(0.0);
                }
                for span in spans {
                    let from = (y - top) as usize * stride + (span.from - left) as usize;
                    channel[span.at..span.at + span.width].copy_from_slice(&plane[from..from + span.width]);
                }
            }
            return;
        }
        let places = self.places(number, memory);
        let plane = pixels.len() / 3;
        assert!(plane < BEYOND as usize, "offsets have 31 bits");
        let (reds, rest) = pixels.split_at(plane);
        let (greens, blues) = rest.split_at(plane);
        let take = if gathers() { take_at_once } else { take };
        let [red, green, blue] = row;
        for (from, xs) in places.xs.chunks(PIECE).enumerate().map(|(piece, xs)| (piece * PIECE, xs)) {
            let (mut offsets, to) = ([0; PIECE], from + xs.len());
            match places.ys {
                Ys::All(y) => {
                    let start = ((y - top) as u32).wrapping_mul(stride as u32);
                    offsets_in_row(xs, start.wrapping_sub(left as u32), &mut offsets);
                }
                Ys::Each(ys) => {
                    let origin = (top as u32).wrapping_mul(stride as u32).wrapping_add(left as u32);
                    offsets_of(xs, &ys[from..], stride as u32, origin, &mut offsets);
                }
            }
            let [red, green, blue] = [&mut red[from..to], &mut green[from..to], &mut blue[from..to]];
            take(red, green, blue, reds, greens, blues, &offsets[..xs.len()]);
        }
    }

    /// The same from an image in tiles, which is there from its first column and row on.
    fn gather_from_tiles(&self, tiles: &TiledCanvas, number: usize, memory: &RowMemory, row: &mut Row<'_>) {
        if let Some((spans, y)) = self.spans(number) {
            if spans.iter().map(|span| span.width).sum::<usize>() < row[0].len() {
                for channel in row.iter_mut() {
                    channel.fill(0.0);
                }
            }
            for span in spans {
                copy_from_tiles(tiles, *span, y as usize, row);
            }
            return;
        }
        let places = self.places(number, memory);
        for (from, xs) in places.xs.chunks(PIECE).enumerate().map(|(piece, xs)| (piece * PIECE, xs)) {
            let values = row.each_mut().map(|channel| &mut channel[from..from + xs.len()]);
            match places.ys {
                Ys::All(y) => take_from_tiles(values, tiles, xs, &[y; PIECE]),
                Ys::Each(ys) => take_from_tiles(values, tiles, xs, &ys[from..]),
            }
        }
    }

    /// Zeros in a row whose pixels stay where they are, where they come from nowhere.
    fn clear(&self, number: usize, memory: &RowMemory, row: &mut Row<'_>) {
        for channel in row {
            if let Some((spans, _)) = self.spans(number) {
                let mut at = 0;
                for span in spans {
                    channel[at..span.at].fill(0.0);
                    at = span.at + span.width;
                }
                channel[at..].fill(0.0);
            } else {
                let pixels = channel.iter_mut().zip(self.places(number, memory).xs);
                pixels.filter(|(_, x)| **x == NOWHERE).for_each(|(value, _)| *value = 0.0);
            }
        }
    }

    /// Gives a row's gradient to the pixels that it came from.
    fn scatter(&self, number: usize, memory: &RowMemory, row: &Row<'_>, sink: &mut impl Sink) {
        if let Some((spans, y)) = self.spans(number) {
            for span in spans {
                let part = row.each_ref().map(|channel| &channel[span.at..span.at + span.width]);
                sink.add_span(span.from as usize, y as usize, part);
            }
            return;
        }
        let places = self.places(number, memory);
        for (from, xs) in places.xs.chunks(PIECE).enumerate().map(|(piece, xs)| (piece * PIECE, xs)) {
            let values = row.each_ref().map(|channel| &channel[from..from + xs.len()]);
            match places.ys {
                Ys::All(y) => sink.add(xs, &[y; PIECE][..xs.len()], values),
                Ys::Each(ys) => sink.add(xs, &ys[from..from + xs.len()], values),
            }
        }
    }
}

/// Takes single pixels out of planes of the same length; 0 where the offset lies beyond them. All colours in one go,
/// because each waits for memory of its own. Each slice is an argument, because the compiler has to know that none overlaps
/// another.
#[inline]
fn take(
    red: &mut [f32],
    green: &mut [f32],
    blue: &mut [f32],
    reds: &[f32],
    greens: &[f32],
    blues: &[f32],
    offsets: &[u32],
) {
    let plane = reds.len();
    let (greens, blues) = (&greens[..plane], &blues[..plane]);
    for (((red, green), blue), offset) in red.iter_mut().zip(green).zip(blue).zip(offsets) {
        // Without a sign, so that an instruction that fetches several values can take it as it is.
        let offset = (*offset & BEYOND) as usize;
        (*red, *green, *blue) =
            if offset < plane { (reds[offset], greens[offset], blues[offset]) } else { (0.0, 0.0, 0.0) };
    }
}

/// Takes single pixels out of tiles; 0 where they come from nowhere.
fn take_from_tiles([red, green, blue]: [&mut [f32]; 3], tiles: &TiledCanvas, xs: &[i32], ys: &[i32]) {
    let (mut last, mut tile) = ((usize::MAX, usize::MAX), None);
    for ((((red, green), blue), x), y) in red.iter_mut().zip(green).zip(blue).zip(xs).zip(ys) {
        if *x == NOWHERE {
            (*red, *green, *blue) = (0.0, 0.0, 0.0);
            continue;
        }
        let (x, y) = (*x as usize, *y as usize);
        // Neighbours mostly share a tile.
        if last != (x / TILE, y / TILE) {
            last = (x / TILE, y / TILE);
            tile = tiles.tile_at(x, y).and_then(<[f32]>::first_chunk::<{ 3 * TILE * TILE }>);
        }
        let place = y % TILE * TILE + x % TILE;
        (*red, *green, *blue) = match tile {
            Some(tile) => (tile[place], tile[TILE * TILE + place], tile[2 * TILE * TILE + place]),
            None => (f32::NAN, f32::NAN, f32::NAN),
        };
    }
}

/// Copies columns that lie side by side out of tiles.
fn copy_from_tiles(tiles: &TiledCanvas, span: Span, y: usize, row: &mut Row<'_>) {
    let (mut at, mut x, end) = (span.at, span.from as usize, span.at + span.width);
    while at < end {
        let width = (TILE - x % TILE).min(end - at);
        let place = y % TILE * TILE + x % TILE;
        let tile = tiles.tile_at(x, y);
        for (channel, values) in row.iter_mut().enumerate() {
            let values = &mut values[at..at + width];
            match tile {
                Some(tile) => values.copy_from_slice(&tile[channel * TILE * TILE + place..][..width]),
                None => values.fill(f32::NAN),
            }
        }
        (at, x) = (at + width, x + width);
    }
}

wide! {
    fn take_at_once(
        red: &mut [f32],
        green: &mut [f32],
        blue: &mut [f32],
        reds: &[f32],
        greens: &[f32],
        blues: &[f32],
        offsets: &[u32],
    ) {
        take(red, green, blue, reds, greens, blues, offsets);
    }

    /// Does a pixel of a row come from nowhere from here on? An early end would take longer.
    fn some_lost(before: &[i32], after: &[i32]) -> bool {
        before.iter().zip(after).fold(false, |any, pair| any | is_lost(pair))
    }

    /// Where pixels of a row lie in a plane whose row begins at `start`. Those from nowhere lie beyond it.
    fn offsets_in_row(xs: &[i32], start: u32, offsets: &mut [u32; PIECE]) {
        for (offset, x) in offsets.iter_mut().zip(xs) {
            *offset = if *x == NOWHERE { BEYOND } else { (*x as u32).wrapping_add(start) };
        }
    }

    /// Where pixels lie in a plane with so many columns; `origin` is the offset of its first pixel from the image's. Those
    /// from nowhere lie beyond it.
    fn offsets_of(xs: &[i32], ys: &[i32], stride: u32, origin: u32, offsets: &mut [u32; PIECE]) {
        for ((offset, x), y) in offsets.iter_mut().zip(xs).zip(ys) {
            let found = (*y as u32).wrapping_mul(stride).wrapping_add(*x as u32).wrapping_sub(origin);
            *offset = if *x == NOWHERE { BEYOND } else { found };
        }
    }
}

/// Pieces of columns that lie side by side.
fn spans(columns: &[i32]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (at, &from) in columns.iter().enumerate().filter(|(_, from)| **from != NOWHERE) {
        match spans.last_mut() {
            Some(last) if last.at + last.width == at && last.from + last.width as i32 == from => {
                last.width += 1;
            }
            _ => spans.push(Span { at, width: 1, from }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::wide::limit;
    use clipig_experiment::random::Key;

    #[test]
    fn all_registers_take_the_same_pixels() {
        let mut stream = Key::root(8).stream();
        for plane in [1, 15, 16, 200, 5_000] {
            let pixels: Vec<f32> = (0..3 * plane).map(|i| i as f32).collect();
            let (reds, rest) = pixels.split_at(plane);
            let (greens, blues) = rest.split_at(plane);
            for count in [0, 1, 15, 16, 33, PIECE] {
                let mut offset = || match stream.below(4) {
                    0 => BEYOND,
                    1 => plane as u32 - 1 + stream.below(2) as u32,
                    _ => stream.below(plane as u64) as u32,
                };
                let offsets: Vec<u32> = (0..count).map(|_| offset()).collect();
                let there = |offset: u32| (offset as usize) < plane;
                let wanted = [0, 1, 2].map(|channel| {
                    let value = |offset: u32| (channel * plane) as f32 + offset as f32;
                    offsets.iter().map(|o| if there(*o) { value(*o) } else { 0.0 }).collect::<Vec<f32>>()
                });
                limit::each(|registers| {
                    for take in [take, take_at_once] {
                        let [mut red, mut green, mut blue] = [(); 3].map(|()| vec![f32::NAN; count]);
                        take(&mut red, &mut green, &mut blue, reds, greens, blues, &offsets);
                        assert_eq!([red, green, blue], wanted, "{count} of {plane}, {registers:?}");
                    }
                });
            }
        }
    }
}
