//! Stand-ins for the base images of the container files, from Debian's packages: what a machine can build without a
//! registry of images. They hold what the real ones hold: glibc, libstdc++, libgomp, OpenSSL, certificates, time zones, and
//! no shell.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::podman::{import, said};
use crate::error::Error;

/// What `gcr.io/distroless/cc-debian12` is made of.
const PACKAGES: [&str; 9] = [
    "base-files",
    "netbase",
    "tzdata",
    "ca-certificates",
    "libc6",
    "libgcc-s1",
    "libgomp1",
    "libssl3",
    "libstdc++6",
];

/// User and group `nonroot` have the number 65532 in the real image, too.
const USERS: [(&str, &str); 2] = [
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n\
         nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
    ),
    ("etc/group", "root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n"),
];

/// The image's settings, as far as container files rely on them.
const CHANGES: [&str; 3] = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
    "USER 65532",
    "WORKDIR /home/nonroot",
];

/// Makes the image from the packages of this machine's release of Debian; its programs then find the glibc that they were
/// linked with. Returns the packages with their versions.
pub(super) fn make(folder: &Path, image: &str) -> Result<Vec<String>, Error> {
    let (debs, root) = (folder.join("packages"), folder.join("base"));
    for folder in [&debs, &root] {
        fresh(folder)?;
    }
    // `_apt` may not write into somebody's home folder; as root it is done without that user.
    let mut download = Command::new("apt-get");
    download.args(["--quiet", "--option", "APT::Sandbox::User=root", "download"]).args(PACKAGES);
    said(download.current_dir(&debs)).map_err(|error| {
        Error::Other(format!("{error}\n  `apt-get update` may help; these are packages of Debian's own"))
    })?;
    let mut packages = Vec::new();
    for deb in listed(&debs)? {
        said(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(&root))?;
        let status = said(Command::new("dpkg-deb").arg("--field").arg(&deb))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let name = field("Package:");
        packages.push(format!("{name} {}", field("Version:")));
        // Where the real image lists its packages; tools that look for known faults read it.
        write(&root.join("var/lib/dpkg/status.d").join(&name), &(status + "\n"))?;
    }
    for (path, text) in USERS {
        write(&root.join(path), text)?;
    }
    certificates(&root)?;
    fs::create_dir_all(root.join("home/nonroot")).map_err(Error::file("make", &root))?;
    let shells: Vec<_> =
        ["bin/sh", "usr/bin/sh", "bin/bash"].into_iter().filter(|shell| root.join(shell).exists()).collect();
    if !shells.is_empty() {
        return Err(Error::Other(format!("the stand-in has a shell: {}", shells.join(", "))));
    }
    import(&root, image, &CHANGES)?;
    Ok(packages)
}

/// One file of all authorities, which the package makes when it is installed.
fn certificates(root: &Path) -> Result<(), Error> {
    let mut bundle = String::new();
    for certificate in listed(&root.join("usr/share/ca-certificates/mozilla"))? {
        bundle += &fs::read_to_string(&certificate).map_err(Error::file("read", &certificate))?;
    }
    write(&root.join("etc/ssl/certs/ca-certificates.crt"), &bundle)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::file("make", parent))?;
    }
    fs::write(path, text).map_err(Error::file("write", path))
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(Error::Other(format!("there is nothing in {}", folder.display())));
    }
    Ok(paths)
}

/// A folder with nothing in it, which everybody may enter.
pub(super) fn fresh(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(Error::file("open", folder))
}
