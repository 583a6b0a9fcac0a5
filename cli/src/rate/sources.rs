//! Finds the images to rate, and what to compare them with.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use clipig_engine::{Content, HEAD_BYTES, recognise};
use walkdir::WalkDir;

use clipig_client::arguments::RateArguments;
use clipig_client::failure::Failure;
use clipig_client::output;

/// Longest list of texts or file names that is read, in bytes.
const LONGEST_LIST: u64 = 16 << 20;

/// Something that could not be read, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) path: PathBuf,
    pub(super) reason: String,
}

impl Unreadable {
    /// Records the failure and prints it.
    pub(super) fn said(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        let failure = Self { path: path.into(), reason: reason.into() };
        output::say(format!("warning: {}: {}", failure.path.display(), failure.reason));
        failure
    }
}

/// A file or folder within a folder that is not rated, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PassedOver {
    pub(super) path: PathBuf,
    pub(super) reason: Cow<'static, str>,
}

/// Everything that the command line names, found.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) images: Vec<PathBuf>,
    pub(super) texts: Vec<String>,
    pub(super) references: Vec<PathBuf>,
    /// What is not there.
    pub(super) failures: Vec<Unreadable>,
    /// What lies in a folder and is no image.
    pub(super) passed_over: Vec<PassedOver>,
}

impl Sources {
    /// Looks for the images and reads the texts.
    pub(super) fn collect(arguments: &RateArguments) -> Result<Self, Failure> {
        let mut texts = arguments.text.clone();
        for file in &arguments.text_file {
            texts.extend(lines(file)?);
        }
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(Failure::usage("an empty text cannot be compared with anything; leave it out"));
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
        if arguments.images.is_empty() {
            return Err(Failure::usage(
                "no images to rate: give them before -t and -i, which take everything that follows (`clipig rate a.png -t \
                 \"a red apple\"`)",
            ));
        }
        let mut search = Search::default();
        let references = search.images(&named);
        let images = search.images(&arguments.images);
        let Search { failures, mut passed_over } = search;
        let mut seen = BTreeSet::new();
        passed_over.retain(|one| seen.insert(one.path.clone()));
        Ok(Self { images, texts, references, failures, passed_over })
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

#[derive(Debug, Default)]
struct Search {
    failures: Vec<Unreadable>,
    passed_over: Vec<PassedOver>,
}

impl Search {
    /// The files as named, and all images in the named folders, each once.
    fn images(&mut self, named: &[PathBuf]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for path in named {
            let text = path.to_string_lossy();
            if text.starts_with("http://") || text.starts_with("https://") {
                self.failed(path, "web addresses are not fetched; download the image first");
            } else if path.is_dir() {
                let before = (found.len(), self.failures.len());
                self.walk(path, &mut found);
                if before == (found.len(), self.failures.len()) {
                    self.failed(path, "no images in this folder (PNG, JPEG, WebP, GIF and BMP are read)");
                }
            } else {
                found.push(path.clone());
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|path| seen.insert(path.clone()));
        found
    }

    /// All images below a folder, recognised by their content. Hidden files and folders are passed over.
    fn walk(&mut self, folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.failed(path, error.to_string());
                    continue;
                }
            };
            if entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.') {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
                self.pass_over(entry.into_path(), "hidden");
            } else if entry.file_type().is_file() {
                self.file(entry.into_path(), found);
            } else if !entry.file_type().is_dir() {
                self.pass_over(entry.into_path(), "not a file");
            }
        }
    }

    fn file(&mut self, path: PathBuf, found: &mut Vec<PathBuf>) {
        match head(&path).map(|head| recognise(&head)) {
            Ok(Content::Image) => found.push(path),
            Ok(Content::OtherImage(name)) => {
                self.pass_over(path, format!("{name}, which clipig does not read"));
            }
            Ok(Content::Other) => self.pass_over(path, "not an image"),
            Err(error) => self.failed(path, error.to_string()),
        }
    }

    fn failed(&mut self, path: impl Into<PathBuf>, reason: impl Into<String>) {
        self.failures.push(Unreadable::said(path, reason));
    }

    fn pass_over(&mut self, path: PathBuf, reason: impl Into<Cow<'static, str>>) {
        self.passed_over.push(PassedOver { path, reason: reason.into() });
    }
}

/// The beginning of a file.
fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    std::fs::File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A line about what was passed over: the first names, and how many more.
pub(super) fn summary(passed_over: &[PassedOver]) -> Option<String> {
    /// Names that fit a line.
    const NAMED: usize = 5;
    let name = |one: &PassedOver| format!("{} ({})", one.path.display(), one.reason);
    let named: Vec<String> = passed_over.iter().take(NAMED).map(name).collect();
    let more = match passed_over.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more (--json lists all)"),
    };
    (!named.is_empty()).then(|| format!("note: passed over {}{more}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BMP: &[u8] = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn images_in_folders_are_known_by_their_content_and_the_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("b/.hidden")).unwrap();
        let files: [(&str, &[u8]); 8] = [
            ("c.PNG", PNG),
            ("a", BMP),
            ("b/d.txt", b"GIF89a"),
            ("b/.hidden/e.png", PNG),
            (".f.png", PNG),
            ("note.png", b"words"),
            ("scan.tif", b"II*\0"),
            ("empty.jpg", b""),
        ];
        for (name, bytes) in files {
            std::fs::write(at(name), bytes).unwrap();
        }
        let mut search = Search::default();
        let named = [folder.path().to_owned(), at("note.png"), at("a")];
        assert_eq!(search.images(&named), [at("a"), at("b/d.txt"), at("c.PNG"), at("note.png")]);
        assert_eq!(search.failures, []);
        let passed_over: Vec<(PathBuf, &str)> =
            search.passed_over.iter().map(|one| (one.path.clone(), &*one.reason)).collect();
        let expected = [
            (at(".f.png"), "hidden"),
            (at("b/.hidden"), "hidden"),
            (at("empty.jpg"), "not an image"),
            (at("note.png"), "not an image"),
            (at("scan.tif"), "TIFF, which clipig does not read"),
        ];
        assert_eq!(passed_over, expected);
    }

    #[test]
    fn an_empty_folder_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let mut search = Search::default();
        assert!(search.images(&[folder.path().to_owned()]).is_empty());
        assert_eq!(search.failures.len(), 1);
    }

    #[test]
    fn few_files_are_named_and_many_counted() {
        let one = |i: usize| PassedOver { path: format!("{i}.txt").into(), reason: "not an image".into() };
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[one(0)]).unwrap(), "note: passed over 0.txt (not an image)");
        let many: Vec<PassedOver> = (0..7).map(one).collect();
        assert!(summary(&many).unwrap().ends_with("4.txt (not an image), and 2 more (--json lists all)"));
    }
}
