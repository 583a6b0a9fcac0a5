//! The Rust crates in the `clipig` program, with the licences and notices that come with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::error::Error;
use crate::places::Places;
use crate::process::{captured, cargo};

/// The program whose crates are listed, and the only platform that it is built for.
const PROGRAM: &str = "clipig";
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
const APACHE: &str = "Apache-2.0";
/// How the names of such files begin.
const NOTICES: &[&str] = &["NOTICE"];
const LICENCES: &[&str] = &["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "NOTICE"];
const RULE: &str = "----------------------------------------";

/// A crate from a registry.
#[derive(Debug)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    repository: String,
    authors: String,
    folder: PathBuf,
}

/// The text of `client/licenses/crates.txt`.
pub(crate) fn notices(places: &Places) -> Result<Vec<u8>, Error> {
    let mut metadata = cargo(places);
    metadata.args(["metadata", "--format-version", "1", "--filter-platform", PLATFORM]);
    let metadata: Json = serde_json::from_slice(&captured(&mut metadata)?)
        .map_err(|error| Error::Other(format!("`cargo metadata` cannot be understood: {error}")))?;
    let crates = shipped(&metadata);
    if crates.is_empty() {
        return Err(Error::Other(format!("`cargo metadata` names no crates of {PROGRAM}")));
    }
    page(&crates).map(String::into_bytes)
}

/// What is linked into the program: dependencies of dependencies, but no build scripts, tests or macros, which
/// only run while it is built.
fn shipped(metadata: &Json) -> Vec<Crate> {
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let packages = list(&metadata["packages"]);
    let packages: BTreeMap<&str, &Json> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes = list(&metadata["resolve"]["nodes"]);
    let nodes: BTreeMap<&str, &Json> =
        nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = packages
        .iter()
        .filter(|(_, package)| package["name"] == PROGRAM && package["source"].is_null())
        .map(|(id, _)| *id)
        .collect();
    while let Some(id) = next.pop() {
        let Some(package) = packages.get(id).filter(|package| !is_macro(package)) else { continue };
        let Some(node) = package["id"].as_str().and_then(|id| nodes.get(id)) else { continue };
        if reached.insert(id) {
            let normal = |dependency: &&Json| {
                dependency["dep_kinds"]
                    .as_array()
                    .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
            };
            let dependencies = node["deps"].as_array().into_iter().flatten().filter(normal);
            next.extend(dependencies.filter_map(|dependency| dependency["pkg"].as_str()));
        }
    }
    let mut crates: Vec<Crate> = reached.iter().filter_map(|id| described(packages[id])).collect();
    crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    crates
}

fn is_macro(package: &Json) -> bool {
    let targets = package["targets"].as_array();
    targets
        .into_iter()
        .flatten()
        .any(|target| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"proc-macro".into())))
}

/// `None` for the crates of this repository.
fn described(package: &Json) -> Option<Crate> {
    package["source"].as_str()?;
    let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let authors: Vec<&str> = package["authors"].as_array()?.iter().filter_map(Json::as_str).collect();
    Some(Crate {
        name: text("name"),
        version: text("version"),
        // The notation before SPDX.
        licence: text("license").replace('/', " OR "),
        repository: text("repository"),
        authors: authors.join(", "),
        folder: Path::new(package["manifest_path"].as_str()?).parent()?.to_owned(),
    })
}

/// The list, then the texts of the licences, each once.
fn page(crates: &[Crate]) -> Result<String, Error> {
    let mut page = String::from(
        "clipig takes the crates that offer it under Apache-2.0, whose text stands above; the licences of the \
         others and all notices follow the list.\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in crates {
        let Crate { name, version, licence, repository, .. } = one;
        let repository = if repository.is_empty() { "https://crates.io" } else { repository };
        let _ = writeln!(page, "{name} {version}: {licence}, {repository}");
        let found = one.texts()?;
        if found.is_empty() && !one.is_apache() {
            let text = format!("{licence}; no licence file in the package. Authors: {}", one.authors);
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
        for text in found {
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    // In the order of the list; the key's order would be that of the words of the texts.
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1));
    for (text, names) in texts {
        let _ = write!(page, "\n{RULE}\n{}\n{RULE}\n\n{text}\n", names.join(", "));
    }
    Ok(page)
}

impl Crate {
    /// May it be taken under Apache-2.0 alone?
    fn is_apache(&self) -> bool {
        !self.licence.contains(" AND ")
            && self.licence.split(" OR ").any(|one| one.trim_matches(['(', ')', ' ']) == APACHE)
    }

    /// The notices of a crate under Apache-2.0, the licences of any other; of a C library that the crate
    /// carries in a folder, the licences in any case.
    fn texts(&self) -> Result<Vec<String>, Error> {
        let entries = entries(&self.folder)?;
        let wanted = if self.is_apache() { NOTICES } else { LICENCES };
        let mut files: Vec<PathBuf> =
            entries.iter().filter(|path| path.is_file() && begins(path, wanted)).cloned().collect();
        if self.name.ends_with("-sys") {
            for folder in entries.iter().filter(|path| path.is_dir()) {
                files.extend(
                    self::entries(folder)?
                        .into_iter()
                        .filter(|path| path.is_file() && begins(path, LICENCES)),
                );
            }
        }
        let read = |path: &PathBuf| {
            let bytes = fs::read(path).map_err(Error::file("read", path))?;
            Ok(tidy(&String::from_utf8_lossy(&bytes)))
        };
        files.iter().map(read).collect()
    }
}

/// What is in a folder, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut entries: Vec<PathBuf> = read.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    entries.sort();
    Ok(entries)
}

fn begins(path: &Path, beginnings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    beginnings.iter().any(|beginning| name.starts_with(beginning))
}

/// Without what differs from crate to crate and says nothing: line ends, trailing blanks.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_licence(licence: &str) -> Crate {
        let [name, version, repository, authors] = [const { String::new() }; 4];
        Crate { name, version, licence: licence.to_owned(), repository, authors, folder: PathBuf::new() }
    }

    #[test]
    fn apache_is_taken_where_it_is_offered() {
        for offered in ["MIT OR Apache-2.0", "Apache-2.0", "Zlib OR (Apache-2.0 OR MIT)"] {
            assert!(of_licence(offered).is_apache(), "{offered}");
        }
        for other in ["MIT", "Apache-2.0 AND ISC", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH X"]
        {
            assert!(!of_licence(other).is_apache(), "{other}");
        }
    }

    #[test]
    fn only_what_is_linked_is_shipped() {
        let package = |name: &str, source: Option<&str>, kind: &str| {
            serde_json::json!({
                "id": name, "name": name, "version": "1.0.0", "source": source, "license": "MIT/Apache-2.0",
                "authors": ["A"], "manifest_path": format!("/{name}/Cargo.toml"), "targets": [{ "kind": [kind] }],
            })
        };
        let needs = |name: &str, kind: Option<&str>| serde_json::json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = serde_json::json!({
            "packages": [
                package("clipig", None, "bin"), package("own", None, "lib"), package("a", Some("r"), "lib"),
                package("b", Some("r"), "lib"), package("derive", Some("r"), "proc-macro"),
                package("syn", Some("r"), "lib"), package("cc", Some("r"), "lib"),
            ],
            "resolve": { "nodes": [
                { "id": "clipig", "deps": [needs("own", None), needs("cc", Some("build"))] },
                { "id": "own", "deps": [needs("b", None), needs("a", None), needs("derive", None)] },
                { "id": "a", "deps": [needs("b", None)] }, { "id": "b", "deps": [] },
                { "id": "derive", "deps": [needs("syn", None)] }, { "id": "syn", "deps": [] },
                { "id": "cc", "deps": [] },
            ] },
        });
        let crates = shipped(&metadata);
        assert_eq!(crates.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(crates[0].licence, "MIT OR Apache-2.0");
    }

    #[test]
    fn licences_that_are_the_same_are_printed_once() {
        let folder = tempfile::tempdir().unwrap();
        let with = |name: &str, licence: &str, text: &str| {
            let folder = folder.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("LICENSE"), text).unwrap();
            Crate { name: name.to_owned(), version: "1".to_owned(), folder, ..of_licence(licence) }
        };
        let crates =
            [with("a", "MIT", "same\r\n"), with("b", "MIT", "same"), with("c", APACHE, "not printed")];
        let page = page(&crates).unwrap();
        assert!(page.contains("a 1, b 1") && page.matches("same").count() == 1, "{page}");
        assert!(!page.contains("not printed"));
    }
}
