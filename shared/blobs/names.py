"""Which names a file may have: the same in every bucket, so that a name kept here can be kept there."""

from __future__ import annotations

import unicodedata

from shared.core.errors import Invalid

MAX_NAME = 200
"""Characters of a whole name; a segment has at most 255 bytes (the limit of common file systems)."""


def check_name(name: str, segments: int = 3) -> str:
    """Return ``name`` when it is ``room/business/file`` (or deeper) in characters every bucket keeps.

    Args:
        segments: how many parts it must have at least.

    Raises Invalid ``blob_name_invalid``: absolute, ``..``, hidden, control characters, backslashes, too long.
    """
    parts = name.split("/")
    if len(name) > MAX_NAME or len(parts) < segments or not all(map(_is_segment, parts)):
        raise Invalid("blob_name_invalid", f"{name[:80]!a} is not a name like receipts/business/file.jpg")
    return name


def folder_of(prefix: str) -> str:
    """The whole folders that a listing's ``prefix`` names, or nothing; raises Invalid as ``check_name``."""
    folder = prefix.rpartition("/")[0]
    return check_name(folder, 1) if folder else ""


def is_hidden(name: str) -> bool:
    """Whether a part begins with a dot: work in progress, never listed."""
    return any(part.startswith(".") for part in name.split("/"))


def _is_segment(text: str) -> bool:
    """Categories C: control, format (it could turn the reading direction), surrogates; Zl, Zp: line ends."""
    kinds = {unicodedata.category(character) for character in text}
    printable = not any(kind[0] == "C" or kind in ("Zl", "Zp") for kind in kinds)
    plain = bool(text) and text == text.strip() and not text.startswith(".") and "\\" not in text
    return plain and printable and len(text.encode()) <= 255
