"""A labelled folder read again from damaged copies: what tilt, turns, shadow and a bad photo cost.

A damage of an exact size (``bench.kenya.degrade.FIXED``) is put on the same few pictures each time, so that
its figures are a share of those of the same pictures as they were.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bench.kenya.degrade import FIXED
from bench.receipt_scores import judge

COPIES = 10
LARGEST_PIXELS = 6_000_000
"""Pictures over this are left out: they are scans of whole pages, not what a telephone sends."""
_MARKS = ("total", "date", "merchant", "all_three")
_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
Read = Callable[[Path], Mapping[str, Any]]


def chosen(files: Sequence[Path], most: int = COPIES) -> list[Path]:
    """At most ``most`` pictures, evenly spread over a folder, that are no PDF and not larger than a photo."""
    fit = [path for path in files if path.suffix.lower() in _PICTURES and 0 < _pixels(path) <= LARGEST_PIXELS]
    count = min(most, len(fit))
    return [fit[number * len(fit) // count] for number in range(count)]


def _pixels(path: Path) -> int:
    """Width by height from the header; 0 for what is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.width * picture.height
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return 0


def damaged(path: Path, damage: str) -> bytes:
    """A copy as JPEG; the same picture and damage give the same bytes. KeyError for an unknown damage."""
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return FIXED[damage](upright, Random(f"{damage}/{path.name}"))


def degraded_figures(
    files: Sequence[Path],
    damages: Sequence[str],
    labels: Mapping[str, Mapping[str, Any]],
    clean: Mapping[str, Mapping[str, Any]],
    read: Read,
) -> dict[str, Any]:
    """Figures of each damage, and of ``all``: shares read right, and those as a share of the clean ones.

    ``labels`` and ``clean`` (the predictions for the pictures as they were) are by bare file name; ``read``
    makes a prediction from a path. Without labels only the numbers of copies and of accepted ones are told.
    """
    sources = chosen([path for path in files if path.name in labels] if labels else files)
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {damage: [] for damage in damages}
    with TemporaryDirectory() as folder:
        for damage in damages:
            for path in sources:
                copy = Path(folder) / f"{damage}-{path.stem}.jpg"
                copy.write_bytes(damaged(path, damage))
                found[damage].append((path.name, read(copy)))
                copy.unlink()
    every = [pair for pairs in found.values() for pair in pairs]
    return {damage: _figures(pairs, labels, clean) for damage, pairs in [*found.items(), ("all", every)]}


def _figures(
    pairs: Sequence[tuple[str, Mapping[str, Any]]],
    labels: Mapping[str, Mapping[str, Any]],
    clean: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    accepted = [(name, line) for name, line in pairs if line["decision"] == "accept"]
    figures: dict[str, Any] = {"images": len(pairs), "accepted": len(accepted)}
    if not labels or not pairs:
        return figures
    marks = [judge(line, labels[name]) for name, line in pairs]
    before = [judge(clean[name], labels[name]) for name, _ in pairs]
    for mark in _MARKS:
        share, was = (statistics.mean(one[mark] for one in side) for side in (marks, before))
        figures[mark] = round(share, 4)
        figures[f"{mark}_of_clean"] = round(share / was, 4) if was else None
    right = [judge(line, labels[name])["total"] for name, line in accepted]
    figures["accepted_total_right"] = round(statistics.mean(right), 4) if right else None
    return figures
