"""What is known of days to come, one by one: open invoices, agreements, bills that come again, tax days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.insights.forecasting.delays import Delays
from shared.insights.forecasting.kra_days import TaxDay
from shared.insights.forecasting.ledger import Agreed, Part, whole_cents
from shared.insights.forecasting.recurring import Bill


@dataclass(frozen=True, slots=True)
class Item:
    """Something known: its cents of each day from tomorrow, and the chance that it comes in that time.

    Args:
        kind: ``invoice``, ``subscription``, ``order``, ``bill``, or the kind of a tax day.
        name: the record of an invoice or agreement, the payee of a bill.
        at: the day it is listed under: agreed or due; of an invoice when it is as likely there as not.
        full: cents if it comes.
        records: expenses that a bill or tax comes from.
    """

    kind: str
    name: str
    at: date
    full: int
    days: tuple[int, ...]
    chance: float = 1.0
    records: tuple[str, ...] = ()
    category: str = ""

    def since(self, day: int) -> int:
        """Cents of the days from the ``day``-th on, counted from 0."""
        return sum(self.days[day:])

    def doubt(self, day: int) -> float:
        """The variance of the same, of what comes whole or not at all."""
        chance = self.since(day) / self.full if self.full else 0.0
        return chance * (1 - chance) * float(self.full) ** 2


def owed(part: Part, delays: Delays, today: date, span: int) -> Item:
    """An open part by its customer's habit; without any habit on its due day, and not at all after it."""
    if delays.paid:
        chances = delays.chances(part.customer, (today - part.due).days, span)
    else:
        chances = [float(part.due == today + timedelta(days=k)) for k in range(1, span + 1)]
    days = whole_cents(part.cents * chance for chance in chances)
    chance = min(1.0, sum(chances))
    return Item("invoice", part.invoice, _middle(chances, part.due, today), part.cents, days, chance)


def _middle(chances: Sequence[float], due: date, today: date) -> date:
    """The day by which half of its chance lies behind; its due day where it has none."""
    half, so_far = sum(chances) / 2, 0.0
    if half <= 0:
        return due
    for k, chance in enumerate(chances, 1):
        so_far += chance
        if so_far >= half:
            return today + timedelta(days=k)
    return today + timedelta(days=len(chances))


def agreed(one: Agreed, today: date, span: int) -> Item:
    """Money that a payer agreed to, as often as such was kept."""
    days = _once(round(one.cents * one.chance), one.day, today, span)
    return Item(one.kind, one.id, one.day, one.cents, days, one.chance)


def billed(bill: Bill, today: date, span: int) -> list[Item]:
    """The turns of a bill that fall in the time."""
    end = today + timedelta(days=span)
    return [
        Item(
            "bill",
            bill.payee,
            day,
            bill.cents,
            _once(bill.cents, day, today, span),
            records=bill.records,
            category=bill.category,
        )
        for day in bill.days(today, end)
    ]


def taxed(tax: TaxDay, cents: int, today: date, span: int) -> Item:
    """A tax day whose amount the books tell."""
    days = _once(cents, tax.day, today, span)
    return Item(tax.kind, "", tax.day, cents, days, records=tax.records, category=tax.category)


def _once(cents: int, day: date, today: date, span: int) -> tuple[int, ...]:
    at = (day - today).days - 1
    return tuple(cents if k == at else 0 for k in range(span))
