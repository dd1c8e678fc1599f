"""What decisions leave in the store, all inside the caller's commit: records, review items, holds, payers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core import context, measures
from shared.matching.identity import payer_key
from shared.matching.lookup import payment_facts
from shared.matching.places import HOLDS, PAYMENTS, decision_place, payer_place, review_place
from shared.store import Doc, Key, Tx

Record = dict[str, Any]
ENGINE = "engine"
"""Who decides when nobody is asked."""
SUGGESTED = 3
CUSTOMERS_OF_A_PAYER = 50
"""Who pays for more (an agent, an employer's bank) says nothing about whose money it is."""


def write_decision(tx: Tx, payment: Doc, record: Record, actor: str) -> Doc:
    """Keep a decision beside the payment that it is about; ``payment`` as it was when decided."""
    key = decision_place(payment.id, payment.version)
    by = "engine" if actor == ENGINE else "person"
    tx.tally(measures.MATCHES, decision=record["decision"], by=by)
    context.note(decision=record["decision"], links=len(record["links"]))
    return tx.create(key, {"payment_id": payment.id, **record, "actor": actor, "decided_at": tx.now})


def open_review(tx: Tx, kind: str, subject_id: str, record: Record, value_cents: int) -> None:
    """Ask a person; asking again renews the same item."""
    tx.put(
        review_place(kind, subject_id),
        {
            "kind": kind,
            "subject_id": subject_id,
            "status": "open",
            "reasons": [reason["code"] for reason in record["reasons"]],
            "value_cents": value_cents,
            "suggestions": record["candidates"][:SUGGESTED],
            "may_be": record.get("may_be", []),
            "created_on": tx.now,
        },
    )


def close_review(tx: Tx, kind: str, subject_id: str) -> None:
    """The question is answered: its customers' other payments need not wait for it any longer."""
    item = tx.get(review_place(kind, subject_id))
    if item is None or item.data["status"] == "done":
        return
    release(tx, item.data["may_be"], subject_id)
    tx.update(item.key, {"status": "done"})


def close_if_gone(tx: Tx, payment_id: str) -> None:
    """Nobody need say what money is for that has gone back, all of it."""
    payment = tx.require(Key(PAYMENTS, payment_id))
    if payment.data["status"] in {"reversed", "refunded"}:
        close_review(tx, "payment", payment_id)


def hold(tx: Tx, customer_ids: Sequence[str], payment_id: str) -> None:
    """While this payment waits for a person, unnamed payments of these customers wait too."""
    for customer_id in customer_ids:
        waiting = held_by(tx, customer_id)
        if payment_id not in waiting:
            tx.put(Key(HOLDS, customer_id), {"payment_ids": [*waiting, payment_id]})


def release(tx: Tx, customer_ids: Sequence[str], payment_id: str) -> None:
    """Let go of the holds that one payment put on customers."""
    for customer_id in customer_ids:
        rest = [one for one in held_by(tx, customer_id) if one != payment_id]
        if rest:
            tx.put(Key(HOLDS, customer_id), {"payment_ids": rest})
        else:
            tx.delete(Key(HOLDS, customer_id))


def held_by(tx: Tx, customer_id: str) -> list[str]:
    """The payments in review that may be this customer's; reading it guards the commit against new ones."""
    doc = tx.get(Key(HOLDS, customer_id))
    return list(doc.data["payment_ids"]) if doc else []


def learn_payer(tx: Tx, payment: Doc, customer_id: str, by: int = 1) -> None:
    """Count a confirmed payment of this payer for a customer; ``by`` -1 takes a mistaken one back."""
    payer = payer_key(payment_facts(payment))
    if not payer or not customer_id:
        return
    key = payer_place(payer)
    doc = tx.get(key)
    counts: dict[str, int] = dict(doc.data["counts"]) if doc else {}
    counts[customer_id] = counts.get(customer_id, 0) + by
    counts = {who: count for who, count in sorted(counts.items()) if count > 0}
    if not counts:
        tx.delete(key)
    elif len(counts) <= CUSTOMERS_OF_A_PAYER:
        tx.put(key, {"kind": "payer", "value": payer, "ids": list(counts), "counts": counts})
