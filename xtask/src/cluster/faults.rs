//! What clusters and people do to a farm, each of which it must survive.

use std::time::Duration;

use serde_json::Value;

use super::kubectl::{Kubectl, NAMESPACE, is_ready, name};
use crate::error::Error;
use crate::waiting::until;

const COORDINATOR: &str = "statefulset/clipig-coordinator";
const WORKERS: &str = "deployment/clipig-worker";

/// A rollout to a port where nobody listens must not be taken for done, and must leave somebody who works.
pub(super) fn wrong_settings(kubectl: &Kubectl) -> Result<(), Error> {
    let before: Vec<String> = kubectl.pods("clipig-worker")?.iter().map(|pod| name(pod).to_owned()).collect();
    kubectl.run(&["set", "env", WORKERS, "CLIPIG_WORKER__COORDINATOR=https://clipig-coordinator:1"])?;
    // Longer than it took before there was a probe: seconds.
    let done = kubectl.text(&["rollout", "status", WORKERS, "--timeout", "90s"]);
    let pods = kubectl.pods("clipig-worker")?;
    let old_ones =
        pods.iter().filter(|pod| before.iter().any(|old| old == name(pod)) && is_ready(pod)).count();
    kubectl.run(&["rollout", "undo", WORKERS])?;
    kubectl.rolled_out(WORKERS, "5m")?;
    match done {
        Ok(_) => Err(Error::Other("the rollout with wrong settings counts as done".into())),
        Err(_) if old_ones == 0 => Err(Error::Other("no old worker was left".into())),
        Err(_) => Ok(()),
    }
}

/// An image that is nowhere, then the right one.
pub(super) fn broken_image(kubectl: &Kubectl, image: &str) -> Result<(), Error> {
    let set = |image: &str| kubectl.run(&["set", "image", COORDINATOR, &format!("coordinator={image}")]);
    set("registry.invalid/clipig:none")?;
    until("the pod cannot get its image", Duration::from_mins(5), || {
        Ok(kubectl.pods("clipig-coordinator")?.iter().any(waits_for_image))
    })?;
    set(image)?;
    kubectl.rolled_out(COORDINATOR, "5m")?;
    kubectl.rolled_out(WORKERS, "5m")
}

fn waits_for_image(pod: &Value) -> bool {
    let containers = pod["status"]["containerStatuses"].as_array().into_iter().flatten();
    let mut reasons = containers.filter_map(|status| status["state"]["waiting"]["reason"].as_str());
    reasons.any(|reason| reason == "ErrImagePull" || reason == "ImagePullBackOff")
}

/// The coordinator's pod is gone without a word; the next one has the same volume, and the workers find it.
pub(super) fn lost_coordinator(kubectl: &Kubectl) -> Result<(), Error> {
    kubectl.run(&["delete", "pod", "clipig-coordinator-0", "--grace-period=0", "--force"])?;
    kubectl.rolled_out(COORDINATOR, "5m")?;
    until("all workers are ready", Duration::from_mins(2), || {
        let pods = kubectl.pods("clipig-worker")?;
        Ok(!pods.is_empty() && pods.iter().all(is_ready))
    })
    .map(drop)
}

/// Half of the workers are evicted, as when nodes are emptied. The disruption budget may refuse; then it is asked again.
pub(super) fn evict_half_of_the_workers(kubectl: &Kubectl) -> Result<(), Error> {
    let pods = kubectl.pods("clipig-worker")?;
    for pod in pods.iter().take(pods.len().div_ceil(2)) {
        let eviction = serde_json::json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": name(pod) },
        });
        let place = format!("/api/v1/namespaces/{}/pods/{}/eviction", NAMESPACE, name(pod));
        until(&format!("{} may be evicted", name(pod)), Duration::from_mins(2), || {
            match kubectl.feed(&["create", "--raw", &place, "--filename=-"], &eviction) {
                Ok(_) => Ok(true),
                Err(error) if error.to_string().contains("disruption budget") => Ok(false),
                Err(error) => Err(error),
            }
        })?;
    }
    Ok(())
}

/// Everything is started anew, as by an upgrade.
pub(super) fn upgrade(kubectl: &Kubectl) -> Result<(), Error> {
    for what in [COORDINATOR, WORKERS] {
        kubectl.run(&["rollout", "restart", what])?;
        kubectl.rolled_out(what, "10m")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_without_its_image_is_known() {
        let pod = |reason: &str| json!({ "status": { "containerStatuses": [{ "state": { "waiting": { "reason": reason } } }] } });
        assert!(waits_for_image(&pod("ImagePullBackOff")) && waits_for_image(&pod("ErrImagePull")));
        assert!(!waits_for_image(&pod("ContainerCreating")) && !waits_for_image(&json!({})));
    }
}
