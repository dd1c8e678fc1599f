"""The replay over the product itself: documents in a SQLite store, its use cases, its commits."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.reconcile_lines import answer, facts, rows
from shared.books import (
    NewCustomer,
    index_invoice,
    receive_payment,
    return_payment,
    write_customer,
)
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.errors import Refused
from shared.core.ids import SeededIds
from shared.matching import DecisionRules, match_by_hand, reconcile_payment, set_aside
from shared.matching.lookup import invoice_facts
from shared.matching.policy import write_off
from shared.matching.records import close_review, learn_payer
from shared.matching.rules import MatchingRules
from shared.store import Doc, Key, Store, Tx
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS, PERSON = "biz_bench", "usr_person"


class SilentBus:
    """Nobody listens."""

    collects_outbox = False

    def wake(self) -> None:
        return

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        return

    def close(self) -> None:
        return


class StoreReplay:
    """The same interface as ``Replay``; it is the Ports of matching."""

    def __init__(self, rules: DecisionRules) -> None:
        self.rules = rules
        self.wanted = MatchingRules(auto_milli=rules.auto_milli, model=rules.model)
        self.folder = tempfile.TemporaryDirectory(prefix="hesabu-bench-")
        adapter = SqliteAdapter(Path(self.folder.name) / "bench.db", durable=False)
        self.ids = SeededIds("bench")
        self.store = Store(adapter, SCHEMA, ManualClock(datetime(2025, 1, 1, tzinfo=UTC)), self.ids)
        self.store.ensure_indexes()
        self.outbox = Outbox(self.store, SilentBus())
        self.tokens: Any = None
        self.later: list[dict[str, Any]] = []
        self.known: dict[str, str] = {}
        self.asked: dict[str, dict[str, Any]] = {}

    def start(self, message: dict[str, Any]) -> dict[str, Any]:
        """Write master data, and learn payers from confirmed history."""
        for row in rows(message["customers"]):
            phones, account = row["phones"], row["account_no"] or ""
            new = NewCustomer(name=row["name"], phones=phones, account_no=account)
            self._run(lambda tx, row=row, new=new: write_customer(tx, row["customer_id"], new))
        self.later = sorted(rows(message["invoices"]), key=lambda row: row["issued_at"], reverse=True)
        for row in rows(message["history"]):
            self.known.setdefault(row["trans_id"], "")
            if row["customer_id"] and row["type"] == "payment" and row["links"]:
                doc = Doc(Key("payments", row["payment_id"]), document(row), "", 1, "", "")
                self._run(lambda tx, row=row, doc=doc: learn_payer(tx, doc, row["customer_id"]))
        return {"ready": True}

    def _run(self, change: Any) -> Any:
        return self.outbox.run(BUSINESS, change)

    def issue(self, now: str) -> None:
        """Write the invoices that were issued by now."""
        while self.later and self.later[-1]["issued_at"] <= now:
            row = self.later.pop()
            self._run(lambda tx, row=row: index_invoice(tx, tx.create(*issued(row))))

    def payment(self, row: dict[str, Any]) -> dict[str, Any]:
        """Store one payment as settled, and reconcile it."""
        self.issue(row["received_at"])
        if row["trans_id"] in self.known:
            return answer(row, [], "none", 1.0)
        self.known[row["trans_id"]] = row["payment_id"]
        if row["type"] == "reversal":
            return self.reversal(row)
        data = document(row)

        def settle(tx: Tx) -> None:
            tx.create(Key("payments", row["payment_id"]), data)
            receive_payment(tx, data)

        self._run(settle)
        decision = reconcile_payment(self, BUSINESS, row["payment_id"], self.wanted)
        after = self.store.require(BUSINESS, Key("payments", row["payment_id"])).data
        made = self.store.require(BUSINESS, Key("decisions", after["decision_id"])).data
        links = [[link["invoice_id"], link["cents"]] for link in made["links"]]
        verdict = made["decision"]
        if verdict != "auto" and "settlement_line" not in {r["code"] for r in made["reasons"]}:
            self.asked[row["payment_id"]] = row
            verdict = "review"
        return answer(row, links, verdict, made["confidence_milli"] / 1000, decision)

    def reversal(self, row: dict[str, Any]) -> dict[str, Any]:
        """A whole payment that is known comes back by itself; anything else is asked."""
        original = self.store.get(
            BUSINESS, Key("payments", self.known.get(row["reverses"] or "", "") or "none")
        )
        whole = original is not None and original.data["amount_cents"] == row["amount_cents"]
        if original is None or not whole or original.id in self.asked:
            self.asked[row["payment_id"]] = row
            return answer(row, [], "review", 0.0)
        links = [[link["invoice_id"], -link["cents"]] for link in original.data["allocations"]]
        self._run(lambda tx: return_payment(tx, original.id, actor=PERSON))
        return answer(row, links, "auto" if links else "none", 0.999)

    def feedback(self, message: dict[str, Any]) -> None:
        """Do what the person decided; where earlier mistakes stand in the way the question is just closed."""
        row = self.asked.pop(message["payment_id"])
        if row["type"] == "reversal":
            return
        links, whose = message["links"], message["customer_id"] or ""
        try:
            self._run(lambda tx: self.by_hand(tx, row["payment_id"], links, whose))
        except Refused:
            self._run(lambda tx: close_review(tx, "payment", row["payment_id"]))

    def by_hand(self, tx: Tx, payment_id: str, links: list[list[Any]], whose: str) -> None:
        if not links and not whose:
            set_aside(tx, payment_id, actor=PERSON)
            return
        off = sum(self.let_go(tx, invoice_id, cents) for invoice_id, cents in links)
        given = [(invoice_id, cents) for invoice_id, cents in links]
        match_by_hand(tx, payment_id, given, customer_id=whose, actor=PERSON, writeoff_cents=off)

    def let_go(self, tx: Tx, invoice_id: str, cents: int) -> int:
        """The write-off that the business's policy gives a person's link."""
        invoice = invoice_facts(tx.require(Key("invoices", invoice_id)))
        return write_off(invoice, max(0, invoice.balance_cents - cents), self.rules.allocation)[0]


def issued(row: dict[str, Any]) -> tuple[Key, dict[str, Any]]:
    """An invoice of the data set as an issued document."""
    owed = row["opening_cents"]
    return Key("invoices", row["invoice_id"]), {
        "status": "open" if owed else "paid",
        "number": row["number"],
        "customer_id": row["customer_id"],
        "currency": row["currency"],
        "total_cents": row["total_cents"],
        "balance_cents": owed,
        "due_date": row["due_at"],
        "issued_on": row["issued_at"],
        "created_on": row["issued_at"],
        "paid_on": "",
    }


def document(row: dict[str, Any]) -> dict[str, Any]:
    """A payment of the data set as a settled document."""
    seen = facts(row)
    return {
        "provider": "mpesa",
        "receipt": row["trans_id"],
        "channel": seen.channel,
        "shortcode": "600123",
        "status": "settled",
        "matching": "waiting",
        "amount_cents": seen.amount_cents,
        "currency": "KES",
        "payer_phone": seen.phone,
        "payer_masked": seen.masked,
        "payer_hash": seen.phone_hash,
        "payer_name": seen.payer_name,
        "reference": seen.reference,
        "narration": seen.narration,
        "paid_at": "2025-01-01T00:00:00.000Z",
        "invoice_id": "",
        "customer_id": "",
        "allocated_cents": 0,
        "unallocated_cents": seen.amount_cents,
        "allocations": [],
        "polling": False,
        "poll_at": "",
    }
