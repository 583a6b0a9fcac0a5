//! Reads the files that make up an experiment: YAML, standard input, or the picture of an earlier run.

use std::io::Read;

use clipig_experiment::{Source, limits::MAX_SOURCE_BYTES};
use clipig_picture::Record;

use crate::failure::Failure;

/// The sources of an experiment, and the record of the picture that is to be repeated.
#[derive(Debug)]
pub struct Sources {
    /// What the files say.
    pub yaml: Vec<Source>,
    /// What a picture among the files records.
    pub record: Option<Record>,
}

/// The experiment for `--text` without a file.
const BUILT_IN: &str = include_str!("../../examples/strawberry.yaml");

/// The longest name of a picture after its text, in characters.
const NAME_CHARACTERS: usize = 60;

/// Reads all files. Without any, it is the built-in experiment, with a name made of the text.
///
/// # Errors
/// When one cannot be read.
pub fn read(files: &[String], text: Option<&str>) -> Result<Sources, Failure> {
    let mut sources = Sources { yaml: Vec::new(), record: None };
    if files.is_empty() {
        let name = format!("{}.yaml", file_name(text.unwrap_or_default()));
        sources.yaml.push(Source::new(name, BUILT_IN));
    }
    for file in files {
        let bytes = read_bytes(file)?;
        if bytes.starts_with(b"\x89PNG") {
            let record = Record::read(&bytes).map_err(|error| Failure::usage(format!("`{file}` {error}")))?;
            sources.yaml.push(Source::new(file.clone(), record.experiment.clone()));
            if sources.record.replace(record).is_some() {
                return Err(Failure::usage("only one picture can be repeated per command"));
            }
        } else {
            sources.yaml.push(Source::from_bytes(file.clone(), bytes).map_err(Failure::usage)?);
        }
    }
    Ok(sources)
}

/// "A red apple!" as the name of a file: `a-red-apple`.
fn file_name(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String =
        words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(NAME_CHARACTERS).collect();
    if name.is_empty() { "picture".to_owned() } else { name }
}

/// Reads a file, or standard input for `-`, up to the greatest size of an experiment.
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

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, load};

    use super::*;

    #[test]
    fn a_picture_is_named_after_its_text() {
        assert_eq!(file_name("A red apple!"), "a-red-apple");
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("…"), "picture");
        assert_eq!(file_name(&"long ".repeat(99)).chars().count(), NAME_CHARACTERS);
    }

    #[test]
    fn without_a_file_the_built_in_experiment_draws_the_text() {
        let sources = read(&[], Some("a cat")).unwrap();
        let overrides = Overrides { text: Some("a cat".to_owned()), ..Overrides::default() };
        let loaded = load(&sources.yaml, &overrides).unwrap();
        assert_eq!(loaded.picture, "a-cat.png");
        assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.render(false));
        let own = load(&[Source::new("strawberry.yaml", BUILT_IN)], &Overrides::default()).unwrap();
        assert_eq!(loaded.to_yaml(), own.to_yaml().replace("a strawberry", "a cat"));
    }
}
