"""Invoice numbers as payers type them: readings of a text, spellings of a number, one slip of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shared.matching.model import Clue, InvoiceFacts, Mention

WORDS_MOST, WINDOW_MOST, READING_MOST = 16, 4, 24
EDIT_LEAST = 4
"""Shorter numbers have so many neighbours that one edit says nothing."""
_osa = OSA.distance
_WORD = re.compile(r"[A-Z0-9]+")
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


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write an invoice number in digits; ``whole`` unless parts of it are left out."""

    digits: str
    whole: bool


@lru_cache(maxsize=16384)
def spellings(number: str) -> tuple[Spelling, ...]:
    """The digit forms of an invoice number: all its digits, and its last run with and without zeros."""
    runs = re.findall(r"[0-9]+", number)
    if not runs:
        return ()
    joined, tail = "".join(runs), runs[-1]
    forms = [Spelling(joined, True)]
    for form in (tail, tail.lstrip("0") or "0"):
        if all(form != known.digits for known in forms):
            forms.append(Spelling(form, False))
    return tuple(forms)


Found = tuple[int, tuple[int, int], int, Clue]
"""How an invoice is named: rank of the clue, which words said it, digits that agree, and the clue."""


class _Said:
    """A text read once: what was typed by its digits, and which of it lies one slip from a number.

    Nearly all invoices that come up are neighbours that were not named, so what is asked of each of them is
    an entry of a table; distances are worked out once for each form of a number.
    """

    def __init__(self, text: str) -> None:
        self.by_digits: dict[str, list[Reading]] = {}
        for reading in readings(text):
            self.by_digits.setdefault(reading.digits, []).append(reading)
        self._sizes = {len(typed) + more for typed in self.by_digits for more in (-1, 0, 1)}
        self._near: dict[str, list[Reading]] = {}

    def named(self, number: str) -> Found | None:
        """How the text names a number: whole, by its serial, or one edit away; None when it does not."""
        forms = spellings(number)
        best: Found | None = None
        for form in forms:
            for reading in self.by_digits.get(form.digits, ()):
                best = _better(best, *_rank(reading, form), reading, form)
        if best is not None:
            return best
        for form in forms:
            for reading in self.near(form.digits):
                best = _better(best, *((3, "edit") if form.whole else (4, "serial_edit")), reading, form)
        return best

    def near(self, digits: str) -> Sequence[Reading]:
        """The readings one slip from a form; one that is merely cut short names ten numbers, so none."""
        size = len(digits)
        if size < EDIT_LEAST or size not in self._sizes:
            return ()
        known = self._near.get(digits)
        if known is None:
            known = self._near[digits] = self._one_slip(digits, size, digits[:-1])
        return known

    def _one_slip(self, digits: str, size: int, cut: str) -> list[Reading]:
        found: list[Reading] = []
        for typed, said in self.by_digits.items():
            if -1 <= len(typed) - size <= 1 and typed != cut and _osa(typed, digits, score_cutoff=1) <= 1:
                found += said
        return found


def _better(best: Found | None, rank: int, clue: Clue, reading: Reading, form: Spelling) -> Found:
    """The better clue, of equal ones the earlier words, then the fuller form."""
    if best is None or (rank, reading.span) < best[:2]:
        return rank, reading.span, len(form.digits), clue
    return best


def _rank(reading: Reading, form: Spelling) -> tuple[int, Clue]:
    if form.whole:
        return 0, "full"
    return (1, "prefixed") if reading.prefixed else (2, "serial")


def mentions(text: str, invoices: Iterable[InvoiceFacts]) -> tuple[Mention, ...]:
    """The invoices that a text names, each by its best reading.

    A number inside a longer one that names an invoice exactly is no second name: ``INV 2025 05013`` says
    nothing about the invoice with the serial 2025.
    """
    said = _Said(text)
    if not said.by_digits:
        return ()
    found = [
        Mention(invoice.id, clue, digits, span)
        for invoice in invoices
        if (named := said.named(invoice.number)) is not None
        for _, span, digits, clue in (named,)
    ]
    exact = [m.span for m in found if m.clue in ("full", "prefixed", "serial")]
    return tuple(m for m in found if not any(_inside(m.span, span) for span in exact))


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]
