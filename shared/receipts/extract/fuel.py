"""A pump's slip: litres, price and amount each on a row of its own, and the goods named somewhere above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.receipts.extract.lines import Item
from shared.receipts.extract.text import fold, letters, plain
from shared.receipts.extract.totals import Sums

_LITRES = re.compile(r"\b(?:litres?|liters?|ltrs?|lts?|volume|vol|lita|qty|quantity)\b")
_PRICE = re.compile(r"\bprice\b|\brate\b|\bbei\b|/\s?(?:l|ltr|litre)\b|per l(?:itre|tr)?\b")
_FUEL = re.compile(r"petrol|diesel|kerosene|unleaded|\bsuper\b|\bago\b|\bpms\b|\bdpk\b|v-?power|gasoil")
_NAMED = re.compile(r"(?i)^\W*(?:product|item|fuel|grade|bidhaa)\W+")
_NUMBER = re.compile(r"(?<![\d.])(\d{1,4}(?:,\d{3})*(?:\.\d{1,3})?)(?![\d.]\d)")
_OFF_CENTS = 100
"""Pumps print whole shillings or their own rounding."""


def find_fuel(sums: Sums) -> Item | None:
    """The one line of a pump's slip, when litres times price come to an amount that is printed; else None."""
    folded = [fold(row.text) for row in sums.rows]
    if not any(_FUEL.search(text) for text in folded):
        return None
    for row, litres in _values(folded, _LITRES):
        for _, price in _values(folded, _PRICE):
            paid = round(litres * price / 1000)
            amount = _printed(sums, paid)
            if litres and price and amount:
                return Item(_name(sums, folded), amount, row, litres, price // 10)
    return None


def _values(folded: list[str], label: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Rows of a label and their last number, in thousandths."""
    for row, text in enumerate(folded):
        found = _NUMBER.findall(text)
        if label.search(text) and found:
            whole, _, part = found[-1].replace(",", "").partition(".")
            yield row, int(whole) * 1000 + int(part.ljust(3, "0") or "0")


def _printed(sums: Sums, thousandths: int) -> int:
    """The printed amount in cents that a product of litres and price comes to; 0 when none does."""
    cents = thousandths // 10
    near = [
        amount.cents for found in sums.amounts for amount in found if abs(amount.cents - cents) <= _OFF_CENTS
    ]
    return max(near, key=near.count, default=0) if cents > _OFF_CENTS else 0


def _name(sums: Sums, folded: list[str]) -> str:
    """The row that names a fuel, without its label and figures; the shortest one says only that."""
    rows = [plain(sums.rows[n].text) for n, text in enumerate(folded) if _FUEL.search(text)]
    names = [_NUMBER.sub("", _NAMED.sub("", row)).strip(" -:*") for row in rows]
    return min((name for name in names if letters(name) >= 3), key=len, default="FUEL")[:200]
