//! The optimisers of the canvas, as PyTorch defines them with its default constants.
//!
//! Every update is elementwise and uses only operations that IEEE 754 rounds exactly, in plain Rust: the bits
//! do not depend on the machine that steps, and slices of the canvas can be stepped side by side.

use clipig_experiment::Optimizer;

/// Elements below which threads cost more than they save.
const PARALLEL: usize = 1 << 18;

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
    /// Running averages, each as long as the canvas; how many depends on the kind.
    averages: Vec<Vec<f32>>,
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
        Self { kind, steps: 0, averages: vec![vec![0.0; len]; averages] }
    }

    /// An optimiser as it was saved; a fresh one where what was saved does not fit.
    pub(crate) fn restore(kind: Optimizer, len: usize, steps: u32, averages: Vec<Vec<f32>>) -> Self {
        let fresh = Self::new(kind, len);
        let fits = averages.len() == fresh.averages.len() && averages.iter().all(|a| a.len() == len);
        if fits { Self { steps, averages, ..fresh } } else { fresh }
    }

    /// Steps taken.
    pub(crate) fn steps(&self) -> u32 {
        self.steps
    }

    /// Running averages, each as long as the canvas.
    pub(crate) fn averages(&self) -> &[Vec<f32>] {
        &self.averages
    }

    /// One step of `values` along `gradient`.
    pub(crate) fn step(&mut self, values: &mut [f32], gradient: &[f32], rate: f64) {
        self.steps += 1;
        let update = Update::new(self.kind, i32::try_from(self.steps).unwrap_or(i32::MAX), rate);
        let threads = if values.len() < PARALLEL {
            1
        } else {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        };
        let chunk = values.len().div_ceil(threads).max(1);
        let mut averages: Vec<_> =
            self.averages.iter_mut().map(|average| average.chunks_mut(chunk)).collect();
        std::thread::scope(|scope| {
            for (values, gradient) in values.chunks_mut(chunk).zip(gradient.chunks(chunk)) {
                let mut state: Vec<&mut [f32]> = averages.iter_mut().filter_map(Iterator::next).collect();
                let update = &update;
                if threads == 1 {
                    update.apply(values, gradient, &mut state);
                } else {
                    scope.spawn(move || update.apply(values, gradient, &mut state));
                }
            }
        });
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
    use super::*;

    #[test]
    fn threads_change_no_bits() {
        let len = PARALLEL + 17;
        let gradient: Vec<f32> = (0..len).map(|i| (i as f32 * 0.7).sin()).collect();
        for kind in
            [Optimizer::Adam, Optimizer::Sgd, Optimizer::SparseAdam, Optimizer::Adadelta, Optimizer::RmsProp]
        {
            let mut whole = vec![0.5_f32; len];
            let mut parts = whole.clone();
            let mut state = OptimizerState::new(kind, len);
            state.step(&mut whole, &gradient, 0.1);
            for (values, gradient) in parts.chunks_mut(1000).zip(gradient.chunks(1000)) {
                OptimizerState::new(kind, values.len()).step(values, gradient, 0.1);
            }
            assert!(whole == parts, "{kind:?}");
        }
    }
}
