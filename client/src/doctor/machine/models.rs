//! Weights of models: there and whole.

use std::path::Path;

use clipig_models::{Entry, ModelError, Place, Store};

use super::super::Finding;
use crate::farm::time;

/// Bytes that should be free where models are: enough for the largest that clipig knows, and its download.
pub(super) const WANTED: u64 = 5_000_000_000;

const CHECK: &str = "models";

/// `all_bytes`: also of weights that have not been touched since they came.
pub(super) fn check(store: Result<&Store, &ModelError>, all_bytes: bool) -> Vec<Finding> {
    let store = match store {
        Ok(store) => store,
        Err(error) => {
            let remedy = "set HOME, or CLIPIG_MODELS to a folder; without one there is only the small model";
            return vec![Finding::warning(CHECK, error.to_string(), remedy)];
        }
    };
    let entries = match store.list() {
        Ok(entries) => entries,
        Err(error) => return vec![Finding::fault(CHECK, error.to_string(), "make the folder readable")],
    };
    let mut findings = Vec::new();
    let mut whole = Vec::new();
    for entry in entries.iter().filter(|entry| matches!(entry.place, Place::Stored(_))) {
        match look(store, entry, all_bytes) {
            None => whole.push(said(entry)),
            Some(fault) => findings.push(fault),
        }
    }
    findings.extend(interrupted(store));
    if !whole.is_empty() {
        findings.insert(0, Finding::ok(CHECK, whole.join(", ")));
    } else if findings.is_empty() {
        findings.push(Finding::ok(
            CHECK,
            format!(
                "none in {}; the small model is inside clipig; `clipig model pull ViT-B/32` fetches a real CLIP",
                store.root().display()
            ),
        ));
    }
    findings
}

/// What is wrong with weights, where something is.
fn look(store: &Store, entry: &Entry, all_bytes: bool) -> Option<Finding> {
    let name = &entry.name;
    let looked = if all_bytes { store.verify(name) } else { store.resolve(name) };
    let error = looked.map(drop).and_then(|()| store.info(name).map(drop)).err()?;
    let found = match &error {
        ModelError::WrongHash { .. } => {
            format!("{name}: its weights were changed or damaged (their SHA-256 is not the one recorded)")
        }
        other => format!("{name}: {other}"),
    };
    let again = if clipig_models::registry::find(name).is_some() {
        format!("`clipig model pull {name} --replace` fetches them again")
    } else {
        format!("`clipig model import FILE --name {name} --replace` takes them again")
    };
    Some(Finding::fault(CHECK, found, again))
}

fn said(entry: &Entry) -> String {
    let size = entry.size.map(|size| format!(" ({})", time::bytes(size))).unwrap_or_default();
    format!("{}{size}", entry.name)
}

/// Downloads that have not come to their end. One of them may be under way.
fn interrupted(store: &Store) -> Option<Finding> {
    let files = std::fs::read_dir(store.root()).ok()?.filter_map(Result::ok);
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let mut parts: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "part")).collect();
    parts.sort();
    (!parts.is_empty()).then(|| {
        Finding::warning(
            CHECK,
            format!("unfinished downloads in {}: {}", store.root().display(), parts.join(", ")),
            "`clipig model pull NAME` goes on where it stopped",
        )
    })
}
