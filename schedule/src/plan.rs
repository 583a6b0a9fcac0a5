//! The plan of an epoch: active targets → samples → shards.

use clipig_experiment::random::Key;
use clipig_experiment::{EvaluationError, Experiment, Scope, Target};

use clipig_core::{Epoch, EpochPlan, Shard, ShardIndex, ShardModels, TargetIndex};

/// The plan of the scope's epoch: every sample of every active target in exactly one shard.
///
/// `shard_size` is the greatest number of samples in a shard. It depends on the experiment and the kind of
/// device that computes the job, never on how many workers there are: shards decide the order of the sum and
/// so the bits. A target's samples are divided as evenly as possible.
pub fn plan(experiment: &Experiment, scope: &Scope, shard_size: u32) -> EpochPlan {
    let epoch = Epoch(scope.epoch());
    let mut shards = Vec::new();
    for (target, definition) in experiment.targets.iter().enumerate() {
        if !is_active(definition, scope) {
            continue;
        }
        // The coordinator has evaluated it with the same scope, see `samples_at`.
        let samples = definition.samples(scope).unwrap_or(1);
        let count = samples.div_ceil(shard_size.max(1));
        for part in 0..count {
            let bound = |part: u32| (u64::from(samples) * u64::from(part) / u64::from(count)) as u32;
            shards.push(Shard {
                index: ShardIndex(shards.len() as u32),
                target: TargetIndex(target as u32),
                samples: bound(part)..bound(part + 1),
            });
        }
    }
    EpochPlan { epoch, shards }
}

/// The model that each shard of a plan is computed with.
pub fn shard_models(experiment: &Experiment, plan: &EpochPlan) -> ShardModels {
    if experiment.models.len() < 2 {
        return ShardModels::default();
    }
    ShardModels::of_several(plan.shards.iter().map(|shard| experiment.targets[shard.target.0 as usize].model))
}

/// The most evaluations of batch sizes that an estimate takes, and the most epochs of one target that it looks at.
const LOOKS: [usize; 2] = [1_000, 16];

/// About the most samples that an epoch of the experiment can have: those of all its active targets, whatever their spans. A
/// batch size that changes is looked at in some epochs, evenly spread; [`samples_at`] knows those of an epoch exactly.
pub fn samples_of_epoch(experiment: &Experiment) -> u64 {
    most_samples(experiment).map(u64::from).sum()
}

/// The same for each active target.
pub(crate) fn most_samples(experiment: &Experiment) -> impl Iterator<Item = u32> {
    let active = experiment.targets.iter().filter(|target| target.active);
    let [mut left, most] = LOOKS;
    active.map(move |target| {
        let changes = target.draws() && target.batch_size.as_constant().is_none();
        let looks = if changes { most.min(left) } else { 1 };
        left -= if changes { looks } else { 0 };
        let (first, last) = (experiment.start_epoch, experiment.epochs.saturating_sub(1));
        let span = u64::from(last.saturating_sub(first));
        let samples = (0..looks as u64).filter_map(|look| {
            let epoch = first + (span * look / (looks as u64 - 1).max(1)) as u32;
            // It depends on the time alone. An epoch in which it fails fails the job.
            target.samples(&Scope::new(Key::root(0), epoch, experiment.epochs)).ok()
        });
        samples.max().unwrap_or(1)
    })
}

/// The samples of all targets that are active in the scope's epoch.
///
/// # Errors
/// When the expression of a batch size fails. Whoever begins an epoch asks this first; then [`plan`] cannot fail.
pub fn samples_at(experiment: &Experiment, scope: &Scope) -> Result<u64, EvaluationError> {
    let active = experiment.targets.iter().filter(|target| is_active(target, scope));
    active.map(|target| target.samples(scope).map(u64::from)).sum()
}

fn is_active(target: &Target, scope: &Scope) -> bool {
    target.active && target.span.contains(scope.epoch(), scope.time())
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    fn experiment(yaml: &str) -> Experiment {
        let loaded = load(&[Source::new("plan.yaml", yaml)], &Overrides::default());
        loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment
    }

    const CHANGING: &str = "\
epochs: 11
targets:
- {batch_size: 4 if t < .5 else 20*t, transforms: [{noise: .1}]}
- {batch_size: 3, transforms: [{random_shift: 0 1}], start: 50%}
- {batch_size: 9 - 20*t, cuts: {overview: 1}}
- {batch_size: 40*t, transforms: [{mul: .5}]}
";

    #[test]
    fn a_batch_may_change_over_time() {
        let experiment = experiment(CHANGING);
        let scope = |epoch| Scope::new(Key::root(1), epoch, experiment.epochs);
        for (epoch, wanted) in [(0, [4, 0, 9, 1]), (3, [4, 0, 3, 1]), (5, [10, 3, 1, 1]), (10, [20, 3, 1, 1])]
        {
            let plan = plan(&experiment, &scope(epoch), 8);
            let mut found = [0; 4];
            for shard in &plan.shards {
                found[shard.target.0 as usize] += shard.samples.len();
                assert!(shard.samples.len() <= 8, "{epoch}");
            }
            assert_eq!(found, wanted, "{epoch}");
            let sum = wanted.iter().sum::<usize>() as u64;
            assert_eq!(samples_at(&experiment, &scope(epoch)).expect("numbers"), sum, "{epoch}");
        }
        // Each of a few epochs was looked at.
        assert_eq!(most_samples(&experiment).collect::<Vec<_>>(), [20, 3, 9, 1]);
    }

    #[test]
    fn each_shard_of_several_models_has_that_of_its_target() {
        const TARGETS: &str = "\
targets:
- {batch_size: 4, features: [{text: a}], transforms: [{random_shift: 0 1}]}
- {batch_size: 2, features: [{text: b}], transforms: [{random_shift: 0 1}], models: [{name: RN50}]}
";
        let models = |head: &str| {
            let experiment = experiment(&format!("{head}{TARGETS}"));
            let plan = plan(&experiment, &Scope::new(Key::root(1), 0, 1), 2);
            shard_models(&experiment, &plan)
        };
        let several = models("models: [{name: ViT-B/32}, {name: RN50}]\n");
        assert_eq!(several.runs().collect::<Vec<_>>(), [(0..2, 0), (2..5, 1)]);
        assert_eq!(models("models: [{name: RN50}]\n"), ShardModels::default());
    }

    #[test]
    fn a_batch_that_fails_is_an_error_before_it_is_planned() {
        let experiment = experiment("epochs: 3\ntargets: [{batch_size: 1/t, transforms: [{noise: .1}]}]\n");
        let error = samples_at(&experiment, &Scope::new(Key::root(1), 0, 3)).expect_err("a division by zero");
        assert!(error.to_string().contains("targets.0.batch_size: `1/t` failed in epoch 0"), "{error}");
        assert_eq!(samples_of_epoch(&experiment), 2, "epochs that can be planned count");
    }

    #[test]
    fn an_estimate_is_made_in_bounded_time_however_many_targets_change() {
        let targets = "- {batch_size: 2 + 3*t, transforms: [{noise: .1}]}\n".repeat(5_000);
        let experiment = experiment(&format!("epochs: 1000\ntargets:\n{targets}"));
        let samples: Vec<u32> = most_samples(&experiment).collect();
        assert_eq!((samples.len(), samples[0], samples[4_999]), (5_000, 5, 1));
    }
}
