//! `clipig studio`: a farm of one, and its page in the browser.

use std::process::{Command, ExitCode, Stdio};

use clipig_coordinator::server::Coordinator;

use super::farm;
use crate::arguments::StudioArguments;
use crate::experiment_files;
use crate::failure::Failure;
use crate::output;

/// Starts a farm with workers in this process and opens its page, with an experiment where one is given.
pub(crate) fn studio(arguments: &StudioArguments) -> Result<ExitCode, Failure> {
    // A file that cannot be read is said before a farm is started.
    let fragment = arguments.file.as_deref().map(fragment).transpose()?.unwrap_or_default();
    farm::start_farm_and(&arguments.start, |coordinator| {
        let page = page(coordinator)?;
        output::print(&format!("{page}\n"))?;
        if arguments.no_browser || !open(&format!("{page}{fragment}")) {
            output::say("Open this address in a browser. Ctrl-C ends the studio.");
        }
        Ok(())
    })
}

/// Where the page is.
fn page(coordinator: &Coordinator) -> Result<String, Failure> {
    let off = || Failure::usage("the studio needs `http_listen`, which is off");
    let address = coordinator.http_address().ok_or_else(off)?.to_string();
    if address.starts_with("unix:") {
        return Err(Failure::usage(format!(
            "a browser cannot open {address}; set `http_listen` to an IP address"
        )));
    }
    let scheme = if coordinator.has_tls() { "https" } else { "http" };
    // A browser cannot connect to "all addresses".
    let address = address.replacen("0.0.0.0:", "127.0.0.1:", 1).replacen("[::]:", "[::1]:", 1);
    Ok(format!("{scheme}://{address}/"))
}

/// The experiment of a file, behind the `#` of an address: browsers keep that to themselves.
fn fragment(file: &str) -> Result<String, Failure> {
    let sources = experiment_files::read(&[file.to_owned()], None)?;
    let name = std::path::Path::new(file).file_stem().map_or(file.into(), |stem| stem.to_string_lossy());
    let yaml = sources.yaml.first().map_or("", |source| source.text.as_str());
    Ok(format!("#name={}&yaml={}", encoded(&name), encoded(yaml)))
}

/// Percent-encoded, but for letters and digits.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Opens an address in the person's browser; false where there is no screen or no browser.
fn open(address: &str) -> bool {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let mut command = Command::new("xdg-open");
    let command = command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Some(mut browser) = screen.then(|| command.spawn().ok()).flatten() else { return false };
    // It hands the address to a browser that runs, or becomes one, which may stay open for longer than the farm.
    std::thread::spawn(move || browser.wait());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_travels_behind_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a spoon.yaml");
        std::fs::write(&file, "epochs: 5 # é&#\n").unwrap();
        let fragment = fragment(file.to_str().unwrap()).unwrap();
        assert_eq!(fragment, "#name=a%20spoon&yaml=epochs%3A%205%20%23%20%C3%A9%26%23%0A");
        assert!(super::fragment("/nowhere/at-all.yaml").is_err());
    }
}
