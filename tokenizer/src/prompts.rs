//! Checks texts before any model is loaded.

use clipig_experiment::Experiment;

use super::{TokenizeError, Tokenizer};

/// A text of an experiment has no tokens for a model.
#[derive(Debug, thiserror::Error)]
#[error("`{path}`: {source}")]
pub struct TextError {
    /// Path of the text in the experiment.
    pub path: String,
    /// What is wrong with it.
    pub source: TokenizeError,
}

/// What the preparation of a job would refuse of the texts of an experiment's active targets that a model sees, the one at
/// `place` among the experiment's. It takes `context` tokens, and its token table has `vocabulary` rows.
pub fn check_texts(
    experiment: &Experiment,
    place: usize,
    (context, vocabulary): (usize, usize),
) -> Vec<TextError> {
    let tokenizer = Tokenizer::shared();
    let active = experiment.targets.iter().filter(|target| target.active && target.model == place);
    let mut problems = Vec::new();
    for feature in active.flat_map(|target| &target.features) {
        for (path, text) in feature.texts() {
            if let Err(source) = tokenizer.tokenize(text, context, vocabulary) {
                problems.push(TextError { path, source });
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    #[test]
    fn long_texts_of_active_targets_are_found() {
        let long = "a red apple ".repeat(40);
        let yaml = format!(
            "targets:\n- features:\n  - text: short\n  - text: {long}\n- active: no\n  features:\n  - text: {long}\n"
        );
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).unwrap();
        let found = check_texts(&loaded.experiment, 0, (77, 49_408));
        assert_eq!(found.len(), 1, "{found:?}");
        let words = found[0].to_string();
        assert!(words.starts_with("`targets.0.features.1.text`: the text needs 122 tokens"), "{words}");
        assert!(check_texts(&loaded.experiment, 0, (122, 49_408)).is_empty());
        let yaml = format!("targets:\n- features:\n  - text: short\n  - prompt: short | {long}:2\n");
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).unwrap();
        let found = check_texts(&loaded.experiment, 0, (77, 49_408));
        assert!(found[0].to_string().starts_with("`targets.0.features.1.prompt`:"), "{found:?}");
        let yaml = format!("targets:\n- features:\n  - direction: {{from: a photo, to: {long}}}\n");
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default()).unwrap();
        let found = check_texts(&loaded.experiment, 0, (77, 49_408));
        assert!(found[0].to_string().starts_with("`targets.0.features.0.direction.to`:"), "{found:?}");
    }
}
