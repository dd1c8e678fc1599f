"""What a person says of a receipt: these are its fields, it is right, it is none, take that back.

The books follow by event: an expense is what its receipt says (shared/matching/receipts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.core.clock import EAT, parse_rfc3339
from shared.core.errors import FieldError, Invalid, Refused
from shared.receipts import aliases, labels, words
from shared.receipts.places import RECEIPTS
from shared.receipts.policy import POLICY, read_policy
from shared.receipts.tax_verdict import facts_of, tax_verdict
from shared.receipts.trail import change, standing, undo
from shared.store import Data, Doc, Key, Tx

_OPEN = frozenset({"needs_review", "accepted"})
_OWN = ("merchant", "receipt_date", "total_cents", "tax_cents", "currency", "lines")
"""Fields of the receipt itself; all others are those of its reading."""


def correct(
    tx: Tx,
    receipt_id: str,
    fields: Mapping[str, Any],
    *,
    actor: str,
    note: str = "",
    version: int | None = None,
) -> Doc:
    """Set fields to what a person reads, and accept the receipt; returns it.

    Each corrected field becomes a label, and a corrected merchant is remembered. Raises NotFound, Refused
    ``receipt_closed`` and ``receipt_changed``, Invalid ``total_missing`` and ``tax_exceeds_total``.
    """
    receipt = _open(standing(tx, receipt_id, version))
    made = _corrected(tx, receipt, fields)
    kept: Data = {"labels": labels.keep(tx, receipt, fields, actor)}
    if fields.get("merchant"):
        kept["aliases"] = aliases.remember(tx, receipt, fields["merchant"])
    return _decide(tx, receipt, made, what="corrected", actor=actor, note=note, kept=kept)


def accept(tx: Tx, receipt_id: str, *, actor: str, note: str = "", version: int | None = None) -> Doc:
    """Say that a receipt is right as it was read; its fields become labels too. Raises as ``correct``."""
    receipt = _open(standing(tx, receipt_id, version))
    kept: Data = {"labels": labels.keep(tx, receipt, {}, actor)}
    return _decide(
        tx, receipt, _corrected(tx, receipt, {}), what="accepted", actor=actor, note=note, kept=kept
    )


def reject(tx: Tx, receipt_id: str, *, actor: str, note: str, version: int | None = None) -> Doc:
    """Say that a file is no cost of the business; it counts nowhere and is kept. Raises as ``correct``."""
    receipt = standing(tx, receipt_id, version)
    if receipt.data["status"] in {"rejected", "refused"}:
        raise Refused(f"the receipt is {receipt.data['status']} already", code="receipt_closed")
    made: Data = {"status": "rejected", "matching": "none", "reasons": ["rejected_by_person"]}
    return change(tx, receipt, made, what="rejected", actor=actor, note=note)


def take_back(tx: Tx, receipt_id: str, *, actor: str, version: int | None = None) -> Doc:
    """Undo the last change with all that it made: fields, labels, remembered names; returns the receipt.

    Raises NotFound, Refused ``nothing_to_undo`` and ``receipt_changed``.
    """
    before = standing(tx, receipt_id, version)
    receipt, undone = undo(tx, before, actor=actor)
    labels.withdraw(tx, undone["kept"].get("labels", []))
    aliases.forget(tx, undone["kept"].get("aliases", []))
    if payees := undone["kept"].get("payees"):
        from shared.categories.memory import unteach  # only where somebody filed it

        unteach(tx, payees)
    words.index(tx, receipt.id, before.data, receipt.data)
    return receipt


def categorise(tx: Tx, receipt_id: str, category: str, *, actor: str, note: str = "") -> Doc:
    """Say what kind of cost a receipt is; its expense follows, and its seller is known by it from now on.

    Raises NotFound, Refused ``receipt_closed``, Invalid ``category_unknown``.
    """
    from shared.categories import receipt_subject, record, resolve, teach  # no part of every cold start

    receipt = _open(tx.require(Key(RECEIPTS, receipt_id)))
    choice = resolve(tx, category)
    taught = teach(tx, receipt_subject(receipt.data), choice.category, choice.custom)
    before = str(receipt.data.get("category") or "")
    record(tx, receipt_id, choice, before, actor=actor, note=note, taught=taught)
    made, kept = {"category": category}, {"payees": taught}
    return change(tx, receipt, made, what="categorised", actor=actor, note=note, kept=kept)


def with_tax(receipt: Data, own_pin: str, today: date) -> Data:
    """The tax verdict of a receipt as it stands, to be kept with it; {} for a file that was not read."""
    if not receipt["reading"]:
        return {"tax": {}}
    return {"tax": tax_verdict(facts_of(receipt), own_pin, today).to_document()}


def _open(receipt: Doc) -> Doc:
    if receipt.data["status"] not in _OPEN:
        raise Refused(f"the receipt is {receipt.data['status']}; undo that first", code="receipt_closed")
    return receipt


def _corrected(tx: Tx, receipt: Doc, fields: Mapping[str, Any]) -> Data:
    """The receipt's fields with the corrections in them, checked against each other."""
    data = receipt.data
    made: Data = {name: fields.get(name, data[name]) for name in _OWN}
    if others := {name: value for name, value in fields.items() if name not in _OWN}:
        made["reading"] = {**data["reading"], **others}
    if made["total_cents"] <= 0:
        raise Invalid(
            "total_missing", "say what the total is", [FieldError("/total_cents", "more than zero")]
        )
    if made["tax_cents"] > made["total_cents"]:
        fault = FieldError("/tax_cents", "at most the total")
        raise Invalid("tax_exceeds_total", "the tax is part of the total", [fault])
    made["business_day"] = made["receipt_date"] or data["business_day"]
    today = parse_rfc3339(tx.now).astimezone(EAT).date()
    return made | with_tax({**data, **made}, read_policy(tx.get(POLICY)).kra_pin, today)


def _decide(tx: Tx, receipt: Doc, made: Data, *, what: str, actor: str, note: str, kept: Data) -> Doc:
    made |= {"status": "accepted", "reasons": []}
    made["matching"] = receipt.data["matching"] if receipt.data["transaction_id"] else "waiting"
    words.index(tx, receipt.id, receipt.data, {**receipt.data, **made})
    return change(tx, receipt, made, what=what, actor=actor, note=note, kept=kept)
