//! What preparing the features of an experiment would end with, as far as texts and styles tell.

use clipig_core::NoPatches;
use clipig_experiment::Experiment;
use clipig_models::{ModelError, Store};
use clipig_tokenizer::check_texts;

use crate::failure::Failure;

/// What would fail with the models of the experiment; nothing where their weights are not here. Only their header is read.
pub(crate) fn check(experiment: &Experiment) -> Result<Vec<String>, Failure> {
    // Without a home there is no store, and the embedded model is not asked for by a farm.
    let Ok(store) = Store::of_user() else { return Ok(Vec::new()) };
    let mut problems: Vec<(String, Vec<String>)> = Vec::new();
    let names = experiment.model_names();
    let models = names.len();
    for (place, name) in names.into_iter().enumerate() {
        let name = name.map_or_else(|| store.default_model().name.to_owned(), str::to_owned);
        let shape = match store.info(&name) {
            Ok(info) => info.architecture,
            Err(ModelError::Unknown { .. } | ModelError::NotInStore { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let limit = store.resolve(&name)?.spec.context.unwrap_or(shape.context);
        let tokens = (limit.min(shape.context) as usize, shape.vocabulary as usize);
        let texts = check_texts(experiment, place, tokens);
        let mut found: Vec<String> = texts.iter().map(ToString::to_string).collect();
        if shape.feature_lengths().style.is_none() {
            found.extend(NoPatches::find(experiment, place).map(|error| error.to_string()));
        }
        for problem in found {
            // Several models may take exactly as many words.
            match problems.iter_mut().find(|(known, _)| *known == problem) {
                Some((_, models)) => models.push(name.clone()),
                None => problems.push((problem, vec![name.clone()])),
            }
        }
    }
    let named = |(problem, of): (String, Vec<String>)| {
        if of.len() < models { format!("{}: {problem}", of.join(", ")) } else { problem }
    };
    Ok(problems.into_iter().map(named).collect())
}
