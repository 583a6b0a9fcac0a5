//! Follows the pixels of a window back through a chain of transforms to the pixels of the canvas.

use super::chain::Chain;
use super::{PixelStep, Step, TransformError};
use crate::region::{Point, Region, Size};

/// The most pixels of one sample that are computed at once.
const MAX_AREA: i64 = 1 << 26;

/// A run: maps and pixel steps between two field steps. It is computed on the pixels of its output only.
#[derive(Debug)]
pub(super) struct Run {
    /// The piece of the run's output that is needed.
    pub(super) output: Region,
    /// Where its pixels come from in the run's input.
    pub(super) source: Places,
    /// What happens on the way, in order.
    pub(super) effects: Vec<Effect>,
}

/// Places of a run's pixels in some image.
#[derive(Debug)]
pub(super) enum Places {
    /// A rectangle, row by row.
    Region(Region),
    /// One by one.
    Points(Vec<Point>),
}

/// What happens to the pixels of a run.
#[derive(Debug)]
pub(super) enum Effect {
    /// The step with this index in the chain; noise also needs to know where its pixels are.
    Pixel { step: usize, at: Option<Vec<Point>> },
    /// These pixels (by their index in the run's output) get a colour.
    Fill { pixels: Vec<u32>, color: [f32; 3] },
}

/// A field step between two runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Index in the chain.
    pub(super) step: usize,
    /// Size of its whole input.
    pub(super) size: Size,
    /// The piece of its input that is needed.
    pub(super) input: Region,
    /// The piece of its output that is needed.
    pub(super) output: Region,
}

/// One sample's way from the canvas to the window: run, field, run, field, …, run.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) runs: Vec<Run>,
    pub(super) fields: Vec<Field>,
}

impl Places {
    pub(super) fn points(&self) -> Vec<Point> {
        match self {
            Self::Region(region) => region.points(),
            Self::Points(points) => points.clone(),
        }
    }

    fn bounds(&self) -> Region {
        match self {
            Self::Region(region) => *region,
            Self::Points(points) => Region::around(points),
        }
    }
}

impl Trace {
    /// Follows all pixels of the chain's output.
    pub(super) fn of(chain: &Chain) -> Result<Self, TransformError> {
        let (mut runs, mut fields) = (Vec::new(), Vec::new());
        let mut output = Region::whole(chain.output());
        let mut end = chain.steps.len();
        loop {
            let field = chain.steps[..end].iter().rposition(|step| matches!(step, Step::Field(_)));
            let start = field.map_or(0, |field| field + 1);
            check(chain, start, output)?;
            let run = Run::of(chain, start..end, output);
            let needed = run.source.bounds();
            runs.push(run);
            let Some(step) = field else { break };
            let Step::Field(definition) = &chain.steps[step] else { break };
            let size = chain.size_before(step);
            let input = definition.needs(needed, size);
            fields.push(Field { step, size, input, output: needed });
            output = input;
            end = step;
        }
        runs.reverse();
        fields.reverse();
        Ok(Self { runs, fields })
    }
}

fn check(chain: &Chain, step: usize, piece: Region) -> Result<(), TransformError> {
    if piece.width * piece.height <= MAX_AREA {
        return Ok(());
    }
    let path = chain.paths.get(step).or(chain.paths.last()).cloned().unwrap_or_default();
    Err(TransformError::Impossible {
        path,
        message: format!(
            "{}×{} pixels per sample are too many; crop to a smaller window, or resize",
            piece.width, piece.height
        ),
    })
}

impl Run {
    fn of(chain: &Chain, steps: std::ops::Range<usize>, output: Region) -> Self {
        let mut places = Places::Region(output);
        let mut effects = Vec::new();
        for step in steps.rev() {
            match &chain.steps[step] {
                Step::Field(_) => unreachable!("runs end at field steps"),
                Step::Pixel(pixel) => {
                    let at = matches!(pixel, PixelStep::Noise(_)).then(|| places.points());
                    effects.push(Effect::Pixel { step, at });
                }
                Step::Map(map) => {
                    let before = places.points();
                    let mut points = before.clone();
                    map.trace(&mut points);
                    let gone = |(i, (before, after)): (usize, (&Point, &Point))| {
                        (before.is_somewhere() && !after.is_somewhere()).then_some(i as u32)
                    };
                    let pixels: Vec<u32> = before.iter().zip(&points).enumerate().filter_map(gone).collect();
                    effects.push(Effect::Fill { pixels, color: map.fill() });
                    places = Places::Points(points);
                }
            }
        }
        effects.reverse();
        Self { output, source: places, effects }
    }
}
