//! The valid name that a mistyped one probably means.

/// The candidate closest to `name`, if one is close enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = name.chars().take(64).collect::<String>().to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (similarity(&name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > LEAST)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Below this, two names have nothing to do with each other.
const LEAST: f64 = 0.65;

fn similarity(name: &str, candidate: &str) -> f64 {
    let lower = candidate.to_lowercase();
    let edited = strsim::normalized_damerau_levenshtein(name, &lower);
    // Names that begin alike (`learning_rate`, `learnrate`) are meant alike; others need the same letters.
    let begins = strsim::jaro_winkler(name, &lower);
    if begins > 0.85 { begins.max(edited) } else { edited }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_recognised_and_strangers_are_not() {
        let names = ["text", "image", "weight", "start", "end", "learnrate", "learnrate_scale", "epochs"];
        assert_eq!(nearest("txt", names), Some("text"));
        assert_eq!(nearest("wieght", names), Some("weight"));
        assert_eq!(nearest("Epoch", names), Some("epochs"));
        assert_eq!(nearest("learning_rate", names), Some("learnrate"));
        assert_eq!(nearest("frobnicate", names), None);
        assert_eq!(nearest("first", ["all", "best", "worst", "mix"]), None);
        assert_eq!(nearest("", names), None);
    }
}
