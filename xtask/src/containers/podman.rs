//! podman, and what it leaves behind: everything that is made here carries one label, and whatever carries it is removed at
//! the end.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::cleaner::Cleaner;
use crate::error::Error;
use crate::process::output;

/// What all containers, networks, volumes and images of a rehearsal carry.
const LABEL: &str = "clipig.rehearsal=containers";

/// What names of containers begin with.
pub(super) const PREFIX: &str = "clipig-rehearsal";

/// podman asks for more open files and processes than root may have in some virtual machines.
pub(super) const LIMITS: [&str; 4] = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=20000:20000"];

/// Removes what carries the label. Images come last: a container needs its own.
const REMOVE: &str = r#"
listed() { podman "$1" ls --all --quiet --filter "label=$label" 2>/dev/null || true; }
named() { podman "$1" ls --quiet --filter "label=$label" 2>/dev/null || true; }
for id in $(listed container); do podman rm --force --time 0 "$id"; done
# Without the label: what a build that was interrupted leaves, and what docker-compose has made.
podman ps --all --external --format '{{.ID}} {{.Names}}' | while read -r id name; do
    case $name in "$prefix"*) podman rm --force --time 0 "$id" ;; esac
done
for name in $(podman network ls --format '{{.Name}}') $(podman volume ls --format '{{.Name}}'); do
    case $name in "$prefix"*) podman network rm --force "$name" || podman volume rm --force "$name" ;; esac
done
for name in $(named network); do podman network rm --force "$name"; done
for name in $(named volume); do podman volume rm --force "$name"; done
[ -n "$keep" ] || for id in $(listed image); do podman image rm --force "$id"; done
"#;

/// Removes what an earlier run may have left, and whatever this one makes when it ends.
pub(super) fn cleaner(keep_images: bool) -> Result<Cleaner, Error> {
    let keep = if keep_images { "yes" } else { "" };
    let cleaner = Cleaner::start(REMOVE, &[("label", LABEL), ("prefix", PREFIX), ("keep", keep)])?;
    cleaner.clean()?;
    Ok(cleaner)
}

/// podman with these arguments.
pub(super) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("podman");
    command.args(arguments);
    command
}

/// What a program prints; where it fails, its own words are the error.
pub(super) fn said(command: &mut Command) -> Result<String, Error> {
    let ran = output(command)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if ran.status.success() {
        return Ok(text(&ran.stdout));
    }
    let words = [text(&ran.stdout), text(&ran.stderr)].join("\n");
    let program = command.get_program().to_string_lossy().into_owned();
    Err(Error::Other(format!("{program}: {}", words.trim())))
}

/// What podman prints.
pub(super) fn podman(arguments: &[&str]) -> Result<String, Error> {
    said(&mut command(arguments))
}

/// `podman run` with what all containers have in common: no rights, and nothing that they may write to but the volumes that
/// are added, and /tmp.
pub(super) fn confined() -> Command {
    let mut run = command(&["run", "--label", LABEL, "--cap-drop", "ALL", "--read-only"]);
    run.args(["--read-only-tmpfs=false", "--tmpfs", "/tmp", "--security-opt", "no-new-privileges"]);
    run.args(LIMITS);
    run
}

/// A network with these addresses alone.
pub(super) fn make_network(name: &str, subnet: &str) -> Result<(), Error> {
    podman(&["network", "create", "--label", LABEL, "--subnet", subnet, name]).map(drop)
}

/// A volume that is empty.
pub(super) fn make_volume(name: &str) -> Result<(), Error> {
    podman(&["volume", "create", "--label", LABEL, name]).map(drop)
}

/// An image from a folder that becomes its root, with changes in the words of container files.
pub(super) fn import(root: &Path, image: &str, changes: &[&str]) -> Result<(), Error> {
    let failed = |program: &'static str| move |source| Error::NotStarted { program: program.into(), source };
    let mut tar = Command::new("tar");
    tar.arg("--create").arg("--directory").arg(root).args(["--numeric-owner", "."]).stdout(Stdio::piped());
    let mut packing = tar.spawn().map_err(failed("tar"))?;
    let mut import = command(&["import", "--quiet", "--change", &format!("LABEL {LABEL}")]);
    for change in changes {
        import.args(["--change", change]);
    }
    import.args(["-", image]).stderr(Stdio::piped()).stdout(Stdio::null());
    if let Some(archive) = packing.stdout.take() {
        import.stdin(archive);
    }
    let imported = import.spawn().and_then(Child::wait_with_output).map_err(failed("podman"))?;
    let packed = packing.wait().map_err(failed("tar"))?;
    if packed.success() && imported.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&imported.stderr).into_owned();
    Err(Error::Other(format!("podman import of {}: {}", root.display(), words.trim())))
}

/// Builds an image; `contexts` are names that the container file copies from or begins with, and what is taken for them.
/// In `temporary` lies what is needed meanwhile, which are gigabytes for the one with CUDA.
pub(super) fn build(
    file: &Path,
    image: &str,
    contexts: &[(&str, &str)],
    labels: &[String],
    temporary: &Path,
) -> Result<(), Error> {
    // In Docker's format, or the health check would be left out. No layers are kept: they would outlive the rehearsal.
    let mut build = command(&["build", "--format", "docker", "--layers=false", "--force-rm", "--pull=never"]);
    build.args(["--label", LABEL, "--tag", image, "--file"]).arg(file);
    for (name, place) in contexts {
        build.arg("--build-context").arg(format!("{name}={place}"));
    }
    for label in labels {
        build.args(["--label", label]);
    }
    build.arg(file.parent().unwrap_or(Path::new(".")));
    said(build.env("TMPDIR", temporary)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_its_error() {
        let error = said(Command::new("sh").args(["-c", "echo no such image >&2; exit 125"])).unwrap_err();
        assert_eq!(error.to_string(), "sh: no such image");
        assert_eq!(said(Command::new("echo").arg("three")).unwrap(), "three");
    }
}
