//! A run of a whole batch as a list of operations, with the numbers that they take from each sample.
//!
//! All samples go through the same operations in the same order, each with numbers of its own. Until the first rotation,
//! columns and rows are independent, so the places of a sample are two short lists. These are found here, by the same code as
//! for rows; from the rotation on, places are tensors.

use std::mem::discriminant;
use std::ops::Range;

use clipig_experiment::random::GOLDEN_GAMMA;
use clipig_geometry::{Axis, Chain, NOWHERE, Nearest, PixelMap, PixelStep, Region, Step, Turn, Way};

use super::numbers::{Floats, Ints, Longs, Numbers};

/// A run of a batch.
#[derive(Debug)]
pub(super) struct Plan {
    /// Samples, rows and columns of the output.
    pub(super) shape: [i64; 3],
    /// Images between maps, as far as somebody asks for places in them; away from the output. The last one is the run's
    /// input.
    pub(super) levels: Vec<Level>,
    /// What happens to pixels, in the order of the chain.
    pub(super) effects: Vec<Effect>,
}

/// How the places of a level are found.
#[derive(Debug)]
pub(super) enum Level {
    /// Columns `[n, w]` and rows `[n, h]` are known.
    Straight { columns: Ints, rows: Ints },
    /// From the level before, by a rotation. The numbers are those of [`turn_numbers`], `[10, n]`.
    Turned(Floats),
    /// From the level before, columns and rows by themselves.
    Mapped([AxisNumbers; 2]),
}

/// Maps along one side, with two numbers per sample, `[2, n]`, or four, `[4, n]`.
#[derive(Debug)]
pub(super) enum AxisNumbers {
    /// Offset, and side of the input.
    Cut(Ints),
    /// First place that is somewhere, and the one after the last.
    Frame(Ints),
    /// Places added at each end, and last place of the input.
    Extend(Ints),
    /// Places added at each end, and side of the input.
    Wrap(Ints),
    /// Offset, and side of the input.
    Roll(Ints),
    /// Side of the input, and 0.
    Repeat(Ints),
    /// Place in the middle, side, scale, offset.
    Nearest(Floats),
}

/// What happens to the pixels of all samples. Colours are `[n, 3]`, other numbers `[n]`.
#[derive(Debug)]
pub(super) enum Effect {
    Add(Floats),
    Mul(Floats),
    Quantize(Floats),
    Clamp {
        least: Floats,
        greatest: Floats,
    },
    Saturation {
        factor: Floats,
        rest: Floats,
    },
    Noise(Noise),
    /// Pixels that are somewhere on one level and nowhere on another get a colour.
    Fill {
        before: usize,
        after: usize,
        color: Floats,
    },
}

/// Noise at the places of a level.
#[derive(Debug)]
pub(super) struct Noise {
    pub(super) level: usize,
    /// What the generator starts from, `[n]`.
    pub(super) start: Longs,
    /// `[n, 3]`.
    pub(super) std: Floats,
    pub(super) gray: bool,
    /// 0 for samples without noise, `[n]`; `None` where all have some.
    pub(super) wanted: Option<Ints>,
}

impl Plan {
    /// The steps in `range` of some chains, of whose output these regions are needed. `None` where samples differ in more
    /// than numbers.
    pub(super) fn of(
        chains: &[&Chain],
        range: Range<usize>,
        outputs: &[Region],
        numbers: &mut Numbers,
    ) -> Option<Self> {
        let first = outputs.first()?;
        let places = |from: i64, count: i64| (from..from + count).map(|place| place as i32).collect();
        let tables = outputs.iter().map(|output| Table {
            columns: places(output.x, output.width),
            rows: places(output.y, output.height),
        });
        let mut builder = Builder {
            tables: tables.collect(),
            numbers,
            levels: Vec::new(),
            is_stored: false,
            effects: Vec::new(),
        };
        for number in range.rev() {
            let steps: Vec<&Step> =
                chains.iter().map(|chain| chain.steps.get(number)).collect::<Option<_>>()?;
            match steps.first()? {
                Step::Map(_) => builder.push_maps(&all(&steps, |step| match step {
                    Step::Map(map) => Some(map),
                    _ => None,
                })?)?,
                Step::Pixel(_) => builder.push_pixel_steps(&all(&steps, |step| match step {
                    Step::Pixel(step) => Some(step),
                    _ => None,
                })?)?,
                Step::Field(_) | Step::Blend(_) => return None,
            }
        }
        builder.level();
        let Builder { levels, mut effects, .. } = builder;
        effects.reverse();
        Some(Self { shape: [outputs.len() as i64, first.height, first.width], levels, effects })
    }
}

/// What `pick` finds in each; `None` if it finds nothing in one of them.
fn all<'a, S, T>(steps: &[&'a S], pick: impl Fn(&'a S) -> Option<T>) -> Option<Vec<T>> {
    steps.iter().copied().map(pick).collect()
}

/// The places of one sample where columns and rows are independent.
#[derive(Clone)]
struct Table {
    columns: Vec<i32>,
    rows: Vec<i32>,
}

struct Builder<'a> {
    numbers: &'a mut Numbers,
    /// By sample, until the first rotation.
    tables: Vec<Table>,
    levels: Vec<Level>,
    /// Is the last level the one that the maps so far lead to?
    is_stored: bool,
    /// In reverse.
    effects: Vec<Effect>,
}

impl Builder<'_> {
    /// The number of the level that the maps so far lead to.
    fn level(&mut self) -> usize {
        if !self.is_stored {
            let columns = self.numbers.ints(self.tables.iter().flat_map(|table| &table.columns).copied());
            let rows = self.numbers.ints(self.tables.iter().flat_map(|table| &table.rows).copied());
            self.push_level(Level::Straight { columns, rows });
        }
        self.levels.len() - 1
    }

    fn push_level(&mut self, level: Level) {
        self.levels.push(level);
        self.is_stored = true;
    }

    fn is_bent(&self) -> bool {
        matches!(self.levels.last(), Some(Level::Turned(_) | Level::Mapped(_)))
    }

    fn push_maps(&mut self, maps: &[&PixelMap]) -> Option<()> {
        let grid = |map: &&PixelMap| match map.way {
            Way::Grid(axes) => Some(axes),
            Way::Turn(_) => None,
        };
        let grids: Option<Vec<[Axis; 2]>> = maps.iter().map(grid).collect();
        let loses = match grids {
            Some(axes) if !self.is_bent() => {
                self.push_straight(maps, &axes);
                return Some(());
            }
            Some(axes) => {
                let side = |i: usize| axes.iter().map(|axes| axes[i]).collect::<Vec<_>>();
                let sides = [side(0), side(1)];
                let loses = sides.iter().flatten().any(Axis::can_lose);
                let [columns, rows] = sides.map(|axes| axis_numbers(&axes, self.numbers));
                self.push_level(Level::Mapped([columns?, rows?]));
                loses
            }
            None => {
                let turns: Option<Vec<Turn>> = maps.iter().map(|map| turn_of(map.way)).collect();
                let turns = turns?;
                self.level();
                let numbers = turn_numbers(&turns, self.numbers);
                self.push_level(Level::Turned(numbers));
                true
            }
        };
        if loses {
            let after = self.levels.len() - 1;
            self.push_fill(after - 1, after, maps);
        }
        Some(())
    }

    fn push_straight(&mut self, maps: &[&PixelMap], axes: &[[Axis; 2]]) {
        let mut next = self.tables.clone();
        let mut loses = false;
        for ((table, next), [columns, rows]) in self.tables.iter().zip(&mut next).zip(axes) {
            columns.follow(&mut next.columns);
            rows.follow(&mut next.rows);
            loses |= lost(&table.columns, &next.columns) || lost(&table.rows, &next.rows);
        }
        if loses {
            let before = self.level();
            (self.tables, self.is_stored) = (next, false);
            let after = self.level();
            self.push_fill(before, after, maps);
        } else {
            (self.tables, self.is_stored) = (next, false);
        }
    }

    fn push_fill(&mut self, before: usize, after: usize, maps: &[&PixelMap]) {
        let color = self.numbers.floats(maps.iter().flat_map(|map| map.color));
        self.effects.push(Effect::Fill { before, after, color });
    }

    fn push_pixel_steps(&mut self, steps: &[&PixelStep]) -> Option<()> {
        let effect = match steps.first()? {
            PixelStep::Noise(_) => return self.push_noise(steps),
            PixelStep::Add(_) => {
                let colors = all(steps, |step| match step {
                    PixelStep::Add(add) => Some(add.0),
                    _ => None,
                });
                Effect::Add(self.numbers.floats(colors?.into_flattened()))
            }
            PixelStep::Mul(_) => {
                let factors = all(steps, |step| match step {
                    PixelStep::Mul(mul) => Some(mul.0),
                    _ => None,
                });
                Effect::Mul(self.numbers.floats(factors?.into_flattened()))
            }
            PixelStep::Quantize(_) => {
                let widths = all(steps, |step| match step {
                    PixelStep::Quantize(quantize) => Some(quantize.0),
                    _ => None,
                });
                Effect::Quantize(self.numbers.floats(widths?.into_flattened()))
            }
            PixelStep::Clamp(_) => {
                let ranges = all(steps, |step| match step {
                    PixelStep::Clamp(clamp) => Some(clamp.0),
                    _ => None,
                })?;
                let [least, greatest] =
                    [0, 1].map(|bound| self.numbers.floats(ranges.iter().map(|range| range[bound])));
                Effect::Clamp { least, greatest }
            }
            PixelStep::Saturation(_) => {
                let factors = all(steps, |step| match step {
                    PixelStep::Saturation(saturation) => Some(saturation.0),
                    _ => None,
                })?;
                let factor = self.numbers.floats(factors.iter().copied());
                Effect::Saturation { factor, rest: self.numbers.floats(factors.iter().map(|f| 1.0 - f)) }
            }
        };
        self.effects.push(effect);
        Some(())
    }

    fn push_noise(&mut self, steps: &[&PixelStep]) -> Option<()> {
        let noises = all(steps, |step| match step {
            PixelStep::Noise(noise) => Some(noise),
            _ => None,
        })?;
        let gray = noises.first()?.gray;
        if noises.iter().any(|noise| noise.gray != gray) {
            return None;
        }
        let wanted: Vec<bool> = noises.iter().map(|noise| noise.std != [0.0; 3]).collect();
        if !wanted.contains(&true) {
            return Some(());
        }
        let level = self.level();
        let start =
            self.numbers.longs(noises.iter().map(|noise| noise.key.bits().wrapping_add(GOLDEN_GAMMA)));
        let std = self.numbers.floats(noises.iter().flat_map(|noise| noise.std));
        let some = wanted.contains(&false);
        let wanted = some.then(|| self.numbers.ints(wanted.into_iter().map(i32::from)));
        self.effects.push(Effect::Noise(Noise { level, start, std, gray, wanted }));
        Some(())
    }
}

/// Did a place become nowhere?
fn lost(before: &[i32], after: &[i32]) -> bool {
    before.iter().zip(after).any(|(before, after)| *after == NOWHERE && *before != NOWHERE)
}

/// A map as a rotation. One by 0 degrees has been drawn as a scaling of columns and rows; what its zeros add to a
/// coordinate changes at most the sign of a zero.
fn turn_of(way: Way) -> Option<Turn> {
    match way {
        Way::Turn(turn) => Some(turn),
        Way::Grid([Axis::Nearest(x), Axis::Nearest(y)]) => {
            Some(Turn { sides: [x.side, y.side], rows: [[x.scale, 0.0, x.offset], [0.0, y.scale, y.offset]] })
        }
        Way::Grid(_) => None,
    }
}

/// Added to a place it gives the distance from the middle of a side.
fn to_middle(side: f32) -> f32 {
    0.5 - 0.5 * side
}

/// For columns and rows: what leads to the middle; sides; then the rows of the matrices.
fn turn_numbers(turns: &[Turn], numbers: &mut Numbers) -> Floats {
    let each = |turn: &Turn| {
        let ([width, height], [[a, b, c], [d, e, f]]) = (turn.sides, turn.rows);
        [to_middle(width), to_middle(height), width, height, a, b, c, d, e, f]
    };
    let turns: Vec<[f32; 10]> = turns.iter().map(each).collect();
    numbers.floats((0..10).flat_map(|i| turns.iter().map(move |turn| turn[i])))
}

fn axis_numbers(axes: &[Axis], numbers: &mut Numbers) -> Option<AxisNumbers> {
    let first = axes.first()?;
    if axes.iter().any(|axis| discriminant(axis) != discriminant(first)) {
        return None;
    }
    let pair = |axis: &Axis| match *axis {
        Axis::Cut { offset, side } => [offset, side],
        Axis::Frame { border, side } => [border, side - border],
        Axis::Extend { pad, side } => [pad, side - 1],
        Axis::Wrap { pad, side } => [pad, side],
        Axis::Roll { by, side } => [by, side],
        Axis::Repeat { side } => [side, 0],
        Axis::Nearest(_) => [0; 2],
    };
    let pairs: Vec<[i32; 2]> = axes.iter().map(pair).collect();
    let mut ints = || numbers.ints((0..2).flat_map(|i| pairs.iter().map(move |pair| pair[i])));
    Some(match first {
        Axis::Cut { .. } => AxisNumbers::Cut(ints()),
        Axis::Frame { .. } => AxisNumbers::Frame(ints()),
        Axis::Extend { .. } => AxisNumbers::Extend(ints()),
        Axis::Wrap { .. } => AxisNumbers::Wrap(ints()),
        Axis::Roll { .. } => AxisNumbers::Roll(ints()),
        Axis::Repeat { .. } => AxisNumbers::Repeat(ints()),
        Axis::Nearest(_) => {
            let four = |axis: &Axis| match *axis {
                Axis::Nearest(Nearest { side, scale, offset }) => {
                    Some([to_middle(side), side, scale, offset])
                }
                _ => None,
            };
            let fours: Vec<[f32; 4]> = axes.iter().map(four).collect::<Option<_>>()?;
            AxisNumbers::Nearest(numbers.floats((0..4).flat_map(|i| fours.iter().map(move |four| four[i]))))
        }
    })
}
