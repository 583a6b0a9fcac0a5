//! What is in the store and what could be.

use std::path::PathBuf;

use crate::{
    error::ModelError,
    record::Record,
    registry::{self, Origin, Registered},
    store::{Store, slug},
};

/// A model as `clipig model list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is, in a line; empty for imported ones.
    pub about: String,
    /// Where its weights are.
    pub place: Place,
    /// Size of the weights in bytes, where known.
    pub size: Option<u64>,
    /// SHA-256 of the weights, where known.
    pub sha256: Option<String>,
    /// True where that hash is part of clipig, rather than recorded at first use.
    pub pinned: bool,
    /// Where the weights came from or would come from.
    pub source: String,
    /// Licence of the weights; empty where clipig does not know it.
    pub licence: String,
}

/// Where weights are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Inside clipig: the program that computes has them.
    Embedded,
    /// In the store.
    Stored(PathBuf),
    /// Not here yet.
    Absent,
}

impl Store {
    /// All known models, then the imported ones by name.
    ///
    /// # Errors
    /// Where the folder exists and cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, ModelError> {
        let mut entries: Vec<Entry> = registry::all().iter().map(|model| self.registered(model)).collect();
        let mut imported = self.imported()?;
        imported.sort_by(|a, b| a.name.cmp(&b.name));
        let own =
            |record: &Record| registry::all().iter().all(|known| slug(known.name) != slug(&record.name));
        entries.extend(imported.iter().filter(|record| own(record)).map(|record| self.recorded(record)));
        Ok(entries)
    }

    /// One model as in [`Store::list`].
    ///
    /// # Errors
    /// [`ModelError::Unknown`] where there is no such model.
    pub fn entry(&self, name: &str) -> Result<Entry, ModelError> {
        if let Some(model) = registry::find(name) {
            return Ok(self.registered(model));
        }
        let record = Record::read(&self.record_file(name)).filter(|_| self.weights_file(name).is_file());
        record.map(|record| self.recorded(&record)).ok_or_else(|| self.unknown(name))
    }

    /// The records of all weights in the folder.
    pub(crate) fn imported(&self) -> Result<Vec<Record>, ModelError> {
        let io = |source| ModelError::io("read", self.root(), source);
        let folder = match std::fs::read_dir(self.root()) {
            Ok(folder) => folder,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io(source)),
        };
        let mut records = Vec::new();
        for file in folder {
            let path = file.map_err(io)?.path();
            if path.extension().is_some_and(|e| e == "safetensors") {
                records.extend(Record::read(&path.with_extension("json")));
            }
        }
        Ok(records)
    }

    pub(crate) fn registered(&self, model: &Registered) -> Entry {
        let file = self.weights_file(model.name);
        let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file);
        let record = metadata.as_ref().and_then(|_| Record::read(&self.record_file(model.name)));
        let place = match (model.origin, &metadata) {
            (Origin::Embedded, _) => Place::Embedded,
            (_, Some(_)) => Place::Stored(file),
            (_, None) => Place::Absent,
        };
        let sha256 = record.as_ref().map(|r| r.sha256.clone()).or_else(|| model.sha256.map(str::to_owned));
        let address = model.origin.url(self.base_url()).unwrap_or_else(|| "inside clipig".to_owned());
        Entry {
            name: model.name.to_owned(),
            about: model.about.to_owned(),
            place,
            size: metadata.map(|m| m.len()).or(model.size),
            pinned: model.sha256.is_some() && sha256.as_deref() == model.sha256,
            sha256,
            source: record.map_or(address, |record| record.source),
            licence: model.licence.to_owned(),
        }
    }

    fn recorded(&self, record: &Record) -> Entry {
        Entry {
            name: record.name.clone(),
            about: String::new(),
            place: Place::Stored(self.weights_file(&record.name)),
            size: Some(record.stamp.size),
            sha256: Some(record.sha256.clone()),
            pinned: false,
            source: record.source.clone(),
            licence: String::new(),
        }
    }

    pub(crate) fn unknown(&self, name: &str) -> ModelError {
        let known =
            registry::all().iter().flat_map(|m| [m.name].into_iter().chain(m.aliases.iter().copied()));
        // Only for a suggestion: a folder that cannot be read suggests nothing.
        let imported = self.imported().unwrap_or_default();
        let names = known.chain(imported.iter().map(|record| record.name.as_str()));
        let wanted = name.trim().to_lowercase();
        let likeness = |other: &str| strsim::jaro_winkler(&wanted, &other.to_lowercase());
        let nearest = names
            .map(|other| (likeness(other), other))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name.to_owned());
        ModelError::Unknown { name: name.chars().take(100).collect(), nearest }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::{registry, resolve::Weights, store::Store};

    #[test]
    fn an_empty_store_has_the_embedded_model() {
        let store = Store::at("/nonexistent/clipig");
        let model = store.resolve("Clipig-Tiny").unwrap();
        assert!(matches!(model.weights, Weights::Embedded));
        assert_eq!(store.info("tiny").unwrap().architecture.input_size, 64);
        let list = store.list().unwrap();
        assert_eq!(list.len(), registry::all().len());
        assert_eq!(list[0].place, Place::Embedded);
        assert!(list[1..].iter().all(|entry| entry.place == Place::Absent));
        let default = store.default_model();
        assert_eq!(default.name, "clipig-tiny");
        assert!(default.explanation.unwrap().contains("clipig model pull ViT-B/32"));
    }
}
