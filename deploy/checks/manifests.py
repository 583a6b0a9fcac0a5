"""Renders overlays and chart, compares them, and validates what comes out: `python3 manifests.py`

Prints one JSON object: overlay or chart example -> list of resources. Every problem goes to standard error, and the exit
code is 1. What is needed is in requirements.txt, unpacked by programs.py. `cargo xtask check` runs this; nothing here
uses a network.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import custom_resources
import jsonschema
import kubernetes_validate
import yaml
from kubernetes_validate import utils

# The oldest version that these manifests are meant for. They are validated for it and for all later ones with schemas.
OLDEST = (1, 30)

DEPLOY = Path(__file__).resolve().parents[1]
OVERLAYS = DEPLOY / "kubernetes/overlays"
EXAMPLES = DEPLOY / "helm/examples"
CHART = DEPLOY / "helm/clipig"
ALERTS = DEPLOY / "prometheus/alerts.yaml"
NAMESPACE = "clipig"

# Wherever pip was told to put them.
PACKAGES = Path(kubernetes_validate.__file__).parents[1]

# What only helm writes.
HELM_LABELS = ["app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "helm.sh/chart"]
CHECKSUM = "checksum/settings"


def run(program, *arguments):
    """Standard output. RuntimeError in the program's own words."""
    with tempfile.TemporaryDirectory() as home:
        # Nobody's settings play a part.
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        command = [PACKAGES / "bin" / program, *map(str, arguments)]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ran.returncode:
        words = (ran.stderr + ran.stdout).splitlines()
        raise RuntimeError("\n".join(line for line in words if not line.startswith("level=INFO")))
    return ran.stdout


def resources(text):
    """The resources of a stream of YAML, in order."""
    return [resource for resource in yaml.safe_load_all(text) if resource]


def overlay(folder):
    """The resources of an overlay."""
    return resources(run("kubectl", "kustomize", folder))


def example(values):
    """The resources of the chart with an example's values, in the namespace into which `helm install` would put them."""
    made = resources(run("helm", "template", "clipig", CHART, "--namespace", NAMESPACE, "--values", values))
    for resource in made:
        resource["metadata"].setdefault("namespace", NAMESPACE)
    return made


def versions():
    """All versions of Kubernetes with schemas from `OLDEST` on."""
    found = [tuple(map(int, version.split(".")[:2])) for version in utils.all_versions()]
    return [f"{major}.{minor}" for major, minor in sorted(set(found)) if (major, minor) >= OLDEST]


def named(resource):
    """A resource as people call it."""
    return f"{resource['kind']}/{resource['metadata']['name']}"


def invalid(resource, wanted):
    """What the schemas do not allow, one line each. Unknown fields and kinds are problems."""
    schema = custom_resources.schema(resource)
    if schema is not None:
        for error in jsonschema.Draft7Validator(schema).iter_errors(resource):
            yield f"{named(resource)}: {error.json_path}: {error.message}"
        return
    for version in wanted:
        try:
            utils.validate(resource, version, strict=True)
        except utils.ValidationError as error:
            place = ".".join(str(step) for step in error.path)
            yield f"{named(resource)}: Kubernetes {version}: {place}: {error.message}"
        except utils.SchemaNotFoundError as error:
            yield f"{named(resource)}: {error.message}"


def plain(resource):
    """A resource without what differs by the tool that made it."""
    resource = json.loads(json.dumps(resource))
    metadata = resource["metadata"]
    if metadata.pop("namespace", NAMESPACE) != NAMESPACE:
        raise RuntimeError(f"{named(resource)} is in another namespace")
    for label in HELM_LABELS:
        metadata.get("labels", {}).pop(label, None)
    if resource["kind"] == "ConfigMap":
        metadata["name"] = without_hash(metadata["name"])
    for part in [metadata, resource.get("spec", {}).get("template", {}).get("metadata", {})]:
        part.get("annotations", {}).pop(CHECKSUM, None)
        for field in ["labels", "annotations"]:
            if not part.get(field, True):
                del part[field]
    pod = resource.get("spec", {}).get("template", {}).get("spec", {})
    for volume in pod.get("volumes", []):
        if "configMap" in volume:
            volume["configMap"]["name"] = without_hash(volume["configMap"]["name"])
    # Lists whose order means nothing: no mount lies within another one.
    containers = pod.get("containers", [])
    lists = [(container, field) for container in containers for field in ["env", "volumeMounts"]]
    for holder, field in [(pod, "volumes"), *lists]:
        holder.get(field, []).sort(key=lambda entry: entry["name"])
    return resource


def without_hash(name):
    """A ConfigMap's name without the hash that kustomize adds."""
    return re.sub(r"-[2-9b-z]{10}$", "", name)


def differences(place, ours, theirs):
    """Where two values differ, a line each."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(f"{place}.{key}", ours.get(key), theirs.get(key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(f"{place}[{index}]", one, other)
    elif ours != theirs:
        yield f"{place}: the overlay has {json.dumps(ours)}, the chart {json.dumps(theirs)}"


def compared(overlay_has, chart_has):
    """Where the objects of an overlay differ from those of the chart. The namespace is helm's to create."""
    ours = {named(resource): resource for resource in map(plain, overlay_has) if resource["kind"] != "Namespace"}
    theirs = {named(resource): resource for resource in map(plain, chart_has)}
    for name in sorted(ours.keys() | theirs.keys()):
        yield from differences(name, ours.get(name), theirs.get(name))


def other_alerts(rendered):
    """Alerts for the operator that are not those of `ALERTS`."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    for resource in rendered:
        if resource["kind"] == "PrometheusRule" and resource["spec"]["groups"] != groups:
            yield f"{named(resource)}: its groups are not those of {ALERTS.name}"


def refusals():
    """Values that the chart must refuse, each of which it takes."""
    for values in [
        "worker.replcas=3",
        "worker.replicas=-1",
        "worker.gpus=2",
        "image.tag=latest",
        "worker.resources.limits=null",
        "batch.enabled=true,autoscale.enabled=true",
        "mesh=true,gateway.enabled=true",
        "mesh=true,secrets.workerTls=clipig-worker-tls",
        "tracing.endpoint=collector:4318",
        "tracing.variables.PATH=/tmp",
    ]:
        try:
            run("helm", "template", "clipig", CHART, "--set", values)
        except RuntimeError:
            continue
        yield f"the chart takes {values}"


def main():
    """The command; returns its exit code."""
    rendered, problems = {}, []
    names = [path.name for path in sorted(OVERLAYS.iterdir())]
    if names != sorted(path.stem for path in EXAMPLES.iterdir()):
        problems.append(f"{OVERLAYS} and {EXAMPLES} do not have the same names")
    for name in names:
        try:
            pair = overlay(OVERLAYS / name), example(EXAMPLES / f"{name}.yaml")
        except RuntimeError as error:
            problems.append(f"{name}: {error}")
            continue
        rendered[f"overlay {name}"], rendered[f"chart {name}"] = pair
        problems += [f"{name}: {difference}" for difference in compared(*pair)]
    wanted, known = versions(), {}
    for name, made in rendered.items():
        for resource in made:
            # Most are the same everywhere.
            text = json.dumps(resource, sort_keys=True)
            if text not in known:
                known[text] = list(invalid(resource, wanted))
            problems += [f"{name}: {problem}" for problem in known[text]]
        problems += [f"{name}: {problem}" for problem in other_alerts(made)]
    try:
        run("helm", "lint", "--strict", CHART)
    except RuntimeError as error:
        problems.append(f"helm lint: {error}")
    problems += refusals()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(rendered)} sets of manifests, Kubernetes {', '.join(wanted)}", file=sys.stderr)
    json.dump(rendered, sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
