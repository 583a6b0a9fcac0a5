//! The straightforward evaluation of chains that [`rows`](super::rows) is compared with: lists of points, one
//! for each step, and everything else as tensors with a graph.

use clipig_core::GradientSum;
use clipig_geometry::transform::noise::Noise;
use clipig_geometry::{Axis, Chain, Nearest, PixelMap, PixelStep, Region, Size, Step, Turn, Way};
use tch::{Device, Kind, Tensor};

use super::field;
use crate::colors;
use crate::mask::Masks;
use crate::noise::Normal;
use crate::piece::{Piece, cut};

/// A pixel's place; `None` where it has a fixed colour.
type Point = Option<(i64, i64)>;

/// The pixels of the source that a batch uses: where gradients end.
struct Leaf {
    tensor: Tensor,
    pixels: Vec<Vec<Option<u32>>>,
}

/// Windows and leaf of chains whose pieces have the same sizes.
pub(super) struct Reference {
    pub(super) windows: Tensor,
    leaf: Leaf,
}

struct Run {
    output: Region,
    source: Vec<Point>,
    maps: usize,
    effects: Vec<Effect>,
}

enum Effect {
    Pixel { step: usize, at: Vec<Point> },
    Fill { pixels: Vec<usize>, color: [f32; 3] },
}

struct Trace {
    runs: Vec<Run>,
    fields: Vec<Field>,
}

struct Field {
    step: usize,
    piece: Piece,
    blend: Option<Trace>,
}

/// One side of a map for one place, in the words of the transforms.
fn follow_axis(axis: Axis, place: i64) -> Option<i64> {
    match axis {
        Axis::Cut { offset, side } => {
            Some(place + i64::from(offset)).filter(|place| (0..i64::from(side)).contains(place))
        }
        Axis::Frame { border, side } => {
            Some(place).filter(|&place| place >= border.into() && place < i64::from(side - border))
        }
        Axis::Extend { pad, side } => Some((place - i64::from(pad)).clamp(0, i64::from(side) - 1)),
        Axis::Wrap { pad, side } => Some((place - i64::from(pad)).rem_euclid(side.into())),
        Axis::Roll { by, side } => Some((place - i64::from(by)).rem_euclid(side.into())),
        Axis::Repeat { side } => Some(place % i64::from(side)),
        Axis::Nearest(_) => unreachable!("scaled images are affine"),
    }
}

fn follow_affine(turn: &Turn, (x, y): (i64, i64)) -> Point {
    let nearest = |grid: f32, side: f32| (((grid + 1.0) * side - 1.0) / 2.0).round_ties_even();
    let [width, height] = turn.sides;
    let (x, y) = (x as f32 + (0.5 - 0.5 * width), y as f32 + (0.5 - 0.5 * height));
    let source = |row: [f32; 3], side: f32| nearest(x * row[0] + y * row[1] + row[2], side);
    let (x, y) = (source(turn.rows[0], width), source(turn.rows[1], height));
    (x >= 0.0 && x < width && y >= 0.0 && y < height).then_some((x as i64, y as i64))
}

fn follow(map: &PixelMap, point: (i64, i64)) -> Point {
    match map.way {
        Way::Turn(turn) => follow_affine(&turn, point),
        Way::Grid([Axis::Nearest(x), Axis::Nearest(y)]) => {
            let Nearest { side, scale, offset } = x;
            let rows = [[scale, 0.0, offset], [0.0, y.scale, y.offset]];
            follow_affine(&Turn { sides: [side, y.side], rows }, point)
        }
        Way::Grid([columns, rows]) => follow_axis(columns, point.0).zip(follow_axis(rows, point.1)),
    }
}

fn points(region: Region) -> Vec<Point> {
    let rows = region.y..region.y + region.height;
    rows.flat_map(|y| (region.x..region.x + region.width).map(move |x| Some((x, y)))).collect()
}

fn around(points: &[Point]) -> Region {
    let xs = || points.iter().flatten().map(|point| point.0);
    let ys = || points.iter().flatten().map(|point| point.1);
    let (left, top) = (xs().min().unwrap_or(0), ys().min().unwrap_or(0));
    let (right, bottom) = (xs().max().unwrap_or(0), ys().max().unwrap_or(0));
    Region { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

impl Trace {
    fn of(chain: &Chain, mut output: Region) -> Self {
        let (mut runs, mut fields) = (Vec::new(), Vec::new());
        let mut end = chain.steps.len();
        loop {
            let is_field = |step: &Step| matches!(step, Step::Field(_) | Step::Blend(_));
            let field = chain.steps[..end].iter().rposition(is_field);
            let run = Run::of(chain, field.map_or(0, |field| field + 1)..end, output);
            let needed = run.needed();
            runs.push(run);
            let Some(step) = field else { break };
            let size = chain.size_before(step);
            let (input, blend) = match &chain.steps[step] {
                Step::Field(definition) => (definition.needs(needed, size), None),
                Step::Blend(blend) => {
                    let trace = Self::of(&blend.chain, needed);
                    let mut points = points(needed);
                    points.extend(&trace.runs[0].source);
                    (around(&points), Some(trace))
                }
                Step::Map(_) | Step::Pixel(_) => unreachable!(),
            };
            fields.push(Field { step, piece: Piece { size, input, output: needed }, blend });
            (output, end) = (input, step);
        }
        runs.reverse();
        fields.reverse();
        Self { runs, fields }
    }
}

impl Run {
    fn of(chain: &Chain, steps: std::ops::Range<usize>, output: Region) -> Self {
        let mut run = Self { output, source: points(output), maps: 0, effects: Vec::new() };
        for step in steps.rev() {
            match &chain.steps[step] {
                Step::Field(_) | Step::Blend(_) => unreachable!("runs end at fields"),
                Step::Pixel(_) => run.effects.push(Effect::Pixel { step, at: run.source.clone() }),
                Step::Map(map) => {
                    let before = run.source.clone();
                    run.source =
                        before.iter().map(|point| point.and_then(|point| follow(map, point))).collect();
                    let gone = |i: &usize| before[*i].is_some() && run.source[*i].is_none();
                    let pixels = (0..before.len()).filter(gone).collect();
                    run.effects.push(Effect::Fill { pixels, color: map.color });
                    run.maps += 1;
                }
            }
        }
        run.effects.reverse();
        run
    }

    fn needed(&self) -> Region {
        if self.maps == 0 { self.output } else { around(&self.source) }
    }
}

impl Reference {
    /// Applies chains to `[3, height, width]`.
    pub(super) fn render(chains: &[Chain], pixels: &[f32], size: Size, clamp: bool) -> Self {
        let chains: Vec<&Chain> = chains.iter().collect();
        let traces: Vec<Trace> =
            chains.iter().map(|chain| Trace::of(chain, Region::whole(chain.output()))).collect();
        let traces: Vec<&Trace> = traces.iter().collect();
        let leaf = gather_source(&runs(&traces, 0), pixels, size);
        let pixels = if clamp { leaf.tensor.clamp(0.0, 1.0) } else { leaf.tensor.shallow_clone() };
        let x = pixels.expand([chains.len() as i64, -1, -1, -1], false);
        Self { windows: apply_all(&chains, &traces, x), leaf }
    }

    /// Adds the gradient of `total` on the source. The graph is kept.
    pub(super) fn back_propagate(&self, total: &Tensor, gradient: &mut GradientSum) {
        let grad = &Tensor::run_backward(&[total], &[&self.leaf.tensor], true, false)[0];
        for (row, pixels) in self.leaf.pixels.iter().enumerate() {
            let values = Vec::<f32>::try_from(grad.get(row as i64).contiguous().view([-1])).expect("values");
            gradient.add_at(pixels, &values);
        }
    }
}

fn gather_source(runs: &[&Run], source: &[f32], image: Size) -> Leaf {
    let size = runs[0].output.size();
    let shared = runs.iter().all(|run| run.maps == 0 && run.output == runs[0].output);
    let rows = if shared { &runs[..1] } else { runs };
    let (mut values, mut pixels) = (Vec::new(), Vec::new());
    for run in rows {
        let offset = |point: &Point| point.map(|(x, y)| (y * image.width + x) as u32);
        let offsets: Vec<Option<u32>> = run.source.iter().map(offset).collect();
        for channel in source.chunks(image.area() as usize) {
            values.extend(offsets.iter().map(|offset| offset.map_or(0.0, |offset| channel[offset as usize])));
        }
        pixels.push(offsets);
    }
    let shape = [rows.len() as i64, 3, size.height, size.width];
    Leaf { tensor: Tensor::from_slice::<f32>(&values).view(shape).set_requires_grad(true), pixels }
}

fn runs<'t>(traces: &[&'t Trace], number: usize) -> Vec<&'t Run> {
    traces.iter().map(|trace| &trace.runs[number]).collect()
}

/// Everything that happens to the pixels of the first runs.
fn apply_all(chains: &[&Chain], traces: &[&Trace], x: Tensor) -> Tensor {
    let mut x = apply_effects(chains, &runs(traces, 0), x);
    for i in 0..traces[0].fields.len() {
        let fields: Vec<&Field> = traces.iter().map(|trace| &trace.fields[i]).collect();
        x = if fields[0].blend.is_some() {
            blend(chains, &fields, &x)
        } else {
            apply_field(chains, &fields, &x)
        };
        let runs = runs(traces, i + 1);
        if runs.iter().any(|run| run.maps > 0) {
            x = gather(&runs, fields.iter().map(|field| field.piece.output), &x);
        }
        x = apply_effects(chains, &runs, x);
    }
    x
}

/// share · made + (1 − share) · got, one sample after the other.
fn blend(chains: &[&Chain], fields: &[&Field], x: &Tensor) -> Tensor {
    let of = |chain: &Chain, field: &Field, x: &Tensor| {
        let (Step::Blend(blend), Some(trace)) = (&chain.steps[field.step], &field.blend) else {
            unreachable!()
        };
        let Piece { size, input, output } = field.piece;
        let found = gather(&[&trace.runs[0]], [input].into_iter(), x);
        let made = apply_all(&[&blend.chain], &[trace], found);
        let mask = Masks::default().draw(&blend.mask, &blend.scope, size).expect("a mask");
        let shares: Vec<f32> =
            points(output).into_iter().flatten().map(|(x, y)| mask.at(x as usize, y as usize)).collect();
        let shares = Tensor::from_slice(&shares).view([1, 1, output.height, output.width]);
        let got = cut(Region { x: output.x - input.x, y: output.y - input.y, ..output }, x);
        got * (shares.ones_like() - &shares) + made * shares
    };
    let each = (0..).zip(chains).zip(fields);
    Tensor::cat(&each.map(|((i, chain), field)| of(chain, field, &x.narrow(0, i, 1))).collect::<Vec<_>>(), 0)
}

/// The pixels of runs in the pieces that their inputs are.
fn gather(runs: &[&Run], pieces: impl Iterator<Item = Region>, x: &Tensor) -> Tensor {
    let mut offsets: Vec<i64> = Vec::new();
    for (run, piece) in runs.iter().zip(pieces) {
        let offset = |(x, y)| (y - piece.y) * piece.width + x - piece.x;
        offsets.extend(run.source.iter().map(|point| point.map_or(0, offset)));
    }
    let (n, size) = (runs.len() as i64, runs[0].output.size());
    let offsets = Tensor::from_slice(&offsets).view([n, 1, size.area()]);
    x.flatten(2, 3).gather(2, &offsets.expand([n, 3, -1], false), false).view([n, 3, size.height, size.width])
}

fn apply_effects(chains: &[&Chain], runs: &[&Run], x: Tensor) -> Tensor {
    (0..runs[0].effects.len()).fold(x, |x, i| match &runs[0].effects[i] {
        Effect::Fill { .. } => fill(runs, i, x),
        Effect::Pixel { step, .. } => apply_pixel_steps(chains, runs, *step, i, &x),
    })
}

fn fill(runs: &[&Run], effect: usize, x: Tensor) -> Tensor {
    let size = runs[0].output.size();
    let (mut mask, mut colors) = (vec![1.0_f32; runs.len() * size.area() as usize], Vec::new());
    for (mask, run) in mask.chunks_mut(size.area() as usize).zip(runs) {
        let Effect::Fill { pixels, color } = &run.effects[effect] else { unreachable!() };
        for &pixel in pixels {
            mask[pixel] = 0.0;
        }
        colors.push(*color);
    }
    let mask = Tensor::from_slice(&mask).view([runs.len() as i64, 1, size.height, size.width]);
    let kept = x * &mask;
    let color = colors::per_sample(colors.into_iter(), &kept);
    kept + color * (mask.ones_like() - mask)
}

fn apply_pixel_steps(chains: &[&Chain], runs: &[&Run], step: usize, effect: usize, x: &Tensor) -> Tensor {
    let steps: Vec<&PixelStep> = chains
        .iter()
        .map(|chain| match &chain.steps[step] {
            Step::Pixel(step) => step,
            Step::Map(_) | Step::Field(_) | Step::Blend(_) => unreachable!(),
        })
        .collect();
    let each = |number: &dyn Fn(&PixelStep) -> [f32; 3]| {
        colors::per_sample(steps.iter().map(|step| number(step)), x)
    };
    // Other steps have no such number.
    let color = || {
        each(&|step| match step {
            PixelStep::Add(add) => add.0,
            PixelStep::Mul(mul) => mul.0,
            PixelStep::Quantize(quantize) => quantize.0,
            PixelStep::Saturation(saturation) => [saturation.0; 3],
            PixelStep::Clamp(_) | PixelStep::Noise(_) => unreachable!(),
        })
    };
    let bound = |i: usize| {
        each(&|step| match step {
            PixelStep::Clamp(clamp) => [clamp.0[i]; 3],
            _ => unreachable!(),
        })
    };
    match steps[0] {
        PixelStep::Add(_) => x + color(),
        PixelStep::Mul(_) => x * color(),
        PixelStep::Clamp(_) => x.clamp_tensor(Some(bound(0)), Some(bound(1))),
        PixelStep::Quantize(_) => (x / color()).floor() * color(),
        PixelStep::Saturation(_) => {
            let rest: Tensor = 1.0 - color();
            (x * color() + colors::gray(x) * rest).clamp(0.0, 1.0)
        }
        PixelStep::Noise(_) => {
            let mut values = Vec::new();
            for (run, step) in runs.iter().zip(&steps) {
                let Effect::Pixel { at, .. } = &run.effects[effect] else { unreachable!() };
                let PixelStep::Noise(step) = step else { unreachable!() };
                values.extend(noise(step, at));
            }
            x + Tensor::from_slice(&values).view(x.size().as_slice())
        }
    }
}

fn noise(step: &Noise, at: &[Point]) -> Vec<f32> {
    let normal = Normal::new(step.key);
    let value = move |channel: usize, point: &Point| {
        let found = point.map(|(x, y)| normal.at(x as u32, y as u32)[if step.gray { 0 } else { channel }]);
        found.unwrap_or(0.0) * step.std[channel]
    };
    (0..3).flat_map(|channel| at.iter().map(move |point| value(channel, point))).collect()
}

fn apply_field(chains: &[&Chain], fields: &[&Field], x: &Tensor) -> Tensor {
    let steps = chains.iter().zip(fields).map(|(chain, field)| match &chain.steps[field.step] {
        Step::Field(step) => step,
        Step::Map(_) | Step::Pixel(_) | Step::Blend(_) => unreachable!(),
    });
    let steps: Vec<_> = steps.collect();
    let (first, piece) = (steps[0], fields[0].piece);
    let alike = |i: usize| {
        let Piece { input, output, .. } = fields[i].piece;
        steps[i] == first && input == piece.input && output == piece.output
    };
    if (0..steps.len()).all(alike) {
        return field::apply(first, x, &piece);
    }
    let each = |i: usize| field::apply(steps[i], &x.narrow(0, i as i64, 1), &fields[i].piece);
    Tensor::cat(&(0..steps.len()).map(each).collect::<Vec<_>>(), 0)
}

/// The greatest difference between the bits of values; zeros of both signs are the same, and so are all NaN.
pub(super) fn first_difference(found: &Tensor, wanted: &Tensor) -> Option<(usize, f32, f32)> {
    let values =
        |tensor: &Tensor| Vec::<f32>::try_from(tensor.detach().contiguous().view([-1])).expect("values");
    let pairs = values(found).into_iter().zip(values(wanted)).enumerate();
    pairs.map(|(i, (a, b))| (i, a, b)).find(|(_, a, b)| !(a == b || a.is_nan() && b.is_nan()))
}

/// Where tensors of the tests are computed.
pub(super) const DEVICE: Device = Device::Cpu;

/// Σ x · w with weights that differ everywhere, so that no gradient is lost.
pub(super) fn weighted(x: &Tensor) -> Tensor {
    let weights = Tensor::arange(x.numel() as i64, (Kind::Float, DEVICE)).sin().view(x.size().as_slice());
    (x * weights).sum(Kind::Float)
}
