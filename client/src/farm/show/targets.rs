//! The table of targets of a watched job.

use clipig_experiment::rounded;
use console::measure_text_width;

use super::columns::plain;
use crate::farm::wire::TargetTable;

/// Longest name of a target in the table.
const NAME: usize = 30;

/// Longest text, image or constraint in the table.
const FEATURE: usize = 40;

/// One line per feature and constraint, columns aligned; targets without samples are left out.
pub(crate) fn lines(table: &TargetTable) -> Vec<String> {
    let mut rows: Vec<[String; 6]> = Vec::new();
    for target in table.targets.iter().filter(|target| target.samples > 0) {
        let mut name = plain(&target.name, NAME);
        let mut row = |weight: f64, what: String, count: u64, loss: f64, similarity: Option<f64>| {
            let share = count as f64 / target.samples as f64 * 100.0;
            rows.push([
                std::mem::take(&mut name),
                rounded(weight),
                what,
                format!("{count} ({}%)", rounded((share * 10.0).round() / 10.0)),
                rounded(loss),
                similarity.map(rounded).unwrap_or_default(),
            ]);
        };
        for feature in &target.features {
            let similarity = Some(feature.similarity);
            row(feature.weight, plain(&feature.text, FEATURE), feature.chosen, feature.loss, similarity);
        }
        for one in target.constraints.iter().filter(|one| one.active > 0) {
            row(one.weight, format!("constraint {}", plain(&one.name, FEATURE)), one.active, one.loss, None);
        }
    }
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = measure_text_width(cell).max(*width);
        }
    }
    let line = |row: &[String; 6]| {
        let cell = |i: usize| console::pad_str(&row[i], widths[i], console::Alignment::Left, None);
        let line = format!("{} : {} x {} : count {} / loss {}", cell(0), cell(1), cell(2), cell(3), cell(4));
        if row[5].is_empty() { line.trim_end().to_owned() } else { format!("{line} / sim {}", row[5]) }
    };
    rows.iter().map(line).collect()
}
