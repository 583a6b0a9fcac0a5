//! Reads the files that make up an experiment: YAML, standard input, or the picture of an earlier run.

use std::io::Read;

use clipig_experiment::{Source, limits::MAX_SOURCE_BYTES};
use clipig_picture::Record;

use crate::failure::Failure;

/// The sources of an experiment, and the record of the picture that is to be repeated.
#[derive(Debug)]
pub(crate) struct Sources {
    /// One per file.
    pub(crate) yaml: Vec<Source>,
    /// What a picture among the files records.
    pub(crate) record: Option<Record>,
}

/// Reads all files.
pub(crate) fn read(files: &[String]) -> Result<Sources, Failure> {
    let mut sources = Sources { yaml: Vec::new(), record: None };
    for file in files {
        let bytes = read_bytes(file)?;
        if bytes.starts_with(b"\x89PNG") {
            let record = Record::read(&bytes).map_err(|error| Failure::usage(format!("`{file}` {error}")))?;
            sources.yaml.push(Source::new(file.clone(), record.experiment.clone()));
            if sources.record.replace(record).is_some() {
                return Err(Failure::usage("only one picture can be repeated at a time"));
            }
        } else {
            sources.yaml.push(Source::from_bytes(file.clone(), bytes).map_err(Failure::usage)?);
        }
    }
    Ok(sources)
}

/// Reads a file, or standard input for `-`. Experiments are small: beyond a bound nothing is read.
fn read_bytes(file: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if file == "-" {
        let limit = MAX_SOURCE_BYTES as u64 + 1;
        std::io::stdin().take(limit).read_to_end(&mut bytes).map_err(|error| cannot_read(file, &error))?;
        return Ok(bytes);
    }
    let mut opened = std::fs::File::open(file).map_err(|error| cannot_read(file, &error))?;
    let mut magic = [0; 4];
    let picture = opened.read(&mut magic).is_ok_and(|read| read == 4) && magic == *b"\x89PNG";
    let limit = if picture { u64::MAX } else { MAX_SOURCE_BYTES as u64 + 1 };
    std::fs::File::open(file)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| cannot_read(file, &error))?;
    Ok(bytes)
}

fn cannot_read(file: &str, error: &std::io::Error) -> Failure {
    let name = if file == "-" { "standard input" } else { file };
    Failure::usage(match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{name}`"),
        _ => format!("cannot read {name}: {error}"),
    })
}
