"""What people decide: match a payment by hand, undo a match. The engine learns from both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shared.books import allocate, unallocate
from shared.bus import emit
from shared.core.errors import Invalid, Refused
from shared.core.ids import derived_id
from shared.events import PaymentMatched, PaymentNeedsReview
from shared.matching.places import CUSTOMERS, DECISIONS, INVOICES, PAYMENTS, review_place
from shared.matching.records import (
    ask_about,
    close_review,
    hold,
    learn_payer,
    lift_vetoes,
    release,
    veto_payer,
    write_decision,
)
from shared.store import Doc, Key, Tx

Links = Sequence[tuple[str, int]]


def match_by_hand(
    tx: Tx,
    payment_id: str,
    links: Links,
    *,
    customer_id: str,
    actor: str,
    writeoff_cents: int = 0,
    note: str = "",
    look: str = "",
) -> Doc:
    """Give a payment's money the purpose that a person names; returns the payment.

    Args:
        links: invoice ids and cents; empty leaves the money on the customer's account.
        customer_id: whose money it is; ``""`` takes the customer of the invoices when they have one customer.
        writeoff_cents: what is let go on the linked invoices beyond the money.
        note: a word of the person, kept with the decision.
        look: what the person had looked at, kept too: the same answer once more can be told from another.

    Raises NotFound, Invalid ``customer_required``, and what ``shared.books.allocate`` raises.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    whose = customer_id or _owner(tx, links)
    allocate(
        tx, payment_id, links, customer_id=whose, matching="manual", actor=actor, writeoff=writeoff_cents
    )
    what = "confirmed" if _is_suggested(tx, before, links, whose) else "matched"
    record = {**_record(tx, links, whose, actor), "what": what, "note": note}
    made = write_decision(tx, before, {**record, "look": look} if look else record, actor)
    learn_payer(tx, before, whose)
    lift_vetoes(tx, before, _owners(tx, links))
    close_review(tx, "payment", payment_id)
    changes = {"decision_id": made.id, "learned_customer_id": whose}
    matched = tx.update(before.key, changes)
    emit(tx, PaymentMatched(payment_id=payment_id), before.key, matched.version)
    return matched


def confirm(tx: Tx, payment_id: str, choice: int, *, actor: str, note: str = "", look: str = "") -> Doc:
    """Do what the engine suggested: candidate ``choice`` (0 the first) of the question that is open.

    Args:
        look: what ``look_of`` said when the person looked; anything else since then is refused.

    Raises NotFound, Refused ``nothing_suggested``, ``changed_since``, and what ``match_by_hand`` raises.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    item = tx.get(review_place("payment", payment_id))
    if item is None or item.data["status"] != "open" or choice >= len(item.data["suggestions"]):
        raise Refused("there is no such suggestion for this payment", code="nothing_suggested")
    if look and look != look_of(payment, item, choice):
        raise Refused(
            "the payment or its suggestions changed since they were looked at", code="changed_since"
        )
    taken = item.data["suggestions"][choice]
    return match_by_hand(
        tx,
        payment_id,
        [(link["invoice_id"], link["cents"]) for link in taken["links"]],
        customer_id=taken["customer_id"],
        actor=actor,
        writeoff_cents=sum(link["writeoff_cents"] for link in taken["links"]),
        note=note,
        look=look,
    )


def look_of(payment: Doc, item: Doc, choice: int = 0) -> str:
    """A fingerprint of what a person sees before confirming: the money, and where it would go."""
    taken = item.data["suggestions"][choice]
    shown = {"payment": payment.version, "customer": taken["customer_id"], "links": taken["links"]}
    return derived_id("look", payment.id, json.dumps(shown, sort_keys=True))


def rule_out(tx: Tx, payment_id: str, customer_id: str, *, actor: str, note: str = "") -> Doc:
    """A person says that this payer does not pay for a customer: it is never posted nor suggested again.

    The question stays open without that customer's suggestions. Raises NotFound, Refused ``not_in_review``.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    item = tx.get(review_place("payment", payment_id))
    if item is None or item.data["status"] != "open":
        raise Refused("nobody is asked about this payment", code="not_in_review")
    tx.require(Key(CUSTOMERS, customer_id))
    remembered = veto_payer(tx, before, customer_id)
    reason = {"code": "ruled_out", "text": f"{actor} said that it is not {customer_id}'s", "weight": 0}
    left = [one for one in item.data["suggestions"] if one["customer_id"] != customer_id]
    may_be = [one for one in item.data["may_be"] if one != customer_id]
    record = {**_asked_again(reason, left), "what": "ruled_out", "note": note, "may_be": may_be}
    record |= {"ruled_out": customer_id, "remembered": remembered}
    made = write_decision(tx, before, record, actor)
    release(tx, [customer_id], payment_id)
    waiting = tx.update(before.key, {"decision_id": made.id})
    ask_about(tx, waiting, record)
    return waiting


def set_aside(tx: Tx, payment_id: str, *, actor: str, note: str = "") -> Doc:
    """A person says that money pays no invoice of ours: it stays unallocated, and holds nobody up any longer.

    Raises NotFound, Refused ``already_allocated`` while anything of it is allocated.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    if before.data["allocations"] or before.data.get("on_account_cents"):
        raise Refused("undo the match first", code="already_allocated")
    reason = {"code": "person", "text": f"{actor} found no invoice for it", "weight": 0}
    record = {**_asked_again(reason, []), "decision": "none", "what": "set_aside", "note": note}
    made = write_decision(tx, before, record, actor)
    close_review(tx, "payment", payment_id)
    return tx.update(before.key, {"matching": "none", "decision_id": made.id})


def _is_suggested(tx: Tx, payment: Doc, links: Links, customer_id: str) -> bool:
    """Whether a person says just what the engine suggested first."""
    item = tx.get(review_place("payment", payment.id))
    first = item.data["suggestions"][0] if item is not None and item.data["suggestions"] else None
    if first is None or first["customer_id"] != customer_id:
        return False
    return dict(links) == {link["invoice_id"]: link["cents"] for link in first["links"]}


def _owners(tx: Tx, links: Links) -> set[str]:
    return {tx.require(Key(INVOICES, invoice_id)).data["customer_id"] for invoice_id, _ in links}


def _owner(tx: Tx, links: Links) -> str:
    owners = _owners(tx, links)
    if not owners:
        raise Invalid("customer_required", "without invoices, say whose account the money goes to")
    return owners.pop() if len(owners) == 1 else ""


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


def undo_match(tx: Tx, payment_id: str, *, actor: str, invoice_id: str | None = None, note: str = "") -> Doc:
    """Take back a payment's link to one invoice, or all of them; the payment goes to review.

    Balances return exactly. Undoing everything also forgets what was learned about the payer. Raises
    NotFound for an unknown payment or link, Refused ``not_allocated``.
    """
    before = tx.require(Key(PAYMENTS, payment_id))
    whose = before.data["customer_id"]
    unallocate(tx, payment_id, actor=actor, invoice_id=invoice_id)
    what = "one link" if invoice_id else "the match"
    reason = {"code": "undone", "text": f"{actor} took {what} back", "weight": 0}
    record = {
        **_asked_again(reason, _last_suggested(tx, before)),
        "what": "undone",
        "note": note,
        "undone": invoice_id or "",
    }
    record["may_be"] = [whose] if whose else []
    made = write_decision(tx, before, record, actor)
    changes: dict[str, Any] = {"decision_id": made.id}
    if invoice_id is None:
        learn_payer(tx, before, before.data.get("learned_customer_id", ""), -1)
        changes["learned_customer_id"] = ""
    waiting = tx.update(before.key, changes)
    ask_about(tx, waiting, record)
    hold(tx, record["may_be"], payment_id)
    emit(tx, PaymentNeedsReview(payment_id=payment_id), before.key, waiting.version)
    return waiting


def _last_suggested(tx: Tx, payment: Doc) -> list[dict[str, Any]]:
    """What was suggested for a payment: by the decision that is undone, else by the question before it."""
    last = tx.get(Key(DECISIONS, payment.data.get("decision_id") or "none"))
    if last is not None and last.data["candidates"]:
        return list(last.data["candidates"])
    item = tx.get(review_place("payment", payment.id))
    return list(item.data["suggestions"]) if item is not None else []


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
