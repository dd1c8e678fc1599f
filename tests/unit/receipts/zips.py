"""Zip files for the receipt tests, honest and hostile."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", way) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bomb(megabytes: int) -> bytes:
    """One entry of so many megabytes of zeros."""
    return zipped({"zeros.jpg": bytes(megabytes << 20)})


def crowd(entries: int) -> bytes:
    """So many empty files."""
    return zipped({f"{number}.jpg": b"" for number in range(entries)}, zipfile.ZIP_STORED)


def encrypted(files: Mapping[str, bytes]) -> bytes:
    """A zip whose entries say that they are locked: the flag in every directory entry."""
    content = bytearray(zipped(files))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1
    return bytes(content)


def linked(target: str) -> bytes:
    """A zip that holds a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.jpg")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def claims(entries: int, size: int) -> bytes:
    """An end of a zip that claims a directory of other measures than it has."""
    end = struct.pack("<4H2LH", 0, 0, entries, entries, size, 0, 0)
    return b"PK\x03\x04" + bytes(200) + b"PK\x05\x06" + end


def swollen(entries: int, size: int) -> bytes:
    """Small entries that claim ``size`` bytes each in the directory."""
    content = bytearray(zipped({f"{number}.jpg": b"small" for number in range(entries)}))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(content)


def damaged(files: Mapping[str, bytes]) -> bytes:
    """A zip whose first entry does not unpack to what its checksum says."""
    content = bytearray(zipped(files, zipfile.ZIP_STORED))
    at = content.find(next(iter(files.values())))
    content[at + 5] ^= 0xFF
    return bytes(content)
