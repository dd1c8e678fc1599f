"""What a person answers to a question about a payment: that suggestion, these invoices, none, not this customer's.

Each is one commit with the books, the decision, the trail and the end of the question.
"""

from __future__ import annotations

from shared.core.errors import Invalid, NotFound, Refused
from shared.core.worth import standing
from shared.matching.manual import Links, match_by_hand, set_aside
from shared.matching.places import CUSTOMERS, PAYMENTS, REVIEW, review_place
from shared.matching.records import release
from shared.matching.trail import tell
from shared.matching.vetoes import veto
from shared.store import Data, Doc, Key, Tx


def question(tx: Tx, item_id: str, version: int | None = None) -> Doc:
    """The open question about a payment's purpose.

    Args:
        version: of the item that was looked at; None takes it as it is.

    Raises NotFound, Refused ``other_question`` (about something else than what a payment is for),
    ``item_closed`` and ``item_changed``.
    """
    item = tx.require(Key(REVIEW, item_id))
    if item.key != review_place("payment", item.data["subject_id"]):
        raise Refused("this question is not what a payment is for", code="other_question")
    if item.data["status"] != "open":
        raise Refused("this question has been answered", code="item_closed")
    if version is not None and version != item.version:
        raise Refused("the question has changed since it was read", code="item_changed")
    return item


def confirm(
    tx: Tx, item_id: str, suggestion: int, *, actor: str, note: str = "", version: int | None = None
) -> Doc:
    """Take one of the suggestions as it stands; returns the payment.

    Args:
        suggestion: 0 for the first. One without invoices leaves the money on its customer's account.

    Raises as ``question``, Invalid ``suggestion_unknown``, Refused ``item_changed`` when other money is left
    than was asked about, and what ``shared.books.allocate`` raises.
    """
    item = question(tx, item_id, version)
    shown = item.data["suggestions"]
    if not 0 <= suggestion < len(shown):
        raise Invalid("suggestion_unknown", f"there are {len(shown)} suggestions, the first is 0")
    payment = tx.require(Key(PAYMENTS, item.data["subject_id"]))
    if payment.data["unallocated_cents"] != item.data["value_cents"]:
        raise Refused("other money is left of the payment than was asked about", code="item_changed")
    chosen = shown[suggestion]
    return match_by_hand(
        tx,
        payment.id,
        [(link["invoice_id"], link["cents"]) for link in chosen["links"]],
        customer_id=chosen["customer_id"],
        actor=actor,
        writeoff_cents=sum(link.get("writeoff_cents", 0) for link in chosen["links"]),
        what="confirmed",
        note=note,
        kept={"suggestion": suggestion},
    )


def correct(
    tx: Tx,
    item_id: str,
    links: Links,
    *,
    customer_id: str,
    actor: str,
    writeoff_cents: int = 0,
    note: str = "",
    version: int | None = None,
) -> Doc:
    """Say what the money is for instead, over invoices of several customers where need be; the payment.

    Raises as ``question`` and ``match_by_hand``.
    """
    item = question(tx, item_id, version)
    return match_by_hand(
        tx,
        item.data["subject_id"],
        links,
        customer_id=customer_id,
        actor=actor,
        writeoff_cents=writeoff_cents,
        what="corrected",
        note=note,
    )


def none(tx: Tx, item_id: str, *, actor: str, note: str = "", version: int | None = None) -> Doc:
    """Say that it pays no invoice of ours; returns the payment. Raises as ``question``."""
    item = question(tx, item_id, version)
    return set_aside(tx, item.data["subject_id"], actor=actor, note=note)


def reject(
    tx: Tx, item_id: str, customer_id: str, *, actor: str, note: str = "", version: int | None = None
) -> Doc:
    """Say that this payer's money is not this customer's; the question stays open. Returns the payment.

    The customer's other payments wait for this one no longer. Raises as ``question``; NotFound for an unknown
    customer.
    """
    item = question(tx, item_id, version)
    if tx.get(Key(CUSTOMERS, customer_id)) is None:
        raise NotFound(f"no customers '{customer_id}'")
    payment = tx.require(Key(PAYMENTS, item.data["subject_id"]))
    veto(tx, payment, customer_id)
    tx.update(item.key, _without(item.data, customer_id))
    if customer_id in item.data["may_be"]:
        release(tx, [customer_id], payment.id)
    return tell(tx, payment, "rejected", actor=actor, note=note, kept={"customer_id": customer_id})


def _without(item: Data, customer_id: str) -> Data:
    left = [one for one in item["suggestions"] if one["customer_id"] != customer_id]
    same = left[:1] == item["suggestions"][:1]
    rival = item.get("rival")
    return {
        "suggestions": left,
        "rival": None if rival and rival["customer_id"] == customer_id else rival,
        "may_be": [one for one in item["may_be"] if one != customer_id],
        "only_held": False,
        **standing(item["value_cents"], item["confidence_milli"] if same else 0),
    }
