//! The numbers of an experiment that may be expressions, all in one walk.

use crate::experiment::{
    Border, Bounds, Constraint, ConstraintKind, Experiment, Kernel, Moment, Transform, TransformKind,
};
use crate::expression::{EvaluationError, Expression, Float, Int, Scope};

/// A number that may be an expression.
#[derive(Clone, Copy, Debug)]
pub enum Number<'a> {
    /// One with a fraction.
    Float(&'a Float),
    /// An integer.
    Int(&'a Int),
    /// A moment, whose meaning depends on the type of the result.
    Moment(&'a Expression),
}

impl Number<'_> {
    /// Whether it uses random functions.
    pub fn draws(&self) -> bool {
        match self {
            Self::Float(value) => value.draws(),
            Self::Int(value) => value.draws(),
            Self::Moment(value) => value.draws(),
        }
    }

    /// Evaluates it and throws the result away.
    ///
    /// # Errors
    /// Whatever goes wrong in the expression.
    pub fn check(&self, scope: &Scope) -> Result<(), EvaluationError> {
        match self {
            Self::Float(value) => value.evaluate(scope).map(|_| ()),
            Self::Int(value) => value.evaluate(scope).map(|_| ()),
            Self::Moment(value) => value.evaluate(scope).map(|_| ()),
        }
    }
}

impl Transform {
    /// Its parameters that may be expressions.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        use TransformKind as Kind;
        let mut out = Vec::new();
        match &self.kind {
            Kind::Add(values)
            | Kind::FNoise(values)
            | Kind::Mean(values)
            | Kind::Mul(values)
            | Kind::Noise(values)
            | Kind::Quantize(values) => floats(&mut out, values),
            Kind::Clamp(values)
            | Kind::RandomScale(values)
            | Kind::RandomTranslate(values)
            | Kind::Shift(values) => floats(&mut out, values),
            Kind::Crop(values) => floats(&mut out, values),
            Kind::RandomShift(values) => floats(&mut out, values),
            Kind::BwNoise(value) | Kind::Contrast(value) | Kind::Saturation(value) => {
                out.push(Number::Float(value));
            }
            Kind::CenterCrop(size) | Kind::RandomCrop(size) | Kind::Repeat(size) | Kind::Resize(size) => {
                ints(&mut out, size);
            }
            Kind::Blur(kernel) => self::kernel(&mut out, kernel),
            Kind::Border(border) => self::border(&mut out, border),
            Kind::Edge { kernel, amount } => {
                self::kernel(&mut out, kernel);
                floats(&mut out, amount);
            }
            Kind::Pad { size, color, mode: _ } => {
                ints(&mut out, size);
                floats(&mut out, color);
            }
            Kind::RandomRotate { degree, center } => {
                floats(&mut out, degree);
                floats(&mut out, center);
            }
            Kind::RNoise { std, resolution } => {
                floats(&mut out, std);
                ints(&mut out, resolution);
            }
            Kind::Rotate { degree, center } => {
                out.push(Number::Float(degree));
                floats(&mut out, center);
            }
        }
        out
    }

    /// Whether it is random, by its nature or because one of its parameters uses a random function.
    pub fn draws(&self) -> bool {
        use TransformKind as Kind;
        let nature = matches!(
            self.kind,
            Kind::BwNoise(_)
                | Kind::FNoise(_)
                | Kind::Noise(_)
                | Kind::RNoise { .. }
                | Kind::RandomCrop(_)
                | Kind::RandomRotate { .. }
                | Kind::RandomScale(_)
                | Kind::RandomShift(_)
                | Kind::RandomTranslate(_)
        );
        nature || self.numbers().iter().any(Number::draws)
    }
}

impl Constraint {
    /// Its parameters that may be expressions.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        let mut out = vec![Number::Float(&self.weight)];
        for moment in [&self.start, &self.end] {
            if let Moment::Expression(expression) = moment {
                out.push(Number::Moment(expression));
            }
        }
        match &self.kind {
            ConstraintKind::Blur(kernel) => self::kernel(&mut out, kernel),
            ConstraintKind::Border(border) => self::border(&mut out, border),
            ConstraintKind::Contrast(bounds)
            | ConstraintKind::Mean(bounds)
            | ConstraintKind::Saturation(bounds)
            | ConstraintKind::Std(bounds) => self::bounds(&mut out, bounds),
            ConstraintKind::EdgeMean { bounds, kernel } => {
                self::bounds(&mut out, bounds);
                self::kernel(&mut out, kernel);
            }
            ConstraintKind::Noise(std) => floats(&mut out, std),
            ConstraintKind::Normalize { min, max } => {
                floats(&mut out, min);
                floats(&mut out, max);
            }
        }
        out
    }
}

impl Experiment {
    /// Every number that may be an expression.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        let mut out = vec![Number::Float(&self.learnrate), Number::Float(&self.learnrate_scale)];
        ints(&mut out, &self.resolution);
        for target in &self.targets {
            out.push(Number::Float(&target.weight));
            for feature in &target.features {
                out.extend([Number::Float(&feature.weight), Number::Float(&feature.scale)]);
            }
            out.extend(target.transforms.iter().flat_map(Transform::numbers));
            out.extend(target.constraints.iter().flat_map(Constraint::numbers));
        }
        let effects = self.postproc.iter().flat_map(|post_process| &post_process.transforms);
        out.extend(effects.flat_map(Transform::numbers));
        out
    }
}

fn floats<'a>(out: &mut Vec<Number<'a>>, values: &'a [Float]) {
    out.extend(values.iter().map(Number::Float));
}

fn ints<'a>(out: &mut Vec<Number<'a>>, values: &'a [Int]) {
    out.extend(values.iter().map(Number::Int));
}

fn kernel<'a>(out: &mut Vec<Number<'a>>, kernel: &'a Kernel) {
    ints(out, &kernel.size);
    if let Some(sigma) = &kernel.sigma {
        floats(out, sigma);
    }
}

fn border<'a>(out: &mut Vec<Number<'a>>, border: &'a Border) {
    ints(out, &border.size);
    floats(out, &border.color);
}

fn bounds<'a>(out: &mut Vec<Number<'a>>, bounds: &'a Bounds) {
    for values in [&bounds.above, &bounds.below].into_iter().flatten() {
        floats(out, values);
    }
}
