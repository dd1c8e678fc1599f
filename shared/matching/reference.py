"""Invoice numbers as payers type them: readings of a text, spellings of a number, one slip of the finger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shared.matching.model import Clue, InvoiceFacts, Mention

WORDS_MOST, WINDOW_MOST, READING_MOST = 16, 4, 24
EDIT_LEAST = 4
"""Shorter numbers have so many neighbours that one edit says nothing."""
_WORD = re.compile(r"[A-Z0-9]+")
_LOOKALIKE = str.maketrans("OQILSBZG", "00115826")
_LEADING = re.compile(r"^[A-Z]+(?=[0-9])")


def fold(text: str) -> str:
    """Upper case, compatibility forms folded, as the keys are."""
    return unicodedata.normalize("NFKC", text).upper()


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


@lru_cache(maxsize=4096)
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


def mention(reading: Reading, invoice: InvoiceFacts) -> Mention | None:
    """How a reading names an invoice: whole, by its serial, or one edit away; None when it does not."""
    best: tuple[int, Clue, int] | None = None
    for form in spellings(invoice.number):
        found = _compare(reading, form)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return Mention(invoice.id, best[1], best[2], reading.span) if best else None


def _compare(reading: Reading, form: Spelling) -> tuple[int, Clue, int] | None:
    digits = len(form.digits)
    if reading.digits == form.digits:
        if form.whole:
            return 0, "full", digits
        return (1, "prefixed", digits) if reading.prefixed else (2, "serial", digits)
    if form.digits[:-1] == reading.digits:
        return None  # cut short: ten numbers begin like this, none of them is named
    if digits >= EDIT_LEAST and OSA.distance(reading.digits, form.digits, score_cutoff=1) <= 1:
        return (3, "edit", digits) if form.whole else (4, "serial_edit", digits)
    return None


def mentions(text: str, invoices: Iterable[InvoiceFacts]) -> tuple[Mention, ...]:
    """The invoices that a text names, each by its best reading.

    A number inside a longer one that names an invoice exactly is no second name: ``INV 2025 05013`` says
    nothing about the invoice with the serial 2025.
    """
    read = readings(text)
    found = [m for invoice in invoices for m in _best(read, invoice)]
    exact = [m.span for m in found if m.clue in ("full", "prefixed", "serial")]
    return tuple(m for m in found if not any(_inside(m.span, span) for span in exact))


def _best(read: tuple[Reading, ...], invoice: InvoiceFacts) -> Iterator[Mention]:
    order: dict[str, int] = {"full": 0, "prefixed": 1, "serial": 2, "edit": 3, "serial_edit": 4}
    said = [m for reading in read if (m := mention(reading, invoice)) is not None]
    if said:
        yield min(said, key=lambda m: (order[m.clue], m.span))


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]
