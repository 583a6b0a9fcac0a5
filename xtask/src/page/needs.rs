//! What building the page and testing it take, and how to get it.

use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Missing};
use crate::process::{answers, output};

/// What Vite, which builds the page, asks for.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Names of the browser, in the order in which they are tried.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What building the page takes and is not there.
pub(super) fn build() -> Vec<Missing> {
    let mut missing = Vec::new();
    if let Some(what) = node_problem() {
        missing.push(Missing {
            what,
            ways: &[
                "Debian 13, Ubuntu 25.10: sudo apt install nodejs npm",
                "Fedora: sudo dnf install nodejs-npm",
                "others: https://nodejs.org/en/download",
            ],
        });
    } else if !answers("npm") {
        missing.push(Missing {
            what: "npm: there is no `npm`".into(),
            ways: &["Debian, Ubuntu: sudo apt install npm", "Fedora: sudo dnf install nodejs-npm"],
        });
    }
    missing
}

/// What its tests take and is not there.
pub(super) fn browser_tests() -> Vec<Missing> {
    let mut missing = build();
    if browser().is_none() {
        missing.push(Missing {
            what: match asked_for() {
                Some(path) => format!("Chromium: CHROMIUM is `{}`, which does not answer", path.display()),
                None => "Chromium: there is no `chromium`".into(),
            },
            ways: &[
                "Debian: sudo apt install chromium",
                "Fedora: sudo dnf install chromium",
                "elsewhere: set CHROMIUM to the path of a Chromium or Chrome",
            ],
        });
    }
    missing
}

/// An error that names all that is missing.
pub(super) fn check(missing: Vec<Missing>) -> Result<(), Error> {
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

/// The browser: what `CHROMIUM` names, else the system's.
pub(super) fn browser() -> Option<PathBuf> {
    if let Some(path) = asked_for() {
        return answers(&path).then_some(path);
    }
    // Playwright wants a whole path.
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let mut places = BROWSERS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    // On Ubuntu, the file may only say that a snap is to be installed.
    places.find(|place| place.is_file() && answers(place))
}

fn asked_for() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn node_problem() -> Option<String> {
    let said = output(Command::new("node").arg("--version")).ok().filter(|output| output.status.success());
    let Some(said) = said else { return Some("Node.js: there is no `node`".into()) };
    let text = String::from_utf8_lossy(&said.stdout);
    let (major, minor) = OLDEST_NODE;
    node_version(&text)
        .is_some_and(|version| version < OLDEST_NODE)
        .then(|| format!("a newer Node.js: {major}.{minor} or later is needed, this is {}", text.trim()))
}

/// From `v20.19.2`.
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(node_version("v20.19.2\n"), Some((20, 19)));
        assert!(node_version("v18.20.4").unwrap() < OLDEST_NODE);
        assert!(node_version("v22.12.0").unwrap() > OLDEST_NODE);
        assert_eq!(node_version("node: not found"), None);
    }
}
