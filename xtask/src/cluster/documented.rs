//! The commands of docs/operations.md and docs/operations/kubernetes.md, run as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::kubectl::Kubectl;
use crate::error::Error;
use crate::manual;
use crate::places::Places;
use crate::process::{output, run};
use crate::python;

/// Has the commands for certificates and tokens.
const PAGE: &str = "docs/operations.md";

/// Has the commands for a cluster.
const CLUSTER_PAGE: &str = "docs/operations/kubernetes.md";

/// What the page says to replace: the names in the certificate, and the name that is verified.
const NAMES: &str = "subjectAltName=DNS:farm.example.org,DNS:localhost,IP:127.0.0.1";
const VERIFIED_NAME: &str = "-verify_hostname farm.example.org";

/// Installs a farm: certificates, tokens, Secrets, the overlay `cpu`. The folder keeps what a client needs.
pub(super) fn install(places: &Places, kubectl: &Kubectl, image: &str, folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    let mut copy = Command::new("cp");
    run(copy.arg("--recursive").arg(places.repository.join("deploy")).arg(folder))?;
    let overlay = folder.join("deploy/kubernetes/overlays/cpu/kustomization.yaml");
    let text = fs::read_to_string(&overlay).map_err(Error::file("read", &overlay))?;
    fs::write(&overlay, with_image(&text, image)?).map_err(Error::file("write", &overlay))?;
    for script in scripts(&places.repository)? {
        let mut shell = kubectl.environment(Command::new("bash"));
        run(shell.current_dir(folder).args(["-euo", "pipefail", "-c", &script]))?;
    }
    Ok(())
}

/// Installs the same farm with the chart, over the Secrets that are there.
pub(super) fn install_by_helm(
    places: &Places,
    kubectl: &Kubectl,
    image: &str,
    folder: &Path,
) -> Result<(), Error> {
    let script = by_helm(&read(&places.repository, CLUSTER_PAGE)?, image)?;
    let packages = python::packages(places, &python::MANIFESTS)?;
    let mut path = packages.join("bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = kubectl.environment(Command::new("bash"));
    // helm keeps its own files, and reads nobody's.
    shell.env("PATH", path).env("HOME", folder);
    run(shell.current_dir(folder).args(["-euo", "pipefail", "-c", &script]))
}

/// The command for the chart, with another image.
fn by_helm(page: &str, image: &str) -> Result<String, Error> {
    let script = script(page, CLUSTER_PAGE, "## Overlays and chart")?;
    let (name, tag) = name_and_tag(image)?;
    let written = "--set-string image.repository=registry.example.com/clipig,image.tag=0.1.0";
    if !script.contains(written) {
        return Err(Error::Other(format!("{CLUSTER_PAGE} does not say `{written}` any more")));
    }
    Ok(script.replace(written, &format!("--set-string image.repository={name},image.tag={tag}")))
}

/// The scripts that make a farm on Kubernetes: of certificates and tokens, and of the cluster.
fn scripts(repository: &Path) -> Result<[String; 2], Error> {
    let cluster = script(&read(repository, CLUSTER_PAGE)?, CLUSTER_PAGE, "## Install a farm")?;
    Ok([certificates(&read(repository, PAGE)?, "clipig-coordinator")?, cluster])
}

/// A page of the repository.
fn read(repository: &Path, page: &str) -> Result<String, Error> {
    let path = repository.join(page);
    fs::read_to_string(&path).map_err(Error::file("read", &path))
}

/// Makes an authority, a certificate for a coordinator of this name (and `localhost`), and tokens, all in the folder, by
/// the commands of the page.
pub(crate) fn make_certificates(places: &Places, coordinator: &str, folder: &Path) -> Result<(), Error> {
    let script = certificates(&read(&places.repository, PAGE)?, coordinator)?;
    let made = output(Command::new("bash").current_dir(folder).args(["-euo", "pipefail", "-c", &script]))?;
    let words = || format!("{PAGE}, TLS and tokens:\n{}", String::from_utf8_lossy(&made.stderr));
    if made.status.success() { Ok(()) } else { Err(Error::Other(words())) }
}

/// The commands that make a certificate for a coordinator of this name.
fn certificates(page: &str, coordinator: &str) -> Result<String, Error> {
    let mut certificates = script(page, PAGE, "## TLS and tokens")?;
    let names = format!("subjectAltName=DNS:{coordinator},DNS:localhost");
    let verified = format!("-verify_hostname {coordinator}");
    for (written, wanted) in [(NAMES, names), (VERIFIED_NAME, verified)] {
        if !certificates.contains(written) {
            return Err(Error::Other(format!("{PAGE} does not say `{written}` any more")));
        }
        certificates = certificates.replace(written, &wanted);
    }
    Ok(certificates)
}

/// The first commands below a heading of a page, and its name for the message when there are none.
fn script(text: &str, page: &str, heading: &str) -> Result<String, Error> {
    let missing = || Error::Other(format!("{page} has no commands under `{heading}`"));
    first_script(text, heading).ok_or_else(missing)
}

/// The first block of shell commands below a heading.
fn first_script(page: &str, heading: &str) -> Option<String> {
    let mut blocks = manual::blocks(page).into_iter();
    blocks.find(|block| block.heading == heading && block.language == "sh").map(|block| block.text)
}

/// The overlay with another image, as the page says to set it.
fn with_image(overlay: &str, image: &str) -> Result<String, Error> {
    let (name, tag) = name_and_tag(image)?;
    let line = |line: &str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        let indent = &line[..line.len() - line.trim_start().len()];
        match key {
            "newName" => format!("{indent}newName: {name}\n"),
            // In quotation marks: a number would be none of kustomize's.
            "newTag" => format!("{indent}newTag: \"{tag}\"\n"),
            _ => format!("{line}\n"),
        }
    };
    Ok(overlay.lines().map(line).collect())
}

/// Both parts of an image's name.
fn name_and_tag(image: &str) -> Result<(&str, &str), Error> {
    let wrong = || {
        Error::Usage(format!("--image takes a name with a version, such as registry/clipig:1, not `{image}`"))
    };
    image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

    #[test]
    fn the_page_has_the_commands() {
        let [certificates, cluster] = scripts(Path::new(REPOSITORY)).unwrap();
        for command in ["openssl x509 -req", "worker.token", "DNS:clipig-coordinator,DNS:localhost"] {
            assert!(certificates.contains(command), "{command} is missing in\n{certificates}");
        }
        for command in [
            "base/namespace.yaml",
            "secret generic clipig-tokens",
            "secret generic clipig-tls",
            "apply --kustomize",
        ] {
            assert!(cluster.contains(command), "{command} is missing in\n{cluster}");
        }
        assert!(!cluster.contains("```"), "{cluster}");
    }

    #[test]
    fn the_page_has_the_command_for_the_chart() {
        let page = read(Path::new(REPOSITORY), CLUSTER_PAGE).unwrap();
        let command = by_helm(&page, "localhost:5000/c:2").unwrap();
        assert!(
            command.starts_with("helm install clipig deploy/helm/clipig --namespace clipig "),
            "{command}"
        );
        assert!(command.contains("image.repository=localhost:5000/c,image.tag=2\n"), "{command}");
    }

    #[test]
    fn the_commands_for_certificates_work() {
        let [certificates, _] = scripts(Path::new(REPOSITORY)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("bash");
        let ran = shell
            .current_dir(folder.path())
            .args(["-euo", "pipefail", "-c", &certificates])
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        for file in ["ca.crt", "tls.crt", "tls.key", "client.token", "worker.token"] {
            assert!(folder.path().join(file).exists(), "{file}");
        }
    }

    #[test]
    fn a_section_without_commands_has_none() {
        let page = "## One\n\ntext\n\n## Two\n\n```sh\necho two\n# three\n```\n";
        assert_eq!(first_script(page, "## One"), None);
        assert_eq!(first_script(page, "## Two").unwrap(), "echo two\n# three\n");
        assert_eq!(first_script(page, "## Three"), None);
    }

    #[test]
    fn the_image_is_set_in_the_overlay() {
        let overlay = Path::new(REPOSITORY).join("deploy/kubernetes/overlays/cpu/kustomization.yaml");
        let changed = with_image(&fs::read_to_string(overlay).unwrap(), "localhost:5000/c:2").unwrap();
        assert!(changed.contains("    newName: localhost:5000/c\n    newTag: \"2\"\n"), "{changed}");
        for wrong in ["clipig", "localhost:5000/clipig"] {
            assert!(matches!(with_image("", wrong), Err(Error::Usage(_))), "{wrong}");
        }
    }
}
