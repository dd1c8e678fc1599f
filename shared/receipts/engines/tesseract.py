"""Tesseract, where installed: the fallback whose readings a person always checks (docs/decisions/0003)."""

from __future__ import annotations

import csv
import subprocess  # the binary gets a fixed argument list and the picture on its standard input
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from io import BytesIO, StringIO
from math import cos, radians, sin
from shutil import which
from typing import TYPE_CHECKING

from shared.core.errors import Unavailable
from shared.receipts.lean import WORTH_LEVELLING, lean_of, levelled
from shared.receipts.light import UNEVEN, evened, unevenness
from shared.receipts.model import EngineText, Line, Point

if TYPE_CHECKING:
    from PIL.Image import Image

_TIMEOUT_S = 60
_WIDTH = 1400
"""Narrow pictures are enlarged to this width in pixels: worth 0.7 points of word recall."""


def tesseract_installed() -> bool:
    """Whether the ``tesseract`` program is on the path."""
    return which("tesseract") is not None


class TesseractEngine:
    """Runs the ``tesseract`` program once a page; its readings are never accepted without a person.

    Args:
        clean: level a leaning page and even out a shadowed one first, each where its measurement asks for it:
            worth most of what this engine reads on photos (docs/decisions/0027).
    """

    name = "tesseract"

    def __init__(self, *, clean: bool = True) -> None:
        self._clean = clean

    def read(self, picture: Image) -> EngineText:
        """The lines of an RGB picture; raises Unavailable where the program is missing, fails or hangs."""
        ready, lean, steps = self._ready(picture)
        scale = max(1.0, _WIDTH / ready.width)
        lines = _lines(_run(_png(ready, scale)), scale)
        if lean:
            lines = tuple(_back(line, lean, ready.size, picture.size) for line in lines)
        steps += ("enlarged",) if scale > 1 else ()
        return EngineText(lines, self.name, _version(), trusted=False, steps=steps)

    def _ready(self, picture: Image) -> tuple[Image, int, tuple[str, ...]]:
        """The picture as it is read, how far it leant, and what was done."""
        lean = 0
        steps: tuple[str, ...] = ()
        if self._clean and unevenness(picture) >= UNEVEN:
            picture, steps = evened(picture), ("evened",)
        if self._clean and abs(found := lean_of(picture)) >= WORTH_LEVELLING:
            picture, lean, steps = levelled(picture, found), found, (*steps, "levelled")
        return picture, lean, steps


def _back(line: Line, lean: int, read: tuple[int, int], page: tuple[int, int]) -> Line:
    """A line of a levelled page where it stands on the page as it was."""
    turn = radians(lean / 100)

    def place(point: Point) -> Point:
        x, y = point[0] - read[0] / 2, point[1] - read[1] / 2
        return x * cos(turn) - y * sin(turn) + page[0] / 2, x * sin(turn) + y * cos(turn) + page[1] / 2

    one, two, three, four = map(place, line.corners)
    return replace(line, corners=(one, two, three, four))


def _png(picture: Image, scale: float) -> bytes:
    grey = picture.convert("L")
    if scale > 1:
        grey = grey.resize((round(grey.width * scale), round(grey.height * scale)))
    buffer = BytesIO()
    grey.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _run(png: bytes) -> str:
    program = which("tesseract")
    if program is None:
        raise Unavailable("tesseract is not installed", code="ocr_unavailable")
    try:
        done = subprocess.run(  # noqa: S603
            [program, "stdin", "stdout", "--psm", "6", "tsv"],
            input=png,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as failed:
        raise Unavailable("tesseract failed", code="ocr_unavailable") from failed
    return done.stdout.decode("utf-8", "replace")


def _lines(table: str, scale: float) -> tuple[Line, ...]:
    """Tesseract's table of words as lines, in pixels of the picture it was given."""
    grouped: dict[tuple[str, ...], list[Mapping[str, str]]] = defaultdict(list)
    for word in csv.DictReader(StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if word.get("level") == "5" and (word.get("text") or "").strip():
            grouped[(word["block_num"], word["par_num"], word["line_num"])].append(word)
    return tuple(_line(words, scale) for words in grouped.values())


def _line(words: Iterable[Mapping[str, str]], scale: float) -> Line:
    parts = list(words)
    left = min(_number(word, "left") for word in parts) / scale
    top = min(_number(word, "top") for word in parts) / scale
    right = max(_number(word, "left") + _number(word, "width") for word in parts) / scale
    bottom = max(_number(word, "top") + _number(word, "height") for word in parts) / scale
    score = min(_number(word, "conf") for word in parts) * 10
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(" ".join(word["text"] for word in parts), corners, max(0, min(1000, round(score))))


def _number(word: Mapping[str, str], column: str) -> float:
    return float(word[column])


@lru_cache(maxsize=1)
def _version() -> str:
    program = which("tesseract") or "tesseract"
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    return (shown.stdout or shown.stderr).split("\n", 1)[0].strip()
