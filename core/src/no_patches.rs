//! A style that a model cannot encode.

use clipig_experiment::{Experiment, Feature, FeatureSource, Target};

/// A style for a model whose image tower has no patches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{path}`: the image tower of this model is a ResNet, which has no patches; a style needs a vision transformer, such \
     as ViT-B/32{}", remedy(*.target)
)]
pub struct NoPatches {
    /// Path of the style's feature in the experiment.
    pub path: String,
    /// The place of its target among those that are written, where the experiment has several models.
    pub target: Option<usize>,
}

impl NoPatches {
    /// Says that the model of a target cannot encode a feature.
    pub fn new(experiment: &Experiment, target: &Target, feature: &Feature) -> Self {
        let target = (experiment.models.len() > 1).then_some(target.place);
        Self { path: feature.path.clone(), target }
    }

    /// The first style that a model without patches would have to encode; `model` is its place among the experiment's.
    pub fn find(experiment: &Experiment, model: usize) -> Option<Self> {
        let targets = experiment.targets.iter().filter(|target| target.active && target.model == model);
        let mut features =
            targets.flat_map(|target| target.features.iter().map(move |feature| (target, feature)));
        let (target, feature) =
            features.find(|(_, feature)| matches!(feature.source, FeatureSource::Style(_)))?;
        Some(Self::new(experiment, target, feature))
    }
}

fn remedy(target: Option<usize>) -> String {
    target.map_or_else(String::new, |place| {
        format!("; name the models that have one in `targets.{place}.models`")
    })
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    #[test]
    fn styles_of_active_targets_are_found_with_the_remedy() {
        let style = "features: [{text: x}, {style: {image: a.png}}]";
        let found = |head: &str, targets: &str, model| {
            let yaml = format!("{head}\ntargets: {targets}\n");
            let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default());
            let experiment = loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment;
            NoPatches::find(&experiment, model).map(|error| error.to_string())
        };
        let text = found("", &format!("[{{{style}}}]"), 0).unwrap();
        assert!(text.starts_with("`targets.0.features.1.style`: the image tower of this model"), "{text}");
        assert!(text.ends_with("such as ViT-B/32"), "nothing else to choose from: {text}");
        assert_eq!(found("", "[{features: [{text: x}]}]", 0), None);
        let inactive = format!("[{{{style}, active: no}}, {{features: [{{text: x}}]}}]");
        assert_eq!(found("", &inactive, 0), None);
        let several = "models: [{name: a}, {name: b}]";
        let targets = format!("[{{features: [{{text: x}}]}}, {{{style}}}]");
        let text = found(several, &targets, 1).unwrap();
        assert!(text.starts_with("`targets.1.features.1.style`"), "{text}");
        assert!(text.ends_with("; name the models that have one in `targets.1.models`"), "{text}");
        let chosen = format!("[{{{style}, models: [{{name: a}}]}}]");
        assert_eq!(found(several, &chosen, 1), None, "this model does not see the target");
    }
}
