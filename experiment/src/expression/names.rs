//! Nearest names, for messages.

/// The candidate that a misspelt word most probably means.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Short names may have one typo, longer ones more. Case does not count, except to break ties.
    let allowed = 1 + word.len() / 4;
    let lower = word.to_lowercase();
    let distance = |candidate: &str| {
        let folded = strsim::osa_distance(&lower, &candidate.to_lowercase());
        (folded, strsim::osa_distance(word, candidate))
    };
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|((folded, _), candidate)| *folded <= allowed && *folded < candidate.len().max(word.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["sin", "sinh", "t", "t2", "uniform", "width", "resolution"];
        for (word, expected) in [
            ("sinn", Some("sin")),
            ("T", Some("t")),
            ("unifrom", Some("uniform")),
            ("Width", Some("width")),
            ("resoltuion", Some("resolution")),
            ("foobar", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }
}
