"""Zip files that depend on their content alone: same bytes in, same bytes out, on every machine and day."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format can say."""
_MODE = 0o100644 << 16
_UNIX = 3


def write_zip(path: Path, files: Mapping[str, bytes]) -> str:
    """Write ``files`` (name in the zip -> content), sorted by name; returns the SHA-256 of the zip in hex.

    Nothing is compressed: deflate's output differs between versions of zlib, and a hash that names a
    deployment must not. What is at ``path`` is replaced in one step.
    """
    fresh = path.with_name(path.name + ".new")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    digest = hashlib.sha256(fresh.read_bytes()).hexdigest()
    fresh.replace(path)
    return digest


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    return entry
