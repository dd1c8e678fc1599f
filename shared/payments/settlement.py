"""Settlement: evidence moves attempts and payments, one commit each, in any order and any number of times.

A callback is only a claim, because nobody signs it. An independent answer (status query, pull, statement)
is proof, and only proof credits an invoice, unless the business trusts callbacks up to an amount.
"""

from __future__ import annotations

from datetime import timedelta

from shared.bus import emit
from shared.core.clock import parse_rfc3339
from shared.core.errors import Invalid
from shared.events import AttemptFailed
from shared.payments import money
from shared.payments.attempts import ATTEMPTS, awaiting_key, moved
from shared.payments.evidence import CALLBACKS, body_of
from shared.payments.gateways.daraja.payloads import parse_c2b, parse_stk_callback
from shared.payments.gateways.port import Evidence, HintKind, Outcome, QueryAnswer
from shared.payments.ports import Ports
from shared.payments.states import WAITING, Signal, State
from shared.store import Data, Doc, Key, Tx

TWIN_WINDOW = timedelta(hours=24)
"""A paybill notice older or newer than this is not the twin of an attempt."""
PROVEN_BY = frozenset({"query", "status", "pull", "statement"})
_FAILURES = {
    "1": "insufficient_funds",
    "2": "amount_too_small",
    "3": "amount_too_large",
    "4": "limit",
    "8": "limit",
    "1019": "expired",
    "1032": "cancelled",
    "1037": "no_answer",
    "2001": "wrong_pin",
}


def process_callback(ports: Ports, business: str, evidence_id: str) -> None:
    """Understand one stored callback and apply it, then ask for proof at once.

    Raises Invalid for a body of no known shape (it stays stored, and becomes a dead letter).
    """
    record = ports.store.require(business, Key(CALLBACKS, evidence_id))
    raw = body_of(record)
    if record.data["route"] == "stk":
        apply_to_attempt(
            ports, business, record.data["subject"], parse_stk_callback(raw).evidence(), evidence_id
        )
        ask_provider(ports, business, record.data["subject"])
    else:
        notice = parse_c2b(raw).evidence()
        if notice.shortcode and notice.shortcode != record.data["subject"]:
            raise Invalid("shortcode_mismatch", "the notice names another shortcode than its address")
        attempt_id = apply_notice(ports, business, notice, evidence_id)
        if attempt_id:
            ask_provider(ports, business, attempt_id)


def ask_provider(ports: Ports, business: str, attempt_id: str) -> None:
    """Query the provider about an attempt that money may belong to; no answer changes nothing."""
    attempt = ports.store.require(business, Key(ATTEMPTS, attempt_id)).data
    if attempt["status"] not in {*WAITING, State.CLAIMED, State.EXPIRED} or not attempt["request_id"]:
        return
    answer = ports.gateway.query(attempt["request_id"])
    if isinstance(answer, QueryAnswer):
        evidence_id = f"query-{attempt['request_id']}-{answer.evidence.code}"
        apply_to_attempt(ports, business, attempt_id, answer.evidence, evidence_id)


def apply_to_attempt(
    ports: Ports, business: str, attempt_id: str, evidence: Evidence, evidence_id: str
) -> None:
    """Apply evidence that names its attempt: a callback on its own address, or an answer about it."""

    def apply(tx: Tx) -> None:
        attempt = tx.require(Key(ATTEMPTS, attempt_id))
        if evidence.request_id and not attempt.data["request_id"]:
            # the acknowledgement was lost: the callback brings the id that queries need
            attempt = tx.update(attempt.key, {"request_id": evidence.request_id})
        if evidence.outcome is Outcome.SUCCESS:
            _paid(ports, tx, attempt, evidence, evidence_id)
        elif evidence.outcome.definite_failure:
            _failed(tx, attempt, evidence, evidence_id)

    ports.outbox.run(business, apply)


def apply_notice(ports: Ports, business: str, evidence: Evidence, evidence_id: str) -> str:
    """Apply a paybill notice: the twin of an attempt, or money that nobody asked for.

    Returns the id of the attempt it belongs to, "" when there is none.
    """

    def apply(tx: Tx) -> str:
        known = money.find(tx, evidence)
        if known is not None:
            money.add_evidence(tx, known, evidence, evidence_id)
            return str(known.data["attempt_id"])
        attempt = _twin(tx, evidence)
        if attempt is not None:
            _paid(ports, tx, attempt, evidence, evidence_id)
            return attempt.id
        payment = money.open_payment(tx, evidence, "paybill", evidence_id, None)
        if _trusted(ports, tx, evidence):
            money.settle(tx, payment)
        return ""

    return ports.outbox.run(business, apply)


def prove(
    ports: Ports, business: str, evidence: Evidence, evidence_id: str, channel: str = "paybill"
) -> None:
    """Apply independent proof that names a receipt (a pulled or statement line).

    Args:
        channel: where the money came in: ``paybill``, ``till``, ``airtel`` or ``bank``.
    """

    def apply(tx: Tx) -> None:
        payment = money.find(tx, evidence)
        if payment is None:
            attempt = _twin(tx, evidence)
            if attempt is not None:
                _paid(ports, tx, attempt, evidence, evidence_id)
                return
            payment = money.open_payment(tx, evidence, channel, evidence_id, None)
        elif payment.data["amount_cents"] != evidence.amount_cents:
            money.doubt(tx, payment, "amount_differs")
            return
        else:
            payment = money.add_evidence(tx, payment, evidence, evidence_id)
        money.settle(tx, payment)

    ports.outbox.run(business, apply)


def _paid(ports: Ports, tx: Tx, attempt: Doc, evidence: Evidence, evidence_id: str) -> None:
    earlier = _payment_of(tx, attempt)
    payment = money.find(tx, evidence) or (earlier if _same_money(earlier, evidence) else None)
    if payment is None:
        payment = money.open_payment(tx, evidence, "stk", evidence_id, attempt)
    else:
        payment = money.add_evidence(tx, payment, evidence, evidence_id)
    if earlier is not None and earlier.id != payment.id:
        # one prompt and two receipts: both amounts are kept, and a person says what the second one is
        money.doubt(tx, payment, "second_receipt_for_one_attempt")
        return
    told = evidence.amount_cents
    if told is not None and told != attempt.data["amount_cents"]:
        signal = Signal.DOUBT
        payment = money.doubt(tx, payment, "amount_differs")
    elif evidence.kind in PROVEN_BY or _trusted(ports, tx, evidence):
        signal = Signal.PROOF
        payment = money.settle(tx, payment)
    else:
        signal = Signal.CLAIM
    change = moved(attempt, signal, evidence.kind, evidence_id, tx.now)
    if change["status"] == State.REVIEW and payment.data["status"] == "claimed":
        money.doubt(tx, payment, "refused_attempt_was_paid")
    told_by: Data = {"payment_id": payment.id, "receipt": payment.data["receipt"], "result_code": "0"}
    over = change["status"] in {State.SUCCEEDED, State.REVIEW}
    ended: Data = {"polling": False} if over else {"polling": True}
    tx.update(attempt.key, {**change, **told_by, "failure": "", "result_class": "success", **ended})


def _failed(tx: Tx, attempt: Doc, evidence: Evidence, evidence_id: str) -> None:
    if State(attempt.data["status"]) is State.CLAIMED and evidence.kind == "query":
        # a callback said paid, the provider's own answer says not: neither is believed
        payment = _payment_of(tx, attempt)
        if payment is not None:
            money.doubt(tx, payment, "callback_and_query_contradict")
        tx.update(
            attempt.key, {**moved(attempt, Signal.DOUBT, "query", evidence_id, tx.now), "polling": False}
        )
        return
    change = moved(attempt, Signal.FAILURE, evidence.kind, evidence_id, tx.now)
    if change["status"] == attempt.data["status"]:
        return  # a stale failure after success, or the same failure again
    failure = _FAILURES.get(evidence.code, "failed")
    told: Data = {"result_code": evidence.code, "result_class": evidence.outcome.value, "failure": failure}
    tx.update(attempt.key, {**change, **told, "polling": False})
    emit(tx, AttemptFailed(attempt_id=attempt.id), attempt.key, attempt.version)


def _same_money(payment: Doc | None, evidence: Evidence) -> bool:
    """Whether evidence that names no known receipt can be about this payment."""
    return payment is not None and (not evidence.receipt or not payment.data["receipt"])


def _payment_of(tx: Tx, attempt: Doc) -> Doc | None:
    payment_id = attempt.data["payment_id"]
    return tx.get(Key(money.PAYMENTS, payment_id)) if payment_id else None


def _trusted(ports: Ports, tx: Tx, evidence: Evidence) -> bool:
    """Whether the business credits an unproven callback of this size (its profile, else the settings)."""
    profile = tx.get(Key("profile", "business"))
    limit = ports.settings.settle_without_proof_cents
    if profile is not None:
        limit = profile.data.get("trust_callback_cents", limit)
    return evidence.amount_cents is not None and evidence.amount_cents <= limit


def _twin(tx: Tx, evidence: Evidence) -> Doc | None:
    """The attempt a paybill notice repeats: same reference and amount, a payer who can be the one prompted.

    Daraja sends a C2B confirmation for STK payments too, and it names no attempt (reference: payments 1.5).
    """
    if not evidence.account or evidence.amount_cents is None:
        return None
    known = tx.get(awaiting_key(evidence.account, evidence.amount_cents))
    if known is None:
        return None
    attempts = tx.get_many([Key(ATTEMPTS, attempt_id) for attempt_id in reversed(known.data["attempts"])])
    fitting = [attempt for attempt in attempts if attempt is not None and _fits(attempt, evidence)]
    return fitting[0] if fitting else None


def _fits(attempt: Doc, evidence: Evidence) -> bool:
    data = attempt.data
    if data["receipt"] or State(data["status"]) in {State.FAILED, State.REJECTED, State.REVIEW}:
        return False
    if evidence.at and abs(evidence.at - parse_rfc3339(data["created_on"])) > TWIN_WINDOW:
        return False
    prompted = money.payer_fields(evidence.payer, "")
    shown = money.payer_fields(type(evidence.payer)(HintKind.PHONE, data["phone"]), "")
    if evidence.payer.kind is HintKind.MASKED:
        return bool(prompted["payer_masked"][-3:] == shown["payer_masked"][-3:])
    return not prompted["payer_hash"] or bool(prompted["payer_hash"] == shown["payer_hash"])
