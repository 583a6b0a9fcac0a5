//! Tests that start programs which not every machine has. Where one is missing, its tests are left out and named, with the
//! way to get it, so that the others can be run anywhere. In continuous integration nothing is left out.

use std::path::PathBuf;

use crate::error::Missing;
use crate::steps::in_ci;

/// Tests, and the programs that they start.
#[derive(Debug)]
pub(super) struct Needy {
    /// What the table of steps calls them.
    pub(super) name: &'static str,
    programs: &'static [&'static str],
    ways: &'static [&'static str],
    /// Which tests these are, as an expression of nextest.
    tests: &'static str,
}

const ALL: [Needy; 2] = [
    Needy {
        name: "tests of films",
        programs: &["ffmpeg", "ffprobe"],
        ways: &["Debian, Ubuntu: sudo apt install ffmpeg", "Fedora: sudo dnf install ffmpeg-free"],
        tests: "test(film) or test(/^farm::video::/)",
    },
    Needy {
        name: "tests of proxies",
        programs: &["nginx", "haproxy", "caddy"],
        ways: &[
            "Debian, Ubuntu: sudo apt install nginx haproxy caddy",
            "Fedora: sudo dnf install nginx haproxy caddy",
        ],
        tests: "binary(proxies)",
    },
];

/// The tests that this machine cannot run, each with what is missing.
pub(super) fn left_out() -> Vec<(&'static Needy, Vec<Missing>)> {
    if in_ci() {
        return Vec::new();
    }
    let folders = folders();
    let is_there = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    ALL.iter()
        .map(|needy| (needy, needy.missing(is_there)))
        .filter(|(_, missing)| !missing.is_empty())
        .collect()
}

/// What makes nextest run all other tests; nothing where it may run all.
pub(super) fn all_but(left_out: &[(&'static Needy, Vec<Missing>)]) -> Vec<String> {
    let tests: Vec<String> = left_out.iter().map(|(needy, _)| format!("({})", needy.tests)).collect();
    if tests.is_empty() { Vec::new() } else { vec!["-E".into(), format!("not ({})", tests.join(" or "))] }
}

impl Needy {
    fn missing(&'static self, is_there: impl Fn(&str) -> bool) -> Vec<Missing> {
        let gone: Vec<&str> = self.programs.iter().copied().filter(|program| !is_there(program)).collect();
        let what = || Missing { what: format!("{}: not on the `PATH`", gone.join(", ")), ways: self.ways };
        if gone.is_empty() { Vec::new() } else { vec![what()] }
    }
}

/// Where programs are looked for. Some proxies lie where only root looks; the tests look there, too.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(["/usr/local/sbin".into(), "/usr/sbin".into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_without_their_programs_are_named_and_excluded() {
        let [films, proxies] = &ALL;
        assert!(films.missing(|_| true).is_empty());
        let gone = proxies.missing(|program| program == "nginx");
        assert!(
            gone[0].what.contains("haproxy, caddy") && !gone[0].what.contains("nginx"),
            "{}",
            gone[0].what
        );
        assert!(all_but(&[]).is_empty());
        assert_eq!(
            all_but(&[(films, Vec::new()), (proxies, gone)]),
            ["-E", "not ((test(film) or test(/^farm::video::/)) or (binary(proxies)))"]
        );
    }
}
