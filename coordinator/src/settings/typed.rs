//! Values of the types that a coordinator's settings have.

use std::path::PathBuf;
use std::time::Duration;

use clipig_settings::{Layers, SettingsError, bytes, bytes_text, seconds};

use super::address::{self, ListenAddress};

/// Reads a key as a type, within bounds; `None` where it is not set.
pub(super) trait Typed {
    /// What `parse` makes of the text.
    fn value<T>(
        &self,
        key: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError>;

    /// A path that is not empty.
    fn path(&self, key: &'static str) -> Result<Option<PathBuf>, SettingsError> {
        self.value(key, "a path", |text| (!text.is_empty()).then(|| PathBuf::from(text)))
    }

    fn flag(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        self.value(key, "`true` or `false`", |text| text.parse().ok())
    }

    fn count(&self, key: &'static str, least: u32, most: u32) -> Result<Option<u32>, SettingsError> {
        let allowed = format!("a whole number from {least} to {most}");
        self.value(key, &allowed, |text| text.parse().ok().filter(|count| (least..=most).contains(count)))
    }

    fn bytes(&self, key: &'static str, least: u64, most: u64) -> Result<Option<u64>, SettingsError> {
        let [from, to] = [least, most].map(bytes_text);
        let allowed = format!("a size from {from} to {to}, such as `4 MiB` or 4194304");
        self.value(key, &allowed, |text| bytes(text).filter(|bytes| (least..=most).contains(bytes)))
    }

    fn seconds(&self, key: &'static str, least: f64, most: f64) -> Result<Option<Duration>, SettingsError> {
        let allowed = format!("a time from {least} to {most} seconds");
        let fits = |time: &Duration| (least..=most).contains(&time.as_secs_f64());
        self.value(key, &allowed, |text| seconds(text).filter(fits))
    }

    /// `listen`: one address, several with commas between them, or a list.
    fn listen(&self) -> Result<Option<Vec<ListenAddress>>, SettingsError>;
}

impl Typed for Layers {
    fn value<T>(
        &self,
        key: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        self.get(key).map(|written| written.read(allowed, parse)).transpose()
    }

    fn listen(&self) -> Result<Option<Vec<ListenAddress>>, SettingsError> {
        let Some(written) = self.get("listen") else { return Ok(None) };
        let refused =
            |value: &str| written.refused(value, &format!("{}, or a list of them", address::ALLOWED));
        let parts = written.elements().iter().flat_map(|text| text.split(',')).map(str::trim);
        let addresses: Vec<_> =
            parts.map(|part| part.parse().map_err(|_| refused(part))).collect::<Result<_, _>>()?;
        if addresses.is_empty() { Err(refused("")) } else { Ok(Some(addresses)) }
    }
}

/// From 0 to 1.
pub(super) fn portion(text: &str) -> Option<f64> {
    text.parse().ok().filter(|portion| (0.0..=1.0).contains(portion))
}

/// Above 0, at most 1.
pub(super) fn share(text: &str) -> Option<f64> {
    text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0)
}
