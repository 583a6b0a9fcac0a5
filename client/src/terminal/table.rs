//! The table of targets: how often each feature was chosen, its loss and its similarity.

use std::fmt::Write as _;

use clipig_experiment::{Experiment, FeatureSource, Scope, rounded};
use clipig_schedule::{JobStatistics, Recent, TargetStatistics};

/// Longest name of a target in the table.
const NAME: usize = 30;

/// Longest text, image or constraint in the table.
const FEATURE: usize = 40;

/// A row: the columns that every row has, then mean, least and greatest similarity where there are some.
type Row = (Vec<String>, Option<[String; 3]>);

/// One line per feature and constraint, columns aligned; nothing before the first sample.
pub fn lines(experiment: &Experiment, statistics: &JobStatistics, scope: &Scope) -> Vec<String> {
    let mut rows: Vec<Row> = Vec::new();
    for (target, statistics) in experiment.targets.iter().zip(&statistics.targets) {
        if statistics.count == 0 {
            continue;
        }
        for (i, feature) in target.features.iter().enumerate() {
            let name = if i == 0 { shortened(&target.name, NAME) } else { String::new() };
            let feature = match &feature.source {
                FeatureSource::Image(path) => shortened_in_front(path, FEATURE),
                source => shortened(&source.shown(), FEATURE),
            };
            let losses = &statistics.losses[i];
            let similarity = &statistics.similarities[i];
            let row = row(name, statistics.weights[i], feature, losses, statistics);
            rows.push((row, Some([similarity.mean(), similarity.min(), similarity.max()].map(rounded))));
        }
        for (i, constraint) in target.constraints.iter().enumerate() {
            let losses = &statistics.constraint_losses[i];
            if losses.count == 0 {
                continue;
            }
            let text = constraint.describe(scope).unwrap_or_else(|error| error.message);
            let weight = statistics.constraint_weights[i];
            let row = row("  constraint".to_owned(), weight, shortened(&text, FEATURE), losses, statistics);
            rows.push((row, None));
        }
    }
    aligned(&rows)
}

fn row(
    name: String,
    weight: f64,
    feature: String,
    losses: &Recent,
    target: &TargetStatistics,
) -> Vec<String> {
    let share = losses.count as f64 / target.count.max(1) as f64 * 100.0;
    vec![
        name,
        rounded(weight),
        feature,
        losses.count.to_string(),
        rounded((share * 10.0).round() / 10.0),
        rounded(losses.mean()),
        rounded(losses.min()),
        rounded(losses.max()),
    ]
}

fn aligned(rows: &[Row]) -> Vec<String> {
    let width =
        |cells: &mut dyn Iterator<Item = &String>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..8).map(|column| width(&mut rows.iter().map(|(cells, _)| &cells[column]))).collect();
    let similarity: Vec<usize> = (0..3)
        .map(|i| width(&mut rows.iter().filter_map(|(_, values)| Some(&values.as_ref()?[i]))))
        .collect();
    rows.iter()
        .map(|(cells, values)| {
            let c: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            let mut line = format!(
                "{} : {} x {} : count {} ({}%) / loss {} ({} - {})",
                c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
            );
            if let Some(values) = values {
                let s: Vec<String> =
                    values.iter().zip(&similarity).map(|(value, width)| format!("{value:width$}")).collect();
                let _ = write!(line, " / sim {} ({} - {})", s[0], s[1], s[2]);
            }
            line
        })
        .collect()
}

/// The text, at most `length` characters.
fn shortened(text: &str, length: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= length {
        return line;
    }
    line.chars().take(length - 2).chain("..".chars()).collect()
}

/// The end of a path, at most `length` characters.
fn shortened_in_front(path: &str, length: usize) -> String {
    let count = path.chars().count();
    if count <= length {
        return path.to_owned();
    }
    "..".chars().chain(path.chars().skip(count - (length - 2))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened() {
        assert_eq!(shortened("a  b\nc", 5), "a b c");
        assert_eq!(shortened("abcdefgh", 5), "abc..");
        assert_eq!(shortened_in_front("folder/ä.png", 8), "../ä.png");
    }
}
