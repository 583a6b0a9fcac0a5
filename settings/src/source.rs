//! One source of settings as a flat map: key → what was written.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{Environment, FileFault, SettingsError};

/// What was written for each key. Lists have one entry per element; everything else has one entry.
pub(crate) type Values = BTreeMap<String, Vec<String>>;

/// Reads a settings file. Its extension says which language it is written in.
pub(crate) fn read_file(path: &Path) -> Result<Values, SettingsError> {
    let failed = |fault| SettingsError::File { path: path.to_path_buf(), fault };
    let parse = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => parse_toml,
        Some("yaml" | "yml") => parse_yaml,
        _ => return Err(failed(FileFault::Extension)),
    };
    let text =
        std::fs::read_to_string(path).map_err(|error| failed(FileFault::Unreadable(error.to_string())))?;
    let mut values = Values::new();
    match parse(&text).map_err(failed)? {
        // An empty YAML document sets nothing.
        Value::Unset => {}
        Value::Table(entries) => flatten(&mut values, "", entries),
        Value::Text(_) | Value::List(_) => return Err(failed(FileFault::NotATable)),
    }
    Ok(values)
}

/// The variables with this prefix. Empty ones count as not set, so that a template may leave them empty.
pub(crate) fn from_environment(prefix: &str, environment: &Environment) -> Values {
    let prefix = format!("{prefix}__");
    let set = environment.iter().filter(|(_, value)| !value.is_empty());
    set.filter_map(|(name, value)| {
        let key = name.strip_prefix(&prefix)?.to_lowercase().replace("__", ".");
        Some((key, vec![value.clone()]))
    })
    .collect()
}

fn parse_toml(text: &str) -> Result<Value, FileFault> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        FileFault::Syntax(format!("{} at line {line}", error.message()))
    })
}

fn parse_yaml(text: &str) -> Result<Value, FileFault> {
    let options = serde_yaml::options! {
        // `off` is a word, and a token of digits keeps the zeros that it begins with.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        // The line of a mistake may be one with a token.
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options).map_err(|error| FileFault::Syntax(error.to_string()))
}

/// A value as far as settings need it.
enum Value {
    Unset,
    Text(String),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
}

fn flatten(values: &mut Values, section: &str, entries: Vec<(String, Value)>) {
    for (name, value) in entries {
        let key = if section.is_empty() { name } else { format!("{section}.{name}") };
        match value {
            Value::Table(entries) => flatten(values, &key, entries),
            Value::Unset => {}
            Value::Text(text) => drop(values.insert(key, vec![text])),
            Value::List(elements) => {
                let texts = elements.into_iter().map(element).collect();
                values.insert(key, texts);
            }
        }
    }
}

fn element(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Unset => String::new(),
        Value::List(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Unset)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Unset)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = entries.next_key::<Value>()? {
            let Value::Text(key) = key else { return Err(A::Error::custom("a key is not a plain text")) };
            values.push((key, entries.next_value()?));
        }
        Ok(Value::Table(values))
    }
}
