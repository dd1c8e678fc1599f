"""The lines of a file as the import reads them: JSON lines under their keys, in parts of a thousand, written
once the whole file was right.

A crash, a time-out or a redelivered event finds them there; the file itself, its password and its profile are
not needed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice

from shared.blobs import Blobs
from shared.core.errors import AlreadyExists
from shared.payments.statements.model import read_line
from shared.payments.statements.packed import Keyed, Ordered

PART = 1000
"""Lines of one object of the bucket: half a megabyte, all that an import holds at a time."""


def write(blobs: Blobs, place: str, lines: Ordered) -> str:
    """Keep the lines of a file; returns the folder under ``place`` that their parts lie in, by their digest.

    What a crash left of it is completed by whoever writes the same lines again.
    """
    digest = hashlib.sha256(b"%d" % PART)
    for piece in lines.essence():
        digest.update(piece)
    folder = f"{place}{digest.hexdigest()[:32]}"
    for number, content in enumerate(_parts(lines.texts())):
        put_once(blobs, _name(folder, number), content)
    return folder


def put_once(blobs: Blobs, name: str, content: bytes) -> None:
    """Write what is named by its digest, unless it is there."""
    try:
        blobs.put(name, content, only_if_absent=True)
    except AlreadyExists:
        return  # it is this very content


class Reader:
    """Lines of a folder by their place, one part in memory.

    Args:
        total: how many there are.
    """

    def __init__(self, blobs: Blobs, folder: str, total: int) -> None:
        self._blobs, self._folder, self._total = blobs, folder, total
        self._number, self._texts = -1, list[bytes]()

    def take(self, start: int, count: int) -> list[Keyed]:
        """``count`` lines from the one at index ``start``; fewer at the end of a part, none at the end of
        all."""
        if start >= self._total:
            return []
        number, place = divmod(start, PART)
        if number != self._number:
            self._texts = self._blobs.get(_name(self._folder, number)).splitlines()
            self._number = number
        return [_one(text) for text in self._texts[place : place + count]]


def _name(folder: str, number: int) -> str:
    return f"{folder}/{number:05d}.jsonl"


def _parts(texts: Iterator[bytes]) -> Iterator[bytes]:
    while part := b"".join(islice(texts, PART)):
        yield part


def _one(text: bytes) -> Keyed:
    data = json.loads(text)
    return data.pop("key"), read_line(data)
