"""Mending words that an engine misread, ran together or cut off, where exactly one known word was meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, cached_property

from shared.categories.dictionary import Dictionary, dictionary
from shared.categories.text import is_number

_LOOKS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "6": "g", "2": "z", "4": "a", "q": "g"}
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_SHORTEST, _SHORTEST_CUT, _SHORTEST_HALF = 5, 5, 4


def looks(word: str) -> str:
    """A word as it looks: letters and digits that engines take for each other are one."""
    for pair, one in _PAIRS:
        word = word.replace(pair, one)
    return word.translate(_LOOKS)


class Mender:
    """Known words, looked up by how they look and with one letter missing; made when a word is not known."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(word for word in known if not is_number(word))

    @cached_property
    def _looks(self) -> dict[str, str]:
        return _unique((looks(word), word) for word in sorted(self.known) if len(word) >= 3)

    @cached_property
    def _near(self) -> dict[str, str]:
        words = (word for word in sorted(self.known) if len(word) >= _SHORTEST)
        return _unique((form, word) for word in words for form in _shorter(looks(word)))

    @cached_property
    def _starts(self) -> dict[str, str]:
        words = sorted(word for word in self.known if len(word) > _SHORTEST_CUT)
        return _unique((word[:size], word) for word in words for size in range(_SHORTEST_CUT, len(word)))

    def mend(self, words: Sequence[str]) -> list[str]:
        """The words of a line, each known one in place of what it was misread as."""
        mended: list[str] = []
        for number, word in enumerate(words):
            mended += self._mended(word, last=number == len(words) - 1)
        return mended

    def _mended(self, word: str, *, last: bool) -> list[str]:
        if word in self.known or word.isdigit() or len(word) < 3:
            return [word]
        if (same := self._looks.get(looks(word))) and not is_number(word):
            return [same]
        if len(word) < _SHORTEST or is_number(word):
            return [word]
        if last and (whole := self._starts.get(word)):
            return [whole]
        return self._halves(word) or [self._close(word) or word]

    def _close(self, word: str) -> str | None:
        """The one known word that is a letter more, less or different."""
        look = looks(word)
        found = {near for form in _shorter(look) if (near := self._near.get(form))}
        return found.pop() if len(found) == 1 else None

    def _halves(self, word: str) -> list[str]:
        """Two known words that lost the space between them."""
        for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
            one, other = word[:cut], word[cut:]
            first, second = (
                part if part in self.known else self._looks.get(looks(part)) for part in (one, other)
            )
            if first and second:
                return [first, second]
        return []


def _shorter(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What leads to one word alone, or to it and words made of it; "" where several were meant."""
    found: dict[str, str] = {}
    for form, word in pairs:  # words come in order: `ticket` before `tickets`
        known = found.get(form, word)
        found[form] = known if known and word.startswith(known) else ""
    return found


@cache
def mender() -> Mender:
    """Over the words of the shipped dictionary."""
    return Mender(dictionary().words)


def mender_of(words: Dictionary) -> Mender:
    """Over the words of another dictionary, for training."""
    return Mender(words.words)
