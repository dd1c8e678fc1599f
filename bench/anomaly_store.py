"""A ledger through the product's own consumer and chore, over a SQLite store."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.anomaly_desk import drafts, merged, run
from bench.anomaly_ledger import FIRST_DAY, Ledger, moment_of
from shared.alerts.batch.daily import look_back
from shared.alerts.consumer import consumer
from shared.bus import Outbox
from shared.core.clock import EAT, ManualClock, parse_rfc3339
from shared.core.ids import SeededIds
from shared.events import EventData, PaymentSettled, PayoutRequested, TransactionRecorded, new_event
from shared.store import Doc, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS = "biz_bench"


class NoBus:
    """Events end here; the rows of the outbox are all that is looked at."""

    collects_outbox = False

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """Taken."""

    def wake(self) -> None:
        """Nobody sleeps."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Desk:
    """What the consumer and the chore ask for."""

    store: Store
    clock: ManualClock
    outbox: Outbox


def through_the_store(ledger: Ledger, days: int, folder: Path | None = None) -> dict[str, Any]:
    """Deliver the first days of a ledger and run every morning's chore; compare with the rules alone.

    Returns counts, the share of alerts that both agree on, and microseconds a record.
    """
    short = _first(ledger, days)
    with tempfile.TemporaryDirectory() as made:
        desk = open_desk((folder or Path(made)) / "alerts.db")
        seconds = deliver(desk, short)
        stored = {_name(doc.data): doc.data for doc in alerts_of(desk)}
        desk.store.close()
    expected = {(one.detector, one.party, one.day): one for one in merged(drafts(run(short)))}
    same = [n for n in stored.keys() & expected.keys() if stored[n]["score_milli"] == expected[n].score]
    return {
        "records": len(short.docs),
        "alerts": len(stored),
        "alerts_of_rules_alone": len(expected),
        "same": len(same),
        "us_per_record": round(1e6 * seconds / len(short.docs)),
    }


def open_desk(path: Path) -> Desk:
    """A fresh store the day before the ledger begins."""
    clock = ManualClock(datetime.combine(FIRST_DAY, time(), EAT))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    return Desk(store, clock, Outbox(store, NoBus()))


def deliver(desk: Desk, ledger: Ledger) -> float:
    """Write and announce every record at its time, with the chore at seven; returns seconds of handling."""
    seconds, morning = 0.0, datetime.combine(FIRST_DAY + timedelta(days=1), time(7), EAT)
    end = datetime.combine(FIRST_DAY + timedelta(days=ledger.days), time(7), EAT)
    for doc in ledger.docs:
        at = parse_rfc3339(moment_of(doc))
        while morning <= at:
            morning = _chore(desk, morning)
        _until(desk, at)
        desk.store.put(BUSINESS, doc.key, doc.data)
        event = announced(doc)
        began = perf_counter()
        consumer.handle(desk, event)
        seconds += perf_counter() - began
    while morning <= end:
        morning = _chore(desk, morning)
    return seconds


def announced(doc: Doc) -> dict[str, Any]:
    """The event that the product tells of such a record."""
    data: EventData
    match doc.key.collection:
        case "payments":
            data = PaymentSettled(payment_id=doc.id)
        case "transactions":
            data = TransactionRecorded(transaction_id=doc.id)
        case _:
            data = PayoutRequested(payout_id=doc.id)
    subject = f"{doc.key.collection}/{doc.id}"
    return new_event(BUSINESS, subject, 1, moment_of(doc), data).to_cloud_event()


def alerts_of(desk: Desk) -> list[Doc]:
    """Every alert of a rule that was written."""
    found = desk.store.all(BUSINESS, Query("alerts", (), "raised_at"))
    return [doc for doc in found if doc.data["detector"] not in {"unusual_no_rule", "held_back"}]


def _chore(desk: Desk, morning: datetime) -> datetime:
    _until(desk, morning)
    look_back(desk, BUSINESS)
    return morning + timedelta(days=1)


def _until(desk: Desk, at: datetime) -> None:
    desk.clock.advance(max(0.0, (at - desk.clock.now()).total_seconds()))


def _name(alert: dict[str, Any]) -> tuple[str, str, str]:
    return alert["detector"], alert["party"], alert["day"]


def _first(ledger: Ledger, days: int) -> Ledger:
    end = (FIRST_DAY + timedelta(days=days)).isoformat()
    docs = [doc for doc in ledger.docs if _day(doc) < end]
    return Ledger(ledger.seed, days, ledger.draw, ledger.payers, ledger.payees, docs, ledger.labels)


def _day(doc: Doc) -> str:
    return parse_rfc3339(moment_of(doc)).astimezone(EAT).date().isoformat()
