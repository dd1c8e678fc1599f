"""What decisions leave in the store, all inside the caller's commit: records, review items, holds, payers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.bus import emit
from shared.core import context, measures
from shared.core.worth import standing
from shared.events import PaymentSettled
from shared.matching.identity import payer_key
from shared.matching.lookup import payment_facts
from shared.matching.places import HOLDS, PAYMENTS, decision_place, payer_place, review_place
from shared.store import Doc, Key, Tx

Record = dict[str, Any]
ENGINE = "engine"
"""Who decides when nobody is asked."""
SUGGESTED = 3
MOST_AGAIN = 10
"""Payments decided again after one answer; the rest stay with the person."""
CUSTOMERS_OF_A_PAYER = 50
"""Who pays for more (an agent, an employer's bank) says nothing about whose money it is."""


def write_decision(tx: Tx, payment: Doc, record: Record, actor: str) -> Doc:
    """Keep a decision beside the payment that it is about; ``payment`` as it was when decided."""
    key = decision_place(payment.id, payment.version)
    by = "engine" if actor == ENGINE else "person"
    tx.tally(measures.MATCHES, decision=record["decision"], by=by)
    context.note(decision=record["decision"], links=len(record["links"]))
    return tx.create(key, {"payment_id": payment.id, **record, "actor": actor, "decided_at": tx.now})


def open_review(
    tx: Tx, kind: str, subject_id: str, record: Record, *, value_cents: int, about: Record | None = None
) -> None:
    """Ask a person; asking again renews the same item."""
    sure = record.get("confidence_milli", 0)
    tx.put(
        review_place(kind, subject_id),
        {
            "kind": kind,
            "subject_id": subject_id,
            "status": "open",
            "reasons": [reason["code"] for reason in record["reasons"]],
            **standing(value_cents, sure),
            "suggestions": record["candidates"][:SUGGESTED],
            "rival": record.get("rival"),
            "about": about or {},
            "may_be": record.get("may_be", []),
            "created_on": tx.now,
        },
    )


def ask_about(tx: Tx, payment: Doc, record: Record) -> None:
    """Ask a person what a payment is for, with what tells it from others of the same amount."""
    data = payment.data
    payer = data.get("payer_phone") or data.get("payer_masked") or ""
    about = {
        "payer_name": data.get("payer_name", ""),
        "payer": payer,
        "amount_cents": data["amount_cents"],
        "currency": data["currency"],
        "paid_at": data["paid_at"],
        "channel": data["channel"],
        "reference": data.get("reference", ""),
        "narration": data.get("narration", ""),
        "receipt": data.get("receipt", ""),
    }
    open_review(tx, "payment", payment.id, record, value_cents=data["unallocated_cents"], about=about)


def close_review(tx: Tx, kind: str, subject_id: str) -> None:
    """The question is answered: its customers' other payments need not wait for it any longer."""
    item = tx.get(review_place(kind, subject_id))
    if item is None or item.data["status"] == "done":
        return
    tx.update(item.key, {"status": "done"})
    release(tx, item.data["may_be"], subject_id)


def close_if_gone(tx: Tx, payment_id: str) -> None:
    """Nobody need say what money is for that has gone back, all of it."""
    payment = tx.require(Key(PAYMENTS, payment_id))
    if payment.data["status"] in {"reversed", "refunded"}:
        close_review(tx, "payment", payment_id)


def hold(tx: Tx, customer_ids: Sequence[str], payment_id: str) -> None:
    """While this payment waits for a person, unnamed payments of these customers wait too."""
    for customer_id in customer_ids:
        waiting, back = _holders(tx, customer_id)
        if payment_id not in waiting:
            _write_hold(tx, customer_id, [*waiting, payment_id], back)


def yielded(tx: Tx, customer_id: str, payment_id: str) -> None:
    """Note that a payment would have been posted but for the hold: it is decided again when that ends."""
    waiting, back = _holders(tx, customer_id)
    if payment_id in waiting and payment_id not in back:
        _write_hold(tx, customer_id, waiting, [*back, payment_id])


def release(tx: Tx, customer_ids: Sequence[str], payment_id: str) -> None:
    """Let go of the holds that one payment put on customers; who waited for nothing else is decided again.

    Whoever is decided again holds nobody up meanwhile, so that one answer may free several in a row: at most
    ``MOST_AGAIN`` of them, each once.
    """
    ends, again = [(customer_id, payment_id) for customer_id in customer_ids], {payment_id}
    while ends:
        customer_id, gone = ends.pop(0)
        waiting, back = _drop(tx, customer_id, gone)
        if not set(waiting) <= set(back):
            continue
        for one in waiting:
            if one not in again and len(again) <= MOST_AGAIN:
                again.add(one)
                ends += [(held, one) for held in _decide_again(tx, one)]


def _decide_again(tx: Tx, payment_id: str) -> list[str]:
    """Take a question back and let the engine look once more; returns the customers whom it held up."""
    payment, item = tx.get(Key(PAYMENTS, payment_id)), tx.get(review_place("payment", payment_id))
    if payment is not None and payment.data["matching"] == "review":
        waiting = tx.update(payment.key, {"matching": "waiting"})
        emit(tx, PaymentSettled(payment_id=payment_id), payment.key, waiting.version)
    if item is None or item.data["status"] == "done":
        return []
    tx.update(item.key, {"status": "done"})
    return list(item.data["may_be"])


def _drop(tx: Tx, customer_id: str, payment_id: str) -> tuple[list[str], list[str]]:
    """Take one payment out of a customer's hold; returns who is left in it, and who of them yielded."""
    waiting, back = _holders(tx, customer_id)
    if payment_id in waiting:
        waiting = [one for one in waiting if one != payment_id]
        back = [one for one in back if one != payment_id]
        _write_hold(tx, customer_id, waiting, back)
    return waiting, back


def _holders(tx: Tx, customer_id: str) -> tuple[list[str], list[str]]:
    doc = tx.get(Key(HOLDS, customer_id))
    return (list(doc.data["payment_ids"]), list(doc.data.get("yielded", ()))) if doc else ([], [])


def _write_hold(tx: Tx, customer_id: str, waiting: list[str], back: list[str]) -> None:
    if waiting:
        tx.put(Key(HOLDS, customer_id), {"payment_ids": waiting, "yielded": back})
    elif tx.get(Key(HOLDS, customer_id)) is not None:
        tx.delete(Key(HOLDS, customer_id))


def held_by(tx: Tx, customer_id: str) -> list[str]:
    """The payments in review that may be this customer's; reading it guards the commit against new ones."""
    return _holders(tx, customer_id)[0]


def learn_payer(tx: Tx, payment: Doc, customer_id: str, by: int = 1) -> None:
    """Count a confirmed payment of this payer for a customer; ``by`` -1 takes a mistaken one back.

    A payer who pays for a customer after all is no longer ruled out for them.
    """
    payer = payer_key(payment_facts(payment))
    if not payer or not customer_id:
        return
    if by > 0:
        lift_vetoes(tx, payment, {customer_id})
    counts, vetoed = _known(tx, payer)
    counts[customer_id] = counts.get(customer_id, 0) + by
    if len(counts) <= CUSTOMERS_OF_A_PAYER:
        _keep(tx, payer, counts, vetoed)


def veto_payer(tx: Tx, payment: Doc, customer_id: str) -> bool:
    """Remember that this payer does not pay for a customer; False where the payer cannot be told again."""
    payer = payer_key(payment_facts(payment))
    if not payer:
        return False
    counts, vetoed = _known(tx, payer)
    counts.pop(customer_id, None)
    _keep(tx, payer, counts, {*sorted(vetoed)[: CUSTOMERS_OF_A_PAYER - 1], customer_id})
    return True


def lift_vetoes(tx: Tx, payment: Doc, customer_ids: set[str]) -> None:
    """A person gave this payer's money to these customers: they are no longer ruled out for each other."""
    payer = payer_key(payment_facts(payment))
    if payer:
        counts, vetoed = _known(tx, payer)
        if vetoed & customer_ids:
            _keep(tx, payer, counts, vetoed - customer_ids)


def _known(tx: Tx, payer: str) -> tuple[dict[str, int], set[str]]:
    doc = tx.get(payer_place(payer))
    return (dict(doc.data["counts"]), set(doc.data.get("vetoed", ()))) if doc else ({}, set())


def _keep(tx: Tx, payer: str, counts: dict[str, int], vetoed: set[str]) -> None:
    counts = {who: count for who, count in sorted(counts.items()) if count > 0}
    if not counts and not vetoed:
        tx.delete(payer_place(payer))
        return
    known = {"kind": "payer", "value": payer, "ids": list(counts), "counts": counts}
    tx.put(payer_place(payer), {**known, "vetoed": sorted(vetoed)} if vetoed else known)
