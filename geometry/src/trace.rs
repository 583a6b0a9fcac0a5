//! Follows the pixels of a window back through a chain of transforms to the pixels of the canvas.

use crate::chain::Chain;
use crate::context::DrawError;
use crate::pixel::PixelStep;
use crate::region::{Region, Size};
use crate::route::Route;
use crate::step::Step;

/// The most pixels of one sample that are computed at once.
const MAX_AREA: i64 = 1 << 26;

/// A run: maps and pixel steps between two field steps. It is computed on the pixels of its output only.
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

/// A field step between two runs.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Index in the chain.
    pub step: usize,
    /// Size of its whole input.
    pub size: Size,
    /// The piece of its input that is needed.
    pub input: Region,
    /// The piece of its output that is needed.
    pub output: Region,
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
        let (mut runs, mut fields) = (Vec::new(), Vec::new());
        let mut output = Region::whole(chain.output());
        let mut end = chain.steps.len();
        loop {
            let field = chain.steps[..end].iter().rposition(|step| matches!(step, Step::Field(_)));
            let start = field.map_or(0, |field| field + 1);
            check(chain, start, output)?;
            let run = Run::of(&chain.steps[start..end], output);
            let Some(step) = field else {
                runs.push(run);
                break;
            };
            let Step::Field(definition) = &chain.steps[step] else { break };
            let (needed, size) = (run.source(), chain.size_before(step));
            runs.push(run);
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
                Step::Field(_) => unreachable!("runs end at field steps"),
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

    /// The smallest region of the run's input that holds all its pixels.
    pub fn source(&self) -> Region {
        if self.route.is_empty() { self.output } else { self.route.bounds() }
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
