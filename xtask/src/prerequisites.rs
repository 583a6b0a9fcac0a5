//! What must be on the machine beforehand, and how to get it where it is not.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::error::{Error, Missing};
use crate::process;

/// Older versions of pip cannot be asked for the files of one fixed platform.
const OLDEST_PIP: (u32, u32) = (20, 3);

/// Anything but Linux on x86-64 with glibc is told at once: there is no libtorch to fetch for it.
pub(crate) fn supported_platform() -> Result<(), Error> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        return Ok(());
    }
    let libc = if cfg!(target_env = "musl") { " with musl" } else { "" };
    Err(Error::Unsupported(format!("{} on {}{libc}", std::env::consts::OS, std::env::consts::ARCH)))
}

/// The programs that building takes and, where something has to be fetched, Python with pip. All
/// that are missing are named together.
pub(crate) fn check(fetching: bool) -> Result<(), Error> {
    let mut missing = Vec::new();
    if !process::answers("cargo") || !process::answers("rustc") {
        missing.push(Missing {
            what: "a Rust toolchain: `cargo` or `rustc` does not answer".into(),
            ways: &[
                "any Linux: curl https://sh.rustup.rs -sSf | sh",
                "Debian, Ubuntu: sudo apt install rustup",
                "Fedora: sudo dnf install rustup && rustup-init",
            ],
        });
    }
    if let Some(what) = compiler_problem() {
        missing.push(Missing {
            what,
            ways: &["Debian, Ubuntu: sudo apt install g++", "Fedora: sudo dnf install gcc-c++"],
        });
    }
    missing.extend(fetching.then(pip).flatten());
    told(missing)
}

/// Python with pip alone, which fetches libtorch and ready-made tools from `PyPI`.
pub(crate) fn check_pip() -> Result<(), Error> {
    told(pip().into_iter().collect())
}

fn told(missing: Vec<Missing>) -> Result<(), Error> {
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

fn pip() -> Option<Missing> {
    let ways = &[
        "Debian, Ubuntu: sudo apt install python3 python3-pip",
        "Fedora: sudo dnf install python3 python3-pip",
    ];
    pip_problem().map(|what| Missing { what, ways })
}

/// Tries a program that includes a header, since a compiler can be there without its library.
fn compiler_problem() -> Option<String> {
    // The same choice as the `cc` crate makes when it builds the C++ part of tch.
    let compiler = std::env::var_os("CXX").filter(|name| !name.is_empty()).unwrap_or_else(|| "c++".into());
    let name = compiler.to_string_lossy().into_owned();
    // CXX may hold options or a wrapper (`ccache g++`).
    let mut words = name.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("c++"));
    command.args(words).args(["-std=c++17", "-fsyntax-only", "-x", "c++", "-"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        return Some(format!("a C++ compiler: there is no `{name}`"));
    };
    // A compiler that dies early closes the pipe; its exit status tells.
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(b"#include <cstddef>\nint main() {}\n"));
    drop(written);
    match child.wait() {
        Ok(status) if status.success() => None,
        _ => Some(format!("a C++ compiler: `{name}` cannot compile an empty C++17 program")),
    }
}

fn pip_problem() -> Option<String> {
    if !process::answers("python3") {
        return Some("Python 3: there is no `python3`".into());
    }
    let Ok(output) = process::output(Command::new("python3").args(["-m", "pip", "--version"])) else {
        return Some("Python 3: there is no `python3`".into());
    };
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Some("pip: `python3 -m pip` does not answer".into());
    }
    match pip_version(&text) {
        Some(version) if version < OLDEST_PIP => Some(format!(
            "a newer pip: {}.{} or later is needed, this is {}",
            OLDEST_PIP.0,
            OLDEST_PIP.1,
            text.trim()
        )),
        _ => None,
    }
}

/// From `pip 23.2.1 from /usr/lib/…`.
fn pip_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.');
    let major = numbers.next()?.parse().ok()?;
    // `21` and `21b1` are versions too.
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_versions_are_read() {
        assert_eq!(pip_version("pip 23.2.1 from /x (python 3.11)"), Some((23, 2)));
        assert_eq!(pip_version("pip 21 from /x"), Some((21, 0)));
        assert_eq!(pip_version("command not found"), None);
    }
}
