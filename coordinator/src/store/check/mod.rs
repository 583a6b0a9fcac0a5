//! Is everything in a data folder, or in a backup, there and whole? Nothing is changed.

mod database;
mod findings;
pub(super) mod png;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use clipig_core::{JobId, Sha256, backup};
use clipig_models::embedded;
use clipig_schedule::job::JobState;
use sha2::Digest;

use self::database::{CheckedJob, Contents};
pub use self::findings::{Damage, Inspection, Note, Tally};
pub use self::png::PngFault;
use super::artifacts::{ArtifactName, Artifacts};
use super::blobs;
use super::checkpoint::Checkpoints;
use super::durable::{self, Incoming};
use super::error::StoreError;
use super::layout::Layout;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// Are these the weights of the small model, which every coordinator has?
fn is_inside_clipig(weights: &Sha256) -> bool {
    weights.to_string() == embedded::SHA256
}

/// Checks a data folder that no coordinator uses, or a backup. Reads all files whole.
///
/// # Errors
/// [`StoreError::InUse`]; [`StoreError::NoStore`] where there is no database; [`StoreError::NewerVersion`] and
/// [`StoreError::HalfRestored`], where nothing can be said; when the system refuses.
pub fn check(folder: &Path) -> Result<Inspection, StoreError> {
    let layout = Layout::new(folder);
    if !layout.database().is_file() {
        return Err(StoreError::NoStore { folder: folder.to_path_buf() });
    }
    // A backup has no lock, may be on a medium that cannot be written, and is used by nobody.
    let is_backup = folder.join(backup::MANIFEST).is_file();
    let _lock = if is_backup { None } else { Some(layout.lock()?) };
    if layout.restoring().exists() {
        return Err(StoreError::HalfRestored { folder: folder.to_path_buf() });
    }
    let mut check = Check { layout, inspection: Inspection::default() };
    let contents = database::read(&check.layout.database(), is_backup, &mut check.inspection)?;
    if is_backup {
        check.listed(folder)?;
    }
    if let Some(contents) = contents {
        check.blobs(&contents)?;
        check.jobs(&contents)?;
    }
    check.leftovers()?;
    Ok(check.inspection)
}

struct Check {
    layout: Layout,
    inspection: Inspection,
}

impl Check {
    fn damage(&mut self, damage: Damage) {
        self.inspection.damage.push(damage);
    }

    fn note(&mut self, note: Note) {
        self.inspection.notes.push(note);
    }

    /// The files of a backup's manifest are there, with the sizes that they had. What they hold is checked by kind; only
    /// the database says nothing of its own bytes.
    fn listed(&mut self, folder: &Path) -> Result<(), StoreError> {
        let manifest = match super::restore::read_manifest(folder) {
            Ok(manifest) => manifest,
            Err(super::RestoreError::Store(error)) => return Err(error),
            Err(error) => {
                self.damage(Damage::Manifest(error.to_string()));
                return Ok(());
            }
        };
        for file in &manifest.files {
            let path = folder.join(&file.name);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.len() == file.size => {}
                Ok(metadata) => {
                    self.damage(Damage::Size { path, expected: file.size, found: metadata.len() });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.damage(Damage::MissingFile(path));
                }
                Err(error) => return Err(StoreError::io("read", &path, error)),
            }
        }
        if let Some(database) = manifest.files.iter().find(|file| file.name == super::layout::DATABASE) {
            let path = folder.join(&database.name);
            if hash(&path)?.0.to_string() != database.sha256 {
                self.damage(Damage::Changed(path));
            }
        }
        Ok(())
    }

    /// Uploaded content is what its name says, and what jobs name is there.
    fn blobs(&mut self, contents: &Contents) -> Result<(), StoreError> {
        let files = blobs::files(&self.layout)?;
        let mut sizes = HashMap::new();
        for (sha256, path) in files {
            let (found, size) = hash(&path)?;
            self.inspection.tally.add_blob(size);
            if found == sha256 {
                sizes.insert(sha256, size);
            } else {
                let jobs = contents.jobs_with(&sha256);
                self.damage(Damage::Blob { path, jobs });
                // Told; it need not be told as missing, too.
                sizes.insert(sha256, size);
            }
        }
        for asset in contents.assets.iter().filter(|asset| !sizes.contains_key(&asset.sha256)) {
            self.damage(Damage::MissingBlob {
                job: asset.job,
                name: asset.name.clone(),
                sha256: asset.sha256,
            });
        }
        let named: HashSet<Sha256> = contents.named().collect();
        let unnamed: Vec<u64> =
            sizes.iter().filter(|(sha256, _)| !named.contains(*sha256)).map(|(_, size)| *size).collect();
        if !unnamed.is_empty() {
            self.note(Note::UnnamedBlobs { count: unnamed.len(), bytes: unnamed.iter().sum() });
        }
        let mut elsewhere: HashMap<&str, Vec<JobId>> = HashMap::new();
        for job in contents.jobs.values().filter(|job| !job.state.is_ended()) {
            let is_missing = |weights: &Sha256| !sizes.contains_key(weights) && !is_inside_clipig(weights);
            for (model, _) in job.models.iter().filter(|(_, weights)| is_missing(weights)) {
                elsewhere.entry(model).or_default().push(job.id);
            }
        }
        let mut elsewhere: Vec<_> = elsewhere.into_iter().collect();
        elsewhere.sort_unstable();
        for (model, mut jobs) in elsewhere {
            jobs.sort_unstable();
            self.note(Note::WeightsElsewhere { model: model.to_owned(), jobs });
        }
        Ok(())
    }

    /// Pictures, snapshots and checkpoints.
    fn jobs(&mut self, contents: &Contents) -> Result<(), StoreError> {
        let incoming = Incoming::without_folder();
        for job in contents.jobs.values() {
            self.inspection.tally.jobs += 1;
            let folder = self.layout.job(job.id);
            self.pictures(job, &Artifacts::new(job.id, folder.clone(), &incoming))?;
            self.checkpoints(job, &Checkpoints::new(job.id, &folder, &incoming))?;
        }
        for job in self.layout.jobs()? {
            if !contents.jobs.contains_key(&job) {
                self.note(Note::Stranger(self.layout.job(job)));
            }
        }
        Ok(())
    }

    fn pictures(&mut self, job: &CheckedJob, artifacts: &Artifacts<'_>) -> Result<(), StoreError> {
        let list = artifacts.list()?;
        let has_picture = list.iter().any(|artifact| artifact.name == ArtifactName::Picture);
        if job.state == JobState::Completed && !has_picture {
            self.damage(Damage::MissingPicture(job.id));
        }
        for artifact in list {
            let (mut file, _) = artifacts.open(artifact.name)?;
            self.inspection.tally.add_picture(artifact.len);
            if let Err(fault) = png::check(&mut io::BufReader::with_capacity(PIECE, &mut file)) {
                let name = artifact.name.to_string();
                self.damage(Damage::Png { job: job.id, name, fault });
            }
        }
        Ok(())
    }

    fn checkpoints(&mut self, job: &CheckedJob, checkpoints: &Checkpoints<'_>) -> Result<(), StoreError> {
        let all = checkpoints.verify()?;
        let good = all.iter().filter(|(_, fault)| fault.is_none()).count();
        for (path, fault) in all {
            self.inspection.tally.add_checkpoint(size_of(&path)?);
            if let Some(fault) = fault {
                self.damage(Damage::Checkpoint { path, fault, others: good });
            }
        }
        // History is written at intervals of its own, so a job may have epochs and not yet a checkpoint.
        let begun = job.next > job.first;
        if good == 0 && begun && job.can_go_on() {
            self.note(Note::BeginsAnew { job: job.id, next: job.next });
        }
        Ok(())
    }

    /// What an interrupted run has left.
    fn leftovers(&mut self) -> Result<(), StoreError> {
        let unfinished = durable::entries(&self.layout.incoming())?.len();
        if unfinished > 0 {
            self.note(Note::Unfinished(unfinished));
        }
        if self.layout.copy().exists() {
            self.note(Note::Copy(self.layout.copy()));
        }
        Ok(())
    }
}

fn size_of(path: &Path) -> Result<u64, StoreError> {
    Ok(fs::metadata(path).map_err(|error| StoreError::io("read", path, error))?.len())
}

/// Hash and size of a file.
fn hash(path: &Path) -> Result<(Sha256, u64), StoreError> {
    let failed = |error| StoreError::io("read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut digest, mut size, mut piece) = (sha2::Sha256::new(), 0, vec![0; PIECE]);
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok((Sha256(digest.finalize().into()), size)),
            read => {
                digest.update(&piece[..read]);
                size += read as u64;
            }
        }
    }
}
