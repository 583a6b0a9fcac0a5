//! What the API server says of every object, and `PodSecurity` of every pod, without making any of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::kubectl::{Kubectl, name};
use crate::deploy::Rendered;
use crate::error::Error;

/// Validated and admitted as if it were to stay. Unknown fields are errors.
const DRY_RUN: [&str; 6] =
    ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--filename=-"];

/// What came of asking for every object.
pub(super) struct Checked {
    /// For people.
    pub(super) words: String,
    /// Kinds that this cluster does not know, each with the overlays and examples that have one.
    pub(super) left_out: Vec<String>,
}

/// Every object of every overlay and example, but for kinds that this cluster does not know.
pub(super) fn objects(kubectl: &Kubectl, rendered: &Rendered) -> Result<Checked, Error> {
    let known = kinds(&kubectl.text(&["api-resources", "--no-headers"])?);
    let (mut problems, mut admitted) = (Vec::new(), 0);
    let mut unknown: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (set, resources) in rendered {
        for resource in resources {
            let kind = kind(resource);
            if !known.contains(&kind) && is_an_addition(&kind) {
                let sets = unknown.entry(kind).or_default();
                if !sets.contains(&set.as_str()) {
                    sets.push(set);
                }
                continue;
            }
            // One at a time, so that each one's refusal is told.
            match kubectl.feed(&DRY_RUN, resource) {
                Ok(_) => admitted += 1,
                Err(error) => problems.push(format!("{set}: {kind} {}: {error}", name(resource))),
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error::Other(format!(
            "{} of {} objects are refused\n  {}",
            problems.len(),
            problems.len() + admitted,
            problems.join("\n  ")
        )));
    }
    Ok(Checked {
        words: format!("all {admitted} objects of {} overlays and examples are admitted", rendered.len()),
        left_out: unknown.into_iter().map(|(kind, sets)| format!("{kind} ({})", sets.join(", "))).collect(),
    })
}

/// May a cluster lack this kind? Those of Kubernetes itself it must know: there, an unknown one is misspelt or too new.
fn is_an_addition(kind: &str) -> bool {
    let group = kind.split('/').next().unwrap_or_default();
    group.contains('.') && group != "networking.k8s.io"
}

/// `apiVersion/kind` of a resource.
fn kind(resource: &Value) -> String {
    let text = |field: &str| resource[field].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("apiVersion"), text("kind"))
}

/// The kinds in the table of `kubectl api-resources`; the last three columns are always there.
fn kinds(table: &str) -> BTreeSet<String> {
    let kind = |line: &str| {
        let mut columns = line.split_whitespace().rev();
        let (kind, _namespaced, version) = (columns.next()?, columns.next()?, columns.next()?);
        Some(format!("{version}/{kind}"))
    };
    table.lines().filter_map(kind).collect()
}

/// The pods of every workload. `PodSecurity` refuses pods, not the workloads that would make them. Returns what was seen.
pub(super) fn pods(kubectl: &Kubectl, rendered: &Rendered) -> Result<String, Error> {
    let mut problems = Vec::new();
    let pods = rendered.iter().flat_map(|(set, resources)| {
        resources.iter().filter_map(move |resource| Some((set, pod(resource)?)))
    });
    let pods: Vec<_> = pods.collect();
    for (set, pod) in &pods {
        if let Err(error) = kubectl.feed(&DRY_RUN, pod) {
            problems.push(format!("{set}: {error}"));
        }
    }
    // Would it be noticed?
    let mut refusal = String::new();
    match pods.first().map(|(_, pod)| kubectl.feed(&DRY_RUN, &with_more_rights(pod))) {
        None => problems.push("no workload has a pod".into()),
        Some(Ok(_)) => {
            problems.push("a pod that may become root is admitted: PodSecurity is not enforced".into());
        }
        Some(Err(error)) if !error.to_string().contains("PodSecurity") => {
            problems.push(format!("a pod that may become root is refused for another reason: {error}"));
        }
        Some(Err(error)) => violation(&error.to_string()).clone_into(&mut refusal),
    }
    if problems.is_empty() {
        Ok(format!("all {} are admitted; a privileged pod is refused: {refusal}", pods.len()))
    } else {
        Err(Error::Other(problems.join("\n  ")))
    }
}

/// What `PodSecurity` says of the first thing that it does not allow, from `violates` on.
fn violation(refusal: &str) -> &str {
    let found = refusal.find("violates").map_or(refusal, |place| &refusal[place..]);
    found.split(['(', ',']).next().unwrap_or(found).trim()
}

/// The pod that a workload makes, as far as it can be admitted by itself.
fn pod(workload: &Value) -> Option<Value> {
    let template = workload["spec"]["template"].as_object()?;
    let mut spec = template.get("spec")?.clone();
    let fields = spec.as_object_mut()?;
    // Its account may not be there yet.
    fields.remove("serviceAccountName");
    let claims = workload["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
    let claims: Vec<_> = claims.map(|claim| json!({ "name": name(claim), "emptyDir": {} })).collect();
    if let Some(volumes) = fields.get_mut("volumes").and_then(Value::as_array_mut) {
        volumes.extend(claims);
    }
    let metadata = json!({ "name": name(workload), "labels": template["metadata"]["labels"] });
    Some(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec }))
}

fn with_more_rights(pod: &Value) -> Value {
    let mut pod = pod.clone();
    pod["spec"]["containers"][0]["securityContext"] = json!({ "privileged": true });
    pod
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_with_and_without_short_names() {
        let table = "pods          po   v1       true   Pod\n\
                     bindings           v1       true   Binding\n\
                     deployments  deploy apps/v1 true   Deployment\n";
        let known = kinds(table);
        assert_eq!(known.len(), 3);
        for kind in ["v1/Pod", "v1/Binding", "apps/v1/Deployment"] {
            assert!(known.contains(kind), "{kind}");
        }
        assert_eq!(kind(&json!({ "apiVersion": "apps/v1", "kind": "Deployment" })), "apps/v1/Deployment");
    }

    #[test]
    fn only_additions_may_be_unknown() {
        for kind in ["keda.sh/v1alpha1/ScaledObject", "gateway.networking.k8s.io/v1/Gateway"] {
            assert!(is_an_addition(kind), "{kind}");
        }
        for kind in ["v1/Pod", "apps/v1/Deployment", "networking.k8s.io/v1/Ingress"] {
            assert!(!is_an_addition(kind), "{kind}");
        }
    }

    #[test]
    fn a_violation_is_told_in_short() {
        let refusal = "Error from server (Forbidden): pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": \
                       privileged (container \"a\" must not set securityContext.privileged=true), allowPrivilegeEscalation";
        assert_eq!(violation(refusal), "violates PodSecurity \"restricted:latest\": privileged");
    }

    #[test]
    fn a_workloads_pod_stands_by_itself() {
        let workload = json!({
            "kind": "StatefulSet",
            "metadata": { "name": "c" },
            "spec": {
                "volumeClaimTemplates": [{ "metadata": { "name": "data" } }],
                "template": {
                    "metadata": { "labels": { "a": "b" } },
                    "spec": {
                        "serviceAccountName": "c",
                        "containers": [{ "name": "c", "securityContext": { "readOnlyRootFilesystem": true } }],
                        "volumes": [{ "name": "tmp", "emptyDir": {} }],
                    },
                },
            },
        });
        let made = pod(&workload).unwrap();
        assert_eq!(made["spec"]["volumes"][1]["name"], "data");
        assert!(made["spec"]["serviceAccountName"].is_null());
        assert_eq!((&made["metadata"]["labels"]["a"], &made["kind"]), (&json!("b"), &json!("Pod")));
        assert_eq!(with_more_rights(&made)["spec"]["containers"][0]["securityContext"]["privileged"], true);
        assert_eq!(pod(&json!({ "kind": "Service", "spec": {} })), None);
    }
}
