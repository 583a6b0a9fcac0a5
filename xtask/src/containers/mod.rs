//! `cargo xtask containers`: the images and a farm of them, rehearsed on one machine without a registry or a cluster. The last
//! stage of each container file is built as it stands on a stand-in for its base image; then a coordinator and three workers
//! run, things happen to them, and their pictures must be those of `clipig render`.
//!
//! It needs root, because networks are cut, and programs that [`needed`] names. Whatever it makes in podman carries a label
//! and is removed at the end, also after Ctrl-C.

mod base;
mod compose;
mod farm;
mod image;
mod jobs;
mod podman;
mod slurm;
mod troubles;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Missing};
use crate::places::Places;
use crate::process::{cargo, run as start};
use crate::setup::{self, Wanted};
use crate::table::{Seen, Table};
pub(crate) use farm::Family;
use farm::{COORDINATOR, Farm, WORKERS};
use image::{CUDA, FARM, Recipe, Sources};
use jobs::Jobs;
use podman::{cleaner, podman, said};

/// Everything of a run lies here.
const FOLDER: &str = "target/containers";

/// The stand-in for the base image.
const BASE: &str = "localhost/clipig-rehearsal-base:stand-in";

/// The options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Containers {
    /// Take the programs from here instead of building them.
    pub(crate) programs: Option<PathBuf>,
    /// Build the image for GPUs, too.
    pub(crate) cuda: bool,
    /// On this network and not on the other one.
    pub(crate) only: Option<Family>,
    /// On neither network: only images, the compose file and the batch script.
    pub(crate) no_farm: bool,
    /// Leave the images there.
    pub(crate) keep_images: bool,
}

/// The command.
pub(crate) fn run(places: &Places, options: &Containers) -> Result<(), Error> {
    needed()?;
    let _alone = lock(places)?;
    let programs = match &options.programs {
        Some(folder) => std::path::absolute(folder).map_err(Error::file("find", folder))?,
        None => build_programs(places)?,
    };
    let folder = places.repository.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
    let cleaner = cleaner(options.keep_images)?;
    let mut table = Table::new();
    let rehearsed = rehearse(places, options, &programs, &folder, &mut table);
    eprintln!("Removing containers, networks and volumes");
    drop(cleaner);
    rehearsed?;
    table.finish(&folder.join("report.md"))
}

/// What must be here, all of it named at once.
fn needed() -> Result<(), Error> {
    const PROGRAMS: [(&str, &str); 11] = [
        ("podman", "podman netavark aardvark-dns"),
        ("runc", "runc"),
        ("apt-get", "a Debian, or a system made from it"),
        ("dpkg-deb", "dpkg"),
        ("tar", "tar"),
        ("openssl", "openssl"),
        ("nsenter", "util-linux"),
        ("ip", "iproute2"),
        ("bridge", "iproute2"),
        ("readelf", "binutils"),
        ("sha256sum", "coreutils"),
    ];
    let missing: Vec<_> = PROGRAMS.into_iter().filter(|(program, _)| !is_here(program)).collect();
    if !missing.is_empty() {
        let what = missing
            .iter()
            .map(|(program, package)| Missing { what: format!("{program} (Debian: {package})"), ways: &[] });
        return Err(Error::Missing(what.collect()));
    }
    if said(Command::new("id").arg("--user"))? != "0" {
        return Err(Error::Other("root is needed: networks of containers are made and cut".into()));
    }
    let version = said(Command::new("podman").args(["version", "--format", "{{.Client.Version}}"]))?;
    // `--build-context` takes an image in place of another one from this version on.
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    let version_number = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version_number < (4, 2) {
        return Err(Error::Other(format!("podman 4.2 or later is needed; this is {version}")));
    }
    Ok(())
}

fn is_here(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).exists())
}

/// Held while this process lives. Two rehearsals would remove each other's containers.
fn lock(places: &Places) -> Result<File, Error> {
    std::fs::create_dir_all(&places.cache).map_err(Error::file("create", &places.cache))?;
    let path = places.cache.join("containers.lock");
    let file = File::create(&path).map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Error::Other("another rehearsal in containers runs on this machine".into())),
    }
}

/// As the container files do.
fn build_programs(places: &Places) -> Result<PathBuf, Error> {
    setup::ensure(places)?;
    start(cargo(places).args([
        "build",
        "--release",
        "--package",
        "clipig",
        "--package",
        "clipig-worker",
        "--bins",
    ]))?;
    Ok(places.target().join("release"))
}

fn rehearse(
    places: &Places,
    options: &Containers,
    programs: &Path,
    folder: &Path,
    table: &mut Table,
) -> Result<(), Error> {
    table.fact(versions(programs)?);
    if options.programs.is_some() {
        table.fact(
            "The programs were given with `--programs`, so their sizes are not those of a release.".into(),
        );
    }
    let mut packages = Vec::new();
    if !table.row("images", "a stand-in for the base image", || {
        packages = base::make(folder, BASE)?;
        Ok(Seen::words(format!("{} packages, no shell", packages.len())))
    }) {
        return Ok(());
    }
    table.fact(format!("Stand-in for the base image: {}.", packages.join(", ")));
    let libtorch = setup::fetched(places, Wanted::default())?;
    let sources = Sources { places, programs, libtorch: &libtorch, base: BASE, folder };
    let Some(image) = build(&FARM, &sources, "1", table) else { return Ok(()) };
    let mut newer = String::new();
    table.row("images", "a newer one of the same programs", || {
        newer = image::make(&FARM, &sources, "2")?;
        Ok(Seen::words(newer.clone()))
    });
    for family in [Family::V4, Family::V6] {
        if options.no_farm || options.only.is_some_and(|only| only != family) {
            table.fact(format!("Not run: {}.", family.name()));
        } else {
            disturb(places, family, folder, [&image, &newer], table);
        }
    }
    if is_here(compose::PROGRAM) {
        table.row("compose", "the compose file", || compose::rehearse(places, &image, programs, folder));
    } else {
        table.fact("Not run: the compose file. docker-compose is not here (Debian: docker-compose).".into());
    }
    if slurm::PROGRAMS.into_iter().all(is_here) {
        table.row("Slurm", "the batch script with two tasks", || slurm::rehearse(places, programs, folder));
    } else {
        let why =
            "Not run: the batch script. Slurm is not here (Debian: slurmctld slurmd slurm-client munge).";
        table.fact(why.into());
    }
    if options.cuda {
        cuda(places, &sources, table)?;
    } else {
        table.fact("Not built: the image for GPUs (`--cuda` builds it).".into());
    }
    Ok(())
}

/// Builds an image and says what is in it.
fn build(recipe: &Recipe, sources: &Sources<'_>, version: &str, table: &mut Table) -> Option<String> {
    let mut image = None;
    table.row("images", &format!("the last stage of {}.Containerfile", recipe.name), || {
        let made = image::make(recipe, sources, version)?;
        let words = image::described(&made)?;
        image = Some(made);
        Ok(Seen::words(words))
    });
    let image = image?;
    table.row("images", &format!("what is in {}", recipe.name), || {
        image::contents(recipe, sources.folder).map(Seen::words)
    });
    table.row("images", &format!("bill of materials of {}", recipe.name), || {
        image::bill(recipe, &image, sources.places, sources.folder).map(Seen::words)
    });
    Some(image)
}

/// A farm on one kind of network, and everything that happens to it.
fn disturb(places: &Places, family: Family, folder: &Path, [image, newer]: [&str; 2], table: &mut Table) {
    let place = family.name();
    let mut started = None;
    table.row(place, "a coordinator and three workers start", || {
        let farm = Farm::start(places, family, folder, image)?;
        let mut seen = Vec::new();
        for part in [COORDINATOR].into_iter().chain(WORKERS) {
            seen.push(farm.rights(part)?);
        }
        started = Some(farm);
        Ok(Seen::words(format!(
            "{}: user 65532, root read-only, no capabilities, no new privileges; TLS and tokens",
            seen.join(", ")
        )))
    });
    let Some(farm) = started else { return };
    let mut jobs = Jobs::new(&farm);
    if !table.row(place, "nothing: a job for comparison", || jobs.undisturbed()) {
        eprintln!("{}", farm.logs());
        return;
    }
    for trouble in &troubles::ALL {
        if !table.row(place, trouble.what, || jobs.survive(trouble, newer)) {
            eprintln!("{}", farm.logs());
            if let Err(error) = troubles::heal(&farm) {
                eprintln!("the farm does not come back, so the rest is left out: {error}");
                return;
            }
        }
    }
}

/// The image for GPUs, as far as a machine without one can tell.
fn cuda(places: &Places, sources: &Sources<'_>, table: &mut Table) -> Result<(), Error> {
    let libtorch = setup::fetched(places, Wanted { cuda: true, force: false })?;
    let Some(image) = build(&CUDA, &Sources { libtorch: &libtorch, ..*sources }, "1", table) else {
        return Ok(());
    };
    table.row("images", "clipig-worker-cuda loads CUDA's libraries", || {
        image::loads_cuda(&image).map(Seen::words)
    });
    table.fact("Not run: the image for GPUs on a GPU. No container gets one here.".into());
    Ok(())
}

fn versions(programs: &Path) -> Result<String, Error> {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system =
        release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("an unknown system");
    let client = said(Command::new(programs.join("clipig")).arg("--version"))?;
    let podman = podman(&["--version"])?;
    let kernel = said(Command::new("uname").arg("--kernel-release"))?;
    Ok(format!("{client}; {podman}; Linux {kernel}; {}.", system.trim_matches('"')))
}
