//! The folder of weights.
//!
//! Each model is `<slug>.safetensors` with a record `<slug>.json` beside it: name, hash, source. The
//! hash is compared when the weights come and whenever the file was touched since.

use std::{
    ffi::OsString,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use clipig_core::durable;

use crate::{
    check,
    download::{Download, Progress, PullOptions},
    error::ModelError,
    hash,
    listing::Entry,
    record::{Record, Stamp},
    registry::{self, Registered},
};

/// Names the store's folder.
pub const FOLDER_VARIABLE: &str = "CLIPIG_MODELS";
/// Names another server with the same paths as Hugging Face.
pub const BASE_URL_VARIABLE: &str = "CLIPIG_MODEL_BASE_URL";

const HUGGING_FACE: &str = "https://huggingface.co";

/// A folder of weights, and the server that fills it.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    base_url: String,
}

/// The file name of a model, without ending: small letters, digits, dashes.
pub(crate) fn slug(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.trim().chars().map(letter).collect()
}

impl Store {
    /// A store in this folder, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), base_url: HUGGING_FACE.to_owned() }
    }

    /// The same store, filled from another server.
    #[must_use]
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The store of this user: `$CLIPIG_MODELS`, else `$XDG_CACHE_HOME/clipig/models`, else
    /// `~/.cache/clipig/models`; filled from `$CLIPIG_MODEL_BASE_URL`, else from Hugging Face.
    ///
    /// # Errors
    /// [`ModelError::NoFolder`] where none of these is set.
    pub fn of_user() -> Result<Self, ModelError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ModelError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        // The XDG specification wants relative paths ignored.
        let absolute = |name: &str| set(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let root = set(FOLDER_VARIABLE)
            .map(PathBuf::from)
            .or_else(|| absolute("XDG_CACHE_HOME").map(|cache| cache.join("clipig/models")))
            .or_else(|| absolute("HOME").map(|home| home.join(".cache/clipig/models")))
            .ok_or(ModelError::NoFolder)?;
        let store = Self::at(root);
        Ok(match set(BASE_URL_VARIABLE).and_then(|url| url.into_string().ok()) {
            Some(url) => store.with_base_url(url),
            None => store,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The server that fills it.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Gets a known model's weights from its server; returns at once where they are there.
    ///
    /// An interrupted pull goes on where it stopped, also in a later run.
    ///
    /// # Errors
    /// Where the model is unknown, the server cannot be reached or refuses, the hash differs, the file
    /// is not this model, or writing fails.
    pub fn pull(
        &self,
        name: &str,
        options: &PullOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Entry, ModelError> {
        let model = registry::find(name).ok_or_else(|| self.unknown(name))?;
        let Some(url) = model.origin.url(&self.base_url) else { return Ok(self.registered(model)) };
        self.create_folder()?;
        let _lock = self.lock(model.name, progress)?;
        let weights = self.weights_file(model.name);
        if weights.is_file() && !options.replace {
            return self.resolve(model.name).map(|_| self.registered(model));
        }
        let part = self.root.join(format!("{}.part", slug(model.name)));
        let recorded = Record::read(&self.record_file(model.name)).map(|record| record.sha256);
        let expected = match model.sha256 {
            Some(pinned) => Some((pinned.to_owned(), false)),
            None => recorded.filter(|_| !options.replace).map(|sha256| (sha256, true)),
        };
        let hash_known = expected.is_some();
        let download = Download { name: model.name, url: &url, part: &part, hash_known, options };
        download.run(progress)?;
        progress(Progress::Checking);
        let sha256 = check_known(model, &part, expected).inspect_err(|_| download.discard())?;
        durable::rename(&part, &weights).map_err(|source| ModelError::io("write", &weights, source))?;
        download.finish();
        self.write_record(model.name, sha256, url)?;
        Ok(self.registered(model))
    }

    pub(crate) fn weights_file(&self, name: &str) -> PathBuf {
        self.root.join(format!("{}.safetensors", slug(name)))
    }

    pub(crate) fn record_file(&self, name: &str) -> PathBuf {
        self.root.join(format!("{}.json", slug(name)))
    }

    pub(crate) fn create_folder(&self) -> Result<(), ModelError> {
        std::fs::create_dir_all(&self.root).map_err(|source| ModelError::io("create", &self.root, source))
    }

    /// One process at a time changes a model; the lock ends with the returned file.
    pub(crate) fn lock(&self, name: &str, progress: &mut dyn FnMut(Progress)) -> Result<File, ModelError> {
        let path = self.root.join(format!("{}.lock", slug(name)));
        let io = |source| ModelError::io("lock", &path, source);
        let file = File::create(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress(Progress::Waiting);
                file.lock().map_err(io)?;
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        Ok(file)
    }

    pub(crate) fn write_record(&self, name: &str, sha256: String, source: String) -> Result<(), ModelError> {
        let stamp = Stamp::of_file(&self.weights_file(name))?;
        Record { name: name.to_owned(), sha256, source, spec: None, stamp }.write(&self.record_file(name))
    }
}

/// Checks that a file holds this model and can be computed with; returns its hash.
pub(crate) fn check_known(
    model: &Registered,
    file: &Path,
    expected: Option<(String, bool)>,
) -> Result<String, ModelError> {
    let found = hash::sha256_of_file(file)?;
    if let Some((expected, recorded)) = expected
        && found != expected
    {
        return Err(ModelError::WrongHash { name: model.name.to_owned(), found, expected, recorded });
    }
    let info = check::file(file, file)?;
    match info.architecture.mismatch(&model.spec) {
        None => Ok(found),
        Some(why) => Err(ModelError::OtherModel { path: file.to_owned(), name: model.name.to_owned(), why }),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, path::Path};

    use super::{ModelError, Store, slug};
    use crate::registry;

    #[test]
    fn the_folder_comes_from_the_environment() {
        let with = |set: &'static [(&str, &str)]| {
            Store::from_variables(move |name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).into()))
        };
        let root = |set| with(set).unwrap().root;
        assert_eq!(root(&[("CLIPIG_MODELS", "/m"), ("HOME", "/h")]), Path::new("/m"));
        assert_eq!(root(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), Path::new("/c/clipig/models"));
        assert_eq!(root(&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")]), Path::new("/h/.cache/clipig/models"));
        assert!(matches!(with(&[("CLIPIG_MODELS", "")]), Err(ModelError::NoFolder)));
        let mirrored = with(&[("HOME", "/h"), ("CLIPIG_MODEL_BASE_URL", "http://mirror")]).unwrap();
        assert_eq!(mirrored.base_url, "http://mirror");
    }

    #[test]
    fn every_model_has_a_file_of_its_own() {
        let slugs: HashSet<String> = registry::all().iter().map(|model| slug(model.name)).collect();
        assert_eq!(slugs.len(), registry::all().len());
        assert_eq!(slug("../../etc/Passwd"), "------etc-passwd");
    }
}
