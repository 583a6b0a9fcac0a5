//! What runs clipig without Kubernetes: units of systemd, a compose file, a script for Slurm. Each is checked by its own
//! tool, if that is here; the tools of systemd and Docker are on no package registry that wheels are fetched from.

use std::path::Path;
use std::process::Command;

use super::{entries, fresh_folder, read};
use crate::error::Error;
use crate::pins::SHELLCHECK;
use crate::places::Places;
use crate::process::{answers, output, run};

const UNITS: &str = "deploy/systemd";
const SCRIPTS: &str = "deploy/slurm";
const COMPOSE: &str = "deploy/compose/compose.yaml";
/// Units as they are verified.
const VERIFIED: &str = "target/units";
/// What `systemd-analyze security` calls the exposure of a unit, times ten: 0 is none, 100 is all.
const EXPOSURE: &str = "--threshold=20";

/// The step.
pub(super) fn check(places: &Places) -> Result<(), Error> {
    let scripts = entries(&places.repository.join(SCRIPTS), |path| has_extension(path, "sbatch"))?;
    run(SHELLCHECK.command(places)?.args(scripts))?;
    units(places)?;
    compose(places)
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

fn units(places: &Places) -> Result<(), Error> {
    if !answers("systemd-analyze") {
        eprintln!("systemd-analyze is not here, so the units of systemd are not verified");
        return Ok(());
    }
    let folder = fresh_folder(places, VERIFIED)?;
    for unit in entries(&places.repository.join(UNITS), |path| has_extension(path, "service"))? {
        let copy = folder.join(unit.file_name().unwrap_or_default());
        std::fs::write(&copy, runnable(&read(&unit)?)).map_err(Error::file("write", &copy))?;
        add_drop_ins(&unit, &copy)?;
        let mut security = Command::new("systemd-analyze");
        silent(security.args(["security", "--offline=true", "--no-pager", EXPOSURE]).arg(&copy), false)?;
        silent(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&copy), true)?;
    }
    Ok(())
}

/// Puts the additions to a unit beside its copy, where systemd looks for them.
fn add_drop_ins(unit: &Path, copy: &Path) -> Result<(), Error> {
    let [from, to] = [unit, copy].map(|unit| unit.with_extension("service.d"));
    if !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir(&to).map_err(Error::file("make", &to))?;
    for file in entries(&from, |path| has_extension(path, "conf"))? {
        let copy = to.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &copy).map_err(Error::file("write", &copy))?;
    }
    Ok(())
}

/// A unit whose program is on every machine: a program that is not there is a fault of the unit, too.
fn runnable(unit: &str) -> String {
    let line = |line: &str| match line.strip_prefix("ExecStart=/usr/bin/clipig") {
        Some(rest) => format!("ExecStart=/bin/true {}\n", rest.split_once(' ').map_or("", |(_, rest)| rest)),
        None => format!("{line}\n"),
    };
    unit.lines().map(line).collect()
}

/// Runs a program that talks much where all is well. An unknown key is no failure for `verify`, but it is said.
fn silent(command: &mut Command, to_the_last_word: bool) -> Result<(), Error> {
    let ran = output(command)?;
    if ran.status.success() && (ran.stderr.is_empty() || !to_the_last_word) {
        return Ok(());
    }
    let words = [ran.stdout, ran.stderr].concat();
    Err(Error::Other(format!("{command:?}:\n  {}", String::from_utf8_lossy(&words).trim_end())))
}

fn compose(places: &Places) -> Result<(), Error> {
    let plugin = Command::new("docker").args(["compose", "version"]).output();
    let mut command = if plugin.is_ok_and(|ran| ran.status.success()) {
        let mut docker = Command::new("docker");
        docker.arg("compose");
        docker
    } else if answers("docker-compose") {
        Command::new("docker-compose")
    } else {
        eprintln!(
            "docker compose is not here, so the compose file is not read (Debian: apt install docker-compose)"
        );
        return Ok(());
    };
    command.current_dir(&places.repository);
    run(command.args(["--file", COMPOSE, "config", "--quiet"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_keeps_all_but_its_program() {
        let unit = "[Service]\nExecStart=/usr/bin/clipig-worker --settings /etc/x\nUMask=0077\n";
        assert_eq!(runnable(unit), "[Service]\nExecStart=/bin/true --settings /etc/x\nUMask=0077\n");
    }

    #[test]
    fn additions_lie_beside_the_copy_of_their_unit() {
        let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(UNITS);
        let folder = tempfile::tempdir().unwrap();
        for name in ["clipig-worker.service", "clipig-coordinator.service"] {
            add_drop_ins(&units.join(name), &folder.path().join(name)).unwrap();
        }
        let addition =
            std::fs::read_to_string(folder.path().join("clipig-worker.service.d/certificate.conf"));
        assert!(addition.unwrap().contains("LoadCredential=worker.key:"));
        assert!(!folder.path().join("clipig-coordinator.service.d").exists());
    }

    #[test]
    fn what_a_program_says_counts_where_it_should_say_nothing() {
        let say = || {
            let mut shell = Command::new("sh");
            shell.args(["-c", "echo unknown key >&2"]);
            shell
        };
        assert!(silent(&mut say(), false).is_ok());
        assert!(silent(&mut say(), true).unwrap_err().to_string().contains("unknown key"));
        assert!(silent(Command::new("sh").args(["-c", "exit 1"]), false).is_err());
    }
}
