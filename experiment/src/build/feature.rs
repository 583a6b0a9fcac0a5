//! What features compare the picture with.

use std::collections::BTreeMap;

use super::reader::Reader;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::{Experiment, FeatureLoss};
use crate::feature_source::{Direction, FeatureSource, Style, Subject};
use crate::limits::MAX_STYLES;
use crate::source::Origin;

/// All names that a feature may have, of which it has one.
const SOURCES: [&str; 5] = ["text", "image", "prompt", "direction", "style"];

/// The source of a feature and the parameter that names it. A prompt is a text that is still whole.
pub(super) fn source(reader: &mut Reader<'_>) -> (&'static str, FeatureSource) {
    if reader.is_written("direction") {
        let direction = reader.map("direction", direction);
        check_alone(reader, "direction");
        return ("direction", FeatureSource::Direction(Box::new(direction)));
    }
    if reader.is_written("style") {
        let style = reader.map("style", style);
        check_alone(reader, "style");
        return ("style", FeatureSource::Style(style));
    }
    let text = reader.optional_text("text");
    let image = reader.optional_text("image");
    let prompt = reader.optional_text("prompt");
    let blank = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
    if blank(&text) {
        reader
            .error("text", "the text is empty")
            .help(|| "say what should be seen: `text: a curly spoon`".to_owned());
    }
    if blank(&image) {
        reader.error("image", "the name of the image is empty");
    }
    if let Some(prompt) = prompt {
        if text.is_some() || image.is_some() {
            reader
                .error("prompt", "a feature has either a prompt, a text or an image, not several of them")
                .help(|| "make two features of it:\n- prompt: …\n- text: …".to_owned());
        }
        return ("prompt", FeatureSource::Text(prompt));
    }
    match (text, image) {
        (Some(_), Some(_)) => {
            reader
                .error("image", "a feature has either a text or an image, not both")
                .help(|| "make two features of it:\n- text: …\n- image: …".to_owned());
            ("text", FeatureSource::Text(String::new()))
        }
        (Some(text), None) => ("text", FeatureSource::Text(text)),
        (None, Some(image)) => ("image", FeatureSource::Image(image)),
        (None, None) => {
            if !SOURCES.into_iter().any(|name| reader.is_broken(name) || reader.is_refused(name)) {
                reader
                    .error_here("a feature needs a text or an image")
                    .help(|| "say what should be seen: `text: a curly spoon`".to_owned());
            }
            ("text", FeatureSource::Text(String::new()))
        }
    }
}

/// Reports what stands beside a source that has its own parameters.
fn check_alone(reader: &mut Reader<'_>, name: &'static str) {
    let Some(other) = SOURCES.into_iter().find(|other| *other != name && reader.is_written(other)) else {
        return;
    };
    reader
        .error(other, &format!("a feature has either `{name}` or `{other}`, not both"))
        .help(|| format!("make two features of it:\n- {name}: …\n- {other}: …"));
}

fn direction(reader: &mut Reader<'_>) -> Direction {
    let from = subject(reader, "from", "from_image");
    let to = subject(reader, "to", "to_image");
    if from == to && !from.as_str().is_empty() {
        reader
            .error("to", "`from` and `to` are the same, so there is no direction between them")
            .help(|| "for example:\n- direction:\n    from: a photo\n    to: a pencil drawing".to_owned());
    }
    let origin = reader.optional_text("origin");
    if origin.as_ref().is_some_and(|name| name.trim().is_empty()) {
        reader
            .error("origin", "the name of the image is empty")
            .help(|| "remove the line to measure from the first canvas".to_owned());
    }
    Direction { from, to, origin }
}

/// One end of a direction: a text or an image.
fn subject(reader: &mut Reader<'_>, text: &'static str, image: &'static str) -> Subject {
    let (words, file) = (reader.optional_text(text), reader.optional_text(image));
    let blank = |words: &Option<String>| words.as_ref().is_some_and(|words| words.trim().is_empty());
    if blank(&words) {
        reader.error(text, "the text is empty");
    }
    if blank(&file) {
        reader.error(image, "the name of the image is empty");
    }
    match (words, file) {
        (Some(words), None) => Subject::Text(words),
        (None, Some(file)) => Subject::Image(file),
        (Some(_), Some(_)) => {
            reader.error(image, &format!("a direction has either `{text}` or `{image}`, not both"));
            Subject::Text(String::new())
        }
        (None, None) => {
            if !reader.is_broken(text) && !reader.is_broken(image) {
                reader
                    .error_here(&format!("a direction needs `{text}` (a text) or `{image}` (an image file)"))
                    .help(|| {
                        "for example:\n- direction:\n    from: a photo\n    to: a pencil drawing".to_owned()
                    });
            }
            Subject::Text(String::new())
        }
    }
}

fn style(reader: &mut Reader<'_>) -> Style {
    let image = reader.text("image");
    if image.trim().is_empty() && reader.is_written("image") && !reader.is_broken("image") {
        reader.error("image", "the name of the image is empty");
    }
    Style { image, depth: reader.float("depth").as_constant().unwrap_or_default() }
}

/// Reports an experiment whose styles would need too much memory.
pub(super) fn check_styles(experiment: &Experiment, origin: Origin, problems: &mut Diagnostics) {
    // Each model has patches of its own. A target stands there once for each model that sees it.
    let (mut count, mut written) = (0, BTreeMap::new());
    for target in experiment.targets.iter().filter(|target| target.active) {
        let styles = target
            .features
            .iter()
            .filter(|feature| matches!(feature.source, FeatureSource::Style(_)))
            .count();
        count += styles;
        written.insert(target.place, styles);
    }
    if count <= MAX_STYLES {
        return;
    }
    let written: usize = written.values().sum();
    let found = format!("there are {written} features `style`");
    let allowed = format!("at most {MAX_STYLES} are allowed");
    problems.push(if count == written {
        Diagnostic::error("targets", origin, format!("{found}; {allowed}"))
    } else {
        let message = format!("{found}, which makes {count} because several models see them; {allowed}");
        Diagnostic::error("targets", origin, message)
            .help("`models` of a target names the models that see it")
    });
}

/// Checks the loss of a feature: those that compare the numbers of two vectors one by one need vectors.
pub(super) fn check_loss(reader: &mut Reader<'_>, source: &FeatureSource, loss: FeatureLoss) {
    let name = match source {
        FeatureSource::Text(_) | FeatureSource::Image(_) => return,
        FeatureSource::Direction(_) => "direction",
        FeatureSource::Style(_) => "style",
    };
    if matches!(loss, FeatureLoss::L1 | FeatureLoss::L2) {
        reader
            .error("loss", &format!("a `{name}` is compared by its angle alone"))
            .help(|| "allowed beside it: `cosine`, `spherical`".to_owned());
    }
}
