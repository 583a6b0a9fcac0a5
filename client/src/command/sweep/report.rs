//! What came of a sweep: a table, a contact sheet, the best picture.

use std::fmt::Write as _;
use std::path::Path;

use clipig_core::durable;
use clipig_experiment::Sweep;
use clipig_picture::Record;
use console::{measure_text_width, truncate_str};
use serde_json::{Map, Value as Json, json};

use super::short_names;
use crate::failure::Failure;
use crate::local::Judge;
use crate::output;
use crate::picture::sheet::{self, Cell};
use crate::series::{Drawing, Series as _, SeriesFolder, SeriesProgress};

const SHEET: &str = "sheet.png";
const TABLE: &str = "table.csv";
/// Widest column on the terminal.
const WIDEST: usize = 32;

/// What came of a sweep.
pub(super) struct Report {
    /// The parameters that differ: paths, and short names.
    parameters: Vec<String>,
    names: Vec<String>,
    rows: Vec<Row>,
    columns: usize,
    judge: Option<String>,
    best: Option<usize>,
}

struct Row {
    file: String,
    values: Vec<String>,
    title: String,
    /// Why it is not there.
    error: Option<String>,
    score: Option<f64>,
}

impl Report {
    /// Looks at all pictures; `judge` rates those that are there.
    pub(super) fn of(
        drawing: &Drawing<'_, Sweep>,
        mut judge: Option<Box<dyn Judge>>,
    ) -> Result<Self, Failure> {
        let sweep = drawing.series;
        let mut rows = Vec::with_capacity(sweep.count());
        let mut partial = false;
        // A thousand pictures take the judge some minutes.
        let (ratings, verbose) = if judge.is_some() { (sweep.count(), drawing.verbose) } else { (0, 0) };
        let mut progress = SeriesProgress::begin("rating", 0, std::iter::repeat_n(1, ratings), verbose);
        for index in 0..sweep.count() {
            let (error, mut score) = (drawing.failure(index).map(str::to_owned), None);
            if let Some(judge) = judge.as_mut().filter(|_| error.is_none()) {
                let order = drawing.order(index)?;
                let bytes = std::fs::read(&order.path).map_err(|error| {
                    Failure::failed(format!("cannot read {}: {error}", order.path.display()))
                })?;
                let name = order.path.display().to_string();
                score = judge.score((&name, &bytes), &order.loaded.experiment, &order.assets)?;
                partial |= Record::read(&bytes)
                    .is_ok_and(|record| record.run.model_names().any(|name| name == judge.model()));
                progress.step();
            }
            rows.push(Row {
                file: sweep.file_name(index),
                values: sweep.labels(index).into_iter().map(|(_, value)| value.to_owned()).collect(),
                title: sweep.title(index),
                error,
                score,
            });
        }
        progress.end();
        let judge = judge.map(|judge| judge.model().to_owned());
        if let Some(judge) = judge.as_ref().filter(|_| partial) {
            output::say(format!(
                "warning: the judge {judge} has drawn some of these pictures itself, and every model likes its own drawings\nhelp: \
                 name another model as `judge`; `clipig model list` shows those that are here"
            ));
        }
        let scores = rows.iter().enumerate().filter_map(|(index, row)| Some((index, row.score?)));
        // The first of several that are equally good.
        let best = scores.rev().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(index, _)| index);
        Ok(Self {
            parameters: sweep.axes.iter().map(|axis| axis.parameter.clone()).collect(),
            names: short_names(sweep),
            columns: sweep
                .columns()
                .filter(|columns| *columns <= 12)
                .unwrap_or_else(|| sheet::square(rows.len())),
            rows,
            judge,
            best,
        })
    }

    /// Writes the contact sheet and the table.
    pub(super) fn write(&self, folder: &SeriesFolder) -> Result<(), Failure> {
        let cells: Vec<Cell> = (0..self.rows.len()).map(|index| self.cell(index, folder)).collect();
        let mut png = std::io::Cursor::new(Vec::new());
        sheet::draw(&cells, self.columns)?
            .write_to(&mut png, image::ImageFormat::Png)
            .map_err(|error| Failure::failed(format!("cannot encode the contact sheet: {error}")))?;
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path(name);
            durable::write(&path, bytes)
                .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))
        };
        write(SHEET, png.get_ref())?;
        write(TABLE, &self.csv()?)
    }

    fn cell(&self, index: usize, folder: &SeriesFolder) -> Cell {
        let row = &self.rows[index];
        let mut labels: Vec<String> =
            self.names.iter().zip(&row.values).map(|(name, value)| format!("{name}: {value}")).collect();
        let best = self.best == Some(index);
        if let Some(score) = row.score {
            labels.push(format!("{score:.2}{}", if best { " best" } else { "" }));
        }
        let is_there = row.error.is_none();
        if !is_there {
            labels.push("failed".to_owned());
        }
        Cell { picture: is_there.then(|| folder.path(&row.file)), labels, best }
    }

    fn csv(&self) -> Result<Vec<u8>, Failure> {
        let failed =
            |error: &dyn std::fmt::Display| Failure::failed(format!("cannot make the table: {error}"));
        let mut table = csv::Writer::from_writer(Vec::new());
        let head = std::iter::once("picture").chain(self.parameters.iter().map(String::as_str));
        table.write_record(head.chain(["score", "error"])).map_err(|error| failed(&error))?;
        for row in &self.rows {
            let score = row.score.as_ref().map(ToString::to_string).unwrap_or_default();
            let error = row.error.as_deref().unwrap_or_default();
            let record = std::iter::once(row.file.as_str()).chain(row.values.iter().map(String::as_str));
            table.write_record(record.chain([score.as_str(), error])).map_err(|error| failed(&error))?;
        }
        table.into_inner().map_err(|error| failed(&error))
    }

    /// The table for people, and where everything is.
    pub(super) fn text(&self, folder: &Path) -> String {
        let mut table = vec![vec!["picture".to_owned()]];
        table[0].extend(self.names.iter().cloned());
        if self.judge.is_some() {
            table[0].push("score".to_owned());
        }
        for (index, row) in self.rows.iter().enumerate() {
            let mut line = vec![row.file.clone()];
            line.extend(row.values.iter().map(|value| truncate_str(value, WIDEST, "…").into_owned()));
            if self.judge.is_some() {
                line.push(row.score.map_or("-".to_owned(), |score| format!("{score:.2}")));
            }
            if row.error.is_some() {
                line.push("failed".to_owned());
            } else if self.best == Some(index) {
                line.push("best".to_owned());
            }
            table.push(line);
        }
        let columns = table.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            table
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| measure_text_width(cell))
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for line in &table {
            let cells = line.iter().zip(&widths).map(|(cell, width)| {
                format!("{cell}{}", " ".repeat(width.saturating_sub(measure_text_width(cell))))
            });
            let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        if let (Some(best), Some(judge)) = (self.best, &self.judge) {
            let row = &self.rows[best];
            let path = folder.join(&row.file);
            let _ = writeln!(text, "best, says {judge}: {} ({})", path.display(), row.title);
        }
        let _ = writeln!(text, "{}", folder.join(SHEET).display());
        text
    }

    /// The same for programs.
    pub(super) fn json(&self, folder: &Path) -> String {
        let shown = |name: &str| folder.join(name).display().to_string();
        let picture = |row: &Row| {
            let values = self.parameters.iter().cloned().zip(row.values.iter().map(|value| json!(value)));
            json!({
                "picture": row.error.is_none().then(|| shown(&row.file)),
                "values": values.collect::<Map<String, Json>>(),
                "score": row.score,
                "error": row.error,
            })
        };
        let json = json!({
            "folder": folder.display().to_string(),
            "sheet": shown(SHEET),
            "table": shown(TABLE),
            "judge": self.judge,
            "best": self.best.map(|best| shown(&self.rows[best].file)),
            "pictures": self.rows.iter().map(picture).collect::<Json>(),
        });
        format!("{json:#}\n")
    }

    /// A line for each picture that failed.
    pub(super) fn failures(&self) -> Vec<String> {
        let line = |row: &Row| Some(format!("{} ({}): {}", row.file, row.title, row.error.as_ref()?));
        self.rows.iter().filter_map(line).collect()
    }
}
