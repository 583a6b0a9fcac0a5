//! What the schemas of Kubernetes cannot say: pods have no more rights than they need, names that
//! refer to something refer to something that is there, and a worker has the time to drain.

use serde_json::Value;

/// The settings file in the workers' `ConfigMap`.
const WORKER_SETTINGS: &str = "worker.toml";

/// The laws that these resources of one kustomization break, a line each.
pub(crate) fn broken(resources: &[Value]) -> Vec<String> {
    let mut problems = Vec::new();
    let workloads: Vec<_> = resources.iter().filter(|resource| pod(resource).is_object()).collect();
    if workloads.len() < 2 {
        problems.push("a coordinator and workers are wanted".into());
    }
    for workload in &workloads {
        let found = rights(workload)
            .into_iter()
            .chain(references(workload, resources))
            .chain(timing(workload, resources))
            .chain(probes(workload, resources));
        problems.extend(found.map(|problem| format!("{}: {problem}", name(workload))));
    }
    problems.extend(resources.iter().filter_map(|resource| counted_twice(resource, &workloads)));
    problems.extend(resources.iter().filter_map(|resource| selects_nothing(resource, &workloads)));
    problems
}

fn pod(workload: &Value) -> &Value {
    &workload["spec"]["template"]["spec"]
}

fn name(resource: &Value) -> String {
    format!("{}/{}", text(&resource["kind"]), text(&resource["metadata"]["name"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Rights and resources of the pod and its containers.
fn rights(workload: &Value) -> Vec<String> {
    let pod = pod(workload);
    let mut wanted = vec![
        ("runAsNonRoot: true", pod["securityContext"]["runAsNonRoot"] == true),
        (
            "seccompProfile: RuntimeDefault",
            pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault",
        ),
        ("automountServiceAccountToken: false", pod["automountServiceAccountToken"] == false),
        ("a container", list(&pod["containers"]).next().is_some()),
    ];
    for container in list(&pod["containers"]).chain(list(&pod["initContainers"])) {
        let (security, resources) = (&container["securityContext"], &container["resources"]);
        wanted.extend([
            ("readOnlyRootFilesystem: true", security["readOnlyRootFilesystem"] == true),
            ("allowPrivilegeEscalation: false", security["allowPrivilegeEscalation"] == false),
            (
                "capabilities: drop: [ALL]",
                list(&security["capabilities"]["drop"]).any(|dropped| dropped == "ALL"),
            ),
            ("a request of cpu", resources["requests"]["cpu"].is_string()),
            ("a request of memory", resources["requests"]["memory"].is_string()),
            ("a limit of memory", resources["limits"]["memory"].is_string()),
            ("an image with a version", has_version(text(&container["image"]))),
        ]);
    }
    wanted.into_iter().filter(|(_, kept)| !kept).map(|(law, _)| format!("wants {law}")).collect()
}

fn has_version(image: &str) -> bool {
    let file = image.rsplit('/').next().unwrap_or_default();
    file.split_once(':').is_some_and(|(_, tag)| !tag.is_empty() && tag != "latest")
}

/// Mounts without a volume, volumes of `ConfigMaps` that nobody makes.
fn references(workload: &Value, resources: &[Value]) -> Vec<String> {
    let (pod, claims) = (pod(workload), &workload["spec"]["volumeClaimTemplates"]);
    let volumes: Vec<_> = list(&pod["volumes"]).collect();
    let mut problems = Vec::new();
    for mount in list(&pod["containers"]).flat_map(|container| list(&container["volumeMounts"])) {
        let volume = volumes.iter().any(|volume| volume["name"] == mount["name"]);
        if !volume && !list(claims).any(|claim| claim["metadata"]["name"] == mount["name"]) {
            problems.push(format!("mounts `{}`, which is no volume", text(&mount["name"])));
        }
    }
    for map in volumes.iter().map(|volume| &volume["configMap"]["name"]).filter(|name| name.is_string()) {
        if config_map(map, resources).is_none() {
            problems.push(format!("uses the ConfigMap `{}`, which nobody makes", text(map)));
        }
    }
    problems
}

fn config_map<'a>(name: &Value, resources: &'a [Value]) -> Option<&'a Value> {
    resources.iter().find(|resource| resource["kind"] == "ConfigMap" && resource["metadata"]["name"] == *name)
}

/// One coordinator, which replaces a broken pod; workers get more time to end than they take to drain.
fn timing(workload: &Value, resources: &[Value]) -> Vec<String> {
    if workload["kind"] == "StatefulSet" {
        let wanted = [
            ("a coordinator has one replica: one process owns the store", workload["spec"]["replicas"] == 1),
            (
                "podManagementPolicy is not Parallel: a broken pod would never be replaced",
                workload["spec"]["podManagementPolicy"] == "Parallel",
            ),
        ];
        return wanted.into_iter().filter(|(_, kept)| !kept).map(|(law, _)| law.into()).collect();
    }
    // A variable wins over the file.
    let variable = list(&pod(workload)["containers"])
        .flat_map(|container| list(&container["env"]))
        .find(|variable| variable["name"] == "CLIPIG_WORKER__DRAIN_SECONDS");
    let drain = match variable {
        Some(variable) => variable["value"].as_str().map(str::to_owned),
        None => worker_setting("drain_seconds", workload, resources),
    };
    let drain = drain.and_then(|seconds| seconds.parse::<u64>().ok());
    let grace = pod(workload)["terminationGracePeriodSeconds"].as_u64();
    let problem = match (drain, grace) {
        (Some(drain), Some(grace)) if grace > drain => None,
        (Some(drain), grace) => Some(format!(
            "terminationGracePeriodSeconds is {}, not more than drain_seconds ({drain})",
            grace.map_or("not set".into(), |grace| grace.to_string())
        )),
        (None, _) => Some(format!("{WORKER_SETTINGS} does not say drain_seconds")),
    };
    problem.into_iter().collect()
}

/// A value in the workers' settings file, without quotation marks.
fn worker_setting(key: &str, workload: &Value, resources: &[Value]) -> Option<String> {
    let settings = list(&pod(workload)["volumes"])
        .filter_map(|volume| config_map(&volume["configMap"]["name"], resources))
        .find_map(|map| map["data"][WORKER_SETTINGS].as_str());
    settings?.lines().find_map(|line| {
        let (written, value) = line.split_once('=')?;
        (written.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// Every container has the probes that it needs; those of workers ask where the worker answers.
fn probes(workload: &Value, resources: &[Value]) -> Vec<String> {
    let mut problems = Vec::new();
    for container in list(&pod(workload)["containers"]) {
        // A Job has nobody who waits for its pods to be ready.
        let kinds: &[_] = match text(&workload["kind"]) {
            "Job" => &["startupProbe", "livenessProbe"],
            _ => &["startupProbe", "livenessProbe", "readinessProbe"],
        };
        for kind in kinds {
            let probe = &container[*kind];
            if !probe.is_object() {
                problems.push(format!("wants a {kind}"));
            } else if workload["kind"] != "StatefulSet" {
                let asked = list(&probe["exec"]["command"]).last().and_then(Value::as_str);
                let socket = worker_setting("health_socket", workload, resources);
                if asked.is_none() || asked != socket.as_deref() {
                    problems.push(format!("its {kind} does not ask at health_socket of {WORKER_SETTINGS}"));
                }
            }
        }
    }
    if workload["kind"] != "StatefulSet" {
        // A worker that does not answer does not drain.
        let grace = |container: &Value| container["livenessProbe"]["terminationGracePeriodSeconds"].as_u64();
        if list(&pod(workload)["containers"]).any(|one| grace(one).is_none_or(|grace| grace > 10)) {
            problems.push("wants terminationGracePeriodSeconds of its livenessProbe, at most 10".into());
        }
    }
    if workload["kind"] == "Deployment" && workload["spec"]["minReadySeconds"].as_u64().unwrap_or(0) == 0 {
        problems.push("wants minReadySeconds: a worker that ends at once was ready for a moment".into());
    }
    problems
}

/// What something scales by itself says nothing of how many there are: every apply would undo the scaling.
fn counted_twice(resource: &Value, workloads: &[&Value]) -> Option<String> {
    if resource["kind"] != "ScaledObject" {
        return None;
    }
    let target = &resource["spec"]["scaleTargetRef"]["name"];
    let scaled = workloads.iter().find(|it| it["kind"] == "Deployment" && it["metadata"]["name"] == *target);
    match scaled {
        None => Some(format!("{}: it scales nothing that is there", name(resource))),
        Some(scaled) if scaled["spec"]["replicas"].is_null() => None,
        Some(scaled) => Some(format!("{}: replicas, although {} scales it", name(scaled), name(resource))),
    }
}

/// Services, disruption budgets, policies and workloads whose selector fits no pod.
fn selects_nothing(resource: &Value, workloads: &[&Value]) -> Option<String> {
    let spec = &resource["spec"];
    let selector = match text(&resource["kind"]) {
        "Service" => &spec["selector"],
        "NetworkPolicy" => &spec["podSelector"]["matchLabels"],
        "PodDisruptionBudget" | "Deployment" | "StatefulSet" => &spec["selector"]["matchLabels"],
        _ => return None,
    };
    let fits = |labels: &Value| {
        selector.as_object().is_some_and(|wanted| wanted.iter().all(|(key, value)| labels[key] == *value))
    };
    let selected = workloads.iter().any(|workload| fits(&workload["spec"]["template"]["metadata"]["labels"]));
    (!selected).then(|| format!("{}: its selector fits no pod", name(resource)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workload(kind: &str, name: &str) -> Value {
        json!({
            "kind": kind,
            "metadata": { "name": name },
            "spec": {
                "replicas": 1,
                "podManagementPolicy": "Parallel",
                "minReadySeconds": 10,
                "selector": { "matchLabels": { "app": name } },
                "template": {
                    "metadata": { "labels": { "app": name } },
                    "spec": {
                        "automountServiceAccountToken": false,
                        "terminationGracePeriodSeconds": 45,
                        "securityContext": {
                            "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" },
                        },
                        "containers": [{
                            "image": "registry:5000/clipig:1",
                            "env": [{ "name": "CLIPIG_WORKER__CORES", "value": "2" }],
                            "startupProbe": { "exec": { "command": ["clipig-health", "/health"] } },
                            "livenessProbe": {
                                "exec": { "command": ["clipig-health", "/health"] },
                                "terminationGracePeriodSeconds": 5,
                            },
                            "readinessProbe": { "exec": { "command": ["clipig-health", "--ready", "/health"] } },
                            "resources": {
                                "requests": { "cpu": "1", "memory": "1Gi" }, "limits": { "memory": "1Gi" },
                            },
                            "securityContext": {
                                "readOnlyRootFilesystem": true,
                                "allowPrivilegeEscalation": false,
                                "capabilities": { "drop": ["ALL"] },
                            },
                            "volumeMounts": [{ "name": "settings", "mountPath": "/settings" }],
                        }],
                        "volumes": [{ "name": "settings", "configMap": { "name": "settings" } }],
                    },
                },
            },
        })
    }

    fn farm() -> Vec<Value> {
        vec![
            workload("StatefulSet", "coordinator"),
            workload("Deployment", "worker"),
            json!({
                "kind": "ConfigMap",
                "metadata": { "name": "settings" },
                "data": { "worker.toml": "# seconds\ndrain_seconds = 30\nhealth_socket = \"/health\"\n" },
            }),
            json!({
                "kind": "Service", "metadata": { "name": "farm" }, "spec": { "selector": { "app": "coordinator" } },
            }),
        ]
    }

    /// The farm with one value set to another, `null` takes it away.
    fn farm_with(resource: usize, place: &str, value: Value) -> Vec<String> {
        let mut farm = farm();
        *farm[resource].pointer_mut(place).unwrap() = value;
        broken(&farm)
    }

    #[test]
    fn a_sound_farm_breaks_no_law() {
        assert_eq!(broken(&farm()), Vec::<String>::new());
    }

    #[test]
    fn every_law_is_enforced() {
        let pod = "/spec/template/spec";
        let at = |place: &str| format!("{pod}{place}");
        let security = |field: &str| at(&format!("/containers/0/securityContext{field}"));
        for (resource, place, value, problem) in [
            (0, at("/securityContext/runAsNonRoot"), json!(false), "wants runAsNonRoot"),
            (0, at("/securityContext/seccompProfile"), json!(null), "wants seccompProfile"),
            (0, at("/automountServiceAccountToken"), json!(null), "wants automountServiceAccountToken"),
            (1, security("/readOnlyRootFilesystem"), json!(null), "wants readOnlyRootFilesystem"),
            (1, security("/allowPrivilegeEscalation"), json!(true), "wants allowPrivilegeEscalation"),
            (1, security("/capabilities/drop"), json!(["NET_RAW"]), "wants capabilities"),
            (1, at("/containers/0/resources/requests/cpu"), json!(null), "wants a request of cpu"),
            (1, at("/containers/0/resources/limits"), json!(null), "wants a limit of memory"),
            (1, at("/containers/0/image"), json!("registry:5000/clipig"), "wants an image with a version"),
            (1, at("/containers/0/image"), json!("clipig:latest"), "wants an image with a version"),
            (1, at("/containers"), json!([]), "wants a container"),
            (1, at("/volumes/0/name"), json!("other"), "mounts `settings`, which is no volume"),
            (1, at("/volumes/0/configMap/name"), json!("x"), "uses the ConfigMap `x`, which nobody makes"),
            (0, "/spec/replicas".into(), json!(2), "one replica"),
            (0, "/spec/podManagementPolicy".into(), json!(null), "is not Parallel"),
            (1, "/spec/minReadySeconds".into(), json!(0), "wants minReadySeconds"),
            (1, at("/containers/0/readinessProbe"), json!(null), "wants a readinessProbe"),
            (0, at("/containers/0/livenessProbe"), json!(null), "wants a livenessProbe"),
            (
                1,
                at("/containers/0/startupProbe/exec/command/1"),
                json!("/x"),
                "its startupProbe does not ask",
            ),
            (1, at("/containers/0/livenessProbe/exec"), json!(null), "its livenessProbe does not ask"),
            (
                1,
                at("/containers/0/livenessProbe/terminationGracePeriodSeconds"),
                json!(null),
                "wants terminationGracePeriodSeconds of its livenessProbe",
            ),
            (
                1,
                at("/containers/0/env/0"),
                json!({ "name": "CLIPIG_WORKER__DRAIN_SECONDS", "value": "45" }),
                "is 45, not more than drain_seconds (45)",
            ),
            (1, at("/terminationGracePeriodSeconds"), json!(30), "is 30, not more than drain_seconds (30)"),
            (1, at("/terminationGracePeriodSeconds"), json!(null), "is not set"),
            (2, "/data/worker.toml".into(), json!(""), "does not say drain_seconds"),
            (3, "/spec/selector/app".into(), json!("x"), "Service/farm: its selector fits no pod"),
            (
                1,
                "/spec/selector/matchLabels/app".into(),
                json!("x"),
                "Deployment/worker: its selector fits no pod",
            ),
        ] {
            let problems = farm_with(resource, &place, value);
            assert!(problems.iter().any(|line| line.contains(problem)), "{place}: {problems:?}");
        }
    }

    #[test]
    fn what_is_scaled_is_not_counted() {
        let scaler = |target: &str| {
            let spec = json!({ "scaleTargetRef": { "name": target } });
            json!({ "kind": "ScaledObject", "metadata": { "name": "scaler" }, "spec": spec })
        };
        let mut farm = farm();
        farm.push(scaler("worker"));
        assert_eq!(broken(&farm), ["Deployment/worker: replicas, although ScaledObject/scaler scales it"]);
        farm[1]["spec"].as_object_mut().unwrap().remove("replicas");
        assert_eq!(broken(&farm), Vec::<String>::new());
        *farm.last_mut().unwrap() = scaler("wroker"); // typos: on purpose
        assert_eq!(broken(&farm), ["ScaledObject/scaler: it scales nothing that is there"]);
    }

    #[test]
    fn a_farm_without_workers_is_none() {
        assert_eq!(broken(&farm()[..1]).first().unwrap(), "a coordinator and workers are wanted");
    }
}
