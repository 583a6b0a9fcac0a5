//! Sources on top of each other, each value with the place that it was written in.

use std::path::{Path, PathBuf};

use super::source::{self, Values};
use super::{Environment, Flags, Schema, SettingsError};

/// What all sources say. Of two sources that set the same key, the later one wins.
pub struct Layers {
    schema: Schema,
    /// The weakest first.
    layers: Vec<Layer>,
}

struct Layer {
    origin: Origin,
    values: Values,
}

enum Origin {
    File(PathBuf),
    Environment,
    Flags,
}

impl Layers {
    /// Reads all sources.
    ///
    /// # Errors
    /// Where the file cannot be read, and where a source has a key that is not in the schema.
    pub fn read(
        schema: Schema,
        file: Option<&Path>,
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Self, SettingsError> {
        let mut layers = Self { schema, layers: Vec::new() };
        if let Some(path) = file {
            layers.add(Origin::File(path.to_path_buf()), source::read_file(path)?)?;
        }
        layers.add(Origin::Environment, source::from_environment(schema.prefix, environment))?;
        let flags = flags.iter().map(|(key, text)| ((*key).to_owned(), vec![text.clone()])).collect();
        layers.add(Origin::Flags, flags)?;
        Ok(layers)
    }

    fn add(&mut self, origin: Origin, values: Values) -> Result<(), SettingsError> {
        if let Some(key) = values.keys().find(|key| !self.is_known(key)) {
            let place = self.place(&origin, key);
            return Err(SettingsError::UnknownKey { place, key: key.clone(), near: self.near(key) });
        }
        let both = |(former, now): &&(&str, &str)| values.contains_key(*former) && values.contains_key(*now);
        if let Some(&(former, now)) = self.schema.former.iter().find(both) {
            return Err(SettingsError::Both { place: self.place(&origin, now), first: now, second: former });
        }
        self.layers.push(Layer { origin, values });
        Ok(())
    }

    fn is_known(&self, key: &str) -> bool {
        self.schema.keys.contains(&key) || self.schema.former.iter().any(|(former, _)| *former == key)
    }

    /// What the last source says that sets this key.
    pub fn get(&self, key: &'static str) -> Option<Written<'_>> {
        debug_assert!(self.schema.keys.contains(&key), "{key} is not in the schema");
        self.layers.iter().rev().find_map(|layer| self.written(layer, key))
    }

    /// The last source's value of two keys that exclude each other. [`Written::key`] tells which one it is.
    ///
    /// # Errors
    /// Where one source sets both. A stronger source may replace one by the other.
    pub fn either(
        &self,
        first: &'static str,
        second: &'static str,
    ) -> Result<Option<Written<'_>>, SettingsError> {
        for layer in self.layers.iter().rev() {
            match (self.written(layer, first), self.written(layer, second)) {
                (Some(written), Some(_)) => {
                    return Err(SettingsError::Both { place: written.place(), first, second });
                }
                (None, None) => {}
                (one, other) => return Ok(one.or(other)),
            }
        }
        Ok(None)
    }

    fn written<'a>(&'a self, layer: &'a Layer, key: &'static str) -> Option<Written<'a>> {
        let former = self.schema.former.iter().filter(|(_, now)| *now == key).map(|(former, _)| *former);
        let written = |name: &'static str| layer.values.get(name).map(|texts| (name, texts));
        let (key, texts) = std::iter::once(key).chain(former).find_map(written)?;
        Some(Written { layers: self, origin: &layer.origin, key, texts })
    }

    fn place(&self, origin: &Origin, key: &str) -> String {
        match origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Environment => {
                format!("{}__{}", self.schema.prefix, key.to_uppercase().replace('.', "__"))
            }
            Origin::Flags => (self.schema.flag)(key),
        }
    }

    /// Keys that may have been meant: those of the same section, or all where there is no such section.
    fn near(&self, key: &str) -> Vec<&'static str> {
        let section = |key: &str| key.split_once('.').map(|(section, _)| section.to_owned());
        let wanted = section(key).or_else(|| Some(key.to_owned()));
        let same: Vec<_> = self.schema.keys.iter().copied().filter(|key| section(key) == wanted).collect();
        if same.is_empty() { self.schema.keys.to_vec() } else { same }
    }
}

/// A value with its key and its source.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    layers: &'a Layers,
    origin: &'a Origin,
    key: &'static str,
    texts: &'a [String],
}

impl<'a> Written<'a> {
    /// The key.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The file, variable or flag that it was written in.
    pub fn place(&self) -> String {
        self.layers.place(self.origin, self.key)
    }

    /// The elements of a list; one element where it is not a list.
    pub fn elements(&self) -> &'a [String] {
        self.texts
    }

    /// A typed value; `parse` returns `None` for a text that it cannot use. `allowed` completes the sentence "it can
    /// be …".
    ///
    /// # Errors
    /// Where `parse` returns `None`, and where the value is a list.
    pub fn read<T>(
        &self,
        allowed: &str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let value = match self.texts {
            [text] => parse(text),
            _ => None,
        };
        value.ok_or_else(|| self.refused(&self.texts.join(", "), allowed))
    }

    /// A text that no message may show: a token.
    ///
    /// # Errors
    /// Where it is a list.
    pub fn secret(&self) -> Result<&'a str, SettingsError> {
        match self.texts {
            [text] => Ok(text),
            _ => Err(self.unusable("a list is not expected here")),
        }
    }

    /// An error about a value that its key cannot have.
    pub fn refused(&self, value: &str, allowed: &str) -> SettingsError {
        let (place, key) = (self.place(), self.key);
        SettingsError::Value { place, key, value: value.to_owned(), allowed: allowed.to_owned() }
    }

    /// An error that does not show the value.
    pub fn unusable(&self, cause: impl std::fmt::Display) -> SettingsError {
        SettingsError::Unusable { place: self.place(), key: self.key, cause: cause.to_string() }
    }
}
