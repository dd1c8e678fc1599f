"""How a payout ends in the books, in the commit that learns of it."""

from __future__ import annotations

from shared.bus import emit
from shared.core.clock import rfc3339
from shared.events import RefundSent
from shared.payments.gateways.port import PayoutResult
from shared.payments.payout_books import book_charge, book_payout
from shared.payments.payout_limits import give_back
from shared.payments.payout_questions import question
from shared.payments.refunds import refund_failed, refund_succeeded
from shared.store import Data, Doc, Tx


def succeeded(tx: Tx, payout: Doc, told: PayoutResult) -> Doc:
    """Book that the money went; once, because only one signal brings a payout here."""
    at = rfc3339(told.at) if told.at else tx.now
    payout = tx.update(payout.key, {"sent_at": at, "result_code": told.code, "failure": "", "polling": False})
    payout = learned(tx, payout, told)
    if payout.data["kind"] != "refund":
        book_payout(tx, payout)
        return payout
    payout = refund_succeeded(tx, payout)
    emit(tx, RefundSent(payout_id=payout.id), payout.key, payout.version, request_id=_request_of(payout))
    return payout


def failed(tx: Tx, payout: Doc, told: PayoutResult) -> Doc:
    """Let go of what was set aside, and of the day's limit."""
    reason = told.description or told.code or "failed"
    ended: Data = {"result_code": told.code, "failure": reason[:200], "polling": False}
    payout = give_back(tx, tx.update(payout.key, ended))
    return refund_failed(tx, payout) if payout.data["kind"] == "refund" else payout


def learned(tx: Tx, payout: Doc, told: PayoutResult) -> Doc:
    """Fill in what was not known of money that went: its receipt, and what the provider charged for it."""
    known = payout.data
    changes: Data = {}
    if told.receipt and not known["receipt"]:
        changes["receipt"] = told.receipt
    elif told.receipt and told.receipt != known["receipt"]:
        payout = question(
            tx, payout, "second_receipt"
        )  # one request, and the provider names two transactions
    if told.charge_cents and not known["charge_cents"]:
        changes["charge_cents"] = told.charge_cents
    payout = tx.update(payout.key, changes) if changes else payout
    if "charge_cents" in changes:
        book_charge(tx, payout, changes["charge_cents"])
    return payout


def _request_of(payout: Doc) -> str:
    return str(payout.data["correlation_id"])
