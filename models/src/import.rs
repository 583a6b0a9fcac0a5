//! Weights from a file of one's own.

use std::{fs::File, path::Path};

use crate::{
    architecture::Architecture,
    atomic,
    error::ModelError,
    info::ModelInfo,
    listing::Entry,
    record::{Record, Stamp},
    registry::{self, Activation, ModelSpec, Origin},
    store::{Store, slug},
};

/// What the caller knows of a file to be imported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions<'a> {
    /// The name to give it; a known name says that it is that model. Else it is known by its hash, or
    /// gets the name of the file.
    pub name: Option<&'a str>,
    /// For models that clipig does not know: `QuickGELU` unless this says otherwise.
    pub activation: Option<Activation>,
    /// Takes the place of weights that are there.
    pub replace: bool,
}

impl Store {
    /// Copies a safetensors file into the store, whole or not at all.
    ///
    /// # Errors
    /// Where the file is not a CLIP model in safetensors, not the model that it is named as, where the
    /// name is taken by other weights, and where reading or writing fails.
    pub fn import(&self, file: &Path, options: ImportOptions) -> Result<Entry, ModelError> {
        let architecture = ModelInfo::of_file(file)?.architecture;
        self.create_folder()?;
        let part = self.root().join(format!("import-{}.part", std::process::id()));
        let imported = self.import_through(file, &part, &architecture, options);
        if imported.is_err() {
            // It may never have been there.
            let _ = std::fs::remove_file(&part);
        }
        imported
    }

    fn import_through(
        &self,
        file: &Path,
        part: &Path,
        architecture: &Architecture,
        options: ImportOptions,
    ) -> Result<Entry, ModelError> {
        let sha256 = copy(file, part)?;
        let name = choose_name(file, &sha256, options.name)?;
        let spec = spec_of(&name, file, architecture, options.activation)?;
        let _lock = self.lock(&name, &mut |_| ())?;
        let record_file = self.record_file(&name);
        if let Some(known) = Record::read(&record_file).filter(|_| self.weights_file(&name).exists())
            && known.sha256 != sha256
            && !options.replace
        {
            let (found, expected) = (sha256, known.sha256);
            return Err(ModelError::WrongHash { name, found, expected, recorded: true });
        }
        let place = self.weights_file(&name);
        atomic::put_in_place(part, &place)?;
        let source = file.canonicalize().unwrap_or_else(|_| file.to_owned()).display().to_string();
        let stamp = Stamp::of_file(&place)?;
        Record { name: name.clone(), sha256, source, spec, stamp }.write(&record_file)?;
        self.entry(&name)
    }
}

fn copy(from: &Path, to: &Path) -> Result<String, ModelError> {
    let mut source = File::open(from).map_err(|e| ModelError::io("read", from, e))?;
    let mut target = File::create(to).map_err(|e| ModelError::io("write", to, e))?;
    atomic::copy_hashed(&mut source, &mut target, |_| ()).map_err(|e| ModelError::io("copy", from, e))
}

/// The canonical name of a known model, else the name as given, else that of the file.
fn choose_name(file: &Path, sha256: &str, given: Option<&str>) -> Result<String, ModelError> {
    if given.is_none()
        && let Some(known) = registry::find_by_sha256(sha256)
    {
        return usable(known.name);
    }
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = given.map_or(stem, |name| name.trim().to_owned());
    match registry::find(&name) {
        Some(known) => usable(known.name),
        None => usable(&name),
    }
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

/// The specification to record: none for known models, which are checked against theirs.
fn spec_of(
    name: &str,
    file: &Path,
    architecture: &Architecture,
    activation: Option<Activation>,
) -> Result<Option<ModelSpec>, ModelError> {
    let Some(known) = registry::find(name) else {
        return Ok(Some(architecture.spec(activation.unwrap_or(Activation::QuickGelu))));
    };
    match architecture.mismatch(&known.spec) {
        None => Ok(None),
        Some(why) => Err(ModelError::OtherModel { path: file.to_owned(), name: known.name.to_owned(), why }),
    }
}
