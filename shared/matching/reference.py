"""Invoice numbers as payers type them: readings of a text, spellings of a number, one slip of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from shared.matching.model import Clue, InvoiceFacts, Mention

WORDS_MOST, WINDOW_MOST, READING_MOST = 16, 4, 24
EDIT_LEAST = 4
"""Shorter numbers have so many neighbours that one edit says nothing."""
_among = process.extract
_WORD = re.compile(r"[A-Z0-9]+")
_DIGITS = re.compile(r"[0-9]+")
_LOOKALIKE = str.maketrans("OQILSBZG", "00115826")
_LEADING = re.compile(r"^[A-Z]+(?=[0-9])")


def fold(text: str) -> str:
    """Upper case, compatibility forms folded, as the keys are."""
    return unicodedata.normalize("NFKC", text).upper()


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The alphanumeric words of a reference or narration, at most sixteen."""
    return tuple(_WORD.findall(fold(text[:200])))[:WORDS_MOST]


@dataclass(frozen=True, slots=True)
class Reading:
    """Consecutive words read as one number; ``prefixed`` when letters stood before the digits."""

    text: str
    digits: str
    prefixed: bool
    span: tuple[int, int]


@lru_cache(maxsize=256)
def readings(text: str) -> tuple[Reading, ...]:
    """Every way to read up to four neighbouring words of a text as a number, longest first."""
    said = words(text)
    found = [
        reading
        for size in range(min(WINDOW_MOST, len(said)), 0, -1)
        for start in range(len(said) - size + 1)
        if (reading := _read(said, start, start + size)) is not None
    ]
    return tuple(found)


def _read(said: tuple[str, ...], start: int, end: int) -> Reading | None:
    joined = "".join(said[start:end])
    if not any(c.isdigit() for c in joined) or len(joined) > READING_MOST:
        return None
    body = _LEADING.sub("", joined)
    repaired = body.translate(_LOOKALIKE)
    digits = repaired if repaired.isdigit() else "".join(c for c in body if c.isdigit())
    return Reading(joined, digits, len(body) < len(joined), (start, end))


Spelling = tuple[str, bool]
"""One way to write an invoice number in digits; True unless parts of it are left out."""


@lru_cache(maxsize=16384)
def spellings(number: str) -> tuple[Spelling, ...]:
    """The digit forms of an invoice number: all its digits, and its last run with and without zeros."""
    runs = _DIGITS.findall(number)
    if not runs:
        return ()
    joined, tail = "".join(runs), runs[-1]
    bare = tail.lstrip("0") or "0"
    if tail == joined:
        return ((joined, True),) if bare == joined else ((joined, True), (bare, False))
    if bare in (tail, joined):
        return (joined, True), (tail, False)
    return (joined, True), (tail, False), (bare, False)


def mentions(text: str, invoices: Iterable[InvoiceFacts]) -> tuple[Mention, ...]:
    """The invoices that a text names, each by its best reading: whole, by its serial, or one edit away.

    A number inside a longer one that names an invoice exactly is no second name: ``INV 2025 05013`` says
    nothing about the invoice with the serial 2025.
    """
    asked = tuple(invoices)
    best: dict[int, _Named] = {}
    for k, named in _named(_by_digits(text), [invoice.number for invoice in asked]):
        if k not in best or named[:3] < best[k][:3]:
            best[k] = named
    found = [Mention(asked[k].id, clue, size, span) for k, (_, span, _, clue, size) in sorted(best.items())]
    exact = [m.span for m in found if m.clue in ("full", "prefixed", "serial")]
    return tuple(m for m in found if not any(_inside(m.span, span) for span in exact))


def likely(text: str, numbers: Mapping[str, str]) -> frozenset[str]:
    """The ids of the numbers that a text may name, whoever may pay them."""
    ids = list(numbers)
    return frozenset(ids[k] for k, _ in _named(_by_digits(text), numbers.values()))


def _by_digits(text: str) -> dict[str, list[Reading]]:
    typed: dict[str, list[Reading]] = {}
    for reading in readings(text):
        typed.setdefault(reading.digits, []).append(reading)
    return typed


_Named = tuple[int, tuple[int, int], int, Clue, int]
"""How good a name is: rank of the clue, which words said it, which form; then the clue and its digits."""


def _named(typed: Mapping[str, Sequence[Reading]], numbers: Iterable[str]) -> Iterator[tuple[int, _Named]]:
    """Every way in which what was typed names a number, by the number's place in the sequence.

    Nearly all numbers that come up are neighbours that were not named: all their forms are compared with
    one typed number in one call.
    """
    forms: list[str] = []
    whose: list[tuple[int, bool]] = []
    if typed:
        for k, number in enumerate(numbers):
            for digits, whole in spellings(number):
                forms.append(digits)
                whose.append((k, whole))
    for digits, said in typed.items():
        first = min(said, key=_span)  # a slip is worth the same in all readings with these digits
        for form, edits, at in _among(digits, forms, scorer=OSA.distance, score_cutoff=1, limit=None):
            k, whole = whose[at]
            if edits == 0:
                for reading in said:
                    rank, clue = _rank(reading, whole)
                    yield k, (rank, reading.span, at, clue, len(form))
            elif len(form) >= EDIT_LEAST and form[:-1] != digits:  # cut short it names ten numbers, so none
                rank, clue = _SLIPPED[whole]
                yield k, (rank, first.span, at, clue, len(form))


_SLIPPED: dict[bool, tuple[int, Clue]] = {True: (3, "edit"), False: (4, "serial_edit")}


def _span(reading: Reading) -> tuple[int, int]:
    return reading.span


def _rank(reading: Reading, whole: bool) -> tuple[int, Clue]:
    if whole:
        return 0, "full"
    return (1, "prefixed") if reading.prefixed else (2, "serial")


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]
