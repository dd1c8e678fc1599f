"""What people decide: match a payment by hand, undo a match. The engine learns from both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.books import allocate, unallocate
from shared.bus import emit
from shared.core.errors import Invalid, Refused
from shared.events import PaymentMatched, PaymentNeedsReview
from shared.matching.places import DECISIONS, INVOICES, PAYMENTS
from shared.matching.records import close_review, hold, learn_payer, open_review, write_decision
from shared.store import Doc, Key, Tx

Links = Sequence[tuple[str, int]]


def match_by_hand(
    tx: Tx, payment_id: str, links: Links, *, customer_id: str, actor: str, writeoff_cents: int = 0
) -> Doc:
    """Give a payment's money the purpose that a person names; returns the payment.

    Args:
        links: invoice ids and cents; empty leaves the money on the customer's account.
        customer_id: whose money it is; ``""`` takes the customer of the invoices when they have one customer.
        writeoff_cents: what is let go on the linked invoices beyond the money.

    Raises NotFound, Invalid ``customer_required``, and what ``shared.books.allocate`` raises.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    whose = customer_id or _owner(tx, links)
    allocate(
        tx, payment_id, links, customer_id=whose, matching="manual", actor=actor, writeoff=writeoff_cents
    )
    made = write_decision(tx, before, _record(tx, links, whose, actor), actor)
    learn_payer(tx, before, whose)
    close_review(tx, "payment", payment_id)
    changes = {"decision_id": made.id, "learned_customer_id": whose}
    matched = tx.update(before.key, changes)
    emit(tx, PaymentMatched(payment_id=payment_id), before.key, matched.version)
    return matched


def set_aside(tx: Tx, payment_id: str, *, actor: str) -> Doc:
    """A person says that money pays no invoice of ours: it stays unallocated, and holds nobody up any longer.

    Raises NotFound, Refused ``already_allocated`` while anything of it is allocated.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    if before.data["allocations"] or before.data.get("on_account_cents"):
        raise Refused("undo the match first", code="already_allocated")
    reason = {"code": "person", "text": f"{actor} found no invoice for it", "weight": 0}
    made = write_decision(tx, before, {**_asked_again(reason, []), "decision": "none"}, actor)
    close_review(tx, "payment", payment_id)
    return tx.update(before.key, {"matching": "none", "decision_id": made.id})


def _owner(tx: Tx, links: Links) -> str:
    owners = {tx.require(Key(INVOICES, invoice_id)).data["customer_id"] for invoice_id, _ in links}
    if not owners:
        raise Invalid("customer_required", "without invoices, say whose account the money goes to")
    return str(owners.pop()) if len(owners) == 1 else ""


def _record(tx: Tx, links: Links, customer_id: str, actor: str) -> dict[str, Any]:
    numbers = [tx.require(Key(INVOICES, invoice_id)).data["number"] for invoice_id, _ in links]
    return {
        "decision": "manual",
        "confidence_milli": 1000,
        "reasons": [{"code": "person", "text": f"matched by {actor}", "weight": 0}],
        "links": [
            {"invoice_id": invoice_id, "number": number, "cents": cents}
            for (invoice_id, cents), number in zip(links, numbers, strict=True)
        ],
        "customer_id": customer_id,
        "candidates": [],
        "rival": None,
    }


def undo_match(tx: Tx, payment_id: str, *, actor: str, invoice_id: str | None = None) -> Doc:
    """Take back a payment's link to one invoice, or all of them; the payment goes to review.

    Balances return exactly. Undoing everything also forgets what was learned about the payer. Raises
    NotFound for an unknown payment or link, Refused ``not_allocated``.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    whose = before.data["customer_id"]
    unallocate(tx, payment_id, actor=actor, invoice_id=invoice_id)
    what = "one link" if invoice_id else "the match"
    reason = {"code": "undone", "text": f"{actor} took {what} back", "weight": 0}
    last = tx.get(Key(DECISIONS, before.data.get("decision_id") or "none"))
    kept = last.data["candidates"] if last else []
    record = {**_asked_again(reason, kept), "may_be": [whose] if whose else []}
    made = write_decision(tx, before, record, actor)
    changes: dict[str, Any] = {"decision_id": made.id}
    if invoice_id is None:
        learn_payer(tx, before, before.data.get("learned_customer_id", ""), -1)
        changes["learned_customer_id"] = ""
    waiting = tx.update(before.key, changes)
    open_review(tx, "payment", payment_id, record, waiting.data["unallocated_cents"])
    hold(tx, record["may_be"], payment_id)
    emit(tx, PaymentNeedsReview(payment_id=payment_id), before.key, waiting.version)
    return waiting


def _asked_again(reason: dict[str, Any], candidates: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "decision": "review",
        "confidence_milli": 0,
        "reasons": [reason],
        "links": [],
        "customer_id": "",
        "candidates": candidates,
        "rival": None,
    }
