//! Tables for people, JSON for programs.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::error::BenchError;
use crate::machine::Machine;

/// A table that is printed line by line, as figures come.
pub(crate) struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// Prints the head.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let widths = columns.iter().map(|column| column.len().max(8)).collect();
        let table = Self { widths };
        table.row(&columns.iter().map(ToString::to_string).collect::<Vec<_>>());
        table
    }

    /// Prints a line.
    pub(crate) fn row(&self, cells: &[String]) {
        let cells = cells.iter().zip(&self.widths).map(|(cell, width)| format!("{cell:>width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  "));
    }
}

/// What is written down of a measurement.
#[derive(Serialize)]
struct Written<'a, T> {
    measurement: &'a str,
    machine: &'a Machine,
    figures: &'a T,
}

/// Writes `NAME.json` into a folder.
pub(crate) fn write<T: Serialize>(
    folder: &Path,
    name: &str,
    machine: &Machine,
    figures: &T,
) -> Result<(), BenchError> {
    fs::create_dir_all(folder).map_err(BenchError::at(format!("making {}", folder.display())))?;
    let path = folder.join(format!("{name}.json"));
    let written = Written { measurement: name, machine, figures };
    let text = serde_json::to_string_pretty(&written).map_err(BenchError::wrong)?;
    fs::write(&path, text + "\n").map_err(BenchError::at(format!("writing {}", path.display())))
}
