//! No two files of this crate need each other: each can be read before those that use it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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
        let is_root = name == "mod" || name == "lib";
        let child: Module = module.iter().cloned().chain((!is_root).then_some(name)).collect();
        if path.is_dir() {
            modules(&path, &child, found);
        } else {
            found.insert(child, code(&path));
        }
    }
}

/// A file without comments, and without the tests at its end.
fn code(path: &PathBuf) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let text = text.replace("pub(in crate::dispatcher)", "pub");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" // ").next().unwrap()).collect::<Vec<_>>().join("\n")
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

#[test]
fn no_two_files_import_each_other() {
    let mut files = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut files);
    assert!(files.len() > 30, "{files:?}");
    let mut needs: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, text) in &files {
        let targets = paths(text).into_iter().filter_map(|path| target(module, &path, &files));
        needs.insert(module.clone(), targets.filter(|other| other != module).collect());
    }
    let dispatcher = vec!["dispatcher".to_owned()];
    let leases = vec!["dispatcher".to_owned(), "leases".to_owned()];
    assert!(needs[&dispatcher].contains(&leases), "imports are read");
    // Files that need nothing more are taken away, until none is left.
    while !needs.is_empty() {
        let free: Vec<Module> =
            needs.iter().filter(|(_, needs)| needs.is_empty()).map(|(module, _)| module.clone()).collect();
        assert!(!free.is_empty(), "these files need each other: {needs:#?}");
        for module in &free {
            needs.remove(module);
        }
        for others in needs.values_mut() {
            others.retain(|module| !free.contains(module));
        }
    }
}
