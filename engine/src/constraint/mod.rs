//! Constraints: properties that a window should have besides being similar to a feature.
//!
//! Every constraint sees a batch of windows `[n, 3, S, S]` in [0, 1] and gives one loss per sample, `[n]`. A fixed factor
//! makes the losses of different constraints comparable: 1 for contrast, 10 for normalize, 100 for all others.
//!
//! With a mask, each pixel has a weight. A distance between pixels is multiplied by it. What is measured on the window as a
//! whole (a mean, a spread) is measured with these weights, and the loss is multiplied by their mean: so a pixel is pulled as
//! strongly as without a mask if it counts fully, however few others do.

mod blur;
mod border;
mod bounds;
mod contrast;
mod edge_mean;
mod histogram;
mod noise;
mod normalize;
mod palette;
mod saturation;
mod std;

#[cfg(test)]
mod mask_tests;
#[cfg(test)]
mod oracle_tests;

use ::std::cell::OnceCell;

use clipig_experiment::{
    Bounds, Constraint, ConstraintKind, ConstraintLoss, EvaluationError, FrameTime, Moment, Scope, Value,
};
use clipig_geometry::GaussianError;
use tch::{Kind, Tensor};

use self::bounds::bounded;

/// Why a constraint could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum ConstraintError {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// The numbers do not fit the window.
    #[error("`{path}`: {message}")]
    Impossible {
        /// Path of the constraint in the experiment.
        path: String,
        /// What is wrong and what would do.
        message: String,
    },
}

/// Is the constraint active in the scope's epoch? Its ends may be expressions.
///
/// # Errors
/// When an expression fails or gives no number.
pub fn is_active(constraint: &Constraint, scope: &Scope) -> Result<bool, ConstraintError> {
    let moment = |moment: &Moment, end: &str| -> Result<FrameTime, ConstraintError> {
        match moment {
            Moment::Fixed(time) => Ok(*time),
            Moment::Expression(expression) => match expression.evaluate(scope)? {
                Value::Float(ratio) => Ok(FrameTime::Ratio(ratio)),
                value => value.as_i64().map(FrameTime::Epoch).ok_or_else(|| ConstraintError::Impossible {
                    path: format!("{}.{end}", constraint.path),
                    message: "the expression must give an epoch (integer) or a share of the run".to_owned(),
                }),
            },
        }
    };
    let span = clipig_experiment::Span {
        start: moment(&constraint.start, "start")?,
        end: moment(&constraint.end, "end")?,
    };
    Ok(span.contains(scope.epoch(), scope.time()))
}

/// A batch of windows, and what else a constraint on them needs.
#[derive(Clone, Copy, Debug)]
pub struct Constrained<'a> {
    /// `[n, 3, S, S]` in [0, 1].
    pub windows: &'a Tensor,
    /// A weight from 0 to 1 for each pixel, `[n, 1, S, S]`; without it all count fully.
    pub mask: Option<&'a Tensor>,
    /// What the preparation has found out for the constraint; empty for most.
    pub prepared: &'a [f32],
    /// Of this constraint.
    pub kept: &'a Kept,
}

/// What a constraint keeps on the device from one batch to the next, so that it is sent once. It belongs to one constraint
/// with its preparation, and to one device.
#[derive(Debug, Default)]
pub struct Kept(OnceCell<histogram::Colors>);

/// The loss of each window, `[n]`, before weighting. `scopes` has one scope per sample, with the target's
/// mean similarity.
///
/// # Errors
/// When an expression fails, numbers do not fit the window, or the preparation is that of another constraint.
pub fn losses(
    constraint: &Constraint,
    seen: Constrained<'_>,
    scopes: &[Scope],
) -> Result<Tensor, ConstraintError> {
    let Constrained { windows, mask, prepared, kept } = seen;
    let eval = Evaluation { constraint, mask, scopes };
    let bounded = |value: Tensor, bounds: &Bounds| -> Result<Tensor, ConstraintError> {
        Ok(eval.of_share(bounded(&value, bounds, constraint.loss, &eval)?))
    };
    let (value, factor) = match &constraint.kind {
        ConstraintKind::Blur(kernel) => (blur::loss(kernel, windows, &eval)?, 100.0),
        ConstraintKind::Border(border) => (border::loss(border, windows, &eval)?, 100.0),
        ConstraintKind::Histogram(_) => (histogram::loss((prepared, &kept.0), windows, &eval)?, 100.0),
        ConstraintKind::Noise(std) => (noise::loss(std, windows, &eval)?, 100.0),
        ConstraintKind::Normalize { min, max } => (normalize::loss(min, max, windows, &eval)?, 10.0),
        ConstraintKind::Palette(colors) => (palette::loss(colors, windows, &eval)?, 100.0),
        ConstraintKind::Contrast(bounds) => (bounded(contrast::value(windows, &eval), bounds)?, 1.0),
        ConstraintKind::EdgeMean { bounds, kernel } => {
            (bounded(edge_mean::value(kernel, windows, &eval)?, bounds)?, 100.0)
        }
        ConstraintKind::Mean(bounds) => (bounded(eval.mean(windows), bounds)?, 100.0),
        ConstraintKind::Saturation(bounds) => (bounded(saturation::value(windows, &eval), bounds)?, 100.0),
        ConstraintKind::Std(bounds) => (bounded(std::value(windows, &eval), bounds)?, 100.0),
    };
    Ok(value * factor)
}

/// What the expressions of a constraint are evaluated with.
struct Evaluation<'a> {
    constraint: &'a Constraint,
    /// A weight for each pixel, `[n, 1, S, S]`.
    mask: Option<&'a Tensor>,
    scopes: &'a [Scope],
}

/// Sums of weights below this stand for none.
const NO_WEIGHT: f64 = 1e-6;

impl Evaluation<'_> {
    /// Three numbers per sample as `[n, 3]` (or `[1, 3]` where all are the same).
    fn colors(
        &self,
        values: &[clipig_experiment::expression::Float; 3],
        like: &Tensor,
    ) -> Result<Tensor, ConstraintError> {
        let mut colors = Vec::with_capacity(self.scopes.len());
        for scope in self.scopes {
            let mut color = [0.0_f32; 3];
            for (color, value) in color.iter_mut().zip(values) {
                *color = value.evaluate(scope)? as f32;
            }
            colors.push(color);
        }
        Ok(crate::colors::per_sample(colors.into_iter(), like).view([-1, 3]))
    }

    /// Applies a function of evaluated numbers to each sample's window; if all samples have the same numbers, to the
    /// whole batch at once.
    fn per_sample<T: PartialEq>(
        &self,
        windows: &Tensor,
        evaluate: impl Fn(&Scope) -> Result<T, ConstraintError>,
        apply: impl Fn(&T, &Tensor) -> Tensor,
    ) -> Result<Tensor, ConstraintError> {
        let numbers = self.scopes.iter().map(evaluate).collect::<Result<Vec<T>, _>>()?;
        if numbers.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(apply(&numbers[0], windows));
        }
        let each = |(i, numbers): (usize, &T)| apply(numbers, &windows.narrow(0, i as i64, 1));
        Ok(Tensor::cat(&numbers.iter().enumerate().map(each).collect::<Vec<_>>(), 0))
    }

    fn impossible(&self, message: String) -> ConstraintError {
        ConstraintError::Impossible { path: self.constraint.path.clone(), message }
    }

    fn gaussian(&self, error: GaussianError) -> ConstraintError {
        match error {
            GaussianError::Expression(error) => error.into(),
            GaussianError::TooLarge(message) => self.impossible(message),
        }
    }

    /// Mean distance per sample between windows and what they should be.
    fn distance(&self, windows: &Tensor, desired: &Tensor) -> Tensor {
        self.mean_distance(&(windows - desired))
    }

    /// The mean distance per sample, `[n]`, of differences `[n, 3, S, S]`.
    fn mean_distance(&self, differences: &Tensor) -> Tensor {
        let distances = distance(differences, self.constraint.loss);
        let distances = match self.mask {
            Some(mask) => distances * mask,
            None => distances,
        };
        distances.mean_dim([1_i64, 2, 3].as_slice(), false, None::<Kind>)
    }

    /// The mean of each colour, `[n, 3]`; 0 where no pixel counts.
    fn mean(&self, image: &Tensor) -> Tensor {
        match self.mask {
            Some(mask) => sum(&(image * mask)) / sum(mask).clamp_min(NO_WEIGHT),
            None => image.mean_dim([2_i64, 3].as_slice(), false, None::<Kind>),
        }
    }

    /// Losses `[n]` of windows as wholes, times the share of the window that counts.
    fn of_share(&self, losses: Tensor) -> Tensor {
        match self.mask {
            Some(mask) => losses * mask.mean_dim([1_i64, 2, 3].as_slice(), false, None::<Kind>),
            None => losses,
        }
    }
}

/// The sums over pixels `[n, c]` of an image `[n, c, S, S]`.
fn sum(image: &Tensor) -> Tensor {
    image.sum_dim_intlist([2_i64, 3].as_slice(), false, None::<Kind>)
}

/// |x| or x².
fn distance(x: &Tensor, loss: ConstraintLoss) -> Tensor {
    match loss {
        ConstraintLoss::L1 => x.abs(),
        ConstraintLoss::L2 => x.square(),
    }
}
