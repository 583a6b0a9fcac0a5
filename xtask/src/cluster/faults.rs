//! What clusters and people do to a farm, each of which it must survive. Each says what was seen.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::kubectl::{Kubectl, NAMESPACE, is_ready, name};
use crate::error::Error;
use crate::steps::seconds;
use crate::waiting::until;

const COORDINATOR: &str = "statefulset/clipig-coordinator";
const WORKERS: &str = "deployment/clipig-worker";

/// How long a rollout may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// After this time without progress a rollout has failed. The manifests say ten minutes.
const DEADLINE: u64 = 60;

/// Settings that are wrong, as variables of workers: what is said of them, and what is set.
pub(super) const WRONG_SETTINGS: [(&str, &str); 2] = [
    (
        "a rollout of workers that look for the coordinator at a wrong port",
        "CLIPIG_WORKER__COORDINATOR=https://clipig-coordinator:1",
    ),
    ("a rollout of workers with a misspelt key", "CLIPIG_WORKER__DRAIN_SECOND=30"),
];

/// Waits until everything is there for the first time.
pub(super) fn installed(kubectl: &Kubectl) -> Result<String, Error> {
    let start = Instant::now();
    rolled_out(kubectl, COORDINATOR)?;
    let coordinator = start.elapsed();
    rolled_out(kubectl, WORKERS)?;
    let (workers, all) = (kubectl.pods("clipig-worker")?.len(), start.elapsed());
    Ok(format!(
        "the coordinator is ready after {}, all {workers} workers are available after {}",
        seconds(coordinator),
        seconds(all)
    ))
}

/// Removes what kustomize has made, but for the namespace, the Secrets and the volume.
pub(super) fn uninstalled(kubectl: &Kubectl) -> Result<(), Error> {
    let kinds = "statefulset,deployment,service,serviceaccount,configmap,networkpolicy,poddisruptionbudget";
    kubectl.run(&["delete", kinds, "--selector", "app.kubernetes.io/part-of=clipig", "--wait"])?;
    until("the pods are gone", PATIENCE, || {
        Ok(kubectl.pods("clipig-coordinator")?.is_empty() && kubectl.pods("clipig-worker")?.is_empty())
    })
    .map(drop)
}

fn rolled_out(kubectl: &Kubectl, what: &str) -> Result<(), Error> {
    kubectl.run(&["rollout", "status", what, "--timeout", &format!("{}s", PATIENCE.as_secs())])
}

/// A rollout with a wrong setting must fail, and must leave somebody who works.
pub(super) fn wrong_settings(kubectl: &Kubectl, setting: &str) -> Result<String, Error> {
    let before: Vec<String> = kubectl.pods("clipig-worker")?.iter().map(|pod| name(pod).to_owned()).collect();
    let usual = kubectl.json(&["get", WORKERS])?["spec"]["progressDeadlineSeconds"].clone();
    set_deadline(kubectl, &json!(DEADLINE))?;
    kubectl.run(&["set", "env", WORKERS, setting])?;
    let start = Instant::now();
    let done = kubectl.text(&["rollout", "status", WORKERS, "--timeout", "5m"]);
    let took = start.elapsed();
    let pods = kubectl.pods("clipig-worker")?;
    let old_ones =
        pods.iter().filter(|pod| before.iter().any(|old| old == name(pod)) && is_ready(pod)).count();
    kubectl.run(&["rollout", "undo", WORKERS])?;
    set_deadline(kubectl, &usual)?;
    rolled_out(kubectl, WORKERS)?;
    let words = match done {
        Ok(_) => return Err(Error::Other("the rollout with wrong settings counts as done".into())),
        Err(error) => error.to_string(),
    };
    if !words.contains("exceeded its progress deadline") {
        return Err(Error::Other(format!("the rollout has not failed, but: {words}")));
    }
    if old_ones == 0 {
        return Err(Error::Other("no old worker was left".into()));
    }
    Ok(format!(
        "the rollout has failed after {} (deadline {DEADLINE} s); {old_ones} of {} old workers were ready; `rollout undo` \
         heals",
        seconds(took),
        before.len()
    ))
}

fn set_deadline(kubectl: &Kubectl, seconds: &Value) -> Result<(), Error> {
    let patch = json!({ "spec": { "progressDeadlineSeconds": seconds } });
    kubectl.run(&["patch", WORKERS, "--patch", &patch.to_string()])
}

/// An image that is nowhere, then the right one.
pub(super) fn broken_image(kubectl: &Kubectl, image: &str) -> Result<String, Error> {
    let set = |image: &str| kubectl.run(&["set", "image", COORDINATOR, &format!("coordinator={image}")]);
    set("registry.invalid/clipig:none")?;
    let stuck = until("the pod cannot get its image", PATIENCE, || {
        Ok(kubectl.pods("clipig-coordinator")?.iter().any(waits_for_image))
    })?;
    set(image)?;
    let start = Instant::now();
    rolled_out(kubectl, COORDINATOR)?;
    let healed = start.elapsed();
    rolled_out(kubectl, WORKERS)?;
    Ok(format!(
        "its pod had no image after {}; it was ready again {} after the right image was set",
        seconds(stuck),
        seconds(healed)
    ))
}

fn waits_for_image(pod: &Value) -> bool {
    let containers = pod["status"]["containerStatuses"].as_array().into_iter().flatten();
    let mut reasons = containers.filter_map(|status| status["state"]["waiting"]["reason"].as_str());
    reasons.any(|reason| reason == "ErrImagePull" || reason == "ImagePullBackOff")
}

/// The coordinator's pod is gone without a word; the next one has the same volume.
pub(super) fn kill_the_coordinator(kubectl: &Kubectl) -> Result<String, Error> {
    let identity = |pod: &Value| pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
    let before: Vec<String> = kubectl.pods("clipig-coordinator")?.iter().map(identity).collect();
    kubectl.run(&["delete", "pod", "clipig-coordinator-0", "--grace-period=0", "--force"])?;
    // The state of the StatefulSet may still be that of the old pod.
    let back = until("another coordinator is ready", PATIENCE, || {
        let pods = kubectl.pods("clipig-coordinator")?;
        Ok(pods.iter().any(|pod| is_ready(pod) && !before.contains(&identity(pod))))
    })?;
    Ok(format!("the coordinator was killed; the next one was ready after {}", seconds(back)))
}

/// Half of the workers are evicted, as when nodes are emptied. The disruption budget may refuse; then it is asked again.
pub(super) fn evict_half_of_the_workers(kubectl: &Kubectl) -> Result<String, Error> {
    let pods = kubectl.pods("clipig-worker")?;
    let evicted = pods.len().div_ceil(2);
    for pod in pods.iter().take(evicted) {
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": name(pod) },
        });
        let place = format!("/api/v1/namespaces/{}/pods/{}/eviction", NAMESPACE, name(pod));
        until(&format!("{} may be evicted", name(pod)), PATIENCE, || {
            match kubectl.feed(&["create", "--raw", &place, "--filename=-"], &eviction) {
                Ok(_) => Ok(true),
                Err(error) if error.to_string().contains("disruption budget") => Ok(false),
                Err(error) => Err(error),
            }
        })?;
    }
    Ok(format!("{evicted} of {} workers were evicted", pods.len()))
}

/// Everything is started anew, as by an upgrade.
pub(super) fn upgrade(kubectl: &Kubectl) -> Result<String, Error> {
    let start = Instant::now();
    for what in [COORDINATOR, WORKERS] {
        kubectl.run(&["rollout", "restart", what])?;
        rolled_out(kubectl, what)?;
    }
    Ok(format!("everything was upgraded one by one within {}", seconds(start.elapsed())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_without_its_image_is_known() {
        let pod = |reason: &str| json!({ "status": { "containerStatuses": [{ "state": { "waiting": { "reason": reason } } }] } });
        assert!(waits_for_image(&pod("ImagePullBackOff")) && waits_for_image(&pod("ErrImagePull")));
        assert!(!waits_for_image(&pod("ContainerCreating")) && !waits_for_image(&json!({})));
    }
}
