//! What the API server says of every object, and `PodSecurity` of every pod, without making any of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::kubectl::{Kubectl, name};
use crate::deploy::Rendered;
use crate::error::Error;

/// Validated and admitted as if it were to stay. Unknown fields are errors.
const DRY_RUN: [&str; 6] =
    ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--filename=-"];

/// Every object of every overlay and example, but for kinds that this cluster does not know.
pub(super) fn objects(kubectl: &Kubectl, rendered: &Rendered) -> Result<(), Error> {
    let known = kinds(&kubectl.text(&["api-resources", "--no-headers"])?);
    let mut problems = Vec::new();
    for (set, resources) in rendered {
        let (ours, others): (Vec<_>, Vec<_>) =
            resources.iter().partition(|resource| known.contains(&kind(resource)));
        if !others.is_empty() {
            let others: Vec<_> = others.into_iter().map(kind).collect();
            eprintln!("{set}: this cluster does not know {}, so these were left out", others.join(", "));
        }
        // One at a time, so that each one's refusal is told.
        for resource in ours {
            if let Err(error) = kubectl.feed(&DRY_RUN, resource) {
                problems.push(format!("{set}: {} {}: {error}", kind(resource), name(resource)));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Other(problems.join("\n  "))) }
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

/// The pods of every workload. `PodSecurity` refuses pods, not the workloads that would make them.
pub(super) fn pods(kubectl: &Kubectl, rendered: &Rendered) -> Result<(), Error> {
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
    match pods.first().map(|(_, pod)| kubectl.feed(&DRY_RUN, &with_more_rights(pod))) {
        None => problems.push("no workload has a pod".into()),
        Some(Ok(_)) => {
            problems.push("a pod that may become root is admitted: PodSecurity is not enforced".into());
        }
        Some(Err(error)) if !error.to_string().contains("PodSecurity") => {
            problems.push(format!("a pod that may become root is refused for another reason: {error}"));
        }
        Some(Err(_)) => {}
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Other(problems.join("\n  "))) }
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
