"""The cash of days to come: what is known one by one, and what is usual beside it.

Known: parts of open invoices by the chance of each day (delays.py), what payers agreed to, bills that come
again (recurring.py), tax days (kra_days.py). Usual: both flows from which all that was taken (usual.py).
Whole cents a day throughout, so that every sum is the sum of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.insights.forecasting import known
from shared.insights.forecasting.delays import learn
from shared.insights.forecasting.known import Item
from shared.insights.forecasting.kra_days import TaxDay, tax_days
from shared.insights.forecasting.ledger import Books, Came, split
from shared.insights.forecasting.recurring import Bill, bills
from shared.insights.forecasting.usual import Flow, New, flow, new

TENTH = 1.2816
"""Standard deviations between the middle and the outer tenth."""
TOGETHER = 0.8
"""How wide the range of what is left is, to that of parts that were independent: goods are bought as they are
sold. Set on drawn ledgers so that four in five came within it (``python -m bench.forecast --cash``).
"""


@dataclass(frozen=True, slots=True)
class Usual:
    """Both flows without what is known, and what invoices not yet issued bring."""

    coming: Flow
    going: Flow
    new: New


@dataclass(frozen=True, slots=True)
class Past:
    """What came and went up to yesterday in parts, in cents: together they are all of it."""

    rest_in: int
    invoiced: int
    agreed: int
    rest_out: int
    billed: int
    taxed: int
    days_in: int
    days_out: int


@dataclass(frozen=True, slots=True)
class CashLine:
    """The days after ``today``; ``usual`` is None where there is too little history.

    Args:
        undated: tax days whose amount the books do not tell.
        by_habit: whether paid invoices told the chances; else open ones are expected on their due day.
    """

    today: date
    coming: tuple[Item, ...]
    going: tuple[Item, ...]
    undated: tuple[TaxDay, ...]
    usual: Usual | None
    past: Past
    by_habit: bool


def net(line: CashLine, usual: Usual) -> list[int]:
    """Cents more each day, or less."""
    days = zip(usual.coming.days, usual.new.days, usual.going.days, strict=True)
    sums = [came + new - went for came, new, went in days]
    for sign, items in ((1, line.coming), (-1, line.going)):
        for item in items:
            for k, cents in enumerate(item.days):
                sums[k] += sign * cents
    return sums


def around(line: CashLine, usual: Usual, since: int) -> tuple[float, float]:
    """How much less and how much more may be left, four times in five, of the days from ``since`` on."""
    low_in, high_in = usual.coming.around(since)
    low_out, high_out = usual.going.around(since)
    doubt = doubt_in(line, usual, since)
    less, more = math.hypot(low_in, high_out, doubt), math.hypot(high_in, low_out, doubt)
    return TOGETHER * less, TOGETHER * more


def doubt_in(line: CashLine, usual: Usual, since: int) -> float:
    """How much more or less known money may come, and that of invoices not yet issued."""
    span = len(usual.new.days)
    new_part = usual.new.spread**2 * (span - since) / span
    return TENTH * math.sqrt(sum(item.doubt(since) for item in line.coming) + new_part)


def cash_line(books: Books, today: date, end: date) -> CashLine:
    """The line from tomorrow to ``end``."""
    span = (end - today).days
    delays = learn(books.invoices, today)
    came = split(books.receipts, books.invoices)
    found = bills(books.spent, today)
    taxes = tax_days(books.spent, today, end, books.vat_cents)
    coming = [known.owed(part, delays, today, span) for part in books.parts]
    coming += [known.agreed(one, today, span) for one in books.agreed if today < one.day <= end]
    going = [item for bill in found for item in known.billed(bill, today, span)]
    going += [known.taxed(tax, tax.cents, today, span) for tax in taxes if tax.cents is not None]
    parts = _parts(books, came, found, taxes)
    return CashLine(
        today,
        tuple(sorted(coming, key=lambda item: (item.at, item.kind, item.name))),
        tuple(sorted(going, key=lambda item: (item.at, item.kind, item.name))),
        tuple(tax for tax in taxes if tax.cents is None),
        _usual(parts, came, today, span),
        _past(parts, came, today),
        delays.paid > 0,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Money that went, as bills, taxes and the rest, and the first day of both flows."""

    first_in: date | None
    first_out: date | None
    billed: list[tuple[date, int]]
    taxed: list[tuple[date, int]]
    rest: list[tuple[date, int]]


def _parts(books: Books, came: Sequence[Came], found: Sequence[Bill], taxes: Sequence[TaxDay]) -> Parts:
    again = {record for bill in found for record in bill.records}
    filed = {tax.category for tax in taxes if tax.cents is not None}
    parts = Parts(
        min((one.day for one in came), default=None),
        min((one.day for one in books.spent), default=None),
        [],
        [],
        [],
    )
    for one in books.spent:
        kind = parts.billed if one.id in again else parts.taxed if one.category in filed else parts.rest
        kind.append((one.day, one.cents))
    return parts


def _usual(parts: Parts, came: Sequence[Came], today: date, span: int) -> Usual | None:
    if parts.first_in is None or parts.first_out is None:
        return None
    coming = flow([(one.day, one.rest) for one in came], parts.first_in, today, span)
    going = flow(parts.rest, parts.first_out, today, span)
    if coming is None or going is None:
        return None
    return Usual(coming, going, new(came, parts.first_in, today, span))


def _past(parts: Parts, came: Sequence[Came], today: date) -> Past:
    before = [one for one in came if one.day < today]
    return Past(
        sum(one.rest for one in before),
        sum(cents for one in before for _, cents in one.invoiced),
        sum(one.agreed for one in before),
        _until(parts.rest, today),
        _until(parts.billed, today),
        _until(parts.taxed, today),
        _days(parts.first_in, today),
        _days(parts.first_out, today),
    )


def _until(cents: Sequence[tuple[date, int]], today: date) -> int:
    return sum(amount for day, amount in cents if day < today)


def _days(first: date | None, today: date) -> int:
    return max(0, (today - first).days) if first else 0
