//! What documents say about tests, and where their links lead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The files of the repository with this extension.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().unwrap().is_dir() {
            if !["target", "libtorch", "node_modules"].contains(&&*name) && !name.starts_with('.') {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|it| it == extension) {
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
    let mut sources = Vec::new();
    files(root, "rs", &mut sources);
    let text: String = sources.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for test in named {
        let defined = text.contains(&format!("fn {test}("));
        assert!(defined, "docs/security.md names `{test}`, which is no test");
    }
}

/// The lines of a page that are not code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose(page).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let is_kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
            let anchor = heading.chars().filter(is_kept).collect::<String>().replace(' ', "-");
            let before = seen.entry(anchor.clone()).or_default();
            *before += 1;
            if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) }
        })
        .collect()
}

/// The targets of a page's links. What is between backticks is code.
fn links(page: &str) -> Vec<String> {
    let text: Vec<&str> = prose(page).collect();
    let text: String = text.join("\n").split('`').step_by(2).collect();
    text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn anchors_and_links_are_found() {
    let page =
        "# One `two`: three\n```sh\n# no [link](x)\n```\n## Four\n[a](b.md#c) `[d](e)` [`f`](g)\n## Four\n";
    let expected = ["one-two-three", "four", "four-1"].map(str::to_owned);
    assert_eq!(anchors(page), BTreeSet::from(expected));
    assert_eq!(links(page), ["b.md#c", "g"]);
}

#[test]
fn links_of_documents_lead_to_files_and_headings() {
    let root = plain(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let mut pages = Vec::new();
    files(&root, "md", &mut pages);
    assert!(pages.len() > 30, "{} pages", pages.len());
    let text: BTreeMap<&PathBuf, String> =
        pages.iter().map(|page| (page, std::fs::read_to_string(page).unwrap())).collect();
    let mut broken = Vec::new();
    for (page, content) in &text {
        for link in links(content).into_iter().filter(|link| !link.contains(':')) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { (*page).clone() } else { plain(&page.parent().unwrap().join(path)) };
            let leads = match text.get(&target) {
                Some(content) if !anchor.is_empty() => anchors(content).contains(anchor),
                _ => target.exists(),
            };
            if !leads {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}
