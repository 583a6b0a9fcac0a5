//! The optimisers of the canvas, as PyTorch defines them with its default constants.
//!
//! Every update is elementwise and uses only operations that IEEE 754 rounds exactly, in plain Rust: the bits
//! do not depend on the machine that steps, and slices of the canvas can be stepped side by side.

use std::ops::Range;
use std::sync::Arc;

use clipig_core::{GradientRows, all_finite};
use clipig_experiment::Optimizer;

use crate::bands::{all_of, bands, threads_for};
use crate::pixels::Change;

/// Base rate of an optimiser, by which the experiment's learn rate is multiplied.
pub(crate) fn base_rate(optimizer: Optimizer) -> f64 {
    match optimizer {
        Optimizer::Adam | Optimizer::SparseAdam => 0.01,
        Optimizer::Sgd => 10.0,
        Optimizer::RmsProp => 0.003,
        Optimizer::Adadelta => 20.0,
    }
}

/// An optimiser with its state.
#[derive(Clone, Debug)]
pub(crate) struct OptimizerState {
    kind: Optimizer,
    /// Steps taken.
    steps: u32,
    /// Running averages, each as long as the canvas; how many depends on the kind. A checkpoint that is being written
    /// holds them, too.
    averages: Vec<Arc<Vec<f32>>>,
}

impl OptimizerState {
    /// A fresh optimiser for `len` values.
    pub(crate) fn new(kind: Optimizer, len: usize) -> Self {
        let averages = match kind {
            Optimizer::Sgd => 0,
            Optimizer::SparseAdam => 1,
            Optimizer::Adam | Optimizer::Adadelta => 2,
            Optimizer::RmsProp => 3,
        };
        Self { kind, steps: 0, averages: (0..averages).map(|_| Arc::new(vec![0.0; len])).collect() }
    }

    /// An optimiser as it was saved; a fresh one where what was saved does not fit.
    pub(crate) fn restore(kind: Optimizer, len: usize, steps: u32, averages: Vec<Arc<Vec<f32>>>) -> Self {
        let fresh = Self::new(kind, len);
        let fits = averages.len() == fresh.averages.len() && averages.iter().all(|a| a.len() == len);
        if fits { Self { steps, averages, ..fresh } } else { fresh }
    }

    /// Steps taken.
    pub(crate) fn steps(&self) -> u32 {
        self.steps
    }

    /// Running averages, each as long as the canvas. Cloning shares them.
    pub(crate) fn averages(&self) -> &[Arc<Vec<f32>>] {
        &self.averages
    }

    /// One step of values along their gradient, in one pass on all cores. Are all values finite after it?
    pub(crate) fn step(&mut self, change: Change<'_>, gradient: &impl Gradient, rate: f64) -> bool {
        self.steps += 1;
        let update = Update::new(self.kind, i32::try_from(self.steps).unwrap_or(i32::MAX), rate);
        let (lines, length) = (gradient.lines(), gradient.line_length());
        let before: Vec<_> = self.averages.iter_mut().map(replace_shared).collect();
        let averages = self.averages.iter_mut().zip(&before).map(|(average, before)| {
            let new = Arc::get_mut(average).expect("what was shared is replaced").as_mut_slice();
            Change { old: before.as_ref().map(|before| before.as_slice()), new }
        });
        let bands = bands(lines, threads_for(change.new.len()));
        let band_length = bands.first().map_or(1, |band| band.len() * length).max(1);
        let mut averages: Vec<_> = averages.map(|change| change.pieces(band_length)).collect();
        let parts = bands.into_iter().zip(change.pieces(band_length)).map(|(lines, values)| Band {
            lines,
            values,
            averages: averages.iter_mut().filter_map(Iterator::next).collect(),
        });
        all_of(parts.collect(), |band| band.step(&update, gradient))
    }
}

/// A gradient, line by line.
pub(crate) trait Gradient: Sync {
    /// How many lines there are.
    fn lines(&self) -> usize;

    /// Values of each line; the last one may be shorter.
    fn line_length(&self) -> usize;

    /// Copies a line.
    fn copy(&self, line: usize, values: &mut [f32]);
}

/// The rows of all channels, one below the other.
impl Gradient for GradientRows<'_> {
    fn lines(&self) -> usize {
        3 * self.height()
    }

    fn line_length(&self) -> usize {
        self.width()
    }

    fn copy(&self, line: usize, values: &mut [f32]) {
        GradientRows::copy(self, line / self.height(), line % self.height(), values);
    }
}

/// The gradient of every value.
pub(crate) struct Dense<'a>(pub(crate) &'a [f32]);

impl Dense<'_> {
    /// Values that fit the processor's cache together with the averages of an optimiser.
    const LINE: usize = 1 << 10;
}

impl Gradient for Dense<'_> {
    fn lines(&self) -> usize {
        self.0.len().div_ceil(Self::LINE)
    }

    fn line_length(&self) -> usize {
        Self::LINE
    }

    fn copy(&self, line: usize, values: &mut [f32]) {
        values.copy_from_slice(&self.0[line * Self::LINE..][..values.len()]);
    }
}

/// Makes other memory for values that somebody else holds as well. Returns the values so far, which are still to be copied.
fn replace_shared(values: &mut Arc<Vec<f32>>) -> Option<Arc<Vec<f32>>> {
    if Arc::get_mut(values).is_some() {
        return None;
    }
    let length = values.len();
    Some(std::mem::replace(values, Arc::new(vec![0.0; length])))
}

/// Some lines in a step.
struct Band<'a> {
    lines: Range<usize>,
    values: Change<'a>,
    averages: Vec<Change<'a>>,
}

impl Band<'_> {
    /// Line by line, so that what is copied, used and checked is still in the processor's cache.
    fn step(mut self, update: &Update, gradient: &impl Gradient) -> bool {
        let length = gradient.line_length();
        let (mut copied, mut finite) = (vec![0.0; length], true);
        for (i, line) in self.lines.enumerate() {
            let here = i * length..((i + 1) * length).min(self.values.new.len());
            let row = &mut copied[..here.len()];
            gradient.copy(line, row);
            let values = self.values.begin(here.clone());
            let mut averages: Vec<&mut [f32]> =
                self.averages.iter_mut().map(|average| average.begin(here.clone())).collect();
            update.apply(values, row, &mut averages);
            finite &= all_finite(values);
        }
        finite
    }
}

/// The numbers of one step.
enum Update {
    /// Kingma, Ba: "Adam" (2014), with bias correction.
    Adam {
        size: f32,
        correction: f32,
    },
    Sgd {
        rate: f32,
    },
    /// Hinton's `RMSprop`; `centered` subtracts the squared mean (Graves, 2013).
    RmsProp {
        rate: f32,
        centered: bool,
    },
    /// Zeiler: "ADADELTA" (2012).
    Adadelta {
        rate: f32,
    },
}

impl Update {
    fn new(kind: Optimizer, steps: i32, rate: f64) -> Self {
        let narrow = |value: f64| value as f32;
        match kind {
            Optimizer::Adam => Self::Adam {
                size: narrow(rate / (1.0 - 0.9_f64.powi(steps))),
                correction: narrow((1.0 - 0.999_f64.powi(steps)).sqrt()),
            },
            Optimizer::Sgd => Self::Sgd { rate: narrow(rate) },
            Optimizer::SparseAdam => Self::RmsProp { rate: narrow(rate), centered: false },
            Optimizer::RmsProp => Self::RmsProp { rate: narrow(rate), centered: true },
            Optimizer::Adadelta => Self::Adadelta { rate: narrow(rate) },
        }
    }

    fn apply(&self, values: &mut [f32], gradient: &[f32], state: &mut [&mut [f32]]) {
        match (self, state) {
            (Self::Adam { size, correction }, [mean, square]) => {
                for (((value, &g), m), v) in
                    values.iter_mut().zip(gradient).zip(mean.iter_mut()).zip(square.iter_mut())
                {
                    *m += (g - *m) * 0.1;
                    *v = *v * 0.999 + g * g * 0.001;
                    *value -= size * (*m / (v.sqrt() / correction + 1e-8));
                }
            }
            (Self::RmsProp { rate, centered: true }, [square, mean, momentum]) => {
                for ((((value, &g), s), m), b) in values
                    .iter_mut()
                    .zip(gradient)
                    .zip(square.iter_mut())
                    .zip(mean.iter_mut())
                    .zip(momentum.iter_mut())
                {
                    *s = *s * 0.99 + g * g * 0.01;
                    *m += (g - *m) * 0.01;
                    *b = *b * 0.1 + g / ((*s - *m * *m).max(0.0).sqrt() + 1e-8);
                    *value -= rate * *b;
                }
            }
            (Self::RmsProp { rate, .. }, [square]) => {
                for ((value, &g), s) in values.iter_mut().zip(gradient).zip(square.iter_mut()) {
                    *s = *s * 0.99 + g * g * 0.01;
                    *value -= rate * (g / (s.sqrt() + 1e-8));
                }
            }
            (Self::Adadelta { rate }, [square, delta]) => {
                for (((value, &g), s), d) in
                    values.iter_mut().zip(gradient).zip(square.iter_mut()).zip(delta.iter_mut())
                {
                    *s = *s * 0.9 + g * g * 0.1;
                    let step = (*d + 1e-6).sqrt() / (*s + 1e-6).sqrt() * g;
                    *d = *d * 0.9 + step * step * 0.1;
                    *value -= rate * step;
                }
            }
            (Self::Sgd { rate }, _) => {
                for (value, &g) in values.iter_mut().zip(gradient) {
                    *value -= rate * g;
                }
            }
            _ => unreachable!("OptimizerState::new makes as many averages as the update has"),
        }
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::GradientSum;

    use super::*;

    const KINDS: [Optimizer; 5] =
        [Optimizer::Adam, Optimizer::Sgd, Optimizer::SparseAdam, Optimizer::Adadelta, Optimizer::RmsProp];

    /// A gradient with values on the diagonal only, so that most of its tiles are not there.
    fn diagonal(side: usize) -> GradientSum {
        let mut sum = GradientSum::new(side, side);
        let pixels: Vec<Option<u32>> = (0..side).map(|i| Some((i * side + i) as u32)).collect();
        let values: Vec<f32> = (0..3 * side).map(|i| (i as f32 * 0.7).sin()).collect();
        sum.add_at(&pixels, &values);
        sum
    }

    #[test]
    fn threads_tiles_and_other_memory_change_no_bits() {
        // Large enough for threads, and no multiple of a tile.
        let side = 331;
        let gradient = diagonal(side);
        let dense = gradient.to_dense();
        assert!(
            threads_for(dense.len()) > 1 || std::thread::available_parallelism().is_ok_and(|n| n.get() == 1)
        );
        for kind in KINDS {
            let start: Vec<f32> = (0..dense.len()).map(|i| (i as f32 * 0.3).cos()).collect();
            let (mut in_place, mut elsewhere) = (start.clone(), vec![f32::NAN; start.len()]);
            let [mut plain, mut in_lines] = [start.clone(), start.clone()];
            let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| OptimizerState::new(kind, start.len()));
            for rate in [0.1, 0.02] {
                assert!(a.step(Change { old: None, new: &mut in_place }, &gradient.rows(), rate));
                let before = if rate == 0.1 { start.clone() } else { elsewhere.clone() };
                // As a checkpoint that is being written.
                let held = b.averages().to_vec();
                let seen: Vec<Vec<f32>> = held.iter().map(|average| average.to_vec()).collect();
                assert!(b.step(Change { old: Some(&before), new: &mut elsewhere }, &gradient.rows(), rate));
                assert!(held.iter().map(|average| average.as_slice()).eq(&seen), "{kind:?}");
                c.steps += 1;
                let update = Update::new(kind, c.steps as i32, rate);
                let mut averages: Vec<&mut [f32]> = c.averages.iter_mut().map(own).collect();
                update.apply(&mut plain, &dense, &mut averages);
                let in_lines = Change { old: None, new: &mut in_lines };
                assert!(d.step(in_lines, &Dense(&dense), rate));
            }
            assert!(in_lines == plain && d.averages == c.averages, "{kind:?}");
            assert!(in_place == plain && elsewhere == plain, "{kind:?}");
            assert!(a.averages == c.averages && b.averages == c.averages, "{kind:?}");
        }
    }

    fn own(average: &mut Arc<Vec<f32>>) -> &mut [f32] {
        Arc::get_mut(average).expect("nobody else holds it")
    }

    #[test]
    fn a_step_into_infinity_is_noticed() {
        let mut gradient = GradientSum::new(3, 2);
        gradient.add_at(&[Some(5)], &[0.0, f32::MAX, 0.0]);
        let mut values = vec![0.0; 18];
        let change = Change { old: None, new: &mut values };
        assert!(!OptimizerState::new(Optimizer::Sgd, 18).step(change, &gradient.rows(), 10.0));
    }
}
