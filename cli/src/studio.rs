//! `clipig studio`: a farm of one, and its page in the browser.

use std::path::Path;
use std::process::{Command, Stdio};

use std::sync::Arc;

use clipig_coordinator::server::Coordinator;
use clipig_core::{Assets, Sha256};
use clipig_experiment::Overrides;

use crate::farm;
use clipig_client::arguments::StudioArguments;
use clipig_client::exit::ExitCode;
use clipig_client::experiment_files::{self, Sources};
use clipig_client::failure::Failure;
use clipig_client::{image_files, output};

/// Starts a farm with workers in this process and opens its page, with an experiment where one is given.
pub(crate) fn studio(arguments: &StudioArguments) -> Result<ExitCode, Failure> {
    // A file that cannot be read is said before a farm is started.
    let handed = arguments.file.as_deref().map(Handed::read).transpose()?;
    farm::start_farm_and(&arguments.start, |coordinator| {
        let page = page(coordinator)?;
        let keep = |image: &[u8]| coordinator.farm().store().blobs().insert(image).map_err(Failure::failed);
        let fragment = handed.as_ref().map(|handed| handed.fragment(keep)).transpose()?.unwrap_or_default();
        output::print(&format!("{page}\n"))?;
        if !arguments.no_browser && open(&format!("{page}{fragment}")) {
            return Ok(());
        }
        output::say("Open this address in a browser. Ctrl-C ends the studio.");
        if let Some(Handed { name, .. }) = &handed {
            output::say(format!(
                "To begin with {name}, open its file on the page: the button Open… is at the bottom left."
            ));
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

/// What the page opens with: an experiment and the images that it names.
struct Handed {
    name: String,
    yaml: String,
    images: Assets,
}

impl Handed {
    fn read(file: &str) -> Result<Self, Failure> {
        let sources = experiment_files::read(&[file.to_owned()], None)?;
        let images = images(file, &sources);
        let name =
            Path::new(file).file_stem().map_or(file.into(), |stem| stem.to_string_lossy()).into_owned();
        let yaml = sources.yaml.into_iter().next().map_or_else(String::new, |source| source.text);
        Ok(Self { name, yaml, images })
    }

    /// What stands behind the `#` of an address: browsers keep that to themselves. `keep` gives an image to the farm, and
    /// the address has its hash.
    fn fragment(&self, keep: impl Fn(&[u8]) -> Result<Sha256, Failure>) -> Result<String, Failure> {
        let asset = |(name, image): (&str, &Arc<[u8]>)| -> Result<String, Failure> {
            Ok(format!("&asset={}{}", keep(image)?, encoded(&format!(" {name}"))))
        };
        let assets = self.images.iter().map(asset).collect::<Result<String, Failure>>()?;
        Ok(format!("#name={}&yaml={}{assets}", encoded(&self.name), encoded(&self.yaml)))
    }
}

/// The images that an experiment names, as far as they can be had. The page says what is wrong with an experiment, and asks
/// for images that are missing.
fn images(file: &str, sources: &Sources) -> Assets {
    let Ok(loaded) = clipig_experiment::load(&sources.yaml, &Overrides::default()) else {
        return Assets::default();
    };
    let say = |line: String| output::say(line.trim_end());
    let read = image_files::read(&loaded.experiment, &[file.to_owned()], sources.record.as_ref(), &say);
    read.unwrap_or_else(|failure| {
        output::say(format!("warning: {failure}"));
        Assets::default()
    })
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
        let fragment = |yaml: &str| {
            std::fs::write(&file, yaml).unwrap();
            let keep = |image: &[u8]| Ok(Sha256([image[0]; 32]));
            Handed::read(file.to_str().unwrap()).unwrap().fragment(keep).unwrap()
        };
        assert_eq!(
            fragment("epochs: 5 # é&#\n"),
            "#name=a%20spoon&yaml=epochs%3A%205%20%23%20%C3%A9%26%23%0A"
        );
        assert!(Handed::read("/nowhere/at-all.yaml").is_err());
        // The image beside the file goes to the farm, and the page is told its hash.
        let yaml = "targets: [{features: [{image: a b.png}]}]";
        assert!(!fragment(yaml).contains("&asset="), "an image that is not there stops nothing");
        std::fs::write(folder.path().join("a b.png"), [0xab]).unwrap();
        assert!(fragment(yaml).ends_with(&format!("&asset={}%20a%20b%2Epng", "ab".repeat(32))));
    }
}
