//! Words that a model never saw: it cannot draw them.

use clipig_experiment::Experiment;
use clipig_tokenizer::Tokenizer;

use crate::clip::Clip;
use crate::read_back::ReadBackError;

/// Lines for people about texts with words of which the model has seen none in training; `place` is the model's place among
/// the experiment's.
pub(crate) fn unknown_words(
    clip: &Clip,
    experiment: &Experiment,
    place: usize,
) -> Result<Vec<String>, ReadBackError> {
    let known = clip.known_tokens()?;
    if known.iter().skip(1).all(|&known| known) {
        return Ok(Vec::new());
    }
    let tokenizer = Tokenizer::shared();
    let targets = experiment.targets.iter().filter(|target| target.active && target.model == place);
    let features = targets.flat_map(|target| &target.features);
    let mut lines = Vec::new();
    for (_, text) in features.flat_map(|feature| feature.source.texts()) {
        let words = tokenizer.unknown_words(text, &known);
        if words.is_empty() {
            continue;
        }
        lines.push(if tokenizer.all_unknown(text, &known) {
            format!("the model knows no word of \"{text}\" and cannot draw it; `clipig model pull ViT-B/32` gets one that does")
        } else {
            format!("the model does not know {} in \"{text}\"", words.join(", "))
        });
    }
    Ok(lines)
}
