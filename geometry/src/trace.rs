//! Follows the pixels of a window back through a chain of transforms to the pixels of the canvas.

use std::sync::Arc;

use crate::chain::{Chain, Step};
use crate::context::DrawError;
use crate::pixel::PixelStep;
use crate::region::{MAX_AREA, Region, Size};
use crate::route::Route;

/// A run: maps and pixel steps between two fields. It is computed on the pixels of its output only.
#[derive(Debug)]
pub struct Run {
    /// The piece of the run's output that is needed.
    pub output: Region,
    /// Where its pixels come from.
    pub route: Route,
    /// What happens to them on the way, in the order of the chain.
    pub effects: Vec<Effect>,
}

/// What happens to the pixels of a run.
#[derive(Debug)]
pub enum Effect {
    /// A pixel step, in the image of a level.
    Pixel {
        /// The step, with its numbers.
        step: PixelStep,
        /// Number of the level.
        level: usize,
    },
    /// Pixels that are somewhere on the level before this one, and nowhere on this one, get a colour.
    Fill {
        /// Number of the level, at least 1.
        level: usize,
        /// The colour.
        color: [f32; 3],
    },
}

/// A field step or a blend between two runs.
#[derive(Clone, Debug)]
pub struct Field {
    /// Index in the chain.
    pub step: usize,
    /// Size of its whole input.
    pub size: Size,
    /// The piece of its input that is needed.
    pub input: Region,
    /// The piece of its output that is needed.
    pub output: Region,
    /// If it is a blend: the way from the piece of its input through its steps.
    pub blend: Option<Arc<Trace>>,
}

/// One sample's way from the canvas to the window: run, field, run, field, …, run.
#[derive(Debug)]
pub struct Trace {
    /// One more than fields.
    pub runs: Vec<Run>,
    /// Between the runs.
    pub fields: Vec<Field>,
}

impl Trace {
    /// Follows all pixels of the chain's output.
    ///
    /// # Errors
    /// When a piece has too many pixels to be computed.
    pub fn of(chain: &Chain) -> Result<Self, DrawError> {
        Self::of_piece(chain, Region::whole(chain.output()))
    }

    /// Follows the pixels of a piece of the chain's output.
    fn of_piece(chain: &Chain, mut output: Region) -> Result<Self, DrawError> {
        let (mut runs, mut fields) = (Vec::new(), Vec::new());
        let mut end = chain.steps.len();
        loop {
            let field = chain.steps[..end].iter().rposition(Step::is_field);
            let start = field.map_or(0, |field| field + 1);
            check(chain, start, output)?;
            let run = Run::of(&chain.steps[start..end], output);
            let Some(step) = field else {
                runs.push(run);
                break;
            };
            let (needed, size) = (run.source(), chain.size_before(step));
            runs.push(run);
            let (input, blend) = match &chain.steps[step] {
                Step::Field(definition) => (definition.needs(needed, size), None),
                Step::Blend(definition) => {
                    let trace = Self::of_piece(&definition.chain, needed)?;
                    let input = trace.runs[0].found().map_or(needed, |found| needed.around(found));
                    (input, Some(Arc::new(trace)))
                }
                Step::Map(_) | Step::Pixel(_) => unreachable!("these are no fields"),
            };
            fields.push(Field { step, size, input, output: needed, blend });
            output = input;
            end = step;
        }
        runs.reverse();
        fields.reverse();
        Ok(Self { runs, fields })
    }
}

fn check(chain: &Chain, step: usize, piece: Region) -> Result<(), DrawError> {
    if piece.width * piece.height <= MAX_AREA {
        return Ok(());
    }
    let path = chain.paths.get(step).or(chain.paths.last());
    Err(DrawError::Impossible {
        path: path.map_or_else(|| "resolution".to_owned(), Clone::clone),
        message: format!(
            "{}×{} pixels per sample are too many; crop to a smaller window, or resize",
            piece.width, piece.height
        ),
    })
}

impl Run {
    fn of(steps: &[Step], output: Region) -> Self {
        let mut route = Route::new(output);
        let mut effects = Vec::new();
        let mut keep = false;
        for step in steps.iter().rev() {
            match step {
                Step::Field(_) | Step::Blend(_) => unreachable!("runs end at fields"),
                Step::Pixel(step) => {
                    keep |= step.needs_places();
                    effects.push(Effect::Pixel { step: step.clone(), level: route.last_level() });
                }
                Step::Map(map) => {
                    if route.push(map, keep) {
                        effects.push(Effect::Fill { level: route.last_level(), color: map.color });
                    }
                    keep = false;
                }
            }
        }
        effects.reverse();
        Self { output, route, effects }
    }

    /// The smallest region of the run's input that holds all its pixels; `None` where all are nowhere.
    fn found(&self) -> Option<Region> {
        if self.route.is_empty() { Some(self.output) } else { self.route.bounds() }
    }

    /// The same, but the first pixel where all are nowhere.
    pub fn source(&self) -> Region {
        self.found().unwrap_or(Region { x: 0, y: 0, width: 1, height: 1 })
    }

    /// Does every pixel of the output come from its own place or from nowhere?
    pub fn stays(&self) -> bool {
        self.route.stays()
    }

    /// Is the run's output its input?
    pub fn is_empty(&self) -> bool {
        self.route.is_empty() && self.effects.is_empty()
    }
}
