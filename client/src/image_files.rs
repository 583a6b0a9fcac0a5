//! Reads the images that an experiment names.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clipig_core::Assets;
use clipig_experiment::Experiment;
use clipig_picture::Record;
use clipig_proto::connect_error::ConnectError;

use crate::failure::Failure;

/// The greatest image file that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// The most names of a folder that are compared with that of a missing file.
const MOST_NAMES: usize = 10_000;

/// Names that are less alike than this are not meant.
const NEAR: f64 = 0.75;

/// Reads all images of the experiment. An image comes from the repeated picture if that contains it, else from the web
/// or from a file. Relative paths are tried in the current folder first, then beside the experiment's files.
///
/// # Errors
/// Where one cannot be had.
pub fn read(
    experiment: &Experiment,
    experiment_files: &[String],
    record: Option<&Record>,
    say: &dyn Fn(String),
) -> Result<Assets, Failure> {
    let mut assets = Assets::default();
    for name in experiment.image_names() {
        if let Some(bytes) = record.and_then(|record| record.embedded_image(name)) {
            assets.insert(name, bytes);
            continue;
        }
        let bytes = if is_address(name) {
            say(format!("fetching {name}"));
            fetch(name)
        } else {
            read_file(name, experiment_files)
        };
        let bytes = bytes.map_err(|reason| Failure::usage(unusable(name, &reason)))?;
        if let Some(expected) = record.and_then(|record| record.image_hash(name)) {
            let found = crate::picture::sha256(&bytes);
            if found != expected {
                say(format!(
                    "warning: the image `{name}` has changed since the picture was made; the new picture will differ"
                ));
            }
        }
        assets.insert(name, bytes);
    }
    Ok(assets)
}

/// What [`read`] would say of images that are not there, without reading or fetching any.
pub(crate) fn missing(
    experiment: &Experiment,
    experiment_files: &[String],
    record: Option<&Record>,
) -> Vec<String> {
    let names = experiment.image_names().into_iter();
    let names = names.filter(|name| !is_address(name));
    let names = names.filter(|name| record.and_then(|record| record.embedded_image(name)).is_none());
    names.filter_map(|name| Some(unusable(name, &locate(name, experiment_files).err()?))).collect()
}

fn unusable(name: &str, reason: &str) -> String {
    format!("the image `{name}`: {reason}")
}

fn is_address(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

fn read_file(name: &str, experiment_files: &[String]) -> Result<Vec<u8>, String> {
    std::fs::read(locate(name, experiment_files)?).map_err(|error| error.to_string())
}

/// The file of an image, which is not too large.
fn locate(name: &str, experiment_files: &[String]) -> Result<PathBuf, String> {
    let places: Vec<PathBuf> = std::iter::once(PathBuf::from(name))
        .chain(experiment_files.iter().filter_map(|file| Some(Path::new(file).parent()?.join(name))))
        .collect();
    let Some(path) = places.iter().find(|path| path.is_file()) else {
        let folders: BTreeSet<String> = places
            .iter()
            .map(|path| std::path::absolute(path).unwrap_or_default().display().to_string())
            .collect();
        let folders: Vec<String> = folders.into_iter().collect();
        let meant = similar(&places).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        return Err(format!("there is no such file; clipig looked for {}{meant}", folders.join(" and ")));
    };
    let size = path.metadata().map_err(|error| error.to_string())?.len();
    if size > MAX_BYTES {
        return Err(format!("the file has {size} bytes; the limit is {MAX_BYTES}"));
    }
    Ok(path.clone())
}

/// The name of a file in the same folders that was probably meant.
fn similar(places: &[PathBuf]) -> Option<String> {
    let mut best: Option<(f64, String)> = None;
    for place in places {
        let (Some(wanted), Some(folder)) = (place.file_name(), place.parent()) else { continue };
        let wanted = wanted.to_string_lossy();
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_NAMES) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let nearness = nearness(&wanted, &name);
            if nearness >= best.as_ref().map_or(NEAR, |(best, _)| *best) {
                best = Some((nearness, name));
            }
        }
    }
    best.map(|(_, name)| name)
}

/// 1 if only the ending differs, as in `spoon.jpg` and `spoon.jpeg`, and 0 for names that have nothing in common.
fn nearness(wanted: &str, name: &str) -> f64 {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let (wanted_path, path) = (Path::new(&wanted), Path::new(&name));
    // An experiment often has the name of its image.
    if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
        return 0.0;
    }
    // A folder seldom has an ending.
    if path.extension().is_some() && path.file_stem() == wanted_path.file_stem() {
        return 1.0;
    }
    strsim::normalized_damerau_levenshtein(&wanted, &name)
}

fn fetch(address: &str) -> Result<Vec<u8>, String> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_mins(1))).build(),
    );
    let mut response = agent.get(address).call().map_err(|error| why(&error))?;
    let mut bytes = Vec::new();
    let body = response.body_mut().as_reader().take(MAX_BYTES + 1).read_to_end(&mut bytes);
    body.map_err(|error| ConnectError::of(&error).to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("the server sends more than {MAX_BYTES} bytes, which is the limit"));
    }
    Ok(bytes)
}

fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(404) => "the server does not have it (404)".to_owned(),
        ureq::Error::StatusCode(code) => format!("the server answers with the status {code}"),
        ureq::Error::HostNotFound => ConnectError::NoSuchHost.to_string(),
        ureq::Error::Io(error) => ConnectError::of(error).to_string(),
        ureq::Error::Rustls(error) => ConnectError::of_tls(error).to_string(),
        ureq::Error::Timeout(_) => ConnectError::TimedOut.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_nearly_the_same_name_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Spoon.jpeg", "spoon.yaml", "start-image.png", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let experiment = folder.path().join("spoon.yaml").display().to_string();
        let said = |name: &str| locate(name, std::slice::from_ref(&experiment)).unwrap_err();
        for (name, meant) in [("spoon.jpg", "Spoon.jpeg"), ("start_image.png", "start-image.png")] {
            let said = said(name);
            assert!(said.ends_with(&format!("; did you mean `{meant}`?")), "{said}");
        }
        std::fs::create_dir(folder.path().join("sunset")).unwrap();
        assert!(!said("sunset.png").contains("did you mean"), "{}", said("sunset.png"));
    }
}
