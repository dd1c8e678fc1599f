"""What a model sees of a line: n-grams of letters and words, and which categories the dictionary speaks for.

Features are numbers: an n-gram is its CRC-32 within a fixed range, so that a model holds no text.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.categories.codes import CODES
from shared.categories.dictionary import Dictionary, Hit, dictionary
from shared.categories.repair import Mender, mender
from shared.categories.text import clean, is_number, tokens

BITS = 14
SIZE = 1 << BITS
"""Buckets of n-grams; what falls in one bucket shares its weight."""
SHORTEST, LONGEST = 3, 5
CLUES = ("name", "word")
CLUE_SIZE = len(CODES) * len(CLUES)


@dataclass(frozen=True, slots=True)
class Line:
    """A payment line as read: mended words, phrases of the dictionary, and words that may tell something."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    telling: tuple[str, ...]


def read_line(text: str, known: Dictionary | None = None, mending: Mender | None = None) -> Line:
    """Cut, mend and look up a line; another dictionary only for training."""
    known, mending = known or dictionary(), mending or mender()
    words = mending.mend(tokens(clean(text)))
    spans = known.spans(words)
    return Line(tuple(words), tuple(hit for hit in spans if hit.entries), tuple(known.telling(words, spans)))


def counts(line: Line, channel: str = "") -> Mapping[int, int]:
    """How often each bucket of n-grams is in a line."""
    return Counter(zlib.crc32(gram.encode()) & (SIZE - 1) for gram in _grams(line.words, channel))


def _grams(words: Sequence[str], channel: str) -> Iterator[str]:
    if channel:
        yield f"@{channel}"
    plain = ["#" if is_number(word) else word for word in words]
    yield from (f"w{word}" for word in plain)
    yield from (f"b{one} {other}" for one, other in pairwise(plain))
    for word in plain:
        if word != "#":
            yield from _letters(f" {word} ")


def _letters(word: str) -> Iterator[str]:
    for size in range(SHORTEST, LONGEST + 1):
        yield from (word[at : at + size] for at in range(len(word) - size + 1))


def clues(line: Line) -> list[float]:
    """How strongly the dictionary speaks for each category, by names and by words: 0 to 1 each.

    A phrase that is filed under several categories speaks for each a little; longer phrases speak louder.
    """
    said = [0.0] * CLUE_SIZE
    for hit in line.hits:
        loud = min(1.0, 0.4 + 0.2 * (hit.end - hit.start)) / len(hit.entries)
        for entry in hit.entries:
            at = CLUES.index(entry.kind) * len(CODES) + CODES.index(entry.category)
            said[at] = min(1.0, said[at] + loud)
    return said
