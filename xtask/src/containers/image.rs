//! The images: the last stage of each container file, as it stands there, on a stand-in for its base image. What the first
//! stage leaves behind is laid out here, since that stage needs the image of a Rust toolchain from a registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::base::fresh;
use super::farm::PATIENCE;
use super::podman::{build, command, confined, podman, said};
use crate::error::Error;
use crate::pins::SYFT;
use crate::places::Places;
use crate::process::{output, run};
use crate::waiting::until;

/// One container file, and what its first stage leaves.
pub(super) struct Recipe {
    /// Its name in `deploy/containers`, without the ending; also that of the image.
    pub(super) name: &'static str,
    programs: &'static [&'static str],
    /// Folders that belong to the image's user.
    state: &'static [&'static str],
}

/// Coordinator, client and CPU worker.
pub(super) const FARM: Recipe = Recipe {
    name: "clipig",
    programs: &["clipig", "clipig-local", "clipig-coordinator", "clipig-worker", "clipig-health"],
    state: &["data", "cache"],
};

/// The worker for GPUs.
pub(super) const CUDA: Recipe =
    Recipe { name: "clipig-worker-cuda", programs: &["clipig-worker", "clipig-health"], state: &["cache"] };

/// What an image is made from.
pub(super) struct Sources<'a> {
    pub(super) places: &'a Places,
    /// With the programs.
    pub(super) programs: &'a Path,
    pub(super) libtorch: &'a Path,
    /// The stand-in's name.
    pub(super) base: &'a str,
    /// Where stages are laid out.
    pub(super) folder: &'a Path,
}

/// Builds the image and returns its name. The version only goes into a label, so that images are told apart.
pub(super) fn make(recipe: &Recipe, sources: &Sources<'_>, version: &str) -> Result<String, Error> {
    let folder = sources.folder.join(recipe.name);
    fresh(&folder)?;
    let stage = folder.join("build");
    lay_out(recipe, sources, &stage)?;
    let path = sources.places.repository.join(format!("deploy/containers/{}.Containerfile", recipe.name));
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let (base, last) =
        last_stage(&text).ok_or_else(|| Error::Other(format!("{} has no FROM", path.display())))?;
    let file = folder.join("Containerfile");
    fs::write(&file, last).map_err(Error::file("write", &file))?;
    let image = format!("localhost/clipig-rehearsal-{}:{version}", recipe.name);
    let stand_in = format!("container-image://{}", sources.base);
    let stage = stage.to_str().ok_or_else(|| Error::Other(format!("{} is not UTF-8", stage.display())))?;
    let labels = [format!("org.opencontainers.image.version={version}")];
    // A build that was ended by force may have left something.
    let temporary = sources.folder.join("temporary");
    fresh(&temporary)?;
    let built = build(&file, &image, &[(base, &stand_in), ("build", stage)], &labels, &temporary);
    fs::remove_dir_all(&temporary).map_err(Error::file("remove", &temporary))?;
    built?;
    Ok(image)
}

/// The base image of the last stage, and the text of that stage.
fn last_stage(text: &str) -> Option<(&str, &str)> {
    let start = text.rfind("\nFROM ").map_or(0, |place| place + 1);
    let base = text[start..].strip_prefix("FROM ")?.split_whitespace().next()?;
    Some((base, &text[start..]))
}

fn lay_out(recipe: &Recipe, sources: &Sources<'_>, stage: &Path) -> Result<(), Error> {
    let image = stage.join("image");
    let make = |folder: &Path| fs::create_dir_all(folder).map_err(Error::file("make", folder));
    let (programs, docs) = (image.join("usr/bin"), image.join("usr/share/doc/clipig"));
    for folder in [&programs, &docs] {
        make(folder)?;
    }
    for folder in recipe.state {
        make(&stage.join("state").join(folder))?;
    }
    for program in recipe.programs {
        place(&sources.programs.join(program), &programs.join(program))?;
    }
    for document in ["LICENSE-APACHE", "LICENSE-MIT", "Cargo.lock"] {
        place(&sources.places.repository.join(document), &docs.join(document))?;
    }
    let licenses = said(Command::new(sources.programs.join("clipig")).arg("licenses"))?;
    let path = docs.join("licenses.txt");
    fs::write(&path, licenses).map_err(Error::file("write", &path))?;
    let libtorch = image.join("opt/libtorch");
    for part in ["lib", "licenses"] {
        copy(&sources.libtorch.join(part), &libtorch.join(part))?;
    }
    for link in ["libgomp.so", "libtorch.so"] {
        let path = libtorch.join("lib").join(link);
        fs::remove_file(&path).map_err(Error::file("remove", &path))?;
    }
    // Programs look for libtorch where it lay when they were linked: in the image's build that is /opt/libtorch.
    let linked = linked_with(&sources.programs.join("clipig-worker"))?;
    if linked != Path::new("/opt/libtorch/lib") {
        let inside = image.join(linked.strip_prefix("/").unwrap_or(&linked));
        make(inside.parent().unwrap_or(&inside))?;
        std::os::unix::fs::symlink("/opt/libtorch/lib", &inside).map_err(Error::file("make", &inside))?;
    }
    Ok(())
}

/// Where a program looks for libtorch.
fn linked_with(program: &Path) -> Result<PathBuf, Error> {
    let dynamic = said(Command::new("readelf").args(["--dynamic", "--wide"]).arg(program))?;
    search_path(&dynamic).ok_or_else(|| {
        Error::Other(format!("{} does not say where libtorch is (RUNPATH)", program.display()))
    })
}

/// The first folder of the line that says `… (RUNPATH) Library runpath: [/a/lib:/b]`.
fn search_path(dynamic: &str) -> Option<PathBuf> {
    let line = dynamic.lines().find(|line| line.contains("(RUNPATH)") || line.contains("(RPATH)"))?;
    let (_, folders) = line.split_once('[')?;
    let first = folders.split([':', ']']).next()?;
    first.starts_with('/').then(|| first.trim_end_matches('/').into())
}

/// The same file without a second copy of its bytes, where that is possible.
fn place(from: &Path, to: &Path) -> Result<(), Error> {
    let from = fs::canonicalize(from).map_err(Error::file("find", from))?;
    if fs::hard_link(&from, to).is_ok() {
        return Ok(());
    }
    fs::copy(&from, to).map(drop).map_err(Error::file("write", to))
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::file("make", to))?;
    for entry in fs::read_dir(from).map_err(Error::file("read", from))? {
        let path = entry.map_err(Error::file("read", from))?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() { copy(&path, &to.join(name))? } else { place(&path, &to.join(name))? }
    }
    Ok(())
}

/// What an image says of itself and what is in it, for people: size, layers, labels, user.
pub(super) fn described(image: &str) -> Result<String, Error> {
    let text = podman(&["image", "inspect", image])?;
    let all: Value = serde_json::from_str(&text)
        .map_err(|error| Error::Other(format!("podman image inspect prints no JSON: {error}")))?;
    let one = &all[0];
    let (labels, user) = (&one["Labels"], one["User"].as_str().unwrap_or_default());
    for label in ["title", "description", "licenses", "version", "base.name"] {
        let label = format!("org.opencontainers.image.{label}");
        if labels[&label].as_str().is_none_or(str::is_empty) {
            return Err(Error::Other(format!("{image} has no label {label}")));
        }
    }
    if user != "65532:65532" {
        return Err(Error::Other(format!("{image} runs as `{user}`, not as 65532:65532")));
    }
    let size = one["Size"].as_u64().unwrap_or_default();
    Ok(format!("{}, user {user}, labels and base as written", megabytes(size)))
}

/// The largest things in an image, for people.
pub(super) fn contents(recipe: &Recipe, folder: &Path) -> Result<String, Error> {
    let image = folder.join(recipe.name).join("build/image");
    let size = |path: &Path| -> Result<u64, Error> {
        let listed =
            said(Command::new("du").args(["--bytes", "--summarize", "--dereference-args"]).arg(path))?;
        let bytes = listed.split_whitespace().next().and_then(|bytes| bytes.parse().ok());
        bytes.ok_or_else(|| Error::Other(format!("du does not say the size of {}", path.display())))
    };
    let base = megabytes(size(&folder.join("base"))?);
    let libtorch = megabytes(size(&image.join("opt/libtorch"))?);
    let mut parts = vec![format!("base {base}"), format!("libtorch {libtorch}")];
    for program in recipe.programs {
        parts.push(format!("{program} {}", megabytes(size(&image.join("usr/bin").join(program))?)));
    }
    Ok(parts.join(", "))
}

/// What can be seen without a GPU: the worker finds and loads CUDA's libraries, computes on the CPU where it may choose, and
/// says what is missing where it may not.
pub(super) fn loads_cuda(image: &str) -> Result<String, Error> {
    let name = "clipig-rehearsal-cuda";
    let worker = |arguments: &[&str]| {
        let mut run = confined();
        run.args(["--network", "none", "--tmpfs", "/cache", "--name", name]).args(arguments);
        run
    };
    said(worker(&["--detach"]).arg(image))?;
    let process = podman(&["inspect", "--format", "{{.State.Pid}}", name])?;
    let maps = PathBuf::from(format!("/proc/{process}/maps"));
    let loaded = until("the worker loads CUDA's libraries", PATIENCE, || {
        // Without a process there is no such file.
        let maps = fs::read_to_string(&maps).map_err(Error::file("read", &maps))?;
        Ok(maps.contains("/opt/libtorch/lib/libtorch_cuda.so"))
    });
    let log = output(&mut command(&["logs", name]))?;
    podman(&["rm", "--force", "--time", "0", name])?;
    loaded.map_err(|error| Error::Other(format!("{error}\n{}", String::from_utf8_lossy(&log.stderr))))?;
    let refused = output(worker(&["--rm", "--env", "CLIPIG_WORKER__DEVICE=cuda"]).arg(image))?;
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    if refused.status.success() || !words.contains("cuda") {
        return Err(Error::Other(format!("a worker that must have a GPU does not miss it: {words}")));
    }
    Ok(format!(
        "libtorch_cuda.so is loaded; with `device = \"cuda\"` it ends: {}",
        words.trim().replace('\n', " ")
    ))
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", (bytes + 500_000) / 1_000_000)
}

/// Writes a bill of materials of the image (`CycloneDX`), and says what is in it.
pub(super) fn bill(recipe: &Recipe, image: &str, places: &Places, folder: &Path) -> Result<String, Error> {
    let file = folder.join(format!("{}.cdx.json", recipe.name));
    let root = podman(&["image", "mount", image])?;
    let mut syft = SYFT.command(places)?;
    syft.args(["scan", "--quiet", "--override-default-catalogers", "image"]);
    // The crates are in the programs without a list; the image holds the list of all.
    syft.args(["--select-catalogers", "+rust-cargo-lock-cataloger", "--source-name", recipe.name]);
    syft.arg("--output").arg(format!("cyclonedx-json={}", file.display())).arg(format!("dir:{root}"));
    let scanned = run(syft.env("SYFT_CHECK_FOR_APP_UPDATE", "false"));
    podman(&["image", "unmount", image])?;
    scanned?;
    let text = fs::read(&file).map_err(Error::file("read", &file))?;
    let bill: Value = serde_json::from_slice(&text)
        .map_err(|error| Error::Other(format!("{} is not JSON: {error}", file.display())))?;
    let count = |ecosystem: &str| {
        let components = bill["components"].as_array().into_iter().flatten();
        components.filter(|one| one["purl"].as_str().is_some_and(|purl| purl.starts_with(ecosystem))).count()
    };
    let (debian, crates, wheels) = (count("pkg:deb/"), count("pkg:cargo/"), count("pkg:pypi/"));
    if debian == 0 || crates == 0 {
        return Err(Error::Other(format!(
            "{} lists {debian} packages of Debian and {crates} crates",
            file.display()
        )));
    }
    let name = file.file_name().unwrap_or_default().display();
    Ok(format!("{debian} packages of Debian, {crates} crates, {wheels} wheels of libtorch in {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_container_file_has_a_last_stage_that_copies_from_the_first() {
        for recipe in [FARM, CUDA] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../deploy/containers/{}.Containerfile", recipe.name));
            let text = fs::read_to_string(path).unwrap();
            let (base, stage) = last_stage(&text).unwrap();
            assert_eq!(base, "gcr.io/distroless/cc-debian12:nonroot");
            assert!(stage.starts_with("FROM ") && stage.matches("\nFROM ").count() == 0, "{stage}");
            // What is laid out is what the first stage makes.
            for folder in recipe.state {
                assert!(stage.contains(&format!("/state/{folder} /{folder}")), "{folder}");
                assert!(text.contains(&format!("/state/{folder}")), "{folder}");
            }
            for program in recipe.programs {
                assert!(text.contains(&format!("target/release/{program}")), "{program}");
            }
            for document in ["LICENSE-APACHE", "LICENSE-MIT", "Cargo.lock", "licenses.txt"] {
                assert!(text.contains(document), "{document}");
            }
        }
    }

    #[test]
    fn a_programs_search_path_is_read() {
        let line = " 0x000000000000001d (RUNPATH)            Library runpath: [/a/libtorch/lib:/b]\n";
        assert_eq!(search_path(line), Some("/a/libtorch/lib".into()));
        assert_eq!(search_path(" (RUNPATH)  Library runpath: [$ORIGIN/lib]\n"), None);
        assert_eq!(search_path(" (NEEDED)  Shared library: [libc.so.6]\n"), None);
    }

    #[test]
    fn a_file_of_one_stage_is_its_own_last_stage() {
        assert_eq!(last_stage("FROM a AS b\nRUN c\n"), Some(("a", "FROM a AS b\nRUN c\n")));
        assert_eq!(last_stage("# nothing\n"), None);
    }
}
