"""Collecting money without HTTP: a real store, a bus that remembers, a provider that says what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from shared.blobs.folder import FolderBlobs
from shared.bus import Outbox
from shared.core.clock import ManualClock, daraja_timestamp
from shared.core.ids import SeededIds
from shared.core.phone import mask
from shared.core.settings import Settings
from shared.http.auth import Tokens
from shared.payments.attempts import Ask, start
from shared.payments.gateways.daraja.client import DarajaGateway
from shared.payments.gateways.daraja.payloads import parse_notice
from shared.payments.gateways.daraja.results import stk_result
from shared.payments.gateways.port import (
    Accepted,
    Capabilities,
    CollectRequest,
    Evidence,
    HintKind,
    InitiateAnswer,
    NoAnswer,
    Outcome,
    PayerHint,
    QueryAnswer,
)
from shared.store import Data, Key, Once, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.support.bus import RecordingBus

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
PHONE, CENTS, RECEIPT, REFERENCE = "254712345678", 116_000, "UC2ABC1234", "INV7"
REQUEST = "ws_CO_1"
PAYBILL = "174379"


@dataclass
class Provider:
    """A gateway that says what a test tells it to; ``asked`` keeps what it was asked."""

    provider: str = "mpesa"
    to_push: InitiateAnswer = field(default_factory=lambda: Accepted(REQUEST, "m-1"))
    to_query: QueryAnswer | NoAnswer = field(default_factory=lambda: NoAnswer("in_flight"))
    asked: list[str] = field(default_factory=list)
    capabilities: Capabilities = DarajaGateway.capabilities
    names: str = ""
    """What ``known_as`` puts before an attempt's id; "" is a provider that gives ids of its own."""

    def known_as(self, attempt_id: str) -> str:
        return f"{self.names}{attempt_id}" if self.names else ""

    def parse(self, route: str, headers: Mapping[str, str], raw: bytes) -> Evidence:
        return parse_notice(route, raw)

    def initiate(self, request: CollectRequest) -> InitiateAnswer:
        self.asked.append(request.callback_url)
        return self.to_push

    def query(self, request_id: str) -> QueryAnswer | NoAnswer:
        self.asked.append(request_id)
        return self.to_query


class Desk:
    """The ports of the room, and short ways to use them.

    ``seed``: of its ids. Versions are marked by ids: processes that write one store must draw their own.
    """

    def __init__(self, folder: Path, business: str = "biz_1", seed: str = "collecting") -> None:
        self.folder = folder
        self.clock = ManualClock(NOW)
        self.ids = SeededIds(seed)
        self.settings = Settings(
            auth_secret=SecretStr("a" * 32), callback_secret=SecretStr("c" * 32), daraja_shortcode=PAYBILL
        )
        self.store = Store(SqliteAdapter(folder / "desk.db", durable=False), SCHEMA, self.clock, self.ids)
        self.store.ensure_indexes()
        self.blobs = FolderBlobs(folder / "bucket", "bucket")
        self.bus = RecordingBus()
        self.outbox = Outbox(self.store, self.bus)
        self.tokens = Tokens(self.settings, self.clock)
        self.chores = ()
        self.gateway = Provider()
        self.airtel: Provider | None = None
        self.business = business

    def ask(
        self, key: str = "key", phone: str = PHONE, cents: int = CENTS, reference: str = REFERENCE
    ) -> str:
        """Start an attempt; returns its id."""
        ask = Ask(phone, cents, "", reference, "Test")
        return start(self, self.business, "usr", ask, Once(f"{self.business}/{key}", "f")).id

    def doc(self, collection: str, identity: str) -> Data:
        return self.store.require(self.business, Key(collection, identity)).data

    def docs(self, collection: str, order: str) -> list[Data]:
        return [doc.data for doc in self.store.all(self.business, Query(collection, (), order))]

    def events(self, kind: str) -> list[Any]:
        return [event for event in self.bus.events if event["type"] == kind]

    def close(self) -> None:
        self.store.close()


def evidence(
    kind: str, code: str = "0", at: datetime = NOW + timedelta(seconds=9), **changes: Any
) -> Evidence:
    """Evidence of each kind about the one payment of KES 1,160, as its parser would make it."""
    outcome = Outcome.SUCCESS if code == "0" else Outcome.FAILED_RETRYABLE
    fields: dict[str, Any] = {"provider": "mpesa", "kind": kind, "outcome": outcome, "code": code}
    fields["failure"] = stk_result(code).failure
    money = {"receipt": RECEIPT, "amount_cents": CENTS, "at": at}
    match kind:
        case "callback":
            fields |= {"request_id": REQUEST, **(money if code == "0" else {})}
            fields |= {"payer": PayerHint(HintKind.PHONE, PHONE)} if code == "0" else {}
        case "query":
            fields |= {"request_id": REQUEST, "shortcode": PAYBILL}
        case "c2b":
            payer = PayerHint(HintKind.MASKED, mask(PHONE).replace("*****", " ***** "), "JANE")
            fields |= {**money, "payer": payer, "account": REFERENCE, "shortcode": PAYBILL}
        case "pull":
            payer = PayerHint(HintKind.PHONE, PHONE, "MPESA")
            fields |= {**money, "payer": payer, "account": REFERENCE, "shortcode": PAYBILL}
    return Evidence(**{**fields, **changes})


def stk_body(code: int = 0, request: str = REQUEST, **items: Any) -> bytes:
    """An STK callback as Daraja posts it."""
    callback: dict[str, Any] = {
        "MerchantRequestID": "m-1",
        "CheckoutRequestID": request,
        "ResultCode": code,
        "ResultDesc": "said",
    }
    if code == 0:
        values = {
            "Amount": CENTS // 100,
            "MpesaReceiptNumber": RECEIPT,
            "TransactionDate": int(daraja_timestamp(NOW)),
            "PhoneNumber": int(PHONE),
            **items,
        }
        callback["CallbackMetadata"] = {"Item": [{"Name": n, "Value": v} for n, v in values.items()]}
    return json.dumps({"Body": {"stkCallback": callback}}).encode()
