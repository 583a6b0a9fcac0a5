//! File, environment and flags, joined: each value with its place.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Config, Environment, File, FileFormat, Map, Value, ValueKind};

use super::address::{self, ListenAddress};
use super::error::{Place, SettingsError};
use super::keys::{self, KEYS, PREFIX};
use super::{Flag, units};

/// What is set, and where.
pub(super) struct Sources {
    values: BTreeMap<&'static str, Set>,
}

struct Set {
    /// One entry but for lists.
    texts: Vec<String>,
    place: Place,
}

impl Sources {
    pub(super) fn read(
        file: Option<&Path>,
        environment: &HashMap<String, String>,
        flags: &[Flag],
    ) -> Result<Self, SettingsError> {
        let mut values = BTreeMap::new();
        if let Some(path) = file {
            let place = |_: &str| Place::File(path.to_path_buf());
            join(&mut values, read_file(path)?, &place)?;
        }
        let variables: HashMap<String, String> = environment
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{PREFIX}__")))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        // Values stay text: a token of digits only is no number.
        let source = Environment::with_prefix(PREFIX)
            .prefix_separator("__")
            .separator("__")
            .ignore_empty(true)
            .source(Some(variables));
        let cause = |error: config::ConfigError| SettingsError::File {
            path: "environment".into(),
            cause: error.to_string(),
        };
        let table =
            Config::builder().add_source(source).build().and_then(Config::try_deserialize).map_err(cause)?;
        let place = |key: &str| Place::Variable(variable(key));
        join(&mut values, table, &place)?;
        for (key, text) in flags {
            let known = known(key, &Place::Flag)?;
            values.insert(known, Set { texts: vec![text.clone()], place: Place::Flag });
        }
        Ok(Self { values })
    }

    /// A value that `read` understands; `None` where it is not set.
    pub(super) fn value<T>(
        &self,
        key: &'static str,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(Set { texts, place }) = self.values.get(key) else { return Ok(None) };
        let value = match texts.as_slice() {
            [text] => read(text),
            _ => None,
        };
        let refused = || SettingsError::Value {
            key,
            value: texts.join(", "),
            place: place.clone(),
            allowed: allowed.to_owned(),
        };
        value.ok_or_else(refused).map(Some)
    }

    pub(super) fn path(&self, key: &'static str) -> Result<Option<PathBuf>, SettingsError> {
        self.value(key, "a path", |text| (!text.is_empty()).then(|| PathBuf::from(text)))
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        self.value(key, "`true` or `false`", units::flag)
    }

    pub(super) fn count(
        &self,
        key: &'static str,
        least: u32,
        most: u32,
    ) -> Result<Option<u32>, SettingsError> {
        let allowed = format!("a whole number from {least} to {most}");
        self.value(key, &allowed, |text| text.parse().ok().filter(|count| (least..=most).contains(count)))
    }

    pub(super) fn bytes(
        &self,
        key: &'static str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, SettingsError> {
        let [from, to] = [least, most].map(units::bytes_text);
        let allowed = format!("a size from {from} to {to}, such as `4 MiB` or 4194304");
        self.value(key, &allowed, |text| units::bytes(text).filter(|bytes| (least..=most).contains(bytes)))
    }

    pub(super) fn seconds(
        &self,
        key: &'static str,
        least: f64,
        most: f64,
    ) -> Result<Option<Duration>, SettingsError> {
        let allowed = format!("a time from {least} to {most} seconds");
        let fits = |time: &Duration| (least..=most).contains(&time.as_secs_f64());
        self.value(key, &allowed, |text| units::seconds(text).filter(fits))
    }

    /// One address, several with commas between them, or a list.
    pub(super) fn listen(&self) -> Result<Option<Vec<ListenAddress>>, SettingsError> {
        let Some(Set { texts, place }) = self.values.get("listen") else { return Ok(None) };
        let refused = |value: &str| SettingsError::Value {
            key: "listen",
            value: value.to_owned(),
            place: place.clone(),
            allowed: format!("{}, or a list of them", address::ALLOWED),
        };
        let parts = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
        let parsed: Result<Vec<_>, _> = parts.map(|part| part.parse().map_err(|_| refused(part))).collect();
        let addresses = parsed?;
        if addresses.is_empty() { Err(refused("")) } else { Ok(Some(addresses)) }
    }

    /// A text with its place, for values that no message may show.
    pub(super) fn secret(&self, key: &'static str) -> Option<(&str, &Place)> {
        self.values.get(key).map(|set| (set.texts.first().map_or("", String::as_str), &set.place))
    }
}

/// The variable that sets a key.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}__{}", key.replace('.', "__").to_uppercase())
}

fn read_file(path: &Path) -> Result<Map<String, Value>, SettingsError> {
    let failed = |cause: String| SettingsError::File { path: path.to_path_buf(), cause };
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => FileFormat::Toml,
        Some("yaml" | "yml") => FileFormat::Yaml,
        _ => return Err(failed("its name must end with `.toml`, `.yaml` or `.yml`".to_owned())),
    };
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let table = Config::builder().add_source(File::from_str(&text, format)).build();
    table.and_then(Config::try_deserialize).map_err(|error| failed(error.to_string()))
}

/// Puts the leaves of a table in the place of what was set before.
fn join(
    values: &mut BTreeMap<&'static str, Set>,
    table: Map<String, Value>,
    place: &dyn Fn(&str) -> Place,
) -> Result<(), SettingsError> {
    let mut open: Vec<(String, Value)> = table.into_iter().collect();
    while let Some((key, value)) = open.pop() {
        match value.kind {
            ValueKind::Table(section) if KEYS.iter().all(|known| known.name != key) => {
                open.extend(section.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            ValueKind::Nil => {}
            kind => {
                let place = place(&key);
                let known = known(&key, &place)?;
                values.insert(known, Set { texts: texts(kind), place });
            }
        }
    }
    Ok(())
}

fn known(key: &str, place: &Place) -> Result<&'static str, SettingsError> {
    let found = KEYS.iter().map(|known| known.name).find(|known| *known == key);
    let unknown =
        || SettingsError::UnknownKey { key: key.to_owned(), place: place.clone(), near: keys::near(key) };
    found.ok_or_else(unknown)
}

fn texts(kind: ValueKind) -> Vec<String> {
    match kind {
        ValueKind::Array(values) => values.into_iter().flat_map(|value| texts(value.kind)).collect(),
        ValueKind::Table(_) => vec!["a table".to_owned()],
        kind => vec![kind.to_string()],
    }
}
