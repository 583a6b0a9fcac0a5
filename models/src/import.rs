//! Weights from files of one's own.
//!
//! What comes into the store is one file in the libraries' names, checked as whoever computes with it would:
//! a model that was imported can be used.

use std::path::Path;

use clipig_core::durable;
use tempfile::NamedTempFile;

use crate::{
    architecture::Architecture,
    check,
    checkpoint::Checkpoint,
    configuration::{self, Stated},
    error::ModelError,
    hash,
    inventory::Inventory,
    listing::Entry,
    record::{Record, Stamp},
    registry::{self, ModelSpec, Origin},
    settle::{Flags, Settled, contradiction, settle},
    store::{Store, slug},
};

/// What the caller knows of a file to be imported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions<'a> {
    /// The name to give it; a known name says that it is that model. Else it is known by its hash, or
    /// gets the name of the file.
    pub name: Option<&'a str>,
    /// How it is to be read, for models that clipig does not know.
    pub flags: Flags,
    /// Takes the place of weights that are there.
    pub replace: bool,
}

/// What came into the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The model.
    pub entry: Entry,
    /// Lines for people: how it will be read and who says so, what differs from the file, what is not used.
    pub notes: Vec<String>,
}

impl Store {
    /// Brings weights into the store, whole or not at all: a safetensors file, a folder with one, or the index
    /// of several. Configurations beside them are read.
    ///
    /// # Errors
    /// Where it is not a CLIP model in safetensors that clipig can compute with, not the model that it is named
    /// as, where something must be known and nobody says it, where the name is taken by other weights, and where
    /// reading or writing fails.
    pub fn import(&self, path: &Path, options: ImportOptions) -> Result<Imported, ModelError> {
        let checkpoint = Checkpoint::open(path)?;
        let name = choose_name(path, &checkpoint, options.name)?;
        let info = checkpoint.info()?;
        if let Some(why) = info.architecture.foreign_vocabulary() {
            return Err(ModelError::NotClip { path: path.to_owned(), why });
        }
        let stated = configuration::beside(&checkpoint.source, &info.architecture)?;
        let (spec, line) = specify(path, &name, &info.architecture, &stated, &options.flags)?;
        let mut notes = checkpoint.changes.clone();
        notes.extend(check::unused(&info));
        notes.push(line);
        self.create_folder()?;
        durable::remove_leftovers(self.root());
        // Its name is its own: several may import at once, and into a folder that machines share.
        let part = durable::unfinished(self.root())
            .map_err(|source| ModelError::io("create a file in", self.root(), source))?;
        let used = Inventory::of(&info.architecture, &checkpoint.header).names();
        let sha256 = checkpoint.write(&used, part.path())?;
        check::file(part.path(), path)?;
        let entry = self.put(Arrival { name, sha256, part, from: path, spec }, options.replace)?;
        Ok(Imported { entry, notes })
    }

    /// Moves a checked file to its place.
    fn put(&self, arrival: Arrival<'_>, replace: bool) -> Result<Entry, ModelError> {
        let Arrival { name, sha256, part, from, spec } = arrival;
        let _lock = self.lock(&name, &mut |_| ())?;
        let (record_file, place) = (self.record_file(&name), self.weights_file(&name));
        if let Some(known) = Record::read(&record_file).filter(|_| place.exists())
            && known.sha256 != sha256
            && !replace
        {
            let (found, expected) = (sha256, known.sha256);
            return Err(ModelError::WrongHash { name, found, expected, recorded: true });
        }
        durable::finish(part, &place).map_err(|source| ModelError::io("write", &place, source))?;
        let source = from.canonicalize().unwrap_or_else(|_| from.to_owned()).display().to_string();
        let stamp = Stamp::of_file(&place)?;
        let record = Record { name, sha256, source, spec, stamp };
        record.write(&record_file)?;
        self.entry(&record.name)
    }
}

/// A checked file on its way into the store.
struct Arrival<'a> {
    name: String,
    sha256: String,
    part: NamedTempFile,
    /// What it was made of.
    from: &'a Path,
    spec: Option<ModelSpec>,
}

/// The canonical name of a known model, by its name or its hash; else the name as given; else that of the file
/// or folder.
fn choose_name(path: &Path, checkpoint: &Checkpoint, given: Option<&str>) -> Result<String, ModelError> {
    if let Some(given) = given {
        return usable(registry::canonical(given));
    }
    if checkpoint.changes.is_empty()
        && let Some(known) = registry::find_by_sha256(&hash::sha256_of_file(&checkpoint.source.path)?)
    {
        return usable(known.name);
    }
    let name = if path.is_dir() || checkpoint.source.files.len() > 1 {
        let folder = checkpoint.source.folder.canonicalize();
        let folder = folder.map_err(|source| ModelError::io("read", &checkpoint.source.folder, source))?;
        folder.file_name().map(std::ffi::OsStr::to_os_string)
    } else {
        path.file_stem().map(std::ffi::OsStr::to_os_string)
    };
    let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    usable(registry::canonical(&name))
}

fn usable(name: &str) -> Result<String, ModelError> {
    const LONGEST: usize = 64;
    let bad = |why| Err(ModelError::BadName { name: name.chars().take(2 * LONGEST).collect(), why });
    if registry::find(name).is_some_and(|known| known.origin == Origin::Embedded) {
        return bad("that model is inside clipig; choose another name with --name");
    }
    if slug(name).chars().all(|c| c == '-') || name.len() > LONGEST {
        return bad("it must have letters or digits, and at most 64 characters; choose one with --name");
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+ @".contains(c)) {
        return bad("only letters, digits and -_./+@ are allowed; choose one with --name");
    }
    // A known model's file would be taken for this one's.
    let taken = registry::all().iter().any(|known| known.name != name && slug(known.name) == slug(name));
    if taken { bad("it is too similar to the name of a known model") } else { Ok(name.to_owned()) }
}

/// The specification to record (none for known models, which are checked against theirs), and a line about it.
fn specify(
    path: &Path,
    name: &str,
    architecture: &Architecture,
    stated: &Stated,
    flags: &Flags,
) -> Result<(Option<ModelSpec>, String), ModelError> {
    let Some(known) = registry::find(name) else {
        let Settled { spec, line } = settle(path, architecture, stated, flags)?;
        return Ok((Some(spec), line));
    };
    let fits = match architecture.mismatch(&known.spec) {
        None => contradiction(known, stated, flags),
        Some(why) => Err(why),
    };
    match fits {
        Ok(()) => Ok((None, format!("it is read as {}: {}", known.name, known.spec.settings()))),
        Err(why) => Err(ModelError::OtherModel { path: path.to_owned(), name: known.name.to_owned(), why }),
    }
}
