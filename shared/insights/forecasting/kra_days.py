"""Days on which the Kenya Revenue Authority is paid, and what is known of the amounts.

Dated configuration, never advice: "check with your accountant". PAYE, NSSF, SHIF and the housing levy of a
month are due by the 9th of the next, VAT and turnover tax by the 20th (KRA's tax calendar; days that fall on
a weekend are not moved). An amount is what the books support, else there is only the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from shared.insights.forecasting.ledger import Spent
from shared.insights.forecasting.recurring import months_on

MONTHS, LEAST = 4, 3
"""Whole months looked at for a usual amount, and in how many of them something was paid."""


@dataclass(frozen=True, slots=True)
class Due:
    """One tax day of every month since ``since``; ``category`` is where its payments are filed."""

    kind: str
    day: int
    category: str
    since: date


CALENDAR = (
    Due("payroll", 9, "payroll_statutory", date(2014, 1, 1)),
    Due("vat", 20, "taxes", date(2013, 9, 2)),
)


@dataclass(frozen=True, slots=True)
class TaxDay:
    """A day to pay on; ``cents`` None where the books do not tell, with the records the amount comes from."""

    kind: str
    day: date
    cents: int | None
    category: str
    records: tuple[str, ...] = ()


def tax_days(spent: Iterable[Spent], today: date, end: date, vat_cents: int | None) -> list[TaxDay]:
    """The days after ``today`` to ``end``, each once; a month in which it was paid already is left out.

    Args:
        vat_cents: what the last whole month's VAT comes to, None where no VAT is recorded.
    """
    listed = list(spent)
    found = []
    for due in CALENDAR:
        usual, records = _usual([one for one in listed if one.category == due.category], today)
        month = today.replace(day=1)
        while (day := month.replace(day=due.day)) <= end:
            if day > today and day >= due.since and not _paid(listed, due.category, month, today):
                by_books = due.kind == "vat" and vat_cents is not None and month <= today
                cents = max(0, vat_cents or 0) if by_books else usual
                found.append(TaxDay(due.kind, day, cents, due.category, () if by_books else records))
            month = months_on(month, 1)
    return sorted(found, key=lambda one: (one.day, one.kind))


def _paid(spent: Iterable[Spent], category: str, month: date, today: date) -> bool:
    return any(one.category == category and month <= one.day <= today for one in spent)


def _usual(theirs: list[Spent], today: date) -> tuple[int | None, tuple[str, ...]]:
    """The middle of the last whole months' sums, with its records; None when too few months had any."""
    this = today.replace(day=1)
    sums, records = [], []
    for back in range(1, MONTHS + 1):
        start = months_on(this, -back)
        end = months_on(start, 1) - timedelta(days=1)
        mine = [one for one in theirs if start <= one.day <= end]
        sums += [sum(one.cents for one in mine)] if mine else []
        records += [one.id for one in mine]
    return (median_low(sums), tuple(records)) if len(sums) >= LEAST else (None, ())
