"""A business whose money is watched: short ways to record it, to tell of it, and to see what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder

from shared.alerts.api import api
from shared.alerts.batch.daily import look_back
from shared.alerts.consumer import consumer
from shared.alerts.findings import Finding
from shared.alerts.moves import Move, millis
from shared.alerts.profile import NOBODY, Party, learnt, read_party
from shared.bus import Outbox
from shared.core.clock import EAT, ManualClock, rfc3339
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.events import EventData, PaymentSettled, PayoutRequested, TransactionRecorded, new_event
from shared.http.auth import Actor, Tokens
from shared.store import Data, Doc, Key, Query, Store
from tests.support.bus import RecordingBus

BUSINESS, OTHER = "biz_duka", "biz_other"
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=EAT)
_SECRET = SecretStr("0123456789abcdef" * 4)
TILL = "Merchant Payment to 712345 - MAMA MBOGA"


@dataclass
class Desk:
    """The ports of this room."""

    store: Store
    clock: ManualClock
    ids: SeededIds = field(default_factory=lambda: SeededIds(4))
    bus: RecordingBus = field(default_factory=RecordingBus)
    tokens: Any = None
    settings: Settings = field(default_factory=lambda: Settings(auth_secret=_SECRET, callback_secret=_SECRET))

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store, self.bus)
        self.tokens = Tokens(self.settings, self.clock)

    def until(self, at: datetime) -> None:
        """Let time pass; it never goes back."""
        self.clock.advance(max(0.0, (at - self.clock.now()).total_seconds()))

    def tell(self, data: EventData, business: str = BUSINESS, version: int = 1) -> None:
        """Deliver an event as the bus would."""
        event = new_event(business, "x/y", version, rfc3339(self.clock.now()), data)
        consumer.handle(self, event.to_cloud_event())

    def put(self, place: str, identity: str, business: str = BUSINESS, **data: Any) -> None:
        self.store.put(business, Key(place, identity), data)

    def paid(self, code: str, shillings: int, at: datetime = MONDAY, **fields: Any) -> None:
        """A payment that is settled, told of at its time."""
        business = fields.pop("business", BUSINESS)
        self.put("payments", f"mpesa-{code}", business, **payment(code, shillings, at, **fields))
        self.until(at)
        self.tell(PaymentSettled(payment_id=f"mpesa-{code}"), business)

    def spent(self, code: str, shillings: int, at: datetime = MONDAY, **fields: Any) -> None:
        """An outgoing line, told of at its time."""
        business = fields.pop("business", BUSINESS)
        self.put("transactions", f"txn_{code}", business, **line(code, shillings, at, **fields))
        self.until(at)
        self.tell(TransactionRecorded(transaction_id=f"txn_{code}"), business)

    def refund(self, code: str, of: str, shillings: int, at: datetime, staff: str = "usr_1") -> None:
        """A refund that somebody asked for."""
        self.put(
            "payouts", f"pyo_{code}", **payout(shillings, at, payment_id=f"mpesa-{of}", created_by=staff)
        )
        self.until(at)
        self.tell(PayoutRequested(payout_id=f"pyo_{code}"))

    def morning(self, day: datetime) -> int:
        """The chore at seven on the day after."""
        self.until(day.replace(hour=7, minute=0, second=0) + timedelta(days=1))
        return look_back(self, BUSINESS)

    def alerts(self, business: str = BUSINESS) -> list[Doc]:
        return self.store.all(business, Query("alerts", (), "raised_at"))

    def raised(self) -> list[str]:
        return [doc.data["detector"] for doc in self.alerts()]

    def told(self) -> list[str]:
        """The alerts whose events left."""
        return [e["data"]["alert_id"] for e in self.bus.events if e["type"] == "alert.raised.v1"]


def payment(code: str, shillings: int, at: datetime, **fields: Any) -> Data:
    return {
        "provider": "mpesa", "receipt": code, "channel": "paybill", "status": "settled",
        "matching": "auto", "amount_cents": 100 * shillings, "currency": "KES", "customer_id": "",
        "paid_at": rfc3339(at), "polling": False, "poll_at": "", "payer_hash": "a" * 64,
        "payer_name": "", "payer_masked": "", "attempt_id": "", "shortcode": "174379", **fields,
    }  # fmt: skip


def line(code: str, shillings: int, at: datetime, **fields: Any) -> Data:
    return {
        "provider": "mpesa", "receipt": code, "amount_cents": 100 * shillings, "currency": "KES",
        "party": TILL, "details": "", "paid_at": rfc3339(at), "business_day": at.date().isoformat(),
        "matching": "waiting", "receipt_id": "", **fields,
    }  # fmt: skip


def payout(shillings: int, at: datetime, **fields: Any) -> Data:
    return {
        "kind": "refund", "status": "requested", "provider": "mpesa", "currency": "KES",
        "phone": "254712345678", "amount_cents": 100 * shillings, "payment_id": "", "receipt": "",
        "created_by": "usr_1", "created_on": rfc3339(at), "polling": False, "poll_at": "", **fields,
    }  # fmt: skip


def move(shillings: float, at: datetime = MONDAY, **fields: Any) -> Move:
    """A movement out, for a detector by itself."""
    given: dict[str, Any] = {"subject": f"transactions/{rfc3339(at)}", "way": "out", "party": "till 1"}
    given |= {
        "label": "Till",
        "channel": "mpesa",
        "cents": round(100 * shillings),
        "at_ms": millis(rfc3339(at)),
    }
    return Move(**{**given, **fields})


def past(*moves: Move) -> Party:
    """The profile that these movements leave."""
    data: Data | None = None
    for one in moves:
        data = learnt(data, one)
    return read_party(data) if data else NOBODY


def score(found: Finding | None) -> int:
    return found.score if found else 0


@dataclass
class Client:
    """Requests as somebody of a business."""

    desk: Desk
    business: str = BUSINESS

    def call(self, method: str, path: str, body: Any = None, *, role: str = "owner", key: str = "") -> Any:
        token = self.desk.tokens.issue(Actor("usr_1", self.business, role))
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        data = json.dumps(body) if body is not None else None
        kind = "application/json" if body is not None else None
        builder = EnvironBuilder(path=path, method=method, headers=headers, data=data, content_type=kind)
        return api.serve(self.desk, Request(builder.get_environ()))
