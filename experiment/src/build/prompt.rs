//! Prompts: several texts with weights in one line, `a castle | stormy:0.5 | blurry:-0.3`.
//!
//! A `text` is never taken apart, because bars and colons are part of texts that people have written. Who wants weights
//! in a line says so by another name, `prompt`.

use super::reader::Reader;
use crate::diagnostic::shown;
use crate::experiment::Feature;
use crate::expression::Float;
use crate::feature_source::FeatureSource;
use crate::limits::MAX_PROMPT_PARTS;

/// Makes a feature of each part of a prompt. `whole` has the prompt as its text, and the weight and times of its entry.
pub(super) fn split(reader: &mut Reader<'_>, whole: &Feature) -> Vec<Feature> {
    let prompt = whole.source.shown();
    let Some(factor) = whole.weight.as_constant() else {
        reader.error("weight", "beside a `prompt`, `weight` must be a plain number").help(|| {
            "write each text as a feature of its own:\n- text: a castle\n  weight: 1 - t".to_owned()
        });
        return Vec::new();
    };
    let count = prompt.split('|').count();
    if count > MAX_PROMPT_PARTS {
        reader.error("prompt", &format!("a prompt of {count} texts is too long")).help(|| {
            format!("at most {MAX_PROMPT_PARTS} are allowed; the others can be features of their own")
        });
        return Vec::new();
    }
    let mut features = Vec::with_capacity(count);
    for part in prompt.split('|') {
        let (text, weight) = text_and_weight(part);
        if text.is_empty() {
            reader.error("prompt", &format!("a text is missing at `{}`", shown(part.trim()))).help(|| {
                "put a text between two bars, and a weight after it: `a castle | stormy:0.5`".to_owned()
            });
        } else if !weight.is_finite() || weight.abs() > f64::from(f32::MAX) {
            reader
                .error("prompt", &format!("`{}` has no weight that can be computed with", shown(part.trim())))
                .help(|| format!("write a number after the colon, such as `{}:0.5`", shown(text)));
        }
        let source = FeatureSource::Text(text.to_owned());
        features.push(Feature { source, weight: Float::constant(factor * weight), ..whole.clone() });
    }
    features
}

/// What stands after the last colon is the weight if it is a number; else it belongs to the text.
fn text_and_weight(part: &str) -> (&str, f64) {
    let weighted = part.rsplit_once(':').and_then(|(text, weight)| Some((text, weight.trim().parse().ok()?)));
    let (text, weight) = weighted.unwrap_or((part, 1.0));
    (text.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_a_weight() {
        assert_eq!(text_and_weight(" a castle "), ("a castle", 1.0));
        assert_eq!(text_and_weight("stormy:0.5"), ("stormy", 0.5));
        assert_eq!(text_and_weight("blurry : -.3 "), ("blurry", -0.3));
        assert_eq!(text_and_weight("title: the castle"), ("title: the castle", 1.0));
        assert_eq!(text_and_weight("at 10:30:2"), ("at 10:30", 2.0));
        assert_eq!(text_and_weight("a castle:"), ("a castle:", 1.0));
        assert_eq!(text_and_weight(":2"), ("", 2.0));
    }
}
