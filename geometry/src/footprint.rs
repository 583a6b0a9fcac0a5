//! Which tiles of the canvas samples need, without following single pixels.
//!
//! The way goes backwards, as in [`trace`](crate::trace), but with rectangles instead of pixels. Through most maps a
//! rectangle stays one, or becomes two where it lies over an edge at which a copy begins. A rotation makes a parallelogram
//! of it, of which the rectangle around it is kept. So a window is cut into blocks before it is rotated: their rectangles
//! cover little more than the window itself. What comes out may be too much, and is never too little.
//!
//! Coordinates of scaled and rotated images are computed as they are for pixels, with the same roundings. Each of these
//! operations grows or falls with its operand, so the greatest and the least places are those of corners.

use std::ops::Range;

use clipig_core::{TileGrid, TileSet};
use clipig_experiment::{Scope, Target};

use crate::axis::{Axis, Nearest, unlimited};
use crate::chain::{Chain, Step};
use crate::map::{PixelMap, Way};
use crate::region::{Region, Size};
use crate::turn::Turn;

/// Side of the blocks that are rotated by themselves, in pixels.
const BLOCK: i64 = 32;

/// The most blocks side by side.
const MOST_BLOCKS: i64 = 8;

/// The most rectangles; where there would be more, the one around all of them is taken.
const MOST: usize = 4_096;

/// The tiles that some samples of a target need of a canvas. All, where a sample cannot be drawn: whoever computes it
/// says why.
pub fn footprint(target: &Target, scope: &Scope, samples: Range<u32>, canvas: Size) -> TileSet {
    let grid = TileGrid::new(canvas.width as usize, canvas.height as usize);
    let mut tiles = TileSet::none(grid);
    for sample in samples {
        match Chain::of(target, &scope.with_sample(u64::from(sample)), canvas) {
            Ok(chain) => add(&chain, &mut tiles),
            Err(_) => return TileSet::all(grid),
        }
    }
    tiles
}

/// The tiles that a chain needs of the image that it is applied to.
pub fn footprint_of(chain: &Chain) -> TileSet {
    let mut tiles = TileSet::none(TileGrid::new(chain.input.width as usize, chain.input.height as usize));
    add(chain, &mut tiles);
    tiles
}

fn add(chain: &Chain, tiles: &mut TileSet) {
    for Rectangle { x, y } in needed(chain, Rectangle::of(Region::whole(chain.output())), &mut true) {
        let range = |span: Span| span.from as usize..=span.to as usize;
        tiles.insert_pixels(range(x), range(y));
    }
}

/// Columns or rows, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: i64,
    to: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rectangle {
    x: Span,
    y: Span,
}

/// What a piece of a chain's output needs of its input. `exact` says whether every rectangle holds a pixel that is needed.
fn needed(chain: &Chain, output: Rectangle, exact: &mut bool) -> Vec<Rectangle> {
    let mut needed = vec![output];
    let mut end = chain.steps.len();
    loop {
        let field = chain.steps[..end].iter().rposition(Step::is_field);
        let maps = || {
            let steps = chain.steps[field.map_or(0, |field| field + 1)..end].iter().rev();
            steps.filter_map(|step| if let Step::Map(map) = step { Some(map) } else { None })
        };
        if maps().any(|map| matches!(map.way, Way::Turn(_))) {
            needed = needed.into_iter().flat_map(Rectangle::blocks).collect();
        }
        for map in maps() {
            *exact &= keeps_pixels(map);
            needed = needed.into_iter().flat_map(|rectangle| rectangle.back(map)).collect();
            if needed.len() > MOST {
                *exact = false;
                needed = around(&needed).into_iter().collect();
            }
        }
        let Some(step) = field else { return needed };
        let whole = around(&needed);
        // Where no pixel is somewhere, the field is applied to the first one.
        let first = Rectangle::of(Region { x: 0, y: 0, width: 1, height: 1 });
        let pieces = whole.into_iter().chain((!*exact || whole.is_none()).then_some(first));
        needed = pieces.map(|piece| needed_by_field(chain, step, piece, exact)).collect();
        needed.dedup();
        end = step;
    }
}

/// What a piece of the output of a field step or a blend needs of its input.
fn needed_by_field(chain: &Chain, step: usize, output: Rectangle, exact: &mut bool) -> Rectangle {
    match &chain.steps[step] {
        Step::Field(field) => Rectangle::of(field.needs(output.region(), chain.size_before(step))),
        Step::Blend(blend) => {
            let mut all = needed(&blend.chain, output, exact);
            all.push(output);
            around(&all).unwrap_or(output)
        }
        Step::Map(_) | Step::Pixel(_) => output,
    }
}

/// Does a rectangle of the output that is not empty come from rectangles with pixels that are needed, or from nowhere as a
/// whole? Scaled images leave out pixels, and of a rotated one the corners of the rectangle around it are not needed.
fn keeps_pixels(map: &PixelMap) -> bool {
    let keeps = |axis: &Axis| !matches!(axis, Axis::Nearest(_));
    matches!(&map.way, Way::Grid(axes) if axes.iter().all(keeps))
}

/// The rectangle around all; `None` where there is none.
fn around(rectangles: &[Rectangle]) -> Option<Rectangle> {
    let both = |a: Span, b: Span| Span { from: a.from.min(b.from), to: a.to.max(b.to) };
    rectangles.iter().copied().reduce(|a, b| Rectangle { x: both(a.x, b.x), y: both(a.y, b.y) })
}

impl Rectangle {
    fn of(region: Region) -> Self {
        let span = |from: i64, count: i64| Span { from, to: from + count - 1 };
        Self { x: span(region.x, region.width), y: span(region.y, region.height) }
    }

    fn region(self) -> Region {
        let Self { x, y } = self;
        Region { x: x.from, y: y.from, width: x.to - x.from + 1, height: y.to - y.from + 1 }
    }

    fn blocks(self) -> impl Iterator<Item = Self> {
        self.y.blocks().flat_map(move |y| self.x.blocks().map(move |x| Self { x, y }))
    }

    /// Where its pixels come from.
    fn back(self, map: &PixelMap) -> impl Iterator<Item = Self> + use<> {
        let found: [Option<Self>; 4] = match &map.way {
            Way::Grid([columns, rows]) => {
                let ([x, beyond_x], [y, beyond_y]) = (self.x.back(*columns), self.y.back(*rows));
                [(x, y), (beyond_x, y), (x, beyond_y), (beyond_x, beyond_y)]
                    .map(|(x, y)| Some(Self { x: x?, y: y? }))
            }
            Way::Turn(turn) => [self.turned(turn), None, None, None],
        };
        found.into_iter().flatten()
    }

    /// The rectangle around what it is before a rotation, as far as it lies in the image.
    fn turned(self, turn: &Turn) -> Option<Self> {
        let corners = [self.x.from, self.x.to]
            .map(|x| [self.y.from, self.y.to].map(|y| turn.grid(x as i32, turn.y_parts(y as i32))));
        let corners = corners.as_flattened();
        let span = |i: usize| Span::nearest(corners.iter().map(|grid| grid[i]), turn.sides[i]);
        Some(Self { x: span(0)?, y: span(1)? })
    }
}

impl Span {
    fn blocks(self) -> impl Iterator<Item = Self> {
        let length = self.to - self.from + 1;
        let side = BLOCK.max((length + MOST_BLOCKS - 1) / MOST_BLOCKS);
        let count = (length + side - 1) / side;
        (0..count).map(move |number| {
            let from = self.from + number * side;
            Self { from, to: self.to.min(from + side - 1) }
        })
    }

    /// Where these places come from: nowhere, from one piece, or from two.
    fn back(self, axis: Axis) -> [Option<Self>; 2] {
        let moved = |by: i32| Self { from: self.from + i64::from(by), to: self.to + i64::from(by) };
        match axis {
            Axis::Cut { offset, side } => [moved(offset).within(0, side.into()), None],
            Axis::Frame { border, side } => {
                [self.within(border.into(), i64::from(side) - i64::from(border)), None]
            }
            Axis::Extend { pad, side } => {
                let Self { from, to } = moved(-pad);
                let limited = |place: i64| place.clamp(0, i64::from(side) - 1);
                [Some(Self { from: limited(from), to: limited(to) }), None]
            }
            Axis::Wrap { pad, side } => moved(-pad).modulo(side.into()),
            Axis::Roll { by, side } => moved(-by).modulo(side.into()),
            Axis::Repeat { side } => self.modulo(side.into()),
            Axis::Nearest(scaled @ Nearest { side, .. }) => {
                let ends = [self.from, self.to].map(|place| scaled.grid(place as i32));
                [Self::nearest(ends.into_iter(), side), None]
            }
        }
    }

    /// The part from `from` on, before `to`.
    fn within(self, from: i64, to: i64) -> Option<Self> {
        let part = Self { from: self.from.max(from), to: self.to.min(to - 1) };
        (part.from <= part.to).then_some(part)
    }

    /// The rests of a division by `side`.
    fn modulo(self, side: i64) -> [Option<Self>; 2] {
        let length = self.to - self.from;
        if length + 1 >= side {
            return [Some(Self { from: 0, to: side - 1 }), None];
        }
        let from = self.from.rem_euclid(side);
        let to = from + length;
        if to < side {
            return [Some(Self { from, to }), None];
        }
        [Some(Self { from, to: side - 1 }), Some(Self { from: 0, to: to - side })]
    }

    /// All places of an image of `side` pixels between the nearest to these grid coordinates. All of the image where a
    /// coordinate is not finite.
    fn nearest(grid: impl Iterator<Item = f32>, side: f32) -> Option<Self> {
        let whole = Self { from: 0, to: side as i64 - 1 };
        let mut found: Option<Self> = None;
        for grid in grid {
            let place = unlimited(grid, side);
            if !place.is_finite() {
                return Some(whole);
            }
            // Saturates far beyond any image.
            let place = place as i64;
            found = Some(match found {
                Some(Self { from, to }) => Self { from: from.min(place), to: to.max(place) },
                None => Self { from: place, to: place },
            });
        }
        found?.within(whole.from, whole.to + 1)
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::TILE;
    use clipig_experiment::random::Key;
    use clipig_experiment::{Overrides, Source, load};

    use super::*;
    use crate::route::RowMemory;
    use crate::trace::Trace;

    /// Maps in many forms: they may leave the image, turn it or not, hit its edges; and fields that need neighbours or all.
    const STEPS: [&str; 35] = [
        "noise: .1",
        "border: {size: 3 2, color: .9 -.1 2}",
        "border: {size: 1000, color: .5}",
        "pad: {size: 5 4, color: .2 .4 .9}",
        "pad: {size: 6, mode: edge}",
        "pad: {size: 150 70, mode: wrap}",
        "shift: -.3 .6",
        "shift: 0",
        "random_shift: 0 1.",
        "repeat: 2 3",
        "crop: -.2 .3 .7 .9",
        "crop: 3 -2 121 117",
        "crop: 5000 90 12 12",
        "center_crop: 119 126",
        "center_crop: 40",
        "random_crop: 52 71",
        "random_crop: 9 110",
        "rotate: {degree: 90}",
        "rotate: {degree: 0}",
        "random_rotate: {degree: -40 40, center: .2 .8}",
        "random_rotate: {degree: -180 180}",
        "random_scale: .4 1.6",
        "random_translate: .4 .3",
        "random_scale: .001 .01",
        "random_scale: 30 40",
        "random_scale: 1e-300 1e-290",
        "random_scale: 1e30 1e38",
        "blur: {kernel_size: 3 15}",
        "resize: 124 118",
        "shift: .4 -.7, mask: {box: 0 0 .5 1}",
        "rotate: {degree: 50}, mask: {ellipse: 0 0 1 1}",
        "random_scale: 30 40, mask: {gradient: 0 0 1 0}",
        "blur: {kernel_size: 9 5}, random_translate: .9 .9, mask: {box: 0 0 .5 .5}",
        "random_shift: 0 1., blur: {kernel_size: 3}, border: {size: 1000}, mask: {box: 0 0 .5 .5}",
        "noise: .1, mask: {box: 0 0 .5 .5}",
    ];

    fn target(transforms: &str) -> Target {
        let yaml = format!("targets: [{{transforms: [{transforms}]}}]");
        let loaded = load(&[Source::new("chain.yaml", &yaml)], &Overrides::default());
        let mut targets = loaded.unwrap_or_else(|problems| panic!("{yaml}: {problems}")).experiment.targets;
        targets.remove(0)
    }

    /// The tiles with pixels that a chain takes, found by following each of them.
    fn gathered(chain: &Chain) -> Option<TileSet> {
        let mut tiles = TileSet::none(TileGrid::new(chain.input.width as usize, chain.input.height as usize));
        let trace = Trace::of(chain).ok()?;
        let (run, mut memory) = (&trace.runs[0], RowMemory::default());
        for row in 0..run.output.height as usize {
            run.route.follow(row, &mut memory);
            for [x, y] in run.route.row(run.route.last_level(), row, &memory).pixels() {
                tiles.insert_pixels(x..=x, y..=y);
            }
        }
        Some(tiles)
    }

    #[test]
    fn nothing_that_is_needed_is_missing() {
        let mut stream = Key::root(5).with_path("footprints").stream();
        let (mut compared, mut partial) = (0, 0);
        for _ in 0..600 {
            let steps: Vec<String> = (0..stream.below(7))
                .map(|_| format!("{{{}}}", STEPS[stream.below(STEPS.len() as u64) as usize]))
                .collect();
            let target = target(&steps.join(", "));
            let canvas = Size { width: 8 + stream.below(800) as i64, height: 8 + stream.below(800) as i64 };
            let scope = Scope::new(Key::root(stream.bits()), 3, 10).with_resolution(30, 20);
            let chain = Chain::draw(&target.transforms, &scope.with_sample(7), canvas);
            let Ok(chain) = chain else { continue };
            if chain.output().area() > 1 << 20 {
                continue;
            }
            let Some(gathered) = gathered(&chain) else { continue };
            let found = footprint(&target, &scope, 7..8, canvas);
            assert!(gathered.without(&found).is_empty(), "{steps:?} on {canvas:?}");
            compared += 1;
            partial += usize::from(found.len() < found.grid().count());
        }
        assert!(compared > 200 && partial > 100, "{compared} compared, {partial} with less than all tiles");
    }

    #[test]
    fn footprints_are_small() {
        let scope = Scope::new(Key::root(2), 3, 10).with_resolution(4096, 4096);
        let canvas = Size { width: 4096, height: 4096 };
        let tiles = |transforms: &str| {
            let target = target(transforms);
            let each = (0..50).map(|sample| {
                let chain = Chain::draw(&target.transforms, &scope.with_sample(sample.into()), canvas);
                let gathered = gathered(&chain.expect("it fits")).expect("a small window").len();
                [footprint(&target, &scope, sample..sample + 1, canvas).len(), gathered]
            });
            each.fold([0, 0], |[a, b], [c, d]| [a + c, b + d])
        };
        // Without rotations exactly what is needed.
        for chain in [
            "{random_crop: 224}",
            "{repeat: 3}, {random_shift: 0 1}, {random_crop: 224}",
            "{blur: {kernel_size: 5}}, {center_crop: 300}",
        ] {
            let [found, needed] = tiles(chain);
            assert_eq!(found, needed, "{chain}");
        }
        let rotated = "{random_shift: 0 1}, {random_rotate: {degree: -20 20}}, {random_scale: .7 1.3}, {random_crop: 224}";
        let [found, needed] = tiles(rotated);
        assert!(found < needed + needed / 4, "{found} for {needed}");
        assert!(found < 50 * 64, "{found} tiles for 50 windows of 224²");
    }

    #[test]
    fn what_cannot_be_drawn_needs_all() {
        let canvas = Size { width: 2 * TILE as i64, height: TILE as i64 };
        let scope = Scope::new(Key::root(2), 0, 1);
        assert_eq!(footprint(&target("{random_crop: 500}"), &scope, 0..3, canvas).len(), 2);
        assert_eq!(
            footprint(&target("{crop: 70 1 5 5}"), &scope, 0..3, canvas).numbers().collect::<Vec<_>>(),
            [1]
        );
    }
}
