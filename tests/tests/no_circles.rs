//! No two files of a crate need each other: each can be read before those that use it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Crates in which a file does not even use what the file above it declares.
const STRICT: &[&str] = &["core", "geometry", "picture", "schedule", "tests", "xtask"];

/// Crates in which files may use what the files above them declare, as is common in Rust. The second part names files
/// that need each other all the same; whoever separates them deletes them here.
const OTHERS: &[(&str, &[&str])] = &[
    ("bench", &[]),
    ("cli", &[]),
    ("client", &[]),
    ("coordinator", &[]),
    ("engine", &[]),
    // The table of functions has the functions themselves in it, and those evaluate what they are given.
    (
        "experiment",
        &[
            "expression::arithmetic",
            "expression::evaluate",
            "expression::functions",
            "expression::order",
            "expression::syntax",
            "expression::types",
        ],
    ),
    // The methods of one type.
    ("models", &["listing", "store"]),
    ("proto", &[]),
    ("settings", &[]),
    ("telemetry", &[]),
    ("tokenizer", &[]),
    // The parts of one world, which act on each other.
    ("simulation", &["checks", "coordinator", "runner", "world"]),
    ("worker", &[]),
];

/// A module by its path from the crate's root.
type Module = Vec<String>;

/// All modules that have a file of their own, with its text. Tests are left out.
fn modules(folder: &Path, module: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "tests" {
            continue;
        }
        if !path.is_dir() && path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let is_root = matches!(name.as_str(), "mod" | "lib" | "main");
        let child: Module = module.iter().cloned().chain((!is_root).then_some(name)).collect();
        if path.is_dir() {
            modules(&path, &child, found);
        } else {
            // A crate may have both a `lib.rs` and a `main.rs`.
            *found.entry(child).or_default() += &code(&path);
        }
    }
}

/// A file without comments, and without the tests at its end.
fn code(path: &PathBuf) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    // Those whose helpers other tests use.
    let text = text.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let lines = lines.map(|line| without_visibility(line.split(" // ").next().unwrap()));
    lines.map(|line| line + "\n").collect()
}

/// A line without the path in `pub(in crate::dispatcher)`, which is no import.
fn without_visibility(line: &str) -> String {
    match line.split_once("pub(in ").and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) => format!("{before}pub{after}"),
        None => line.to_owned(),
    }
}

/// All paths below `use a::{b, c::d};`, and paths within code.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (start, keyword) in text.match_indices("use ") {
        let before = text[..start].chars().next_back();
        if before.is_none_or(char::is_whitespace) {
            let tree = text[start + keyword.len()..].split(';').next().unwrap();
            expand(&[], tree, &mut found);
        }
    }
    for root in ["crate::", "super::"] {
        for (start, _) in text.match_indices(root) {
            if !text[..start].ends_with(|c: char| c == ':' || c.is_alphanumeric()) {
                let path = text[start..].split(|c: char| !(c == ':' || c == '_' || c.is_alphanumeric()));
                found.push(path.take(1).flat_map(|path| path.split("::")).map(str::to_owned).collect());
            }
        }
    }
    found
}

/// The paths of a tree of imports.
fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    match tree.split_once("::") {
        Some((segment, rest)) if !segment.contains(['{', ',']) => {
            let prefix: Vec<String> = prefix.iter().cloned().chain([segment.trim().to_owned()]).collect();
            expand(&prefix, rest, found);
        }
        _ if tree.starts_with('{') => {
            let (mut depth, mut part) = (0, String::new());
            for c in tree[1..].chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth < 0 || (depth == 0 && c == ',') {
                    expand(prefix, &part, found);
                    part.clear();
                } else {
                    part.push(c);
                }
            }
        }
        _ if tree.is_empty() => {}
        _ => {
            let name = tree.split(" as ").next().unwrap().to_owned();
            found.push(prefix.iter().cloned().chain([name]).collect());
        }
    }
}

/// The file that a path leads to, seen from a module: the longest part of it that is a module.
fn target(from: &Module, path: &[String], modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut at = match path[0].as_str() {
        "crate" => Vec::new(),
        "super" => from[..from.len().checked_sub(1)?].to_vec(),
        "self" => from.clone(),
        // A child, or another crate.
        child => {
            let at: Module = from.iter().cloned().chain([child.to_owned()]).collect();
            if !modules.contains_key(&at) {
                return None;
            }
            at
        }
    };
    for segment in &path[1..] {
        if segment == "super" {
            at.pop();
            continue;
        }
        let next: Module = at.iter().cloned().chain([segment.clone()]).collect();
        if !modules.contains_key(&next) {
            break;
        }
        at = next;
    }
    modules.contains_key(&at).then_some(at)
}

/// Which files of a crate each file needs.
fn needs(name: &str) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
    modules(&root, &Vec::new(), &mut files);
    assert!(files.len() > 1, "{name}: {files:?}");
    let needed = |module: &Module, text: &str| {
        let targets = paths(text).into_iter().filter_map(|path| target(module, &path, &files));
        targets.filter(|other| other != module).collect()
    };
    files.iter().map(|(module, text)| (module.clone(), needed(module, text))).collect()
}

/// The files that need themselves by way of others.
fn in_circles(needs: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let is_in_one = |module: &&Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![*module]);
        while let Some(at) = next.pop() {
            next.extend(needs[at].iter().filter(|needed| seen.insert(*needed)));
        }
        seen.contains(module)
    };
    needs.keys().filter(is_in_one).map(|module| module.join("::")).collect()
}

#[test]
fn no_two_files_import_each_other() {
    for name in STRICT {
        let circles = in_circles(&needs(name));
        assert!(circles.is_empty(), "these files of {name} need each other: {circles:#?}");
    }
    for (name, known) in OTHERS {
        let mut needs = needs(name);
        for (module, others) in &mut needs {
            others.retain(|other| !module.starts_with(other));
        }
        assert_eq!(in_circles(&needs), *known, "files of {name} that need each other");
    }
}

#[test]
fn imports_are_read_and_circles_are_seen() {
    let mut needs = needs("schedule");
    let [dispatcher, leases] = ["dispatcher", "dispatcher::leases"]
        .map(|path| path.split("::").map(str::to_owned).collect::<Module>());
    assert!(needs[&dispatcher].contains(&leases));
    needs.get_mut(&leases).unwrap().insert(dispatcher);
    let circles = in_circles(&needs);
    assert!(circles.contains(&"dispatcher".to_owned()) && circles.contains(&"dispatcher::leases".to_owned()));
    assert!(!circles.contains(&"merge".to_owned()), "{circles:?}");
}
