"""Payments: money that somebody received, one document however often and however it was told.

The key is (provider, receipt). A status query proves an attempt paid without naming a receipt; such a
payment is keyed by the provider's request id until a callback or a paybill notice brings the receipt, and the
document ``money/{provider}-{receipt}`` then points at it: no later evidence can open a second payment.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from shared.bus import emit
from shared.core import context, measures
from shared.core.clock import business_day, parse_rfc3339, rfc3339
from shared.core.errors import Invalid
from shared.core.ids import derived_id
from shared.core.phone import mask, phone_hash
from shared.core.worth import standing
from shared.events import PaymentNeedsReview, PaymentSettled
from shared.payments.gateways.port import Evidence, HintKind, PayerHint
from shared.payments.grades import Grade, grade_of, graded, listed, shown_by, warnings_of
from shared.payments.places import PAYMENTS
from shared.payments.polling import next_poll
from shared.store import Data, Doc, Key, Tx

DOUBTFUL_TWIN = "may_be_known_money"
"""A receipt for what was booked without one: listed or not, counting it could count it twice."""
_BOOKED = frozenset({"settled", "partially_refunded", "refunded", "reversed"})
_RECEIPT = re.compile(r"[A-Z0-9_.-]{4,40}")


def money_key(provider: str, receipt: str) -> Key:
    """The claim on a receipt number; raises Invalid ``receipt_invalid`` for what no provider issues."""
    folded = receipt.strip().upper()
    if not _RECEIPT.fullmatch(folded):
        raise Invalid("receipt_invalid", "that is not a receipt number")
    return Key("money", f"{provider}-{folded}")


def places(evidence: Evidence) -> list[Key]:
    """Where money of this receipt would be, in the books too, to be read in one batch; none without one."""
    from shared.books import booked_at

    if not evidence.receipt:
        return []
    claim = money_key(evidence.provider, evidence.receipt)
    number = evidence.receipt.strip().upper()
    return [claim, Key(PAYMENTS, claim.id), booked_at({"provider": evidence.provider, "receipt": number})]


def find(tx: Tx, evidence: Evidence) -> Doc | None:
    """The payment this evidence speaks of, if it is known by its receipt."""
    if not evidence.receipt:
        return None
    claim = tx.get(money_key(evidence.provider, evidence.receipt))
    return tx.require(Key(PAYMENTS, claim.data["payment_id"])) if claim else None


def open_payment(tx: Tx, evidence: Evidence, channel: str, evidence_id: str, attempt: Doc | None) -> Doc:
    """Write a payment that is claimed and not yet believed; the amount is what the provider says."""
    asked = attempt.data if attempt else {}
    cents = evidence.amount_cents if evidence.amount_cents is not None else asked.get("amount_cents")
    if cents is None or cents <= 0:
        raise Invalid("amount_missing", "the evidence names no amount")
    number = evidence.receipt.strip().upper() if evidence.receipt else ""
    money_id = number or asked["request_id"]
    paid_at = rfc3339(evidence.at) if evidence.at else tx.now
    payment = {
        "provider": evidence.provider,
        "receipt": number,
        "money_id": money_id,
        "channel": channel,
        "status": "claimed",
        "matching": "waiting",
        "amount_cents": cents,
        "currency": "KES",
        "shortcode": evidence.shortcode or asked.get("shortcode", ""),
        **payer_fields(evidence.payer, asked.get("phone", "")),
        "reference": evidence.account or asked.get("reference", ""),
        "narration": "",
        "paid_at": paid_at,
        "business_day": business_day(parse_rfc3339(paid_at)),
        "attempt_id": attempt.id if attempt else "",
        "invoice_id": asked.get("invoice_id", ""),
        "customer_id": "",
        "allocated_cents": 0,
        "unallocated_cents": cents,
        "allocations": [],
        "evidence": [_line(evidence, evidence_id, tx.now)],
        "grade": Grade.CLAIMED.value,
        "proofs": [],
        "warnings": warnings_of(evidence),
        "correlation_id": asked.get("correlation_id") or context.current().request_id,
        "polling": True,
        "poll_at": next_poll(tx.now, 0) or tx.now,
        "polls": 0,
        "created_on": tx.now,
    }
    payment |= graded(payment, evidence, asked.get("amount_cents"))
    doc = tx.create(Key(PAYMENTS, f"{evidence.provider}-{money_id}"), payment)
    tx.tally(measures.PAYMENTS, channel=channel, outcome="claimed")
    if number:
        tx.create(money_key(evidence.provider, number), {"payment_id": doc.id})
    return doc


def payer_fields(hint: PayerHint, asked_phone: str) -> Data:
    """What is known of the payer. The phone we prompted is the payer of an STK payment."""
    phone = hint.value if hint.kind is HintKind.PHONE else asked_phone
    masked = hint.value if hint.kind is HintKind.MASKED else (mask(phone) if phone else "")
    hashed = hint.value if hint.kind is HintKind.HASH else (phone_hash(phone) if phone else "")
    return {"payer_phone": phone, "payer_masked": masked, "payer_hash": hashed, "payer_name": hint.name}


def add_evidence(
    tx: Tx, payment: Doc, evidence: Evidence, evidence_id: str, asked_cents: int | None = None
) -> Doc:
    """Add another proof of the same money: fill in what was not known, never change what was.

    Args:
        asked_cents: what the attempt asked for, when the evidence is about one: the amount a query proves.
    """
    known = payment.data
    if any(line["id"] == evidence_id for line in known["evidence"]):
        return payment
    changes: Data = {"evidence": [*known["evidence"][-19:], _line(evidence, evidence_id, tx.now)]}
    changes |= graded(known, evidence, asked_cents)
    changes["warnings"] = sorted({*known.get("warnings", []), *warnings_of(evidence)})
    told = payer_fields(evidence.payer, "")
    changes |= {name: value for name, value in told.items() if value and not known[name]}
    if evidence.receipt and not known["receipt"]:
        changes["receipt"] = evidence.receipt.strip().upper()
        tx.create(money_key(evidence.provider, evidence.receipt), {"payment_id": payment.id})
    if evidence.account and not known["reference"]:
        changes["reference"] = evidence.account
    return tx.update(payment.key, changes)


def settle(tx: Tx, payment: Doc) -> Doc:
    """Believe a claimed payment: book it once and let it be matched; a settled one stays as it is."""
    from shared.books import receive_payment

    if payment.data["status"] != "claimed":
        return payment
    settled = tx.update(payment.key, {"status": "settled", "polling": False, "settled_on": tx.now})
    receive_payment(tx, {**settled.data, "id": payment.id})
    tx.tally(measures.PAYMENTS, channel=payment.data["channel"], outcome="settled")
    emit(tx, PaymentSettled(payment_id=payment.id), payment.key, request_id=_request_of(payment))
    return settled


def belong(tx: Tx, payment: Doc, attempt: Doc) -> Doc:
    """Tie money that was announced before its attempt was known to the attempt that asked for it."""
    if payment.data["attempt_id"]:
        return payment
    asked = {"attempt_id": attempt.id, "invoice_id": attempt.data["invoice_id"], "channel": "stk"}
    asked["correlation_id"] = attempt.data.get("correlation_id") or _request_of(payment)
    told = payer_fields(PayerHint(), attempt.data["phone"])
    known = {name: payment.data[name] or value for name, value in told.items()}
    return tx.update(payment.key, {**asked, **known})


def release(tx: Tx, payment: Doc) -> Doc:
    """Let money stand for itself again: it was not its attempt's."""
    return tx.update(
        payment.key, {"attempt_id": "", "invoice_id": "", "channel": "paybill", "payer_phone": ""}
    )


def booked(payment: Doc) -> bool:
    """Whether this money is, or was, in the books; what a person put aside unbooked never was."""
    return payment.data["status"] in _BOOKED and bool(payment.data.get("settled_on"))


def only_noticed(payment: Doc) -> bool:
    """Whether nothing but unsigned notices, which name no attempt, tell of this money."""
    return payment.data["status"] == "claimed" and {line["kind"] for line in payment.data["evidence"]} == {
        "c2b"
    }


def doubt_beside(tx: Tx, payment: Doc, earlier: Doc) -> None:
    """Ask whether listed money is what a query has proven already, under a receipt that no list shows.

    Who has answered that is not asked again; a list that shows the earlier receipt too answers it for them.
    """
    rivals = earlier.data.get("rivals", [])
    if payment.id not in rivals:
        tx.update(earlier.key, {"rivals": [*rivals, payment.id]})
    if not booked(payment) and not put_aside(payment):
        doubt(tx, payment, DOUBTFUL_TWIN)


def clear_rivals(tx: Tx, payment: Doc, evidence: Evidence) -> None:
    """A list shows this payment's own receipt: what was listed beside it is other money, and no question."""
    for other in tx.get_many([Key(PAYMENTS, rival) for rival in payment.data.get("rivals", [])]):
        if other is not None and not booked(other) and listed(other.data):
            shown = replace(evidence, receipt=other.data["receipt"], amount_cents=other.data["amount_cents"])
            believe(tx, other, shown, certain=True)


def known_to(payment: Doc, evidence: Evidence) -> bool:
    """Whether a list's word is nothing new: this very money is booked, listed, and as sure as it makes it."""
    agrees = payment.data["amount_cents"] == evidence.amount_cents and listed(payment.data)
    return booked(payment) and agrees and grade_of(payment.data) == graded(payment.data, evidence)["grade"]


def disown(tx: Tx, payment: Doc) -> Doc:
    """Put announced money aside that a person found not to have come; a list that shows it brings it back."""
    aside: Data = {"status": "reversed", "matching": "none", "unallocated_cents": 0, "polling": False}
    return tx.update(answered(tx, payment).key, aside)


def put_aside(payment: Doc) -> bool:
    """Whether a person, or the business's rule, found that this announced money never came."""
    return payment.data["status"] == "reversed" and not booked(payment)


def believe(tx: Tx, payment: Doc, evidence: Evidence, *, certain: bool = False) -> Doc:
    """Settle on the provider's own list of money, or on a person's word: either ends earlier doubts.

    The amount it names is what is booked. Money that is booked already with another amount is a question.

    Args:
        certain: somebody has made sure that this is not money that was booked before without a receipt.
    """
    told = evidence.amount_cents
    if booked(payment):
        differs = told is not None and told != payment.data["amount_cents"]
        return doubt(tx, payment, "amount_differs") if differs else payment
    if DOUBTFUL_TWIN in payment.data.get("doubts", []) and not certain:
        return payment
    payment = answered(tx, payment)
    cents = told or payment.data["amount_cents"]
    known: Data = {"status": "claimed", "matching": "waiting"}
    known |= {"amount_cents": cents, "unallocated_cents": cents}
    known |= graded({**payment.data, **known}, evidence)
    return settle(tx, tx.update(payment.key, known))


def answered(tx: Tx, payment: Doc) -> Doc:
    """Close every question about a payment."""
    for reason in payment.data.get("doubts", []):
        tx.update(_item(payment, reason), {"status": "done"})
    return tx.update(payment.key, {"doubts": []})


def doubt(tx: Tx, payment: Doc, reason: str) -> Doc:
    """Hand a payment to a person: what is not credited yet is not credited until they have decided."""
    item = _item(payment, reason)
    if tx.get(item) is not None:
        return payment
    asked = {"kind": "payment", "subject_id": payment.id, "reasons": [reason], "suggestions": []}
    asked |= standing(payment.data["amount_cents"])
    tx.create(item, {**asked, "status": "open", "may_be": [], "created_on": tx.now})
    tx.tally(measures.PAYMENTS, channel=payment.data["channel"], outcome="review")
    emit(
        tx,
        PaymentNeedsReview(payment_id=payment.id),
        payment.key,
        payment.version,
        request_id=_request_of(payment),
    )
    doubts: Data = {"doubts": [*payment.data.get("doubts", []), reason]}
    if booked(payment):  # it stays in the books until a person reverses it
        return tx.update(payment.key, doubts)
    return tx.update(payment.key, {"status": "review", "polling": False, **doubts})


def _request_of(payment: Doc) -> str:
    """The request that this money goes back to, whoever proves it later."""
    return str(payment.data.get("correlation_id", ""))


def _item(payment: Doc, reason: str) -> Key:
    """The question; one about money in the books is another than the one that was asked before it."""
    stage = ["booked"] if booked(payment) else []
    return Key("review", derived_id("rev", payment.id, reason, *stage))


def _line(evidence: Evidence, evidence_id: str, now: str) -> dict[str, Any]:
    """What is kept of one proof with the payment; the whole of it lies where the id says."""
    line: Data = {"kind": evidence.kind, "id": evidence_id, "code": evidence.code, "at": now}
    line["grade"] = shown_by(evidence.kind).value
    told: Data = {"amount_cents": evidence.amount_cents, "receipt": evidence.receipt}
    told["source"] = evidence.source
    return {**line, **{name: value for name, value in told.items() if value}}
