"""The lines of a file as the import reads them: JSON lines under their keys, written once the whole
file was right.

A crash, a time-out or a redelivered event finds them there; the file itself, its password and its profile are
not needed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from shared.payments.statements.model import StatementLine, read_line

Keyed = tuple[str, StatementLine]


def encode(lines: Iterable[Keyed]) -> bytes:
    """One line of JSON for each line of the statement, in order."""
    parts = bytearray()
    for key, line in lines:
        text = json.dumps({"key": key, **line.data()}, ensure_ascii=False, separators=(",", ":"))
        parts += text.encode("utf-8", "surrogatepass") + b"\n"
    return bytes(parts)


def decode(content: bytes, start: int, count: int) -> list[Keyed]:
    """``count`` lines from the one at index ``start``; fewer at the end."""
    return [_one(text) for text in islice(_texts(content), start, start + count)]


def _texts(content: bytes) -> Iterator[bytes]:
    place = 0
    while (end := content.find(b"\n", place)) >= 0:
        yield content[place:end]
        place = end + 1


def _one(text: bytes) -> Keyed:
    data = json.loads(text)
    return data.pop("key"), read_line(data)
