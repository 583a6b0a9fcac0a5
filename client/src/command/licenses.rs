//! `clipig licenses`: the licences and notices of everything that is shipped.

use std::fmt::Write as _;

use clipig_models::Notice;

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::local::{Local, Notices};
use crate::output;

/// The Rust crates in the program with their notices; `cargo xtask generate` writes the file.
const CRATES: &str = include_str!("../../licenses/crates.txt");

const RULE: &str = "--------------------------------------------------------------------------------";

pub(crate) fn run(local: &dyn Local) -> Result<ExitCode, Failure> {
    output::print(&text(local.notices()))?;
    Ok(ExitCode::SUCCESS)
}

fn text(Notices { libtorch, page }: Notices) -> String {
    let mut text = format!(
        "clipig {} is free software under MIT OR Apache-2.0, at your choice. It stands on the work of others:\n\
         1. data and code that are part of it or that its model was made of,\n\
         2. libtorch, which computes,\n\
         3. the Rust crates that it is built from,\n\
         4. the packages in the page that a coordinator serves.\n\n",
        env!("CARGO_PKG_VERSION")
    );
    let _ = write!(text, "{RULE}\n1. Data and code\n{RULE}\n\n");
    works(&mut text);
    let _ = write!(
        text,
        "{RULE}\n2. libtorch\n{RULE}\n\n\
         libtorch {libtorch}, the library of PyTorch, https://pytorch.org\n\
         licence: BSD-3-Clause\n\
         It is fetched from PyPI when clipig is set up and is not part of what clipig ships. Its licence and \
         notices stand in LICENSE and NOTICE of the package `torch`.\n\n"
    );
    let _ = write!(text, "{RULE}\n3. Rust crates\n{RULE}\n\n{CRATES}\n");
    let _ = write!(text, "{RULE}\n4. Packages in the page\n{RULE}\n\n{page}");
    text
}

/// The works of others; a licence that several of them share is printed once, after the last of them.
fn works(text: &mut String) {
    let notices = clipig_models::notices();
    let mut printed: Vec<&str> = Vec::new();
    for Notice { name, licence, used_for, text: terms } in notices {
        let _ = write!(text, "{name}\nlicence: {licence}\nused for: {used_for}\n");
        if printed.contains(terms) {
            text.push_str("its text stands above\n\n");
        } else {
            printed.push(terms);
            let _ = write!(text, "\n{}\n\n", terms.trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elsewhere::Elsewhere;

    #[test]
    fn every_work_and_every_licence_is_printed_once() {
        let text = text(Elsewhere.notices());
        for notice in clipig_models::notices() {
            assert!(text.contains(notice.name), "{}", notice.name);
            assert_eq!(text.matches(notice.text.trim_end()).count(), 1, "{}", notice.name);
        }
    }
}
