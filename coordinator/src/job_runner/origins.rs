//! What the changes of a picture are measured from, over updates of its job.
//!
//! A direction without an origin of its own is measured from the canvas that the job was prepared with. Every revision is
//! prepared anew, with the canvas of that moment. If an update leaves a direction as it was, its change must go on and not
//! begin again from there. So the vector of its origin is taken from the revision before.

use std::sync::Arc;

use clipig_core::Prepared;
use clipig_experiment::{Experiment, FeatureSource};

/// A revision that was computed before another one.
#[derive(Clone, Debug)]
pub struct Predecessor {
    /// Its experiment.
    pub experiment: Arc<Experiment>,
    /// Its encoded features.
    pub prepared: Arc<Prepared>,
}

impl Predecessor {
    /// Puts the origins of directions that did not change into the preparation of a later experiment.
    pub(super) fn keep_origins(&self, prepared: &mut Prepared, experiment: &Experiment) {
        for (target, came) in experiment.targets.iter().zip(&mut prepared.targets) {
            let mut all = self.experiment.targets.iter().zip(&self.prepared.targets);
            let same = all.find(|(known, _)| known.place == target.place && known.model == target.model);
            let Some((before, known)) = same else { continue };
            for (place, feature) in (0..).zip(&target.features) {
                let is_same = |direction: &FeatureSource| *direction == feature.source;
                let found = before.features.iter().position(|feature| is_same(&feature.source));
                let Some(found) = found.filter(|_| is_measured_from_the_canvas(&feature.source)) else {
                    continue;
                };
                let origin = known.of_feature(found);
                if let Some(values) = came.supplements.get_mut(&place)
                    && values.len() == origin.len()
                {
                    values.copy_from_slice(origin);
                }
            }
        }
    }
}

fn is_measured_from_the_canvas(source: &FeatureSource) -> bool {
    matches!(source, FeatureSource::Direction(direction) if direction.origin.is_none())
}

#[cfg(test)]
mod tests {
    use clipig_core::PreparedTarget;
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    fn experiment(targets: &str) -> Arc<Experiment> {
        let yaml = format!("models: [{{name: a}}, {{name: b}}]\ntargets: [{targets}]\n");
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default());
        Arc::new(loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment)
    }

    /// A preparation in which each feature has a supplement: these numbers, by target.
    fn prepared(experiment: &Experiment, number: f32) -> Prepared {
        let target = |(i, target): (usize, &clipig_experiment::Target)| PreparedTarget {
            features: vec![vec![1.0; 2]; target.features.len()],
            auto_scales: vec![1.0; target.features.len()],
            supplements: (0..target.features.len() as u32)
                .map(|place| (place, vec![number + i as f32; 2]))
                .collect(),
            ..PreparedTarget::default()
        };
        Prepared { targets: experiment.targets.iter().enumerate().map(target).collect() }
    }

    /// The first number of each supplement, by target.
    fn numbers(prepared: &Prepared) -> Vec<Vec<f32>> {
        let of_target =
            |target: &PreparedTarget| target.supplements.values().map(|values| values[0]).collect();
        prepared.targets.iter().map(of_target).collect()
    }

    #[test]
    fn directions_that_did_not_change_keep_their_origins() {
        const SAME: &str = "{direction: {from: x, to: y}}";
        const OF_IMAGE: &str = "{direction: {from: x, to: y, origin: a.png}}";
        let before =
            experiment(&format!("{{features: [{SAME}, {{direction: {{from: x, to: z}}}}, {OF_IMAGE}]}}"));
        let prepared_before = Arc::new(prepared(&before, 10.0));
        let predecessor = Predecessor { experiment: before, prepared: prepared_before };
        let after = |features: &str| {
            let after = experiment(&format!("{{features: [{features}]}}"));
            let mut prepared = prepared(&after, 20.0);
            predecessor.keep_origins(&mut prepared, &after);
            numbers(&prepared)
        };
        // Two models see the target, each with origins of its own.
        assert_eq!(after(SAME), [[10.0], [11.0]]);
        // Another weight is no other direction, and another place is none either.
        let moved = "{text: w}, {direction: {from: x, to: w}}, {direction: {from: x, to: y}, weight: 2}";
        assert_eq!(after(moved), [[20.0, 20.0, 10.0], [21.0, 21.0, 11.0]]);
        // What is measured from an image was found out anew.
        assert_eq!(after(OF_IMAGE), [[20.0], [21.0]]);
    }

    #[test]
    fn a_target_that_a_model_did_not_see_begins_anew() {
        const DIRECTION: &str = "features: [{direction: {from: x, to: y}}]";
        let before = experiment(&format!("{{{DIRECTION}, models: [{{name: b}}]}}"));
        let prepared_before = Arc::new(prepared(&before, 10.0));
        let predecessor = Predecessor { experiment: before, prepared: prepared_before };
        let after = experiment(&format!("{{{DIRECTION}}}, {{{DIRECTION}}}"));
        let mut prepared = prepared(&after, 20.0);
        predecessor.keep_origins(&mut prepared, &after);
        assert_eq!(numbers(&prepared), [[20.0], [10.0], [22.0], [23.0]]);
    }
}
