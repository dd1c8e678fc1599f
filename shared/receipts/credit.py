"""Credit notes: which sale a receipt takes back, so that it is neither a duplicate of it nor a cost.

A credit note prints the number of the sale beside its own (TIS specification 2.0: label NC, ORIGINAL CU
INVOICE NO.); whoever takes the first number for the note's own calls it a copy of the sale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.receipts.extract.text import fold, fold_code, plain

_NOTE = re.compile(
    r"\bcredit ?note\b|\bcredit ?memo\b|\brefund (?:receipt|note)\b|\breceipt (?:label|type) ?:? ?nc\b"
)
_ORIGINAL = re.compile(r"\borig(?:inal)?\b.{0,20}(?:inv|receipt|rcpt|cu\b|scu\b)")
_NUMBER = re.compile(r"(?i)\bKRA[A-Z]{2}[0-9O]{10,15}\s?/\s?\d{1,10}\b|(?<!\d)\d{19}(?!\d)")


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note: the control unit's number of the sale ("" where none was read), and its own."""

    original: str = ""
    own: str = ""


def find_credit(rows: Sequence[str]) -> Credit | None:
    """What a credit note says of itself; None for any other receipt."""
    numbers = list(_numbers(rows))
    original = next((number for number, of_the_sale in numbers if of_the_sale), "")
    if not original and not any(_NOTE.search(fold(row)) for row in rows):
        return None
    own = (number for number, _ in numbers if fold_code(number) != fold_code(original))
    return Credit(original, next(own, ""))


def _numbers(rows: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Every control unit number, and whether its label, beside or above it, names the original."""
    for index, row in enumerate(rows):
        above = rows[index - 1] if index and not _NUMBER.search(plain(rows[index - 1])) else ""
        labelled = bool(_ORIGINAL.search(fold(row)) or _ORIGINAL.search(fold(above)))
        for match in _NUMBER.finditer(plain(row)):
            yield re.sub(r"\s", "", match[0]).upper(), labelled
