//! `cargo xtask cluster`: a rehearsal on a real Kubernetes cluster, of whatever make. It installs a farm by the commands of
//! docs/operations/kubernetes.md, breaks it in the ways that clusters break things, and looks whether the pictures stay the same.
//!
//! Without an image it does what needs none: every overlay and every example of the chart is admitted by the API server,
//! and so are their pods. The farm's namespace is `clipig`, as in the manifests; where it is there already, nothing is done,
//! since it may be somebody's farm. At the end it is deleted, also after Ctrl-C, unless `--keep` is given.

mod admission;
pub(crate) mod documented;
mod faults;
mod jobs;
mod kubectl;

use std::path::{Path, PathBuf};

use crate::cleaner::Cleaner;
use crate::deploy;
use crate::error::Error;
use crate::places::Places;
use crate::process::{cargo, run as start};
use crate::setup;
use crate::table::{Seen, Table};
use kubectl::{Kubectl, NAMESPACE};

/// Everything of a run lies here.
const FOLDER: &str = "target/cluster";

/// Removes the farm; only a rehearsal that has made the namespace itself may run it.
const REMOVE: &str = "kubectl delete namespace \"$namespace\" --ignore-not-found --wait";

/// What is rehearsed, and where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rehearsal {
    /// How to reach the cluster.
    pub(crate) kubeconfig: PathBuf,
    /// An image that its nodes have or can pull; without one, no pod is started.
    pub(crate) image: Option<String>,
    /// Take `clipig` from here instead of building it.
    pub(crate) programs: Option<PathBuf>,
    /// Leave the farm there at the end.
    pub(crate) keep: bool,
}

/// The command.
pub(crate) fn run(places: &Places, rehearsal: &Rehearsal) -> Result<(), Error> {
    let kubectl = Kubectl::new(&rehearsal.kubeconfig)?;
    let mut table = Table::new();
    for fact in kubectl.described()? {
        table.fact(fact);
    }
    nobodys_farm(&kubectl)?;
    let rendered = deploy::rendered(places)?;
    let client = rehearsal.image.as_ref().map(|_| client(places, rehearsal.programs.as_deref()));
    let client = client.transpose()?;
    let folder = places.repository.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
    let cleaner = if rehearsal.keep { None } else { Some(cleaner(&kubectl)?) };
    let admitted = admit(places, &kubectl, &rendered, &mut table);
    if let (Some(image), Some(client)) = (&rehearsal.image, client) {
        if admitted {
            let farm = jobs::Access { client, folder: folder.join("farm") };
            disturb(places, &kubectl, image, &farm, &mut table);
        }
    } else {
        table.fact("Not run: everything that needs pods (no `--image`).".into());
    }
    if cleaner.is_some() {
        table.row("namespace", "everything is removed", || {
            kubectl.run(&["delete", "namespace", NAMESPACE, "--wait"])?;
            Ok(Seen::words(""))
        });
    } else {
        eprintln!("The farm stays in the namespace {NAMESPACE}");
    }
    table.finish(&folder.join("report.md"))
}

fn nobodys_farm(kubectl: &Kubectl) -> Result<(), Error> {
    let found = kubectl.text(&["get", "namespace", NAMESPACE, "--ignore-not-found", "--output", "name"])?;
    if found.trim().is_empty() {
        return Ok(());
    }
    let words =
        format!("the cluster has a namespace `{NAMESPACE}`; it may be somebody's farm, so nothing was done");
    Err(Error::Other(words))
}

fn cleaner(kubectl: &Kubectl) -> Result<Cleaner, Error> {
    Cleaner::start(
        REMOVE,
        &[("KUBECONFIG", kubectl.kubeconfig().as_os_str()), ("namespace", NAMESPACE.as_ref())],
    )
}

/// The client. It renders here, too, so it is the one with libtorch.
fn client(places: &Places, programs: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(folder) = programs {
        let client = folder.join("clipig");
        return std::fs::canonicalize(&client).map_err(Error::file("find", &client));
    }
    setup::ensure(places)?;
    start(cargo(places).args(["build", "--release", "--package", "clipig", "--bin", "clipig"]))?;
    Ok(places.target().join("release/clipig"))
}

/// What the API server says without starting anything. Returns whether there is a namespace for more.
fn admit(places: &Places, kubectl: &Kubectl, rendered: &deploy::Rendered, table: &mut Table) -> bool {
    let namespace = places.repository.join("deploy/kubernetes/base/namespace.yaml");
    if !table.row("namespace", "it is made", || {
        kubectl.run(&["apply", "--filename", path(&namespace)?])?;
        Ok(Seen::words("`PodSecurity` enforces `restricted` in it"))
    }) {
        return false;
    }
    let mut left_out = Vec::new();
    table.row("objects", "the API server checks every object", || {
        let checked = admission::objects(kubectl, rendered)?;
        left_out = checked.left_out;
        Ok(Seen::words(checked.words))
    });
    for one in left_out {
        table.fact(format!("Not checked by this cluster, which does not know the kind: {one}."));
    }
    table.row("objects", "`PodSecurity` checks the pod of every workload", || {
        admission::pods(kubectl, rendered).map(Seen::words)
    });
    true
}

/// A farm, and everything that happens to it.
fn disturb(places: &Places, kubectl: &Kubectl, image: &str, farm: &jobs::Access, table: &mut Table) {
    if !table.row("farm", "the documented commands install it", || {
        documented::install(places, kubectl, image, &farm.folder)?;
        faults::installed(kubectl).map(Seen::words)
    }) {
        return;
    }
    table.row("farm", "`clipig workers` is asked", || farm.resources(kubectl).map(Seen::words));
    for (what, setting) in faults::WRONG_SETTINGS {
        table.row("farm", what, || faults::wrong_settings(kubectl, setting).map(Seen::words));
    }
    table.row("farm", "the coordinator gets an image that is nowhere, then the right one", || {
        faults::broken_image(kubectl, image).map(Seen::words)
    });
    table.row("jobs", "half of the workers evicted, the coordinator killed, all upgraded", || {
        jobs::survive(kubectl, farm)
    });
    table.row("jobs", "this machine repeats a picture", || jobs::repeated(farm));
    table.row("chart", "the documented command installs the same farm with Helm", || {
        faults::uninstalled(kubectl)?;
        documented::install_by_helm(places, kubectl, image, &farm.folder)?;
        faults::installed(kubectl).map(Seen::words)
    });
}

/// A path for a command line of text.
fn path(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::Other(format!("{} is not UTF-8", path.display())))
}
