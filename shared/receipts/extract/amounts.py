"""Amounts of money inside a row of text, as receipts print them and as OCR bends them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.receipts.extract.text import plain

_CURRENCY = r"(?P<currency>kes|kshs?|k?shs|sh|rm|myr|usd|us\$|\$)\.?\s*:?\s*"
_AMOUNT = re.compile(
    rf"""(?ix)
    (?<![\d.,/:\-])(?<![a-wyz])(?:{_CURRENCY})?
    (?P<minus>[-(]\s?)?\$?
    (?:(?P<units>\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})?
       (?P<cents>\s?[.,]\s?[0-9oc]{{2}})(?![\d.,]\d|\d)
      |(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})(?![\d]|[.,:/]\d|\s?[.,]\s?\d))
    (?P<after>\s?/[=-]|-(?!\d)|\))?
    (?!\s?%)
    """
)
_LETTER_CENTS = str.maketrans("oOcC", "0000")
MAX_CENTS = 100_000_000_00
"""A hundred million: more on a receipt is a misread number of another kind."""


@dataclass(frozen=True)
class Amount:
    """One printed amount: ``cents`` is never negative, ``minus`` says whether it was printed so."""

    cents: int
    minus: bool
    exact: bool
    """Printed with two decimals or a ``/=``: not a bare whole number."""
    currency: str
    start: int
    end: int

    @property
    def signed(self) -> int:
        return -self.cents if self.minus else self.cents


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Every amount in a text, left to right; dates, times, percentages and long numbers are not amounts."""
    found = (_amount(match) for match in _AMOUNT.finditer(plain(text)))
    return tuple(amount for amount in found if amount is not None and amount.cents <= MAX_CENTS)


def prints_cents(found: Sequence[Sequence[Amount]]) -> bool:
    """Whether this receipt prints two decimals as a habit, which makes a bare whole number suspect."""
    exact = sum(amount.exact for row in found for amount in row)
    return exact >= 2


def _amount(match: re.Match[str]) -> Amount | None:
    units, cents, whole = match["units"], match["cents"], match["whole"]
    if units is None and cents is None and whole is None:
        return None
    after = (match["after"] or "").strip()
    if cents is not None:
        value = int(_only_digits(units or "0")) * 100 + int(_only_digits(cents.translate(_LETTER_CENTS)))
    else:
        value = int(_only_digits(whole)) * 100
    return Amount(
        cents=value,
        minus=match["minus"] is not None or after == "-",
        exact=cents is not None or after.startswith("/"),
        currency=(match["currency"] or "").lower(),
        start=match.start(),
        end=match.end(),
    )


def _only_digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
