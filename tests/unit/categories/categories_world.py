"""The room over HTTP and over a store, with short ways to record money that went out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Request
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder

from shared.books import Expense, NewTransaction, record_transaction, write_expense
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.matching.receipts import receipt_arrived, transaction_recorded
from shared.receipts.api import api
from shared.receipts.records import blank
from shared.store import Doc, Key, Store
from tests.support.bus import RecordingBus

BUSINESS, OTHER = "biz_duka", "biz_other"
_SECRET = SecretStr("0123456789abcdef" * 4)


@dataclass
class Desk:
    """The ports of filing and of matching."""

    store: Store
    clock: ManualClock
    ids: SeededIds = field(default_factory=lambda: SeededIds(4))
    tokens: Any = None
    settings: Settings = field(default_factory=lambda: Settings(auth_secret=_SECRET, callback_secret=_SECRET))

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store, RecordingBus())
        self.tokens = Tokens(self.settings, self.clock)

    def spend(self, party: str, details: str = "", receipt: str = "SJ1", business: str = BUSINESS) -> Doc:
        """An outgoing line, and what the reconciliation makes of it."""
        new = NewTransaction(
            receipt=receipt,
            amount_cents=450_000,
            party=party,
            details=details,
            paid_at="2026-03-01T09:00:00Z",
        )
        made = self.outbox.run(business, lambda tx: record_transaction(tx, new, otherwise="txn_x"))
        transaction_recorded(self, business, made.id)
        return self.store.require(business, made.key)

    def cost(self, line: Doc, merchant: str) -> str:
        """An expense of an outgoing line without a receipt."""
        cost = Expense("uncategorised", merchant, 450_000, 0, "KES", "2026-03-01", transaction_id=line.id)
        return self.store.transaction(BUSINESS, lambda tx: write_expense(tx, cost).id)

    def buy(self, name: str, merchant: str, *lines: str, pin: str = "", business: str = BUSINESS) -> str:
        """An accepted receipt, and what the reconciliation makes of it."""
        data = blank(f"receipts/{business}/{name}.jpg", "1", self.clock.now())
        data |= {"status": "accepted", "matching": "waiting", "merchant": merchant, "total_cents": 100_000}
        data |= {"lines": [{"description": line, "amount_cents": 100} for line in lines]}
        data |= {"reading": {"kra_pin": pin, "features": {}, "confidence": {}}, "received_at": "2026-03-01"}
        self.store.put(business, Key("receipts", name), data)
        return self.heard(name, business)

    def heard(self, name: str, business: str = BUSINESS) -> str:
        """The news of a receipt once more; the id of its expense."""
        receipt_arrived(self, business, name)
        return str(self.store.require(business, Key("receipts", name)).data["expense_id"])

    def expense(self, expense_id: str, business: str = BUSINESS) -> dict[str, Any]:
        return dict(self.store.require(business, Key("expenses", expense_id)).data)


@dataclass
class Client:
    """The API as a person of a business uses it."""

    desk: Desk

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "owner",
        business: str = BUSINESS,
        key: str = "",
    ) -> tuple[int, Any]:
        token = self.desk.tokens.issue(Actor("usr_1", business, role))
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        builder = EnvironBuilder(method=method, path=path, headers=headers, json=body)
        answer = api.serve(self.desk, Request(builder.get_environ()))  # type: ignore[arg-type]
        return answer.status_code, json.loads(answer.get_data() or b"null")

    def propose(self, text: str, business: str = BUSINESS, **more: Any) -> dict[str, Any]:
        status, answer = self(
            "POST", "/v1/categories/propose", {"line": {"text": text, **more}}, business=business
        )
        assert status == 200, answer
        return dict(answer)

    def correct(self, category: str, **what: Any) -> dict[str, Any]:
        status, answer = self("POST", "/v1/categories/correct", {"category": category, **what})
        assert status == 200, answer
        return dict(answer)
