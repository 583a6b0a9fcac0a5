//! `clipig fetch`: downloads what a job has made.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::job;
use crate::arguments::{FetchArguments, HistoryFormat};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;
use crate::farm::show::{has_ended, job_state};
use crate::farm::video::Film;
use crate::farm::wire::{Artifact, ArtifactKind, Job};
use crate::farm::{converse, download, history};
use crate::picture::file;
use crate::{output, picture};

/// The program that makes films.
const FFMPEG: &str = "ffmpeg";

/// Fetches the files and prints their paths.
pub(crate) fn run(arguments: &FetchArguments) -> Result<ExitCode, Failure> {
    let film = arguments.video.as_deref().map(|path| Film::prepare(path, arguments.frame_rate, FFMPEG));
    let film = film.transpose()?;
    let mut files = Vec::new();
    let outcome = converse(async {
        let connection = Connection::to(&arguments.farm).await?;
        let job = job::get(&connection, arguments.job).await?;
        fetch(&connection, &job, arguments, film.as_ref(), &mut files).await
    });
    // If something failed on the way, the files before it are complete.
    if files.is_empty() && outcome.is_err() {
        return outcome.map(|()| ExitCode::FAILURE);
    }
    if arguments.json {
        output::print(&format!("{:#}\n", files.iter().map(Fetched::to_json).collect::<Json>()))?;
    } else {
        let lines = files
            .iter()
            .filter(|file| file.what != "snapshot")
            .map(|file| format!("{}\n", file.path.display()));
        output::print(&lines.collect::<String>())?;
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

/// A file that was fetched.
#[derive(Debug)]
struct Fetched {
    what: &'static str,
    path: PathBuf,
    /// For pictures: how many epochs they had.
    epoch: Option<u32>,
}

impl Fetched {
    fn to_json(&self) -> Json {
        json!({ "what": self.what, "path": self.path.display().to_string(), "epoch": self.epoch })
    }
}

async fn fetch(
    connection: &Connection,
    job: &Job,
    arguments: &FetchArguments,
    film: Option<&Film<'_>>,
    files: &mut Vec<Fetched>,
) -> Result<(), Failure> {
    let folder = &arguments.output;
    let artifacts = download::list(connection, job.number).await?;
    let name = base_name(job);
    let only_history = arguments.history.is_some() && artifacts.is_empty();
    if !only_history {
        let picture = newest(job, &artifacts)?;
        let path = save(connection, job.number, picture, &folder.join(format!("{name}.png"))).await?;
        files.push(Fetched { what: "picture", path, epoch: Some(picture.epoch) });
    }
    if let Some(format) = arguments.history {
        files.push(save_history(connection, job, &folder.join(&name), format).await?);
    }
    if !arguments.snapshots && film.is_none() {
        return Ok(());
    }
    // If only the film is wanted, its frames go to a temporary folder.
    let temporary;
    let snapshots = if arguments.snapshots {
        folder.join(format!("{name}-snapshots"))
    } else {
        file::make_folder(&folder.join(&name))?;
        temporary = tempfile::Builder::new().prefix(".clipig-").tempdir_in(folder);
        temporary.as_ref().map_err(|error| cannot_write(folder, error))?.path().to_owned()
    };
    let mut frames = Vec::new();
    for artifact in artifacts.iter().filter(|artifact| is_frame(artifact, &artifacts)) {
        let path = snapshots.join(format!("{:08}.png", artifact.epoch));
        let path = save(connection, job.number, artifact, &path).await?;
        frames.push(Fetched { what: "snapshot", path, epoch: Some(artifact.epoch) });
    }
    let paths: Vec<PathBuf> = frames.iter().map(|frame| frame.path.clone()).collect();
    if arguments.snapshots {
        output::say(format!(
            "{} in {}",
            crate::farm::show::counted(frames.len() as u64, "snapshot"),
            snapshots.display()
        ));
        files.extend(frames);
    }
    if let Some(film) = film {
        film.make(&paths)?;
        files.push(Fetched { what: "video", path: film.path().to_owned(), epoch: None });
    }
    Ok(())
}

/// A snapshot, or the finished picture where there is no snapshot of the same epoch.
fn is_frame(artifact: &Artifact, all: &[Artifact]) -> bool {
    let snapshot = |one: &Artifact| one.kind() == ArtifactKind::Snapshot;
    snapshot(artifact) || !all.iter().any(|one| snapshot(one) && one.epoch == artifact.epoch)
}

pub(crate) async fn picture(connection: &Connection, job: u64) -> Result<Artifact, Failure> {
    let artifacts = download::list(connection, job).await?;
    let finished = artifacts.into_iter().rfind(|artifact| artifact.kind() == ArtifactKind::Picture);
    finished.ok_or_else(|| Failure::failed(format!("job {job} has ended without a picture")))
}

/// The finished picture, else the last snapshot.
fn newest<'a>(job: &Job, artifacts: &'a [Artifact]) -> Result<&'a Artifact, Failure> {
    let Job { number, .. } = job;
    if let Some(finished) = artifacts.iter().rfind(|artifact| artifact.kind() == ArtifactKind::Picture) {
        return Ok(finished);
    }
    let state = job_state(job.state());
    let Some(snapshot) = artifacts.last() else {
        let reason = if job.reason.is_empty() { String::new() } else { format!(" ({})", job.reason) };
        let hint = if has_ended(job.state()) { "" } else { "\nhelp: `clipig watch` shows when there is one" };
        return Err(Failure::failed(format!(
            "job {number} is {state}{reason} and has made no picture{hint}"
        )));
    };
    output::say(format!("job {number} is {state}; this is its picture after {} epochs", snapshot.epoch));
    Ok(snapshot)
}

/// Downloads a picture to `wanted`. Existing files are never overwritten: one with the same content is used as it is,
/// otherwise the picture gets the next number.
pub(crate) async fn save(
    connection: &Connection,
    job: u64,
    artifact: &Artifact,
    wanted: &Path,
) -> Result<PathBuf, Failure> {
    let sha256 = base16ct::lower::encode_string(&artifact.sha256);
    if is_same(wanted, artifact.size, &sha256) {
        return Ok(wanted.to_owned());
    }
    file::make_folder(wanted)?;
    // Named by its content, so that another run of this program can continue a broken download.
    let part = wanted.with_file_name(format!(".clipig-{}.part", sha256.get(..24).unwrap_or(&sha256)));
    download::to_file(connection, job, artifact, &part).await?;
    let whole = TempPath::try_from_path(&part).map_err(|error| cannot_write(&part, &error))?;
    file::place(whole, &wanted.to_string_lossy()).map_err(|(error, part)| {
        // All of it is here: the next attempt need not fetch it again.
        let _ = part.keep();
        error.into()
    })
}

fn is_same(path: &Path, size: u64, sha256: &str) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
        && std::fs::read(path).is_ok_and(|bytes| picture::sha256(&bytes) == sha256)
}

async fn save_history(
    connection: &Connection,
    job: &Job,
    base: &Path,
    format: HistoryFormat,
) -> Result<Fetched, Failure> {
    let rows = history::fetch(connection, job.number).await?;
    let text = history::text(&rows, format)
        .map_err(|error| Failure::failed(format!("cannot make a table of the history: {error}")))?;
    let ending = match format {
        HistoryFormat::Csv => "csv",
        HistoryFormat::Json => "json",
    };
    let wanted = PathBuf::from(format!("{}.{ending}", base.display()));
    if is_same(&wanted, text.len() as u64, &base16ct::lower::encode_string(&Sha256::digest(&text))) {
        return Ok(Fetched { what: "history", path: wanted, epoch: None });
    }
    let path = file::create(&wanted.to_string_lossy(), text.as_bytes())?;
    Ok(Fetched { what: "history", path, epoch: None })
}

/// A name for a job's files. Job names come from strangers, so nothing that could be a path is kept.
fn base_name(job: &Job) -> String {
    let allowed = |c: char| c.is_alphanumeric() || "-_".contains(c);
    let name: String = job.name.chars().take(60).map(|c| if allowed(c) { c } else { '-' }).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { format!("job-{}", job.number) } else { format!("{name}-{}", job.number) }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        let name = |name: &str| base_name(&Job { name: name.to_owned(), number: 7, ..Job::default() });
        assert_eq!(name("an apple"), "an-apple-7");
        assert_eq!(name("../../etc/passwd"), "etc-passwd-7");
        assert_eq!(name("..."), "job-7");
        assert_eq!(name("Löffel 🥄"), "Löffel-7");
    }

    #[test]
    fn the_last_picture_is_a_frame_of_its_own() {
        let artifact =
            |kind: ArtifactKind, epoch| Artifact { kind: kind.into(), epoch, ..Artifact::default() };
        let all = [
            artifact(ArtifactKind::Snapshot, 5),
            artifact(ArtifactKind::Snapshot, 10),
            artifact(ArtifactKind::Picture, 10),
        ];
        assert_eq!(all.each_ref().map(|one| is_frame(one, &all)), [true, true, false]);
        let without = [all[0].clone(), all[2].clone()];
        assert_eq!(without.each_ref().map(|one| is_frame(one, &without)), [true, true]);
    }
}
