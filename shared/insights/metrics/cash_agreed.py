"""What payers agreed to: subscriptions and standing orders, their days to come and what they brought before.

A subscription with lines makes an invoice on each of its days; what is open of those is an invoice like any
other. A standing order whose money went to invoices is left to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from shared.insights.forecasting.ledger import Agreed
from shared.insights.forecasting.recurring import months_on
from shared.insights.metrics.sources import Scope
from shared.store import Doc, Key, Query, Where

MOST, MOST_RUNS, MOST_DAYS = 200, 3_000, 366
"""Agreements read of each kind, the newest; runs read of thirty of them; days listed of each."""
PAGE, AT_ONCE = 200, 30
"""Documents read by key at once; values of one condition that a store takes."""
STEPS = {
    "daily": (1, 0), "weekly": (7, 0), "monthly": (0, 1), "every_two_months": (0, 2), "quarterly": (0, 3),
    "half_yearly": (0, 6), "yearly": (0, 12),
}  # fmt: skip
"""Days and months between the payments of a standing order; one that is paid once is not among them."""
ENDED, LATELY = ("paid", "failed"), 12
"""How a period ends, and how many of the newest tell how it is kept."""


@dataclass(slots=True)
class Agreements:
    """Days to come, the documents by id, and how to know money that was agreed to."""

    coming: list[Agreed] = field(default_factory=list)
    docs: dict[str, Doc] = field(default_factory=dict)
    attempts: set[str] = field(default_factory=set)
    invoices: set[str] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)
    others: list[Doc] = field(default_factory=list)
    """Payments of agreements that were matched to nothing."""

    def brought(self, payment: Doc) -> bool:
        """Whether a payment came of an agreement."""
        attempt = payment.data.get("attempt_id", "")
        return (bool(attempt) and attempt in self.attempts) or payment.data.get(
            "receipt", ""
        ) in self.receipts


def agreements(scope: Scope, came: Sequence[Doc], end: date) -> Agreements:
    """Subscriptions and standing orders; what ended ones brought is known to be over."""
    found = Agreements()
    known = _newest(scope, "subscriptions")
    runs = _runs(scope, [doc.id for doc in known])
    for doc in known:
        _subscription(scope, doc, runs.get(doc.id, []), found, end)
    invoiced = {doc.data.get("receipt", "") for doc in came if doc.data.get("allocations")}
    for doc in _newest(scope, "standing_orders"):
        _order(scope, doc, end, invoiced, found)
    at_hand = {doc.id for doc in came}
    found.others = [doc for doc in _payments(scope, found) if doc.id not in at_hand]
    return found


def _payments(scope: Scope, found: Agreements) -> Iterator[Doc]:
    """The payments that agreements name, each once."""
    attempts = _read(scope, "attempts", sorted(found.attempts)[:MOST_RUNS])
    named = {doc.data.get("payment_id") or "" for doc in attempts}
    named |= {f"mpesa-{receipt}" for receipt in found.receipts}
    return _read(scope, "payments", sorted(named - {""}))


def _read(scope: Scope, collection: str, ids: Sequence[str]) -> Iterator[Doc]:
    for at in range(0, len(ids), PAGE):
        keys = [Key(collection, id_) for id_ in ids[at : at + PAGE]]
        yield from (doc for doc in scope.store.get_many(scope.business, keys) if doc is not None)


def _newest(scope: Scope, collection: str) -> list[Doc]:
    return scope.store.query(scope.business, Query(collection, (), "-created_on", MOST)).docs


def _runs(scope: Scope, subscriptions: Sequence[str]) -> dict[str, list[Doc]]:
    """The periods of subscriptions that were opened, the newest first."""
    found: dict[str, list[Doc]] = {}
    for at in range(0, len(subscriptions), AT_ONCE):
        where = (Where("subscription_id", "in", tuple(subscriptions[at : at + AT_ONCE])),)
        for run in scope.store.all(scope.business, Query("runs", where, "-sequence"), MOST_RUNS):
            found.setdefault(run.data["subscription_id"], []).append(run)
    return found


def _subscription(scope: Scope, doc: Doc, runs: Sequence[Doc], found: Agreements, end: date) -> None:
    """What a subscription brought, and while it is active its days to come: as often as lately kept."""
    found.attempts |= {run.data["attempt_id"] for run in runs if run.data["attempt_id"]}
    found.invoices |= {run.data["invoice_id"] for run in runs if run.data["invoice_id"]}
    if doc.data["status"] != "active":
        return
    ended = [run.data["status"] for run in runs if run.data["status"] in ENDED][:LATELY]
    chance = (ended.count("paid") + 1) / (len(ended) + 1)
    found.docs[doc.id] = doc
    cents = _worth(doc)
    for day in _periods(doc, scope.today, end):
        found.coming.append(Agreed("subscription", doc.id, day, cents, chance))


def _worth(doc: Doc) -> int:
    """What one period asks for."""
    if doc.data["amount_cents"] is not None:
        return int(doc.data["amount_cents"])
    from shared.books import NewLine  # subscriptions by invoice are few, and the books' room is large
    from shared.books.lines import add_up, price

    lines = [NewLine.model_validate(line) for line in doc.data["lines"]]
    return add_up([price(line.item(), "inclusive") for line in lines]).total_cents


def _periods(doc: Doc, today: date, end: date) -> Iterator[date]:
    told = doc.data
    start, every = date.fromisoformat(told["start"]), told["every"]
    days = every * {"day": 1, "week": 7, "month": 0}[told["unit"]]
    over = min(end, date.fromisoformat(told["end"])) if told["end"] else end
    for number in range(told["sequence"], told["sequence"] + MOST_DAYS):
        day = start + timedelta(days=days * number) if days else months_on(start, every * number)
        if day > over or (told["count"] is not None and number >= told["count"]):
            return
        if day > today:
            yield day


def _order(scope: Scope, doc: Doc, end: date, invoiced: set[str], found: Agreements) -> None:
    receipts = {line["receipt"] for line in doc.data["history"] if line.get("receipt")}
    if receipts & invoiced:
        return
    found.receipts |= receipts
    if doc.data["status"] != "active" or doc.data["frequency"] not in STEPS:
        return
    found.docs[doc.id] = doc
    for day in _turns(doc, scope.today, end):
        found.coming.append(Agreed("order", doc.id, day, int(doc.data["amount_cents"])))


def _turns(doc: Doc, today: date, end: date) -> Iterator[date]:
    begins = date.fromisoformat(doc.data["begins"])
    over = min(end, date.fromisoformat(doc.data["ends"]))
    days, months = STEPS[doc.data["frequency"]]
    passed = max(0, (today - begins).days // days) if days else 0
    for number in count(passed):
        day = begins + timedelta(days=days * number) if days else months_on(begins, months * number)
        if day > over:
            return
        if day > today:
            yield day
