//! What is rated and by what: files found, texts read.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::arguments::RateArguments;
use crate::failure::Failure;
use crate::output;

/// What files in a folder are taken for images; a file that is named is one whatever its name ends in.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "bmp"];

/// Longest list of texts or file names that is read, in bytes.
const LONGEST_LIST: u64 = 16 << 20;

/// Something that could not be read, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// The file or folder.
    pub(super) path: PathBuf,
    /// What went wrong.
    pub(super) reason: String,
}

impl Unreadable {
    /// Notes the failure and tells the person.
    pub(super) fn said(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        let failure = Self { path: path.into(), reason: reason.into() };
        output::say(format!("warning: {}: {}", failure.path.display(), failure.reason));
        failure
    }
}

/// Everything that the command line names, found.
#[derive(Debug)]
pub(super) struct Sources {
    /// Images to rate.
    pub(super) images: Vec<PathBuf>,
    /// Texts to compare with.
    pub(super) texts: Vec<String>,
    /// Images to compare with.
    pub(super) references: Vec<PathBuf>,
    /// What is not there.
    pub(super) failures: Vec<Unreadable>,
}

impl Sources {
    /// Looks for the images and reads the texts.
    pub(super) fn collect(arguments: &RateArguments) -> Result<Self, Failure> {
        let mut texts = arguments.text.clone();
        for file in &arguments.text_file {
            texts.extend(lines(file)?);
        }
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(Failure::usage("an empty text resembles nothing; leave it out"));
        }
        let mut named = arguments.image.clone();
        for file in &arguments.image_file {
            named.extend(lines(file)?.map(PathBuf::from));
        }
        if texts.is_empty() && named.is_empty() {
            return Err(Failure::usage(
                "nothing to compare the images with: give a text (`-t \"a red apple\"`), an image (`-i FILE`), \
                 or a file with texts (`--text-file FILE`)",
            ));
        }
        let mut failures = Vec::new();
        let references = images(&named, &mut failures);
        let images = images(&arguments.images, &mut failures);
        Ok(Self { images, texts, references, failures })
    }
}

/// The lines of a list, empty ones left out.
fn lines(file: &Path) -> Result<impl Iterator<Item = String> + use<>, Failure> {
    let cannot = |error| Failure::usage(format!("cannot read {}: {error}", file.display()));
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().take(LONGEST_LIST).read_to_string(&mut text).map_err(cannot)?;
    } else {
        let file = std::fs::File::open(file).map_err(cannot)?;
        file.take(LONGEST_LIST).read_to_string(&mut text).map_err(cannot)?;
    }
    let lines: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Ok(lines.into_iter())
}

/// Files as named, folders with all images in them; each file once.
fn images(named: &[PathBuf], failures: &mut Vec<Unreadable>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in named {
        let text = path.to_string_lossy();
        if text.starts_with("http://") || text.starts_with("https://") {
            failures.push(Unreadable::said(path, "addresses are not fetched; download the image first"));
        } else if path.is_dir() {
            let before = (found.len(), failures.len());
            walk(path, &mut found, failures);
            if before == (found.len(), failures.len()) {
                let endings = ENDINGS.join(", ");
                failures.push(Unreadable::said(path, format!("no images in this folder ({endings})")));
            }
        } else {
            found.push(path.clone());
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>, failures: &mut Vec<Unreadable>) {
    let visible =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible)
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_image(entry.path()) => {
                found.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                failures.push(Unreadable::said(path, error.to_string()));
            }
        }
    }
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_files_taken_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("b/.hidden")).unwrap();
        for name in ["c.PNG", "a.jpg", "b/d.webp", "b/.hidden/e.png", ".f.png", "note.txt"] {
            std::fs::write(at(name), "").unwrap();
        }
        let mut failures = Vec::new();
        let named = [folder.path().to_owned(), at("note.txt"), at("a.jpg")];
        let found = images(&named, &mut failures);
        assert_eq!(found, [at("a.jpg"), at("b/d.webp"), at("c.PNG"), at("note.txt")]);
        assert_eq!(failures, []);
    }

    #[test]
    fn an_empty_folder_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut failures = Vec::new();
        assert!(images(&[folder.path().to_owned()], &mut failures).is_empty());
        assert_eq!(failures.len(), 1);
    }
}
