"""Money received that the provider took back: the payment's matches are undone and its entry is reversed.

The same reversal is told several ways (a row of the statement, a pulled row, a notice); it counts once. One
that is told before its payment is kept, and applied when the payment is there. One that we asked for is that
refund.
"""

from __future__ import annotations

from dataclasses import replace

from shared.bus import emit
from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import Refused
from shared.core.ids import derived_id
from shared.events import PaymentReversed
from shared.payments import money
from shared.payments.gateways.port import Evidence, Outcome, PayoutResult
from shared.payments.payout_states import Signal
from shared.payments.payouts import move
from shared.payments.places import PAYMENTS, PAYOUTS, REVERSALS
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Query, Tx, Where

BATCH = 100


def reverse(tx: Tx, payment: Doc, evidence: Evidence, evidence_id: str, actor: str) -> Doc:
    """Book that the provider took money of a payment back; told again, it changes nothing.

    Args:
        evidence: ``amount_cents`` is what was taken (None: all that is left); ``receipt`` names the reversal
            itself where it has a number of its own, else the payment.
        actor: who says so: ``result``, ``statement``, ``pull``, or a user.

    Returns the payment. Raises Refused ``reversal_too_large`` for more than the payment brought.
    """
    if payment.data["status"] == "reversed":
        return payment
    known = _known(payment.data, evidence, evidence_id)
    if known is not None:
        return _told_again(tx, payment, known, evidence)
    refund = _our_refund(tx, payment, evidence)
    if refund is None:
        return _take_back(tx, payment, evidence, evidence_id, actor)
    own = _own(payment.data, evidence)
    told = PayoutResult(evidence.provider, "reversal", Outcome.SUCCESS, evidence.code, receipt=own)
    move(tx, refund, Signal.PROOF, replace(told, at=evidence.at), actor=actor, evidence_id=evidence_id)
    return tx.require(payment.key)


def _take_back(tx: Tx, payment: Doc, evidence: Evidence, evidence_id: str, actor: str) -> Doc:
    from shared.books.refunding import take_back

    brought = payment.data["amount_cents"]
    left = brought - payment.data.get("returned_cents", 0)
    cents = left if evidence.amount_cents is None else evidence.amount_cents
    if not 0 < cents <= brought:
        raise Refused("that is more than the payment brought", code="reversal_too_large")
    if not money.booked(payment):  # it came and went: both are booked, so that no later proof books it again
        came = Evidence(evidence.provider, evidence.kind, Outcome.SUCCESS, evidence.code)
        payment = money.believe(tx, payment, came, certain=True)
    lines = payment.data.get("taken_back", [])
    line: Data = {"evidence": evidence_id, "receipt": _own(payment.data, evidence), "cents": cents}
    tx.update(payment.key, {"taken_back": [*lines, {**line, "kinds": [evidence.kind]}]})
    at = rfc3339(evidence.at) if evidence.at else tx.now
    payment, lost = take_back(tx, payment.id, cents, n=len(lines) + 1, at=at, actor=actor)
    emit(tx, PaymentReversed(payment_id=payment.id), payment.key, payment.version)
    return money.doubt(tx, payment, "given_back_twice") if lost else payment


def reverse_by_receipt(
    ports: Ports, business: str, receipt: str, evidence: Evidence, evidence_id: str, *, actor: str
) -> Doc | None:
    """``reverse`` for whoever knows the payment by its receipt only, even before it has arrived.

    Returns the payment, None when it is not here yet: then the reversal is kept and the sweep applies it.
    """
    place = money.money_key(evidence.provider, receipt)

    def apply(tx: Tx) -> Doc | None:
        claim = tx.get(place)
        if claim is None:
            _keep(tx, place, evidence, evidence_id, actor)
            return None
        payment = tx.require(Key(PAYMENTS, claim.data["payment_id"]))
        return reverse(tx, payment, evidence, evidence_id, actor)

    return ports.outbox.run(business, apply)


def apply_kept(ports: Ports, business: str) -> int:
    """Apply reversals whose payments have arrived since; returns how many."""
    waiting = Query(REVERSALS, (Where("waiting", "==", True),), "kept_on", BATCH)
    return sum(_apply_kept(ports, business, kept) for kept in ports.store.query(business, waiting).docs)


def _apply_kept(ports: Ports, business: str, kept: Doc) -> bool:
    def apply(tx: Tx) -> bool:
        now = tx.require(kept.key)
        claim = tx.get(Key("money", now.data["money"]))
        if claim is None or not now.data["waiting"]:
            return False
        payment = tx.require(Key(PAYMENTS, claim.data["payment_id"]))
        tx.update(now.key, {"waiting": False})
        try:
            reverse(tx, payment, _evidence(now.data), now.data["evidence_id"], now.data["actor"])
        except Refused as error:  # nothing was written yet: a person must look
            money.doubt(tx, payment, error.code)
        return True

    return ports.outbox.run(business, apply)


def _keep(tx: Tx, place: Key, evidence: Evidence, evidence_id: str, actor: str) -> None:
    told: Data = {"provider": evidence.provider, "kind": evidence.kind, "code": evidence.code}
    told |= {"receipt": evidence.receipt or "", "at": rfc3339(evidence.at) if evidence.at else ""}
    told |= {"amount_cents": evidence.amount_cents or 0}
    key = Key(REVERSALS, derived_id("rvl", place.id, evidence_id))
    if tx.get(key) is None:
        named: Data = {"money": place.id, "evidence_id": evidence_id, "actor": actor, "kept_on": tx.now}
        tx.create(key, {**told, **named, "waiting": True})


def _evidence(kept: Data) -> Evidence:
    return Evidence(
        provider=kept["provider"],
        kind=kept["kind"],
        outcome=Outcome.SUCCESS,
        code=kept["code"],
        receipt=kept["receipt"] or None,
        amount_cents=kept["amount_cents"] or None,
        at=parse_rfc3339(kept["at"]) if kept["at"] else None,
    )


def _known(payment: Data, evidence: Evidence, evidence_id: str) -> int | None:
    """Which line of ``taken_back`` this is, by its own number, else by its amount from another source.

    A source that tells two equal parts tells two reversals; another source tells of the same ones.
    """
    own = _own(payment, evidence)
    for n, line in enumerate(payment.get("taken_back", [])):
        if line["evidence"] == evidence_id or (own and line["receipt"] == own):
            return n
        same = evidence.amount_cents in {None, line["cents"]} and evidence.kind not in line["kinds"]
        if same and not (own and line["receipt"]):
            return n
    return None


def _told_again(tx: Tx, payment: Doc, n: int, evidence: Evidence) -> Doc:
    """Remember who else told of a reversal, and its number: the next one like it is another one."""
    lines: list[Data] = [dict(line) for line in payment.data["taken_back"]]
    lines[n]["receipt"] = lines[n]["receipt"] or _own(payment.data, evidence)
    lines[n]["kinds"] = sorted({*lines[n]["kinds"], evidence.kind})
    return tx.update(payment.key, {"taken_back": lines}) if lines != payment.data["taken_back"] else payment


def _own(payment: Data, evidence: Evidence) -> str:
    """The number of the reversal itself, "" when it is told under the payment's."""
    number = (evidence.receipt or "").strip().upper()
    return "" if number == payment["receipt"] else number


def _our_refund(tx: Tx, payment: Doc, evidence: Evidence) -> Doc | None:
    """The refund of ours that this reversal is: one that had the provider undo the whole payment."""
    if evidence.amount_cents not in {None, payment.data["amount_cents"]}:
        return None
    for payout_id in payment.data.get("open_refunds", []):
        refund = tx.require(Key(PAYOUTS, payout_id))
        if refund.data["method"] == "reverse" and refund.data["sends"]:
            return refund
    return None
