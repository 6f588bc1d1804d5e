"""What computes decisions here: our version, the planner's code, the libraries it reckons with."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

PACKAGES = ("dockfleet", "numpy", "scipy", "shapely", "pyproj")


@cache
def versions() -> Mapping[str, str]:
    """By package; ``planner`` is a hash over its code, which changes between versions too."""
    found = {package: _version(package) for package in PACKAGES}
    return MappingProxyType({**found, "planner": _code("planner")})


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        return "unpackaged"


def _code(room: str) -> str:
    digest = hashlib.sha256()
    files = (file for file in resources.files(room).iterdir() if file.name.endswith(".py"))
    for file in sorted(files, key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
