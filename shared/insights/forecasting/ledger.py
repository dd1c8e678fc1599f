"""What a cash line is made of: money that came and went, invoices, and what was agreed for days to come.

Amounts are cents. Receipts are split once, into what invoices explain, what was agreed, and all the rest;
spending into bills that come again, taxes, and the rest. The parts always add up to the whole, so nothing
that is expected one by one is learnt once more from the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Invoice:
    """One finalised invoice: ``cents`` of it in all, ``paid`` the day nothing was left, None while open."""

    id: str
    customer: str
    issued: date
    due: date
    cents: int
    paid: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is left to pay of an open invoice, or of one instalment of it."""

    invoice: str
    customer: str
    due: date
    cents: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came: ``links`` say which invoices took how much, ``agreed`` that it was agreed to."""

    day: date
    cents: int
    links: tuple[tuple[str, int], ...] = ()
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Money that went."""

    id: str
    day: date
    cents: int
    payee: str
    category: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """Money that a payer agreed to on a day: ``kind`` is ``subscription`` or ``order``."""

    kind: str
    id: str
    day: date
    cents: int
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a cash line is worked out from, as of one day."""

    receipts: Sequence[Receipt]
    spent: Sequence[Spent]
    invoices: Sequence[Invoice]
    parts: Sequence[Part]
    agreed: Sequence[Agreed] = ()
    vat_cents: int | None = None
    """VAT of the last whole month that would be due, None where none is recorded."""


@dataclass(frozen=True, slots=True)
class Came:
    """One receipt split up: the rest, what was agreed, and what invoices took with the lag since issue."""

    day: date
    rest: int
    agreed: int
    invoiced: tuple[tuple[int, int], ...]


UNKNOWN_LAG = 10_000
"""Days since issue of an invoice that is not at hand any more: too long ago to be new."""


def split(receipts: Iterable[Receipt], invoices: Iterable[Invoice]) -> list[Came]:
    """Each receipt in parts that add up to it; links to more than there is are cut."""
    issued = {invoice.id: invoice.issued for invoice in invoices}
    return [_came(receipt, issued) for receipt in receipts]


def _came(receipt: Receipt, issued: dict[str, date]) -> Came:
    left = receipt.cents
    if receipt.agreed:
        return Came(receipt.day, 0, left, ())
    taken = []
    for invoice, cents in receipt.links:
        mine = max(0, min(cents, left))
        left -= mine
        lag = (receipt.day - issued[invoice]).days if invoice in issued else UNKNOWN_LAG
        taken.append((lag, mine))
    return Came(receipt.day, left, 0, tuple(taken))


def daily(cents: Iterable[tuple[date, int]], first: date, last: date) -> list[float]:
    """Sums by day without gaps, from ``first`` to ``last``; other days are left out."""
    days = [0.0] * max(0, (last - first).days + 1)
    for day, amount in cents:
        if first <= day <= last:
            days[(day - first).days] += amount
    return days


def whole_cents(days: Iterable[float]) -> tuple[int, ...]:
    """Whole cents a day whose sum is the rounded sum, at every day."""
    sums = [0]
    total = 0.0
    for value in days:
        total += value
        sums.append(round(total))
    return tuple(after - before for before, after in pairwise(sums))
