"""Who paid: received money of a period by customer, from rollups where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.insights.citing import cite_payments
from shared.insights.daybook import channel_of
from shared.insights.facts import Fact, Source, Sum, Tally, derived_percent, money_fact
from shared.insights.flows import visits
from shared.insights.metrics.result import Row
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period
from shared.store import Key

_TOP = ("top", "top_share")
"""The first row once more, under the names that sentences use."""
NOBODY = ""
"""Whose money it is is not known."""


@dataclass(slots=True)
class Payer:
    """What one customer paid, and the Nairobi days on which they did."""

    id: str
    sum: Sum = field(default_factory=Sum)
    days: set[str] = field(default_factory=set)

    @property
    def cents(self) -> int:
        return self.sum.cents


def payers(scope: Scope, period: Period, channel: str | None = None) -> dict[str, Payer]:
    """Everybody who paid in a period, by customer id; money of unknown payers under ``NOBODY``."""
    found: dict[str, Payer] = {}
    for key, visit in visits(scope, period, "payers").items():
        provider, _, customer = key.partition("|")
        if channel not in (None, channel_of(provider)):
            continue
        one = found.setdefault(customer, Payer(customer))
        one.sum.plus(visit.sum.n, visit.sum.cents, visit.sum.mark)
        one.days |= visit.days
    return found


def known(found: dict[str, Payer]) -> list[Payer]:
    """The customers among them who brought anything, the most money first."""
    named = (one for one in found.values() if one.id != NOBODY and one.cents > 0)
    return sorted(named, key=lambda one: (-one.cents, one.id))


def tally_of(scope: Scope, period: Period, one: Payer, channel: str | None = None) -> Tally:
    """What a customer paid, with their first payments."""
    customer = one.id or None
    if customer is None:
        ids = cite_payments(scope, period, channel=channel, keep=lambda doc: not doc.data["customer_id"])
    else:
        ids = cite_payments(scope, period, channel=channel, customer=customer)
    return one.sum.tally(ids)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The customers of a period as shares of all income: ``total`` is the fact of it, ``cents`` its
    amount."""

    scope: Scope
    period: Period
    total: Fact
    cents: int
    channel: str | None = None

    def source(self, one: Payer) -> Source:
        """One customer's received money."""
        narrowed = (("channel", self.channel),) if self.channel else ()
        chosen = (("customer_id", one.id), ("status", "settled"), *narrowed)
        return Source("payments", self.period, chosen)

    def tally(self, one: Payer) -> Tally:
        return tally_of(self.scope, self.period, one, self.channel)

    def share(self, one: Payer, name: str) -> list[Fact]:
        """What a customer paid, and its share of the total."""
        paid = money_fact(f"customer:{one.id}", self.tally(one), self.source(one), name)
        of = (paid, self.total)
        return [paid, derived_percent(f"customer_share:{one.id}", one.cents, self.cents, of, name)]

    def first(self, order: list[Payer], wanted: int) -> tuple[list[list[Fact]], tuple[Row, ...]]:
        """The facts and table rows of the first few, and of the very first once more for sentences."""
        names = names_of(self.scope, [one.id for one in order[:wanted]])
        told = [self.share(one, names[one.id]) for one in order[:wanted]]
        rows = tuple(
            Row(names[one.id], tuple(fact.id for fact in facts), one.id)
            for one, facts in zip(order[:wanted], told, strict=True)
        )
        told.append([fact.model_copy(update={"id": id_}) for fact, id_ in zip(told[0], _TOP, strict=True)])
        return told, rows


def names_of(scope: Scope, ids: list[str]) -> dict[str, str]:
    """The names of customers; of one that is gone, the id."""
    docs = scope.store.get_many(scope.business, [Key("customers", id_) for id_ in ids])
    told = zip(ids, docs, strict=True)
    return {id_: doc.data["name"] if doc is not None else id_ for id_, doc in told}
