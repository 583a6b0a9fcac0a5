//! A constraint in one line, as tables show it: `blur(kernel_size=[51, 51], loss=l2)`.

use crate::experiment::{Border, Bounds, Constraint, ConstraintKind, ConstraintLoss, Kernel};
use crate::expression::{EvaluationError, Float, Int, Scope};

impl Constraint {
    /// Name, evaluated numbers and loss.
    ///
    /// # Errors
    /// When an expression fails.
    pub fn describe(&self, scope: &Scope) -> Result<String, EvaluationError> {
        let mut line = Line { scope, parts: Vec::new() };
        let name = match &self.kind {
            ConstraintKind::Blur(kernel) => {
                line.kernel(kernel)?;
                "blur"
            }
            ConstraintKind::Border(Border { size, color }) => {
                line.ints("size", size)?;
                line.floats("color", color)?;
                "border"
            }
            ConstraintKind::Contrast(bounds) => line.bounds("contrast", bounds)?,
            ConstraintKind::EdgeMean { bounds, .. } => line.bounds("edge_mean", bounds)?,
            ConstraintKind::Histogram(image) => {
                line.parts.push(format!("image={image}"));
                "histogram"
            }
            ConstraintKind::Mean(bounds) => line.bounds("mean", bounds)?,
            ConstraintKind::Noise(std) => {
                line.floats("std", std)?;
                "noise"
            }
            ConstraintKind::Normalize { min, max } => {
                line.floats("min", min)?;
                line.floats("max", max)?;
                "normalize"
            }
            ConstraintKind::Palette(colors) => {
                line.parts.push(format!("colors={}", colors.len()));
                "palette"
            }
            ConstraintKind::Saturation(bounds) => line.bounds("saturation", bounds)?,
            ConstraintKind::Std(bounds) => line.bounds("std", bounds)?,
        };
        line.parts.push(match self.loss {
            ConstraintLoss::L1 => "loss=l1".to_owned(),
            ConstraintLoss::L2 => "loss=l2".to_owned(),
        });
        if let ConstraintKind::EdgeMean { kernel, .. } = &self.kind {
            line.kernel(kernel)?;
        }
        Ok(format!("{name}({})", line.parts.join(", ")))
    }
}

struct Line<'a> {
    scope: &'a Scope,
    parts: Vec<String>,
}

impl Line<'_> {
    fn push(&mut self, name: &str, values: &[String]) {
        self.parts.push(format!("{name}=[{}]", values.join(", ")));
    }

    fn ints(&mut self, name: &str, values: &[Int]) -> Result<(), EvaluationError> {
        let values = values.iter().map(|value| Ok(value.evaluate(self.scope)?.to_string()));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        self.push(name, &values);
        Ok(())
    }

    fn floats(&mut self, name: &str, values: &[Float]) -> Result<(), EvaluationError> {
        let values = values.iter().map(|value| Ok(rounded(value.evaluate(self.scope)?)));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        self.push(name, &values);
        Ok(())
    }

    fn kernel(&mut self, kernel: &Kernel) -> Result<(), EvaluationError> {
        self.ints("kernel_size", &kernel.size)?;
        kernel.sigma.as_ref().map_or(Ok(()), |sigma| self.floats("sigma", sigma))
    }

    fn bounds(&mut self, name: &'static str, bounds: &Bounds) -> Result<&'static str, EvaluationError> {
        for (name, color) in [("above", &bounds.above), ("below", &bounds.below)] {
            if let Some(color) = color {
                self.floats(name, color)?;
            }
        }
        Ok(name)
    }
}

/// A number with at most three digits behind the point and at least one, as Python prints `round(x, 3)`.
pub fn rounded(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_are_rounded_as_python_does() {
        let cases = [(1.0, "1.0"), (0.182_49, "0.182"), (-0.5, "-0.5"), (1500.0, "1500.0"), (0.0004, "0.0")];
        for (value, text) in cases {
            assert_eq!(rounded(value), text);
        }
    }
}
