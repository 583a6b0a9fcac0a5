"""The packages that the model is made from: pinned, checked, with their licences."""

import base64
import hashlib
import json
import logging
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

REGISTRY = "https://registry.npmjs.org"


@dataclass(frozen=True)
class Package:
    """One npm package: its exact version, the digest of its tarball, and what its licence asks for."""

    name: str
    version: str
    sha512: str
    licence: str
    attribution: str
    style: str | None = None
    """Name of the drawing style, where the package holds drawings."""
    held_out: bool = False
    """Whether its drawings are kept for evaluation."""

    @property
    def url(self) -> str:
        """Where the registry has the tarball."""
        return f"{REGISTRY}/{self.name}/-/{self.name.rsplit('/', 1)[-1]}-{self.version}.tgz"


def _iconify(style: str, version: str, sha512: str, licence: str, by: str, held_out: bool = False) -> Package:
    return Package(f"@iconify-json/{style}", version, sha512, licence, by, style, held_out)


PACKAGES = (
    _iconify(
        "twemoji", "1.2.5",
        "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
        "CC-BY-4.0", "Twemoji, copyright Twitter, Inc and other contributors",
    ),
    _iconify(
        "noto", "1.2.9",
        "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
        "Apache-2.0", "Noto Emoji, copyright Google Inc",
    ),
    _iconify(
        "noto-v1", "1.2.5",
        "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
        "Apache-2.0", "Noto Emoji (first design), copyright Google Inc",
    ),
    _iconify(
        "fluent-emoji", "1.2.7",
        "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
        "MIT", "Fluent Emoji, copyright Microsoft Corporation",
    ),
    _iconify(
        "fluent-emoji-flat", "1.2.6",
        "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
        "MIT", "Fluent Emoji, copyright Microsoft Corporation",
    ),
    Package(
        "@lobehub/fluent-emoji-3d", "1.1.0",
        "Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",
        "MIT", "Fluent Emoji, copyright Microsoft Corporation; packaged by LobeHub", "fluent-emoji-3d",
    ),
    _iconify(
        "emojione", "1.2.3",
        "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
        "CC-BY-4.0", "EmojiTwo, formerly Emoji One 2",
    ),
    _iconify(
        "streamline-emojis", "1.2.4",
        "iNr9T9XuZVTyQPJO8ZlLxBzPkpi7qMl+z1l0C31vpEMqhPMelth3n7CeWQYtixdetDPdI81yeG4ROqjWpYJE6A==",
        "CC-BY-4.0", "Streamline Emojis, by Streamline (webalys)",
    ),
    _iconify(
        "fxemoji", "1.2.2",
        "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
        "Apache-2.0", "Firefox OS Emoji, copyright Mozilla", held_out=True,
    ),
    Package(
        "cldr-annotations-full", "48.2.0",
        "DV7A+rEcgUSNTRsVGNGqBZRmAkGfwhGHO5Q1dRwzBoBnVrHWp804JP7/QJdEc66iHmx3+zLWVIMCFLm0lW7PUQ==",
        "Unicode-3.0", "Unicode CLDR, copyright Unicode, Inc.",
    ),
    Package(
        "emojibase-data", "17.0.0",
        "Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
        "MIT", "Emojibase, copyright Miles Johnson",
    ),
)  # fmt: skip

BY_NAME = {package.name: package for package in PACKAGES}
STYLES = tuple(package for package in PACKAGES if package.style)


class DigestError(Exception):
    """The registry's tarball is not the one that the recipe was written for."""


def fetch(package: Package, folder: Path) -> Path:
    """The package's tarball in `folder`, downloaded if it is not there yet.

    Raises:
        DigestError: the bytes have another digest than the pinned one.
    """
    path = folder / f"{package.name.strip('@').replace('/', '-')}-{package.version}.tgz"
    if path.exists() and _digest(path.read_bytes()) == package.sha512:
        return path
    log.info("fetching %s %s", package.name, package.version)
    with urllib.request.urlopen(package.url, timeout=300) as response:
        data = response.read()
    found = _digest(data)
    if found != package.sha512:
        raise DigestError(f"{package.url} has the digest sha512-{found}, not sha512-{package.sha512}")
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.rename(path)
    return path


def _digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha512(data).digest()).decode()


class Tarball:
    """The files of one package, read into memory."""

    def __init__(self, path: Path, wanted: tuple[str, ...]) -> None:
        """Reads the files of the tarball at `path` whose name within the package begins with one of `wanted`."""
        self.files: dict[str, bytes] = {}
        with tarfile.open(path) as tar:
            for member in tar:
                name = member.name.split("/", 1)[-1]
                content = tar.extractfile(member) if member.isfile() and name.startswith(wanted) else None
                if content:
                    self.files[name] = content.read()

    def json(self, name: str) -> Any:
        """A file, parsed; an empty table where the package has no such file."""
        return json.loads(self.files.get(name, b"{}"))
