"""Pulling: the provider's own list of money proves what was only announced, and finds what nobody told.

One listing answers for every claimed payment of a business. It is asked for when one of them is due, and
every quarter of an hour in any case, with two hours of overlap: a callback that never came is found there.
Once a business day the whole 48 hours are listed that the provider keeps (D3 Pull Transactions): what a
listing left out while it lagged is found then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.core import logs
from shared.core.clock import business_day, parse_rfc3339, rfc3339
from shared.payments import money
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.port import Evidence, Lists, NoAnswer
from shared.payments.gateways.providers import MPESA
from shared.payments.places import PAYMENTS
from shared.payments.polling import planned_on
from shared.payments.ports import Ports
from shared.payments.registration import owner_of_shortcode
from shared.payments.settlement import never_proven, prove
from shared.store import Doc, Key, Query, Tx, Where

EVERY = timedelta(minutes=15)
OVERLAP = timedelta(hours=2)
"""Listings may lag behind the money; what was seen before is recognised and costs one read."""
BEFORE = timedelta(minutes=5)
"""How far before a claimed payment's time the listing begins: clocks differ."""
BATCH = 100
NEVER = datetime.max.replace(tzinfo=UTC)
LAST = Key("pulls", "last")
WHOLE = timedelta(hours=48)


def pull_payments(ports: Ports, business: str) -> int:
    """Prove what is due by the provider's list, asking for it at most once; returns how many rows were new.

    A payment that no listing proves in an hour goes to a person.
    """
    now = ports.clock.now()
    waiting = _due(ports, business, now)
    since = _since(ports, business, waiting, now)
    fresh = _pull(ports, business, since, now) if since else 0
    for payment in waiting:
        _plan_next(ports, business, payment.key)
    return fresh


def _since(ports: Ports, business: str, waiting: list[Doc], now: datetime) -> datetime | None:
    """From when to list, or None when there is no reason to, or no right to: money of a shared paybill."""
    owner = owner_of_shortcode(ports)
    if owner is None or owner.data["business"] != business:
        return None
    last = ports.store.get(business, LAST)
    began = parse_rfc3339(owner.data["since"])
    if last is None:
        floor = began
    elif last.data.get("whole_day") != business_day(now):
        floor = max(began, now - WHOLE)
    else:
        seen = parse_rfc3339(last.data["until"])
        if not waiting and now - seen < EVERY:
            return None
        floor = seen - OVERLAP
    return min([floor, *(parse_rfc3339(doc.data["paid_at"]) - BEFORE for doc in waiting)])


def _pull(ports: Ports, business: str, since: datetime, now: datetime) -> int:
    gateway = gateway_for(ports, MPESA)
    if not isinstance(gateway, Lists):
        return 0
    rows = gateway.list_since(since, now)
    if isinstance(rows, NoAnswer):
        logs.warn("the provider does not list its payments", business=business, why=rows.reason)
        return 0
    fresh = _prove_all(ports, business, rows)
    # the first listing of a day was the whole one
    ports.store.put(business, LAST, {"until": rfc3339(now), "whole_day": business_day(now)})
    return fresh


def _due(ports: Ports, business: str, now: datetime) -> list[Doc]:
    where = (Where("polling", "==", True), Where("poll_at", "<=", rfc3339(now)))
    return ports.store.query(business, Query(PAYMENTS, where, "poll_at", BATCH)).docs


def _prove_all(ports: Ports, business: str, rows: list[Evidence]) -> int:
    channel = "till" if ports.settings.daraja_till else "paybill"
    unproven = [row for row in rows if not _booked(ports, business, row)]
    # the oldest first: the receipt of a prompt is shown before what the same payer paid by hand after it
    for row in sorted(unproven, key=lambda row: row.at or NEVER):
        prove(ports, business, row, f"{row.kind}-{row.receipt}", channel)
    return len(unproven)


def _booked(ports: Ports, business: str, row: Evidence) -> bool:
    """Whether a row tells nothing new; asked by two reads, because most of a listing is known."""
    claim = ports.store.get(business, money.money_key(row.provider, row.receipt or ""))
    payment = ports.store.get(business, Key(PAYMENTS, claim.data["payment_id"])) if claim else None
    return payment is not None and money.known_to(payment, row)


def _plan_next(ports: Ports, business: str, key: Key) -> None:
    def plan(tx: Tx) -> None:
        payment = tx.require(key)
        if not payment.data["polling"]:
            return
        payment = tx.update(key, planned_on(payment.data, tx.now))
        if not payment.data["polling"]:
            never_proven(tx, payment)

    ports.outbox.run(business, plan)
