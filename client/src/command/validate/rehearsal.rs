//! Computes all expressions and sizes of an experiment at some moments of its run, without any picture.
//!
//! Names and types are checked when an experiment is read; that `1/t` fails at the first epoch shows only when
//! it is computed, and so does that a crop is larger than what it is cut from.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use clipig_experiment::expression::Float;
use clipig_experiment::{
    Constraint, Cuts, EvaluationError, Experiment, FrameTime, Mask, Moment, Number, Scope, Span, Target,
    Transform, Value, limits, random::Key,
};
use clipig_geometry::{Chain, DrawError, Size};

/// How many moments are tried, evenly spread over the run.
const MOMENTS: u32 = 16;
/// A similarity such as they occur; which ones will, nobody knows before.
const SIMILARITY: f64 = 23.7;
/// A base rate such as optimisers have; it is a factor of `lr`.
const BASE_RATE: f64 = 0.01;
/// Each expression is bounded, an experiment full of slow ones is not. Others are tried within milliseconds, so that
/// this is long enough on a busy machine, too.
const LONGEST: Duration = Duration::from_secs(5);

/// What would fail in a run.
#[derive(Debug, Default)]
pub(crate) struct Rehearsal {
    /// The first failure of every parameter.
    pub(crate) failures: Vec<String>,
    /// What the person may not want: it would fail on this machine, and perhaps not on a farm, or nothing would happen.
    pub(crate) warnings: Vec<String>,
    /// Was it ended before all was tried?
    pub(crate) cut_short: bool,
}

/// Tries everything that is active at each of the moments.
pub(crate) fn rehearse(experiment: &Experiment) -> Rehearsal {
    let mut stage =
        Stage { done: Rehearsal::default(), failed: BTreeSet::new(), end: Instant::now() + LONGEST };
    stage.done.warnings.extend(experiment.nothing_to_do().map(str::to_owned));
    for epoch in moments(experiment) {
        stage.epoch(experiment, epoch);
    }
    stage.done
}

/// First, last and between: all epochs of a short run.
fn moments(experiment: &Experiment) -> BTreeSet<u32> {
    let (first, last) = (experiment.start_epoch, experiment.epochs.saturating_sub(1));
    if first > last {
        return BTreeSet::new();
    }
    let at = |i: u32| first + (u64::from(last - first) * u64::from(i) / u64::from(MOMENTS - 1)) as u32;
    (0..MOMENTS).map(at).collect()
}

struct Stage {
    done: Rehearsal,
    /// Parameters that have failed.
    failed: BTreeSet<String>,
    end: Instant,
}

impl Stage {
    fn epoch(&mut self, experiment: &Experiment, epoch: u32) {
        // Random numbers will be others in the run; that they are drawn is what matters.
        let key = Key::root(experiment.seed.unwrap_or(0));
        let scope = Scope::new(key, epoch, experiment.epochs);
        let Some((scope, size)) = self.resolution(experiment, &scope) else { return };
        let Some(scope) = self.learnrate(experiment, &scope) else { return };
        for post_process in experiment.postproc.iter().filter(|one| one.active && during(&one.span, &scope)) {
            self.transforms(&post_process.transforms, &scope);
            self.chain(|| Chain::draw(&post_process.transforms, &scope, size), &scope);
            self.mask(post_process.mask.as_deref(), &scope);
        }
        let scope = scope.with_similarity(SIMILARITY);
        for target in experiment.targets.iter().filter(|one| one.active && during(&one.span, &scope)) {
            self.target(target, &scope);
            self.chain(|| Chain::of(target, &scope, size), &scope);
        }
    }

    /// The scope with the resolution, and this; without one there is nothing to go on with.
    fn resolution(&mut self, experiment: &Experiment, scope: &Scope) -> Option<(Scope, Size)> {
        let [width, height] = &experiment.resolution;
        let width = self.keep(width.evaluate(scope))?;
        let height = self.keep(height.evaluate(scope))?;
        match limits::resolution(width, height) {
            Ok([width, height]) => {
                let size = Size { width: width.into(), height: height.into() };
                Some((scope.with_resolution(width, height), size))
            }
            Err(error) => {
                let epoch = scope.epoch();
                self.fail("resolution".to_owned(), format!("resolution: {error} (in epoch {epoch})"));
                None
            }
        }
    }

    fn learnrate(&mut self, experiment: &Experiment, scope: &Scope) -> Option<Scope> {
        let mut value = |number: &Float| self.keep(number.evaluate(scope));
        let (rate, scale) = (value(&experiment.learnrate)?, value(&experiment.learnrate_scale)?);
        Some(scope.with_learnrate(BASE_RATE * rate * scale, scale))
    }

    fn target(&mut self, target: &Target, scope: &Scope) {
        self.number(Number::Float(&target.weight), scope);
        self.number(Number::Int(&target.batch_size), scope);
        for feature in target.features.iter().filter(|feature| during(&feature.span, scope)) {
            self.number(Number::Float(&feature.weight), scope);
            self.number(Number::Float(&feature.scale), scope);
        }
        for number in target.cuts.iter().flat_map(Cuts::numbers) {
            self.number(number, scope);
        }
        self.transforms(&target.transforms, scope);
        self.mask(target.mask.as_deref(), scope);
        for constraint in &target.constraints {
            self.constraint(constraint, scope);
        }
    }

    fn transforms(&mut self, transforms: &[Transform], scope: &Scope) {
        for number in transforms.iter().flat_map(Transform::numbers) {
            self.number(number, scope);
        }
    }

    /// Tries whether transforms fit what they are applied to. Their expressions are tried one by one.
    fn chain(&mut self, draw: impl FnOnce() -> Result<Chain, DrawError>, scope: &Scope) {
        self.done.cut_short |= Instant::now() > self.end;
        if self.done.cut_short {
            return;
        }
        if let Err(error @ DrawError::Impossible { .. }) = draw() {
            let message = format!("{error} (in epoch {})", scope.epoch());
            if let DrawError::Impossible { path, .. } = error {
                self.fail(path, message);
            }
        }
    }

    fn mask(&mut self, mask: Option<&Mask>, scope: &Scope) {
        for number in mask.into_iter().flat_map(Mask::numbers) {
            self.number(Number::Float(number), scope);
        }
    }

    fn constraint(&mut self, constraint: &Constraint, scope: &Scope) {
        let Some(start) = self.moment(&constraint.start, scope) else { return };
        let Some(end) = self.moment(&constraint.end, scope) else { return };
        if during(&Span { start, end }, scope) {
            for number in constraint.numbers() {
                self.number(number, scope);
            }
        }
    }

    fn moment(&mut self, moment: &Moment, scope: &Scope) -> Option<FrameTime> {
        let expression = match moment {
            Moment::Fixed(time) => return Some(*time),
            Moment::Expression(expression) => expression,
        };
        match self.keep(expression.evaluate(scope))? {
            Value::Float(ratio) => Some(FrameTime::Ratio(ratio)),
            value => {
                let epoch = value.as_i64().map(FrameTime::Epoch);
                if epoch.is_none() {
                    let path = expression.path();
                    let message =
                        format!("{path}: `{}` gives neither an epoch nor a share", expression.text());
                    self.fail(path.to_owned(), message);
                }
                epoch
            }
        }
    }

    fn number(&mut self, number: Number<'_>, scope: &Scope) {
        if is_constant(number) || self.done.cut_short {
            return;
        }
        self.done.cut_short = Instant::now() > self.end;
        self.keep(number.check(scope));
    }

    fn keep<T>(&mut self, result: Result<T, EvaluationError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(error.path.clone(), error.to_string());
                None
            }
        }
    }

    /// Keeps the first failure of a parameter.
    fn fail(&mut self, path: String, message: String) {
        if self.failed.insert(path) {
            self.done.failures.push(message);
        }
    }
}

fn during(span: &Span, scope: &Scope) -> bool {
    span.contains(scope.epoch(), scope.time())
}

fn is_constant(number: Number<'_>) -> bool {
    match number {
        Number::Float(value) => value.as_constant().is_some(),
        Number::Int(value) => value.as_constant().is_some(),
        Number::Moment(value) => value.is_constant(),
    }
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    fn failures(yaml: &str) -> Vec<String> {
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).expect("it can be read");
        rehearse(&loaded.experiment).failures
    }

    #[test]
    fn failures_are_found_once_with_their_epoch() {
        let found = failures("epochs: 100\ntargets:\n- features:\n  - text: a\n    weight: 1/t\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("targets.0.features.0.weight: `1/t` failed in epoch 0"), "{found:?}");
        let last = failures("epochs: 100\nlearnrate: 1/ti\ntargets:\n- features:\n  - text: a\n");
        assert!(last[0].contains("epoch 99"), "{last:?}");
    }

    #[test]
    fn an_experiment_without_targets_is_told() {
        let warnings = |yaml: &str| {
            let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).expect("it can be read");
            rehearse(&loaded.experiment).warnings
        };
        assert!(warnings("epochs: 5\n")[0].contains("there are no `targets`"));
        assert_eq!(warnings("postproc: [{mul: .5}]\n"), [""; 0]);
        assert_eq!(warnings("targets: [{features: [{text: a}]}]\n"), [""; 0]);
    }

    #[test]
    fn what_is_not_active_cannot_fail() {
        let late = "epochs: 100\ntargets:\n- start: 10%\n  features:\n  - text: a\n    weight: 1/t\n";
        assert_eq!(failures(late), [""; 0]);
        let never = "targets:\n- active: no\n  features:\n  - text: a\n    weight: 1/t\n";
        assert_eq!(failures(never), [""; 0]);
    }

    #[test]
    fn a_resolution_that_shrinks_to_nothing_is_found() {
        let found = failures("epochs: 9\nresolution: [\"64*ti\", 8]\ntargets:\n- features:\n  - text: a\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("too small") && found[0].contains("epoch 8"), "{found:?}");
    }

    #[test]
    fn what_does_not_fit_the_picture_is_found() {
        let target = |resolution: &str, transform: &str| {
            failures(&format!(
                "epochs: 9\nresolution: [{resolution}]\ntargets:\n- features:\n  - text: a\n  transforms:\n  - {transform}\n"
            ))
        };
        let crop = target("64, 32", "random_crop: 48");
        assert_eq!(
            crop,
            [
                "`targets.0.transforms.0.random_crop`: a piece of 48×48 cannot be cut from an image of 64×32 (in epoch 0)"
            ]
        );
        let late = target("\"64 if t < .5 else 32\"", "random_crop: 48");
        assert!(late.len() == 1 && late[0].ends_with("(in epoch 4)"), "{late:?}");
        assert!(target("16", "blur: {kernel_size: 51}")[0].contains("a kernel of 51 pixels does not fit"));
        assert_eq!(target("64, 32", "random_crop: 32"), [""; 0]);
        let effect = failures("resolution: 8\npostproc:\n- blur: {kernel_size: 51}\ntargets: []\n");
        assert!(effect.len() == 1 && effect[0].starts_with("`postproc.0.blur`"), "{effect:?}");
    }

    #[test]
    fn moments_cover_the_run() {
        let yaml = "epochs: 1000\nstart_epoch: 10\ntargets:\n- features:\n  - text: a\n";
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).unwrap();
        let moments = moments(&loaded.experiment);
        assert_eq!((moments.first(), moments.last(), moments.len()), (Some(&10), Some(&999), 16));
    }
}
