"""Paying money out without HTTP: a provider with an honest ledger, which loses messages when told to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.books.refunding import remaining
from shared.payments import payout_requests as requests
from shared.payments.gateways.port import (
    Accepted,
    InitiateAnswer,
    Outcome,
    PayoutRequest,
    PayoutResult,
    Rejected,
    Unknown,
)
from shared.payments.payout_polling import chase_payouts
from shared.payments.payout_requests import PayoutAsk, RefundAsk
from shared.payments.payouts import apply_result, timed_out
from shared.payments.settlement import prove
from shared.store import Data, Key, Once
from tests.unit.payments.collecting import CENTS, PAYBILL, PHONE, RECEIPT, Desk, Provider, evidence

MAKER, CHECKER = "usr_maker", "usr_checker"
CLEARING = f"clearing:mpesa:{PAYBILL}"


@dataclass
class Sent:
    """One request as the provider's ledger has it; ``done`` None while it is at work."""

    request: PayoutRequest
    kind: str
    receipt: str
    done: bool | None = None


@dataclass
class Wallet(Provider):
    """An honest provider of payouts. ``faults`` say what happens to the next calls, first come first served:

    lost_ack (taken, no answer), lost_request (not taken, no answer), away (not taken, try later), refuse.
    """

    ledger: dict[str, Sent] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    charge_cents: int = 2240

    def pay_out(self, request: PayoutRequest) -> InitiateAnswer:
        return self._take("payout", request)

    def reverse(self, request: PayoutRequest) -> InitiateAnswer:
        return self._take("reversal", request)

    def ask_status(self, request: PayoutRequest) -> InitiateAnswer:
        self.calls.append(("status", request.request_id))
        return Accepted("theirs")

    def _take(self, kind: str, request: PayoutRequest) -> InitiateAnswer:
        self.calls.append((kind, request.request_id))
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost_request":
            return Unknown("timeout")
        if fault == "away":
            return Rejected("unreachable", "not connected", retryable=True)
        if fault == "refuse":
            return Rejected("400.002.02", "Bad Request")
        if request.request_id not in self.ledger:
            receipt = f"UC2OUT{len(self.ledger):04d}"
            self.ledger[request.request_id] = Sent(request, kind, receipt)
        return Unknown("timeout") if fault == "lost_ack" else Accepted(request.request_id, "AG_1")

    def finish(self, request_id: str, done: bool = True) -> None:
        """The provider has worked on a request: the money went, or it did not. An end never changes."""
        sent = self.ledger[request_id]
        sent.done = done if sent.done is None else sent.done

    def paid(self) -> int:
        """Cents that really left, without charges."""
        return sum(sent.request.amount_cents for sent in self.ledger.values() if sent.done)

    def charged(self) -> int:
        return sum(self.charge_cents for sent in self.ledger.values() if sent.done)

    def result(self, request_id: str, kind: str = "") -> PayoutResult | None:
        """What the provider tells of a request, as a result or as an answer (status); None while at work."""
        sent = self.ledger.get(request_id)
        if sent is None or sent.done is None:
            return None
        kind = kind or sent.kind
        if not sent.done:
            return PayoutResult("mpesa", kind, Outcome.FAILED_FINAL, "2040", "not registered", request_id)
        return PayoutResult(
            "mpesa",
            kind,
            Outcome.SUCCESS,
            "0",
            request_id=request_id,
            receipt=sent.receipt,
            amount_cents=sent.request.amount_cents,
            charge_cents=self.charge_cents,
        )


class Till(Desk):
    """A desk whose provider sends money, and short ways to do it."""

    gateway: Wallet

    def __init__(self, folder: Path, seed: str = "collecting") -> None:
        super().__init__(folder, seed=seed)
        self.gateway = Wallet()
        self.keys = 0
        self.going = True

    def _once(self) -> Once:
        self.keys += 1
        return Once(f"{self.business}/{self.keys}", "f")

    # --- money in
    def paid(self, cents: int = CENTS, receipt: str = RECEIPT, **changes: Any) -> str:
        """A settled payment; returns its id."""
        told = replace(evidence("pull", receipt=receipt, amount_cents=cents), **changes)
        prove(self, self.business, told, f"pull-{receipt}")
        return f"mpesa-{receipt}"

    def customer(self, identity: str = "cus_a") -> str:
        new = NewCustomer(name="Wanjiku Kamau", phones=["0712 345 678"])
        self.outbox.run(self.business, lambda tx: write_customer(tx, identity, new))
        return identity

    def invoice(self, identity: str, cents: int, customer: str = "cus_a") -> str:
        line = NewLine(description="Cement", unit_cents=cents, vat_band="A")
        new = NewInvoice(customer_id=customer, lines=[line])
        self.outbox.run(self.business, lambda tx: draft_invoice(tx, identity, new))
        self.outbox.run(self.business, lambda tx: finalise_invoice(tx, identity, actor="usr"))
        return identity

    # --- money out
    def ask(self, cents: int = 50_000, once: Once | None = None, actor: str = MAKER) -> str:  # type: ignore[override]
        """Ask for a payout; returns its id."""
        ask = PayoutAsk(PHONE, cents, "supplies", "expense:supplies", "PO-7", "cement")
        return requests.ask_payout(self, self.business, actor, ask, once or self._once()).id

    def refund(
        self, payment: str, cents: int | None = None, *, method: str = "send", invoices: tuple[str, ...] = ()
    ) -> str:
        ask = RefundAsk(payment, cents, method, "", invoices, "returned goods")
        return requests.ask_refund(self, self.business, MAKER, ask, self._once()).id

    def approve(self, payout: str, actor: str = CHECKER) -> Data:
        return requests.approve(self, self.business, payout, actor).data

    def status(self, payout: str) -> str:
        return str(self.doc("payouts", payout)["status"])

    def tell(self, payout: str, result: PayoutResult | None, evidence_id: str = "evd_1") -> None:
        if result is not None:
            apply_result(self, self.business, payout, result, evidence_id)

    def finish(self, payout: str, done: bool = True) -> None:
        """The provider is done with it, and says so once."""
        self.gateway.finish(payout, done)
        self.tell(payout, self.gateway.result(payout))

    def time_out(self, payout: str) -> None:
        timed_out(self, self.business, payout, "evd_timeout")

    def sweep(self, seconds: float) -> int:
        """Let time pass, then do what is due."""
        self.clock.advance(seconds)
        return chase_payouts(self, self.business, self.clock.now() + timedelta(minutes=1))

    def left(self, payment: str) -> int:
        return remaining(self.doc("payments", payment))

    def questions(self) -> list[tuple[str, str]]:
        """Every question that was asked about a payout: its reason and whether it is open."""
        from shared.store import Query, Where

        found = [
            doc.data
            for status in ("open", "done")
            for doc in self.store.all(
                self.business, Query("review", (Where("status", "==", status),), "created_on")
            )
        ]
        return [(item["reasons"][0], item["status"]) for item in found if item["kind"] == "payout"]

    def profile(self, **fields: Any) -> None:
        self.store.put(self.business, Key("profile", "business"), {"name": "Duka", **fields})
