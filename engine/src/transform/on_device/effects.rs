//! What happens to the pixels of a run, and to their gradient on the way back, one kernel for each operation of the rows.

use tch::Tensor;

use super::noise::noise_at;
use super::numbers::{Floats, Sent};
use super::places::Places;
use super::plan::{Effect, Noise, Plan};
use crate::colors::GRAY;

/// What it takes to go back through the effects of a run.
#[derive(Debug)]
pub(super) struct Back {
    /// By stretch between steps that mix colours: where the gradient passes, `[n, 3, h, w]`; everywhere where `None`.
    gates: Vec<Option<Tensor>>,
    /// In the order of the chain.
    steps: Vec<BackStep>,
}

/// A step that changes gradients.
#[derive(Debug)]
enum BackStep {
    Mul(Tensor),
    Quantize,
    Saturation { factor: Tensor, rest: Tensor },
}

/// The effects of a run on the device.
pub(super) struct Effects<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sent: &'a Sent,
    pub(super) levels: &'a [Places],
}

impl Effects<'_> {
    /// Applies all to `[n, 3, h, w]`. Values are limited to [0, 1] before them where `limits[0]`, after them where
    /// `limits[1]`.
    pub(super) fn apply(&self, pixels: Tensor, limits: [bool; 2]) -> (Tensor, Back) {
        let mut row = Values { x: pixels, back: Back { gates: vec![None], steps: Vec::new() } };
        if limits[0] {
            row.limit_to_one();
        }
        for effect in &self.plan.effects {
            self.apply_one(effect, &mut row);
        }
        if limits[1] {
            row.limit_to_one();
        }
        (row.x, row.back)
    }

    fn apply_one(&self, effect: &Effect, row: &mut Values) {
        let x = &row.x;
        match effect {
            Effect::Add(colors) => row.x = x + self.colors(*colors),
            Effect::Mul(factors) => {
                let factors = self.colors(*factors);
                row.x = x * &factors;
                row.back.steps.push(BackStep::Mul(factors));
            }
            Effect::Quantize(steps) => {
                let steps = self.colors(*steps);
                row.x = (x / &steps).floor() * steps;
                row.back.steps.push(BackStep::Quantize);
            }
            Effect::Clamp { least, greatest } => row.limit(&self.numbers(*least), &self.numbers(*greatest)),
            Effect::Saturation { factor, rest } => {
                let (factor, rest) = (self.numbers(*factor), self.numbers(*rest));
                let color = |i: usize| x.narrow(1, i as i64, 1) * f64::from(GRAY[i]);
                let gray = (color(0) + color(1) + color(2)) * &rest;
                row.x = x * &factor + gray;
                row.back.steps.push(BackStep::Saturation { factor, rest });
                row.back.gates.push(None);
                row.limit_to_one();
            }
            Effect::Noise(noise) => row.x = self.noisy(x, noise),
            Effect::Fill { before, after, color } => {
                let [before, after] = [before, after].map(|level| &self.levels[*level].there);
                let lost = before.logical_and(&after.logical_not()).unsqueeze(1);
                // Times 0 and not just replaced: what is not finite must not be hidden.
                row.x = (x * 0.0 + self.colors(*color)).where_self(&lost, x);
            }
        }
    }

    fn noisy(&self, x: &Tensor, noise: &Noise) -> Tensor {
        let n = self.plan.shape[0];
        let start = self.sent.longs(noise.start, [n, 1, 1]);
        let found = noise_at(&start, &self.levels[noise.level], noise.gray);
        let noisy = x + found * self.colors(noise.std);
        match noise.wanted {
            Some(wanted) => noisy.where_self(&self.sent.ints(wanted, [n, 1, 1, 1]).ne(0_i64), x),
            None => noisy,
        }
    }

    fn colors(&self, colors: Floats) -> Tensor {
        self.sent.floats(colors, [self.plan.shape[0], 3, 1, 1])
    }

    fn numbers(&self, numbers: Floats) -> Tensor {
        self.sent.floats(numbers, [self.plan.shape[0], 1, 1, 1])
    }
}

/// Values on their way through the effects.
struct Values {
    x: Tensor,
    back: Back,
}

impl Values {
    /// Limits values as `limited` does for rows: where bounds cross, the upper one wins; NaN stays.
    fn limit(&mut self, least: &Tensor, greatest: &Tensor) {
        let x = &self.x;
        let open = x.ge_tensor(least).logical_and(&x.le_tensor(greatest));
        let above = least.where_self(&x.lt_tensor(least), x);
        let limited = greatest.where_self(&above.gt_tensor(greatest), &above);
        self.x = limited;
        self.close(&open);
    }

    fn limit_to_one(&mut self) {
        let x = &self.x;
        let open = x.ge(0.0).logical_and(&x.le(1.0));
        let above = x.where_scalarother(&x.lt(0.0).logical_not(), 0.0);
        self.x = above.where_scalarother(&above.gt(1.0).logical_not(), 1.0);
        self.close(&open);
    }

    /// Closes gates of the current stretch where they are not to be `open`.
    fn close(&mut self, open: &Tensor) {
        if let Some(gate) = self.back.gates.last_mut() {
            *gate = Some(match gate.take() {
                Some(gate) => gate.logical_and(open),
                None => open.shallow_clone(),
            });
        }
    }
}

impl Back {
    /// The gradient of the run's pixels before all effects, from that of its output.
    pub(super) fn apply(&self, gradient: Tensor) -> Tensor {
        let mut gates = self.gates.iter().rev().map(Option::as_ref);
        let mut gradient = pass(gradient, gates.next().flatten());
        for step in self.steps.iter().rev() {
            gradient = match step {
                BackStep::Mul(factors) => gradient * factors,
                BackStep::Quantize => gradient.zeros_like(),
                BackStep::Saturation { factor, rest } => {
                    let color = |i: i64| gradient.narrow(1, i, 1) * rest;
                    let gray = color(0) + color(1) + color(2);
                    let weighted = GRAY.map(|weight| &gray * f64::from(weight));
                    pass(&gradient * factor + Tensor::cat(&weighted, 1), gates.next().flatten())
                }
            };
        }
        gradient
    }
}

/// Stops the gradient where gates are closed.
fn pass(gradient: Tensor, open: Option<&Tensor>) -> Tensor {
    match open {
        Some(open) => gradient.where_scalarother(open, 0.0),
        None => gradient,
    }
}
