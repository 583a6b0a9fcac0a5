"""Builds kustomizations and validates what comes out: `python3 manifests.py FOLDER...`

Prints one JSON object: folder -> list of resources. Every problem goes to standard error, and the exit code
is 1. What is needed is in requirements.txt. `cargo xtask check` runs this; nothing here uses a network.
"""

import ctypes
import json
import shutil
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml
from kubernetes_validate import utils

# The oldest version that these manifests are meant for, and the newest with a schema.
KUBERNETES = ["1.30", "1.37"]


class Kubectl:
    """kustomize as part of kubectl: what those use who deploy."""

    def build(self, folder):
        """The resources of a kustomization, in order. RuntimeError in kustomize's own words."""
        built = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
        if built.returncode:
            raise RuntimeError(built.stderr.strip())
        return [resource for resource in yaml.safe_load_all(built.stdout) if resource]


class Library:
    """kustomize as the shared library that pykustomize carries, for machines without kubectl.

    Its Python part wants a newer Python than the library does, so the library is called directly.
    """

    def __init__(self, library):
        self.library = ctypes.CDLL(str(library))
        self.library.pykustomize_last_error.restype = ctypes.c_char_p
        text = ctypes.c_char_p
        self.library.pykustomize_build_to_json.argtypes = [text, text, ctypes.POINTER(ctypes.c_void_p)]
        self.library.pykustomize_free.argtypes = [ctypes.c_void_p]

    def build(self, folder):
        """The resources of a kustomization, in order. RuntimeError in kustomize's own words."""
        result = ctypes.c_void_p()
        failed = self.library.pykustomize_build_to_json(str(folder).encode(), b"{}", ctypes.byref(result))
        if failed:
            raise RuntimeError(self.library.pykustomize_last_error().decode())
        try:
            return json.loads(ctypes.string_at(result.value))["resources"]
        finally:
            self.library.pykustomize_free(result)


def problems(resource):
    """What the schemas of Kubernetes do not allow, one line each. Unknown fields and kinds are problems."""
    name = f"{resource['kind']}/{resource['metadata']['name']}"
    for version in KUBERNETES:
        try:
            utils.validate(resource, version, strict=True)
        except utils.ValidationError as error:
            place = ".".join(str(step) for step in error.path)
            yield f"{name}: Kubernetes {version}: {place}: {error.message}"
        except utils.SchemaNotFoundError as error:
            yield f"{name}: {error.message}"


def main(folders):
    """The command; returns its exit code."""
    # Beside the other package, wherever pip was told to put them.
    packages = Path(kubernetes_validate.__file__).parents[1]
    library = packages / "pykustomize/_lib/linux-amd64/libpykustomize.so"
    kustomize = Kubectl() if shutil.which("kubectl") else Library(library)
    built, found = {}, 0
    for folder in folders:
        try:
            built[folder] = kustomize.build(Path(folder).resolve())
        except RuntimeError as error:
            print(f"{folder}: {error}", file=sys.stderr)
            found += 1
            continue
        for resource in built[folder]:
            for problem in problems(resource):
                print(f"{folder}: {problem}", file=sys.stderr)
                found += 1
    json.dump(built, sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
