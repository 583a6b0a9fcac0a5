//! `cargo xtask cluster`: a rehearsal on a real Kubernetes cluster, of whatever make. It installs a farm by the commands of
//! docs/operations/kubernetes.md, breaks it in the ways that clusters break things, and looks whether the pictures stay the same.
//!
//! Without an image it does what needs none: every overlay and every example of the chart is admitted by the API server,
//! and so are their pods. The farm's namespace is `clipig`, as in the manifests; where it is there already, nothing is done,
//! since it may be somebody's farm. At the end it is deleted, unless `--keep` is given.

mod admission;
pub(crate) mod documented;
mod faults;
pub(crate) mod jobs;
mod kubectl;

use std::path::{Path, PathBuf};

use crate::deploy;
use crate::error::Error;
use crate::places::Places;
use crate::setup;
use crate::steps::Steps;
use kubectl::{Kubectl, NAMESPACE};

/// What is rehearsed, and where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rehearsal {
    /// How to reach the cluster.
    pub(crate) kubeconfig: PathBuf,
    /// An image that its nodes have or can pull; without one, no pod is started.
    pub(crate) image: Option<String>,
    /// Leave the farm there at the end.
    pub(crate) keep: bool,
}

/// The command.
pub(crate) fn run(places: &Places, rehearsal: &Rehearsal) -> Result<(), Error> {
    let kubectl = Kubectl::new(&rehearsal.kubeconfig)?;
    let mut steps = Steps::default();
    steps.require("the cluster answers", || kubectl.answers())?;
    steps.require("nobody's farm is there", || nobodys_farm(&kubectl))?;
    let rendered = deploy::rendered(places)?;
    let run = rehearse(places, rehearsal, &kubectl, &rendered, &mut steps);
    if rehearsal.keep {
        eprintln!("The farm stays in the namespace {NAMESPACE}");
    } else {
        steps.run("everything is removed", || kubectl.run(&["delete", "namespace", NAMESPACE, "--wait"]));
    }
    run?;
    if rehearsal.image.is_none() {
        eprintln!("No --image: no pod was started, and nothing was broken");
    }
    steps.finish()
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

fn rehearse(
    places: &Places,
    rehearsal: &Rehearsal,
    kubectl: &Kubectl,
    rendered: &deploy::Rendered,
    steps: &mut Steps,
) -> Result<(), Error> {
    let manifests = places.repository.join("deploy/kubernetes");
    let namespace = manifests.join("base/namespace.yaml");
    steps.require("the namespace is made", || kubectl.run(&["apply", "--filename", path(&namespace)?]))?;
    steps.run("every object is admitted", || admission::objects(kubectl, rendered));
    steps
        .run("every pod is admitted, and one with more rights is not", || admission::pods(kubectl, rendered));
    let Some(image) = &rehearsal.image else { return Ok(()) };

    setup::ensure(places)?;
    let client = jobs::build_client(places)?;
    let folder = places.repository.join("target/cluster");
    if !steps.run("the documented commands install a farm", || {
        documented::install(places, kubectl, image, &folder)?;
        kubectl.rolled_out("statefulset/clipig-coordinator", "10m")?;
        kubectl.rolled_out("deployment/clipig-worker", "10m")
    }) {
        return Ok(());
    }
    steps.run("wrong settings fail the rollout, and an old worker stays", || faults::wrong_settings(kubectl));
    steps.run("a broken image heals", || faults::broken_image(kubectl, image));
    steps.run("a stopped coordinator is replaced, and workers come back", || {
        faults::lost_coordinator(kubectl)
    });
    let farm = jobs::Access { client, folder };
    steps.run("three jobs survive evictions, a kill and an upgrade", || jobs::survive(kubectl, &farm));
    Ok(())
}

/// A path for a command line of text.
fn path(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::Other(format!("{} is not UTF-8", path.display())))
}
