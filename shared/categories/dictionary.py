"""The dictionary of merchants, bodies and trade words: which categories a line's words speak for.

The words lie in ``words/*.txt`` and are read once a process, when the first line is filed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from shared.categories.codes import CODES
from shared.categories.text import clean, is_number, tokens

Kind = Literal["name", "word"]
FILES = ("goods.txt", "running.txt", "serving.txt")
NOTHING = "nothing.txt"
LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of the dictionary, and the category it speaks for."""

    phrase: str
    category: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a line, from word ``start`` to before word ``end``."""

    start: int
    end: int
    phrase: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Dictionary:
    """Phrases by their words, those that tell nothing with no entry, and single words that tell nothing."""

    phrases: dict[tuple[str, ...], tuple[Entry, ...]]
    nothing: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[Entry], nothing: Iterable[tuple[str, ...]]) -> Dictionary:
        """Phrases are kept as lines are cut: lower case, without joining words."""
        phrases: dict[tuple[str, ...], dict[Entry, None]] = defaultdict(dict)
        blank = list(nothing)
        phrases |= {words: {} for words in blank if len(words) > 1}
        for entry in entries:
            words = tuple(tokens(clean(entry.phrase)))[:LONGEST_PHRASE]
            if words:
                phrases[words][entry] = None
        single = frozenset(words[0] for words in blank if len(words) == 1)
        known = {word for words in phrases for word in words} | single
        return cls({words: tuple(found) for words, found in phrases.items()}, single, frozenset(known))

    def spans(self, words: Sequence[str]) -> list[Hit]:
        """The longest phrases from left to right, those that tell nothing too; none overlaps another."""
        found, at = [], 0
        while at < len(words):
            hit = self._longest(words, at)
            if hit is not None:
                found.append(hit)
            at = hit.end if hit is not None else at + 1
        return found

    def _longest(self, words: Sequence[str], start: int) -> Hit | None:
        for end in range(min(len(words), start + LONGEST_PHRASE), start, -1):
            key = tuple(words[start:end])
            if (entries := self.phrases.get(key)) is not None:
                return Hit(start, end, " ".join(key), entries)
        return None

    def telling(self, words: Sequence[str], spans: Sequence[Hit]) -> list[str]:
        """The words of a line that may tell something: no number, no way of paying, no place, no name."""
        blank = {at for hit in spans if not hit.entries for at in range(hit.start, hit.end)}
        return [word for at, word in enumerate(words) if at not in blank and self._tells(word)]

    def _tells(self, word: str) -> bool:
        return len(word) > 1 and word not in self.nothing and not is_number(word)


@cache
def dictionary() -> Dictionary:
    """The dictionary as shipped."""
    return Dictionary.of(entries(), nothing_phrases())


def entries() -> Iterator[Entry]:
    """Every phrase of the shipped files."""
    for name in FILES:
        yield from read_entries(_text(name))


def nothing_phrases() -> frozenset[tuple[str, ...]]:
    """Words, and a few phrases, for how, when, where and by whom."""
    return frozenset(tuple(tokens(clean(phrase))) for _, _, phrase in _sections(_text(NOTHING)))


def read_entries(text: str) -> Iterator[Entry]:
    """The entries of a file: ``[category]``, then ``names:`` and ``words:`` with phrases between commas."""
    for section, kind, phrase in _sections(text):
        if section not in CODES or kind not in ("names", "words"):
            raise ValueError(f"'{phrase}' is filed under '{kind}' of '{section}'")
        yield Entry(phrase, section, "name" if kind == "names" else "word")


def _sections(text: str) -> Iterator[tuple[str, str, str]]:
    """Section, kind and phrase; a phrase may go on in the next line."""
    section = kind = ""
    pending: list[str] = []

    def said() -> Iterator[tuple[str, str, str]]:
        phrases = (" ".join(phrase.split()) for phrase in " ".join(pending).split(","))
        return ((section, kind, phrase) for phrase in phrases if phrase)

    for line in (line for line in text.splitlines() if not line.startswith("#")):
        head, colon, rest = line.partition(":")
        headed = bool(colon) and head in ("names", "words")
        if headed or line.startswith("["):
            yield from said()
            pending = []
            section, kind = (section, head) if headed else (line.strip("[] "), "")
            line = rest if headed else ""  # noqa: PLW2901 - what is left of it
        pending.append(line)
    yield from said()


def _text(name: str) -> str:
    return Path(__file__).with_name("words").joinpath(name).read_text(encoding="utf-8")
