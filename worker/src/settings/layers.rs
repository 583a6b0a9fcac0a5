//! Settings from several sources on top of each other, each value with the place it was written in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use config::{Environment, File, FileFormat, Source, Value, ValueKind};

/// Why settings cannot be used. Says where the value was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A file that cannot be read.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A name that is no setting's.
    #[error("{place}: there is no setting `{key}`; there are {known}")]
    Unknown {
        /// Where it was written.
        place: String,
        /// The name.
        key: String,
        /// All names.
        known: String,
    },
    /// A value that its setting cannot have.
    #[error("{place}: `{key}`: {reason}")]
    Value {
        /// Where it was written.
        place: String,
        /// The setting.
        key: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

/// Sources of settings, the weakest first.
pub(super) struct Layers {
    known: &'static [&'static str],
    layers: Vec<Layer>,
}

struct Layer {
    origin: Origin,
    values: BTreeMap<String, String>,
}

enum Origin {
    File(String),
    Environment(&'static str),
    Flags,
}

/// A value with its place.
pub(super) struct Written<'a> {
    key: &'static str,
    text: &'a str,
    origin: &'a Origin,
}

impl Layers {
    /// No source yet; `known` are the names of all settings.
    pub(super) fn new(known: &'static [&'static str]) -> Self {
        Self { known, layers: Vec::new() }
    }

    /// Adds a file in TOML or YAML, by its ending.
    pub(super) fn file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let name = path.display().to_string();
        let failed = |reason: String| SettingsError::File { file: name.clone(), reason };
        let format = match path.extension().and_then(|ending| ending.to_str()) {
            Some("toml") => FileFormat::Toml,
            Some("yaml" | "yml") => FileFormat::Yaml,
            _ => {
                return Err(failed(
                    "settings are written in a file that ends in .toml, .yaml or .yml".to_owned(),
                ));
            }
        };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let values = File::from_str(&text, format).collect().map_err(|error| failed(error.to_string()))?;
        self.add(Origin::File(name), values)
    }

    /// Adds variables that begin with `PREFIX__`.
    pub(super) fn environment(
        &mut self,
        prefix: &'static str,
        variables: BTreeMap<String, String>,
    ) -> Result<(), SettingsError> {
        let source = Environment::with_prefix(prefix)
            .prefix_separator("__")
            .separator("__")
            .ignore_empty(true)
            .source(Some(variables.into_iter().collect()));
        let values = source.collect().map_err(|error| SettingsError::File {
            file: "environment".to_owned(),
            reason: error.to_string(),
        })?;
        self.add(Origin::Environment(prefix), values)
    }

    /// Adds what the command line said.
    pub(super) fn flags(&mut self, flags: BTreeMap<String, String>) -> Result<(), SettingsError> {
        self.add(Origin::Flags, flags.into_iter().map(|(key, text)| (key, Value::from(text))).collect())
    }

    fn add(&mut self, origin: Origin, values: config::Map<String, Value>) -> Result<(), SettingsError> {
        let mut layer = Layer { origin, values: BTreeMap::new() };
        for (key, value) in values {
            layer.flatten(key, value)?;
        }
        if let Some(key) = layer.values.keys().find(|key| !self.known.contains(&key.as_str())) {
            let known = self.known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            return Err(SettingsError::Unknown { place: layer.origin.place(key), key: key.clone(), known });
        }
        self.layers.push(layer);
        Ok(())
    }

    /// What the strongest source says.
    pub(super) fn get(&self, key: &'static str) -> Option<Written<'_>> {
        debug_assert!(self.known.contains(&key), "{key}");
        self.layers.iter().rev().find_map(|layer| {
            let text = layer.values.get(key)?;
            Some(Written { key, text, origin: &layer.origin })
        })
    }

    /// The strongest of two settings that exclude each other; the same source may not have both.
    pub(super) fn either(
        &self,
        one: &'static str,
        two: &'static str,
    ) -> Result<Option<Written<'_>>, SettingsError> {
        for layer in self.layers.iter().rev() {
            let written = |key: &'static str| {
                layer.values.get(key).map(|text| Written { key, text, origin: &layer.origin })
            };
            match (written(one), written(two)) {
                (Some(both), Some(_)) => {
                    return Err(both.wrong(format!("`{two}` is set, too; one of them is enough")));
                }
                (None, None) => {}
                (one, two) => return Ok(one.or(two)),
            }
        }
        Ok(None)
    }
}

impl Layer {
    fn flatten(&mut self, key: String, value: Value) -> Result<(), SettingsError> {
        match value.kind {
            ValueKind::Table(table) => {
                for (name, value) in table {
                    self.flatten(format!("{key}.{name}"), value)?;
                }
            }
            ValueKind::Nil => {}
            ValueKind::Array(_) => {
                let place = self.origin.place(&key);
                return Err(SettingsError::Value {
                    place,
                    key,
                    reason: "a list is not expected here".to_owned(),
                });
            }
            _ => {
                self.values.insert(key, value.to_string());
            }
        }
        Ok(())
    }
}

impl Origin {
    fn place(&self, key: &str) -> String {
        match self {
            Self::File(name) => name.clone(),
            Self::Environment(prefix) => format!("{prefix}__{}", key.to_uppercase().replace('.', "__")),
            Self::Flags => flag(key),
        }
    }
}

/// The flag of `clipig worker` that sets a setting.
fn flag(key: &str) -> String {
    match key {
        // As every command has it.
        "coordinator" => "--farm".to_owned(),
        // One flag for both.
        "device" | "devices" => "--devices".to_owned(),
        _ => format!("--{}", key.replace(['.', '_'], "-")),
    }
}

impl Written<'_> {
    /// The setting's name.
    pub(super) fn key(&self) -> &'static str {
        self.key
    }

    /// The value as it was written.
    pub(super) fn text(&self) -> &str {
        self.text
    }

    /// The value as a type that says itself what is wrong with a text.
    pub(super) fn parse<T: FromStr<Err: fmt::Display>>(&self) -> Result<T, SettingsError> {
        self.text.parse().map_err(|error: T::Err| self.wrong(error.to_string()))
    }

    /// An error about this value.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> SettingsError {
        SettingsError::Value {
            place: self.origin.place(self.key),
            key: self.key.to_owned(),
            reason: reason.into(),
        }
    }
}
