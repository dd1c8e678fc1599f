"""Tax: the labelled amount, or the bands whose arithmetic holds; never a rate from a letter alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from shared.core.money import share
from shared.receipts.extract.labels import Label
from shared.receipts.extract.text import fold
from shared.receipts.extract.totals import ROUNDING_CENTS, Sums

_RATE = re.compile(r"(?<![\d.])(\d{1,2})(?:[.,](\d{1,2}))?\s?%")
_TAX_WORD = re.compile(r"\btax\b|\bvat\b|\bkodi\b")
_BARE_RATE = re.compile(r"(?:^|\s)(\d{1,2})(?:\s|$)")
_KNOWN_RATES = frozenset({0, 5, 6, 8, 10, 14, 16})
"""A bare number is a rate only when it is one somewhere: quantities stand in rows like those of taxes."""
_OFF = 2
"""A line's tax may differ by two cents from its rate: each till rounds its own way."""


@dataclass(frozen=True)
class Band:
    """One rate of tax as printed: the rate in hundredths of a percent, net and tax in cents."""

    rate: int
    net_cents: int
    tax_cents: int
    row: int


@dataclass(frozen=True)
class Tax:
    """The tax inside a total, its bands, and which checks hold."""

    cents: int
    row: int
    checks: tuple[str, ...]
    bands: tuple[Band, ...] = ()


def find_tax(sums: Sums, total_cents: int | None) -> Tax | None:
    """The tax in cents, or None where the receipt names none."""
    bands = (*_bands(sums), *_stacked(sums))
    banded = sum(band.tax_cents for band in bands)
    labelled = [(row, amount.cents) for row, amount in sums.last(Label.TAX, before_summary=False)]
    agreed = next((found for found in labelled if bands and abs(found[1] - banded) <= _OFF), None)
    if agreed is not None:
        row, cents = agreed
    elif labelled and (not bands or not _fits(bands, total_cents)):
        row, cents = max(labelled, key=lambda found: (_plausible(found[1], total_cents), found[1]))
    elif bands:
        row, cents = bands[0].row, banded
    else:
        return None
    if total_cents is not None and cents >= total_cents:
        return None
    checks = ("bands",) * bool(agreed) + ("total",) * _fits(bands, total_cents)
    return Tax(cents, row, checks or (("rate",) * _plausible(cents, total_cents)), bands)


def find_subtotal(sums: Sums, total_cents: int | None, tax_cents: int | None) -> tuple[int, int] | None:
    """The amount before tax in cents and its row; of several, the one that fits total and tax."""
    found = [
        (amount.cents, row)
        for label in (Label.EXCLUSIVE, Label.SUBTOTAL)
        for row, amount in sums.last(label)
        if amount.cents
    ]
    if total_cents is not None and tax_cents is not None:
        fitting = [item for item in found if abs(item[0] + tax_cents - total_cents) <= ROUNDING_CENTS]
        if fitting:
            return fitting[0]
    return found[0] if found else None


def _bands(sums: Sums) -> Iterator[Band]:
    seen: set[tuple[int, int, int]] = set()
    for index, found in enumerate(sums.amounts):
        pairs = [(one.cents, two.cents) for one, two in pairwise(found)]
        for rate in _rates(sums.rows[index].text):
            for net, tax in pairs:
                band = (rate, net, tax)
                if net and band not in seen and _holds(rate, net, tax):
                    seen.add(band)
                    yield Band(rate, net if tax == _on_top(rate, net) else net - tax, tax, index)
                    break
            else:
                continue
            break


def _stacked(sums: Sums) -> Iterator[Band]:
    """Bands whose gross or net stands on a row with the rate, and the tax on the row below."""
    for index in range(len(sums.rows) - 1):
        above, below = sums.amounts[index], sums.amounts[index + 1]
        if len(above) != 1 or len(below) != 1 or not _TAX_WORD.search(fold(sums.rows[index + 1].text)):
            continue
        net, tax = above[0].cents, below[0].cents
        for whole, part in _RATE.findall(fold(sums.rows[index].text)):
            rate = int(whole) * 100 + int((part or "0").ljust(2, "0"))
            if net and rate <= 30_00 and _holds(rate, net, tax):
                yield Band(rate, net if tax == _on_top(rate, net) else net - tax, tax, index + 1)


def _rates(text: str) -> list[int]:
    """Rates printed in a row in hundredths of a percent; a bare number counts, arithmetic tests it."""
    folded = fold(text)
    printed = [int(whole) * 100 + int((part or "0").ljust(2, "0")) for whole, part in _RATE.findall(folded)]
    bare = [int(number) * 100 for number in _BARE_RATE.findall(folded) if int(number) in _KNOWN_RATES]
    return [rate for rate in dict.fromkeys(printed + bare) if rate <= 30_00]


def _holds(rate: int, net: int, tax: int) -> bool:
    on_top = abs(_on_top(rate, net) - tax) <= _OFF
    inside = abs(share(net, rate, 100_00 + rate) - tax) <= _OFF
    return tax < net and (on_top or inside) and (rate > 0 or tax == 0)


def _on_top(rate: int, net: int) -> int:
    return share(net, rate, 100_00)


def _fits(bands: tuple[Band, ...], total_cents: int | None) -> bool:
    gross = sum(band.net_cents + band.tax_cents for band in bands)
    return bool(bands) and total_cents is not None and abs(gross - total_cents) <= ROUNDING_CENTS


def _plausible(tax_cents: int, total_cents: int | None) -> bool:
    """Whether the tax is a known standard rate of the total: Kenya 16, 14 and 8, Malaysia 6 percent."""
    if not total_cents:
        return False
    rates = (16, 14, 8, 6)
    return any(abs(share(total_cents, rate, 100 + rate) - tax_cents) <= ROUNDING_CENTS for rate in rates)
