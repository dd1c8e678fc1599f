"""The story as dated steps: what is written at which moment, in the order in which it happened.

Every step is known by the document that it writes, so a load that was cut off goes on where it stopped and a
second one finds nothing to do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.demo.goods import basket, total_cents
from local.demo.people import CUSTOMERS, EVERYBODY, Person
from local.demo.situations import SITUATIONS, Situation
from local.demo.spending import Outgoing, outgoing
from local.demo.story import STORY, Paid, Visit
from local.safaricom.receipts import receipt_number
from shared.books import NewLine
from shared.core.clock import EAT
from shared.store import Key

SEED = "jenga-1"
MORNING, NOON, EVENING = 8 * 60, 12 * 60, 18 * 60
"""Minutes of the Nairobi day: the shop sells before noon and is paid after it."""
_FIRST_RECEIPT = 36**6
"""Numbers from here on, far from those that the simulated Safaricom counts up."""


@dataclass(frozen=True, slots=True)
class AddCustomer:
    """Enter a customer in the book."""

    person: Person

    @property
    def writes(self) -> Key:
        return Key("customers", self.person.id)


@dataclass(frozen=True, slots=True)
class Issue:
    """Hand over goods and the invoice for them."""

    key: str
    person: Person
    lines: tuple[NewLine, ...]
    due_days: int

    @property
    def writes(self) -> Key:
        return invoice_key(self.key)


@dataclass(frozen=True, slots=True)
class Receive:
    """Money arrives; ``invoices`` are the purchases whose numbers the payer has before them."""

    receipt: str
    situation: Situation
    payer: Person
    customer: Person
    invoices: tuple[str, ...]
    amount_cents: int
    paid_at: datetime
    again: bool = False

    @property
    def writes(self) -> Key:
        return Key("payments", f"{self.situation.provider}-{self.receipt}")

    @property
    def evidence_id(self) -> str:
        """A pulled line, and for a repeat the line of a statement."""
        return f"demo-{'statement' if self.again else 'pull'}-{self.receipt}"


@dataclass(frozen=True, slots=True)
class Spend:
    """Money leaves."""

    outgoing: Outgoing

    @property
    def writes(self) -> Key:
        return Key("transactions", self.outgoing.id)


Act = AddCustomer | Issue | Receive | Spend


@dataclass(frozen=True, slots=True)
class Step:
    """One act and its moment, UTC."""

    at: datetime
    act: Act


def invoice_key(key: str) -> Key:
    """The invoice of a purchase, ``mutua-1`` being Mutua's first."""
    return Key("invoices", f"inv_{key}")


def history(now: datetime) -> list[Step]:
    """Everything that happened up to ``now``, oldest first; the same steps for the same moment."""
    calendar = _Calendar(now)
    opening = calendar.at(95, MORNING)
    steps = [Step(opening + timedelta(seconds=n), AddCustomer(who)) for n, who in enumerate(CUSTOMERS)]
    steps += _visits(calendar)
    steps += [Step(min(line.at, now), Spend(line)) for line in outgoing(now.astimezone(EAT).date())]
    return sorted(steps, key=lambda step: (step.at, step.act.writes.id))


class _Calendar:
    """Moments counted back from now; none of them lies ahead."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._midnight = now.astimezone(EAT).replace(hour=0, minute=0, second=0, microsecond=0)

    def at(self, days_ago: int, minute: int) -> datetime:
        moment = self._midnight + timedelta(minutes=minute, days=-days_ago)
        return min(moment, self._now - timedelta(minutes=max(1, (24 * 60 - minute) // 60)))


def _visits(calendar: _Calendar) -> Iterator[Step]:
    counts: dict[str, int] = {}
    receipts = iter(range(_FIRST_RECEIPT, _FIRST_RECEIPT + 10_000))
    for visit in STORY:
        first = counts.get(visit.customer, 0) + 1
        counts[visit.customer] = first + len(visit.bought) - 1
        keys = tuple(f"{visit.customer}-{first + n}" for n in range(len(visit.bought)))
        issued = [
            Issue(key, EVERYBODY[visit.customer], _lines(key, visit, n), visit.due_days)
            for n, key in enumerate(keys)
        ]
        for issue in issued:
            yield Step(calendar.at(visit.days_ago, _minute(issue.key, MORNING, NOON)), issue)
        total = sum(total_cents(list(issue.lines)) for issue in issued)
        yield from _payments(calendar, visit, keys, total, receipts)


def _lines(key: str, visit: Visit, n: int) -> tuple[NewLine, ...]:
    return tuple(basket(f"{SEED}/{key}", visit.bought[n]))


def _payments(
    calendar: _Calendar, visit: Visit, keys: tuple[str, ...], total: int, receipts: Iterator[int]
) -> Iterator[Step]:
    left = total
    for n, paid in enumerate(visit.paid):
        how = SITUATIONS[paid.how]
        cents = paid.cents or _amount(paid, how, total, left)
        left -= cents
        number = next(receipts)
        at = calendar.at(visit.days_ago - paid.after, _minute(f"{keys}/{n}", NOON, EVENING))
        payer = EVERYBODY[paid.by or visit.customer]
        receive = Receive(
            receipt=_receipt(how, at, number),
            situation=how,
            payer=payer,
            customer=EVERYBODY[visit.customer] if visit.customer else payer,
            invoices=(paid.naming,) if paid.naming else keys,
            amount_cents=cents,
            paid_at=at,
        )
        yield Step(at, receive)
        if paid.seen_again:
            yield Step(at + timedelta(days=paid.seen_again), replace(receive, again=True))


def _amount(paid: Paid, how: Situation, total: int, left: int) -> int:
    """Whole shillings: a share of the total or the rest, less what is kept back, plus what is on top."""
    if not paid.milli:
        return left
    return total * paid.milli // 100_000 * 100 - how.less(total) + paid.more


def _receipt(how: Situation, at: datetime, number: int) -> str:
    """M-Pesa's own form of number; banks and Airtel have others."""
    told = receipt_number(at, number)
    return told if how.provider == "mpesa" else f"{how.provider[0].upper()}{number % 10_000:06d}{told[-3:]}"


def _minute(seed: str, start: int, end: int) -> int:
    return random.Random(f"{SEED}/{seed}").randrange(start + 5, end)
