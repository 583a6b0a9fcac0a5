//! The table of metrics for the documentation, made of what the coordinator would answer to a scrape.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Metrics;

/// A metric as its text describes it.
#[derive(Debug, Default)]
struct Described {
    kind: String,
    help: String,
    /// Names of labels, with the values that are known from the start.
    labels: BTreeMap<String, BTreeSet<String>>,
}

/// More values than this are not listed.
const VALUES: usize = 8;

/// A Markdown table of all metrics, in the order of their names.
pub fn table() -> String {
    let metrics = Metrics::default();
    metrics.set_all_states();
    // It writes to a string.
    let text = metrics.text().unwrap_or_default();
    let mut table = String::from("| metric | type | meaning |\n|---|---|---|\n");
    for (name, Described { kind, help, labels }) in described(&text) {
        let suffix = if kind == "counter" { "_total" } else { "" };
        let shown = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.keys().cloned().collect::<Vec<_>>().join(","))
        };
        let mut meaning = help;
        for (label, values) in &labels {
            // Values that the meaning explains are in it already.
            let is_new = values.iter().any(|value| !meaning.contains(&format!("`{value}`")));
            // Routes are more than those that are known from the start.
            let is_open = values.iter().any(|value| value.contains(' '));
            if !is_new || is_open || values.len() < 2 || values.len() > VALUES {
                continue;
            }
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            let _ = write!(meaning, ". `{label}`: {}", values.join(", "));
        }
        let _ = writeln!(table, "| `{name}{suffix}{shown}` | {kind} | {} |", meaning.replace('|', "\\|"));
    }
    table
}

fn described(text: &str) -> BTreeMap<String, Described> {
    let mut metrics: BTreeMap<String, Described> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), help) => {
                name.clone_into(&mut current);
                let help = help.unwrap_or_default().trim_end_matches('.').to_owned();
                metrics.entry(current.clone()).or_default().help = help;
            }
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                kind.clone_into(&mut metrics.entry(name.to_owned()).or_default().kind);
            }
            (Some("#"), ..) => {}
            _ => {
                if let Some(found) = metrics.get_mut(&current) {
                    add_labels(&mut found.labels, line);
                }
            }
        }
    }
    metrics
}

/// The labels of a sample. The bounds of a histogram's buckets are none of the metric's own.
fn add_labels(labels: &mut BTreeMap<String, BTreeSet<String>>, sample: &str) {
    let Some((_, rest)) = sample.split_once('{') else { return };
    let Some((inside, _)) = rest.rsplit_once('}') else { return };
    for pair in inside.split(',') {
        if let Some((name, value)) = pair.split_once('=')
            && name != "le"
        {
            labels.entry(name.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_type_a_meaning_and_its_labels() {
        let table = table();
        for line in [
            "| `clipig_epochs_total` | counter | ",
            "| `clipig_workers{state}` | gauge | ",
            "| `clipig_lease_seconds` | histogram | ",
            "| `clipig_calls_total{call,code}` | counter | ",
            "| `clipig_call_seconds{call}` | histogram | ",
        ] {
            assert!(table.lines().any(|row| row.starts_with(line)), "{line} is missing in\n{table}");
        }
        assert!(table.contains("`outcome`: `accepted`, `failed`, `stale`"), "{table}");
        for row in table.lines().skip(2) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            assert!(cells.len() >= 3 && cells.iter().all(|cell| !cell.trim().is_empty()), "{row}");
        }
    }
}
