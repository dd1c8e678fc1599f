"""Kenyan VAT rates by day, as configuration: check with your accountant.

Sources: VAT Act 2013, second schedule and its amendments: 14 % from April to December 2020; fuel exempt
until August 2018, then 16, 8 and again 16 %; 8 % for ninety days from 15 April 2026 by the VAT (Amendment)
Act 2026, which may be extended once by as much. Where a rule's end is unknown, both rates are possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

EXEMPT = 0


@dataclass(frozen=True)
class Period:
    """Rates in percent that may stand on a receipt from a day on, until the next period begins."""

    since: date
    rates: frozenset[int]


def _since(year: int, month: int, day: int, *rates: int) -> Period:
    return Period(date(year, month, day), frozenset(rates))


STANDARD = (_since(2013, 9, 2, 16), _since(2020, 4, 1, 14), _since(2021, 1, 1, 16))
FUEL = (
    _since(2013, 9, 2, EXEMPT),
    _since(2018, 9, 1, 16),
    _since(2018, 9, 21, 8),
    _since(2023, 7, 1, 16),
    _since(2026, 4, 15, 8),
    _since(2026, 7, 14, 8, 16),  # extended by ninety days or not: unknown when this was written
    _since(2026, 10, 12, 16),
)
"""Petrol, diesel and kerosene."""


def rates_on(day: date, *, fuel: bool) -> frozenset[int]:
    """The rates in percent above zero that goods could bear on a day; zero and exempt are always possible."""
    possible = frozenset[int]()
    for period in FUEL if fuel else STANDARD:
        if period.since <= day:
            possible = period.rates
    return possible - {EXEMPT}
