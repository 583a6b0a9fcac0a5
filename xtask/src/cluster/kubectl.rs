//! kubectl, told which cluster.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::error::Error;
use crate::process::{output, run};

/// The namespace of the manifests.
pub(super) const NAMESPACE: &str = "clipig";

/// Starts kubectl.
pub(super) struct Kubectl {
    kubeconfig: PathBuf,
}

impl Kubectl {
    /// For the cluster of this file.
    pub(super) fn new(kubeconfig: &Path) -> Result<Self, Error> {
        let kubeconfig = std::fs::canonicalize(kubeconfig).map_err(Error::file("read", kubeconfig))?;
        Ok(Self { kubeconfig })
    }

    /// A program that finds the cluster: kubectl, or a shell with documented commands.
    pub(super) fn environment(&self, mut command: Command) -> Command {
        command.env("KUBECONFIG", &self.kubeconfig);
        command
    }

    /// kubectl in the farm's namespace.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.environment(Command::new("kubectl"));
        command.args(["--namespace", NAMESPACE]).args(arguments);
        command
    }

    /// Runs it with this program's terminal.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<(), Error> {
        run(&mut self.command(arguments))
    }

    /// Its standard output. Where it fails, its own words are the error.
    pub(super) fn text(&self, arguments: &[&str]) -> Result<String, Error> {
        judged(&mut self.command(arguments), None)
    }

    /// As [`text`](Self::text), as JSON.
    pub(super) fn json(&self, arguments: &[&str]) -> Result<Value, Error> {
        let text = self.text(&[arguments, &["--output", "json"]].concat())?;
        serde_json::from_str(&text)
            .map_err(|error| Error::Other(format!("kubectl does not print JSON: {error}")))
    }

    /// Runs it with an object on standard input; its own words are the error.
    pub(super) fn feed(&self, arguments: &[&str], object: &Value) -> Result<String, Error> {
        judged(&mut self.command(arguments), Some(object))
    }

    /// The file that says which cluster.
    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// What the cluster says of itself and of its nodes: what a report should tell.
    pub(super) fn described(&self) -> Result<Vec<String>, Error> {
        let version = self.json(&["version"])?;
        let of = |program: &str| version[program]["gitVersion"].as_str();
        let server = of("serverVersion");
        let server = server.ok_or_else(|| Error::Other("the cluster does not say its version".into()))?;
        let client = of("clientVersion").unwrap_or("of an unknown version");
        let mut facts = vec![format!("Kubernetes {server}, kubectl {client}.")];
        facts.extend(nodes(&self.json(&["get", "nodes"])?));
        Ok(facts)
    }

    /// The pods with this name label.
    pub(super) fn pods(&self, name: &str) -> Result<Vec<Value>, Error> {
        let selector = format!("app.kubernetes.io/name={name}");
        let pods = self.json(&["get", "pods", "--selector", &selector])?;
        Ok(pods["items"].as_array().cloned().unwrap_or_default())
    }
}

/// The nodes of a list, those that are alike in one line.
fn nodes(list: &Value) -> Vec<String> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for node in list["items"].as_array().into_iter().flatten() {
        let info = |field: &str| node["status"]["nodeInfo"][field].as_str().unwrap_or("?");
        let cores = node["status"]["capacity"]["cpu"].as_str().unwrap_or("?");
        let [kubelet, runtime] = [info("kubeletVersion"), info("containerRuntimeVersion")];
        let [system, kernel] = [info("osImage"), info("kernelVersion")];
        let words = format!(
            "with {cores} cores: kubelet {kubelet}, {runtime}, {system}, Linux {kernel}, {}",
            info("architecture")
        );
        *alike.entry(words).or_default() += 1;
    }
    let line = |(words, count)| format!("{count} {} {words}.", if count == 1 { "node" } else { "nodes" });
    alike.into_iter().map(line).collect()
}

/// Is the pod ready, and not about to leave?
pub(super) fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    let mut ready = conditions.filter(|condition| condition["type"] == "Ready");
    pod["metadata"]["deletionTimestamp"].is_null() && ready.any(|condition| condition["status"] == "True")
}

/// The name of an object.
pub(super) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

fn judged(command: &mut Command, object: Option<&Value>) -> Result<String, Error> {
    let ran = match object {
        None => output(command)?,
        Some(object) => fed(command, object)?,
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if ran.status.success() { Ok(text(&ran.stdout)) } else { Err(Error::Other(text(&ran.stderr))) }
}

fn fed(command: &mut Command, object: &Value) -> Result<Output, Error> {
    let failed = |source| Error::NotStarted { program: "kubectl".into(), source };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Where it does not listen, its words say why.
        let _ = stdin.write_all(object.to_string().as_bytes());
    }
    child.wait_with_output().map_err(failed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nodes_that_are_alike_are_counted() {
        let node = |cores: &str| {
            json!({ "status": { "capacity": { "cpu": cores }, "nodeInfo": {
                "kubeletVersion": "v1", "containerRuntimeVersion": "containerd://2", "osImage": "Debian",
                "kernelVersion": "6", "architecture": "amd64",
            } } })
        };
        let listed = nodes(&json!({ "items": [node("2"), node("4"), node("2")] }));
        assert_eq!(
            listed,
            [
                "2 nodes with 2 cores: kubelet v1, containerd://2, Debian, Linux 6, amd64.",
                "1 node with 4 cores: kubelet v1, containerd://2, Debian, Linux 6, amd64.",
            ]
        );
    }

    #[test]
    fn a_pod_that_leaves_is_not_ready() {
        let mut pod = json!({
            "metadata": { "name": "a" },
            "status": { "conditions": [
                { "type": "Initialized", "status": "True" }, { "type": "Ready", "status": "True" },
            ] },
        });
        assert!(is_ready(&pod));
        pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        assert!(!is_ready(&pod));
        assert!(!is_ready(&json!({ "status": { "conditions": [{ "type": "Ready", "status": "False" }] } })));
    }

    #[test]
    fn a_program_is_fed_and_its_words_are_the_error() {
        let shell = |script: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            shell
        };
        assert_eq!(judged(&mut shell("cat"), Some(&json!({ "a": 1 }))).unwrap(), "{\"a\":1}");
        let error = judged(&mut shell("echo denied >&2; exit 1"), Some(&json!({}))).unwrap_err();
        assert_eq!(error.to_string(), "denied");
    }
}
