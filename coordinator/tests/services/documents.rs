//! What documents say about tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The Rust sources of the workspace's crates.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().unwrap().is_dir() {
            if !["target", "libtorch", "node_modules"].contains(&&*name) && !name.starts_with('.') {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_table_of_attacks_names_only_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let table = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let mut named = BTreeSet::new();
    let mut numbers = Vec::new();
    for line in table.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let Ok(number) = cells[0].trim().parse::<usize>() else { continue };
        numbers.push(number);
        let tests = cells.last().unwrap().split('`').skip(1).step_by(2);
        let before = named.len();
        named.extend(tests.map(str::to_owned));
        assert!(cells.len() == 4 && (named.len() > before || line.contains('`')), "{line}");
    }
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() >= 80, "{} attacks", numbers.len());
    let mut files = Vec::new();
    sources(root, &mut files);
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for test in named {
        let defined = text.contains(&format!("fn {test}("));
        assert!(defined, "docs/security.md names `{test}`, which is no test");
    }
}
