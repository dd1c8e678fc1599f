"""Lines as Cloud Vision tells them: blocks, paragraphs, words and symbols with breaks, and no line anywhere.

Source: the fields of google-cloud-vision 3.15 (TextAnnotation), and Cloud Vision, "Detect text in images".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.receipts.model import Corners, EngineText, Line, Point

SPACE, SURE_SPACE, EOL_SURE_SPACE, LINE_BREAK = 1, 2, 3, 5


def annotation(text: EngineText, size: tuple[int, int]) -> dict[str, Any]:
    """``fullTextAnnotation``, enums as numbers; empty where there is no text: it is left out then."""
    if not text.lines:
        return {}
    page = {
        "width": size[0],
        "height": size[1],
        "confidence": 0.9,
        "blocks": [_block(line) for line in text.lines],
    }
    return {"pages": [page], "text": "".join(f"{line.text}\n" for line in text.lines)}


def _block(line: Line) -> dict[str, Any]:
    box = {"vertices": [_vertex(point) for point in line.corners]}
    paragraph = {"boundingBox": box, "confidence": line.score / 1000, "words": list(_words(line))}
    return {"boundingBox": box, "blockType": 1, "confidence": line.score / 1000, "paragraphs": [paragraph]}


def _words(line: Line) -> Iterator[dict[str, Any]]:
    """Words cut from a line by the share of its letters."""
    words, start = line.text.split(), 0
    for number, word in enumerate(words):
        last = number == len(words) - 1
        begins, ends = start / max(len(line.text), 1), (start + len(word)) / max(len(line.text), 1)
        start += len(word) + 1
        yield {
            "boundingBox": {"vertices": [_vertex(point) for point in _part(line.corners, begins, ends)]},
            "confidence": line.score / 1000,
            "symbols": _symbols(word, LINE_BREAK if last else SPACE),
        }


def _symbols(word: str, after: int) -> list[dict[str, Any]]:
    symbols: list[dict[str, Any]] = [{"text": letter, "confidence": 0.99} for letter in word]
    symbols[-1]["property"] = {"detectedBreak": {"type": after}}
    return symbols


def _part(corners: Corners, begins: float, ends: float) -> Corners:
    """The part of a box between two shares of its width."""
    one, two, three, four = corners
    return (
        _between(one, two, begins),
        _between(one, two, ends),
        _between(four, three, ends),
        _between(four, three, begins),
    )


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _vertex(point: Point) -> dict[str, int]:
    """Whole pixels; the wire leaves out what is 0."""
    return {name: round(value) for name, value in (("x", point[0]), ("y", point[1])) if round(value)}
