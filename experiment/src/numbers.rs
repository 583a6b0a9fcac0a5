//! The numbers of an experiment that may be expressions, all in one walk.

use crate::experiment::{
    Border, Bounds, Constraint, ConstraintKind, Cuts, Experiment, Kernel, Moment, Select, Target, Transform,
    TransformKind,
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

    /// Whether it names the similarity.
    fn uses_similarity(&self) -> bool {
        let expression = match self {
            Self::Float(value) => value.expression(),
            Self::Int(value) => value.expression(),
            Self::Moment(value) => Some(*value),
        };
        expression.is_some_and(Expression::uses_similarity)
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

impl Cuts {
    /// Its parameters that may be expressions.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        let mut out = vec![Number::Int(&self.overview), Number::Float(&self.power)];
        floats(&mut out, &self.size);
        out
    }
}

impl Transform {
    /// Its parameters that may be expressions.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        use TransformKind as Kind;
        let mut out = Vec::new();
        match &self.kind {
            Kind::Masked { mask, transforms } => {
                out.extend(mask.numbers().into_iter().map(Number::Float));
                out.extend(transforms.iter().flat_map(Self::numbers));
            }
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
        self.kind.is_random() || self.numbers().iter().any(Number::draws)
    }
}

impl TransformKind {
    /// Whether it is random by its nature. A target without such a transform looks at the canvas once per epoch. The
    /// reference says the same of each transform, from the registry of parameters.
    fn is_random(&self) -> bool {
        // Without a wildcard, so that nobody adds a transform and forgets to decide this.
        match self {
            Self::Masked { transforms, .. } => transforms.iter().any(|transform| transform.kind.is_random()),
            Self::BwNoise(_)
            | Self::FNoise(_)
            | Self::Noise(_)
            | Self::RNoise { .. }
            | Self::RandomCrop(_)
            | Self::RandomRotate { .. }
            | Self::RandomScale(_)
            | Self::RandomShift(_)
            | Self::RandomTranslate(_) => true,
            Self::Add(_)
            | Self::Blur(_)
            | Self::Border(_)
            | Self::CenterCrop(_)
            | Self::Clamp(_)
            | Self::Contrast(_)
            | Self::Crop(_)
            | Self::Edge { .. }
            | Self::Mean(_)
            | Self::Mul(_)
            | Self::Pad { .. }
            | Self::Quantize(_)
            | Self::Repeat(_)
            | Self::Resize(_)
            | Self::Rotate { .. }
            | Self::Saturation(_)
            | Self::Shift(_) => false,
        }
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
        out.extend(self.mask.iter().flat_map(|mask| mask.numbers()).map(Number::Float));
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
            ConstraintKind::Histogram(_) => {}
            ConstraintKind::Noise(std) => floats(&mut out, std),
            ConstraintKind::Palette(colors) => floats(&mut out, colors.as_flattened()),
            ConstraintKind::Normalize { min, max } => {
                floats(&mut out, min);
                floats(&mut out, max);
            }
        }
        out
    }
}

impl Target {
    /// Whether what its windows are pulled to depends on how similar they are. If not, similarities are only reported.
    pub fn asks_for_similarities(&self) -> bool {
        let by_choice = match self.select {
            Select::Best | Select::Worst => true,
            Select::All | Select::Mix => false,
        };
        let weights = self.features.iter().map(|feature| &feature.weight).chain([&self.weight]);
        let mut numbers =
            weights.map(Number::Float).chain(self.constraints.iter().flat_map(Constraint::numbers));
        by_choice || numbers.any(|number| number.uses_similarity())
    }
}

impl Experiment {
    /// Every number that may be an expression.
    pub fn numbers(&self) -> Vec<Number<'_>> {
        let mut out = vec![Number::Float(&self.learnrate), Number::Float(&self.learnrate_scale)];
        ints(&mut out, &self.resolution);
        for target in &self.targets {
            out.extend([Number::Float(&target.weight), Number::Int(&target.batch_size)]);
            for feature in &target.features {
                out.extend([Number::Float(&feature.weight), Number::Float(&feature.scale)]);
            }
            out.extend(target.cuts.iter().flat_map(Cuts::numbers));
            out.extend(target.transforms.iter().flat_map(Transform::numbers));
            out.extend(target.constraints.iter().flat_map(Constraint::numbers));
            out.extend(target.mask.iter().flat_map(|mask| mask.numbers()).map(Number::Float));
        }
        for effect in &self.postproc {
            out.extend(effect.transforms.iter().flat_map(Transform::numbers));
            out.extend(effect.mask.iter().flat_map(|mask| mask.numbers()).map(Number::Float));
        }
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

#[cfg(test)]
mod tests {
    use crate::{Overrides, Source, load, parameters};

    #[test]
    fn only_some_targets_ask_for_similarities() {
        for (target, asks) in [
            ("features: [{text: a}, {text: b, weight: 2 * t}]", false),
            ("select: mix, features: [{text: a}, {text: b}], constraints: [{mean: {above: t}}]", false),
            ("features: [{text: a, scale: 2}]", false),
            ("select: best, features: [{text: a}, {text: b}]", true),
            ("select: worst, features: [{text: a}, {text: b}]", true),
            ("features: [{text: a}, {text: b, weight: sim}]", true),
            ("weight: 100 - sim, features: [{text: a}]", true),
            ("features: [{text: a}], constraints: [{mean: {above: .01*sim}}]", true),
            ("features: [{text: a}], constraints: [{blur: {weight: sim}}]", true),
        ] {
            let yaml = format!("targets: [{{{target}}}]");
            let loaded = load(&[Source::new("x.yaml", &yaml)], &Overrides::default());
            let experiment = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment;
            assert_eq!(experiment.targets[0].asks_for_similarities(), asks, "{yaml}");
        }
    }

    #[test]
    fn transforms_are_random_where_the_registry_says_so() {
        let transforms: Vec<_> =
            parameters().children("targets.transforms").filter(|one| one.is_step()).collect();
        assert!(transforms.iter().any(|transform| transform.draws));
        for parameter in transforms {
            let example = parameter.example.replace('\n', "\n      ");
            let yaml = format!("targets:\n  - features:\n      - text: a\n    transforms:\n      {example}");
            let loaded = load(&[Source::new("x.yaml", &yaml)], &Overrides::default());
            let experiment = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment;
            let [transform] = &experiment.targets[0].transforms[..] else { panic!("{yaml}") };
            assert_eq!(transform.kind.is_random(), parameter.draws, "{}", parameter.path);
        }
    }
}
