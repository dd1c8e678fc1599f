"""Settlement: evidence moves attempts and payments, one commit each, in any order and any number of times.

A callback is only a claim, because nobody signs it. An independent answer (status query, pull, statement)
is proof, and only proof credits an invoice, unless the business trusts callbacks up to an amount.
"""

from __future__ import annotations

from dataclasses import replace

from shared.bus import emit
from shared.core import context, logs
from shared.core.errors import HesabuError
from shared.events import AttemptFailed
from shared.payments import money
from shared.payments.attempts import moved
from shared.payments.evidence import body_of
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.port import Evidence, NoAnswer, Outcome, QueryAnswer
from shared.payments.gateways.providers import MPESA, provider_of, provider_of_route
from shared.payments.grades import LISTED_BY, PROOFS, enough, listed
from shared.payments.notices import own_notice
from shared.payments.places import ATTEMPTS, CALLBACKS, PAYMENTS, PROFILE
from shared.payments.policy import SettlementPolicy, policy_in, puts_unproven_aside
from shared.payments.ports import Ports
from shared.payments.results import ROUTES, process_result
from shared.payments.sources import UNLISTED
from shared.payments.states import WAITING, Signal, State, after
from shared.payments.twins import answered_before, fits, loose_for, remember_loose, twin_of, unnamed_kin
from shared.store import Data, Doc, Key, Tx

_ASKED_ABOUT = frozenset({*WAITING, State.CLAIMED, State.EXPIRED, State.CANCELLED})
_OVERTURNED = frozenset({State.FAILED, State.REJECTED})
"""What only a proof of payment moves; asked about when there is a sign of one."""


def process_callback(ports: Ports, business: str, evidence_id: str) -> None:
    """Understand one stored callback and apply it, with the provider's own word on it where there is one.

    Raises Invalid for a body of no known shape (it stays stored, and becomes a dead letter).
    """
    record = ports.store.require(business, Key(CALLBACKS, evidence_id))
    route, attempt_id = record.data["route"], record.data["subject"]
    if route.partition("/")[0] in ROUTES:
        process_result(ports, business, record)
        return
    gateway = gateway_for(ports, provider_of_route(route))
    told = gateway.parse(route, record.data["headers"], body_of(record))
    evidence = replace(told, source=record.data.get("source", ""))
    if not (route.startswith("c2b/") or route == "bill"):
        context.note(route=route, attempt=attempt_id)
        _called_back(ports, business, attempt_id, evidence, evidence_id)
        return
    attempt_id = apply_notice(ports, business, own_notice(ports, attempt_id, evidence), evidence_id)
    context.note(route=route, attempt=attempt_id)
    if attempt_id:
        ask_provider(ports, business, attempt_id)


def _called_back(ports: Ports, business: str, attempt_id: str, evidence: Evidence, evidence_id: str) -> None:
    """Apply a callback on an attempt's own address.

    Of a success the provider is asked first, so that claim and proof are one commit; the callback itself is
    kept since before its answer, and comes again when this dies. Of anything else it is asked after.
    """
    asked = ports.store.require(business, Key(ATTEMPTS, attempt_id))
    attempt = asked.data
    context.follow(attempt.get("correlation_id"))
    request_id = attempt["request_id"] or evidence.request_id
    claims = evidence.outcome is Outcome.SUCCESS and after(State(attempt["status"]), Signal.CLAIM)
    if claims is not State.CLAIMED or not request_id:
        apply_to_attempt(ports, business, attempt_id, evidence, evidence_id)
        ask_provider(ports, business, attempt_id, hinted=evidence.outcome is Outcome.PENDING)
        return
    answer = _said(ports, attempt, request_id)

    def apply(tx: Tx) -> None:
        tx.expect({asked.key: asked})
        tx.fetch([asked.key, *money.places(evidence)], peeked=[PROFILE])  # one read for all of them
        _apply(ports, tx, attempt_id, evidence, evidence_id)
        now = tx.require(Key(ATTEMPTS, attempt_id)).data
        if isinstance(answer, QueryAnswer) and now["status"] in _ASKED_ABOUT:
            _apply(ports, tx, attempt_id, answer.evidence, _query_id(request_id, answer))

    ports.outbox.run(business, apply)


def _said(ports: Ports, attempt: Data, request_id: str) -> QueryAnswer | NoAnswer:
    """The provider's word; that it cannot be had keeps no claim from being written."""
    try:
        return gateway_for(ports, provider_of(attempt)).query(request_id)
    except HesabuError as error:
        logs.warn("the provider cannot be asked", code=error.code, why=str(error))
        return NoAnswer(error.code)


def ask_provider(ports: Ports, business: str, attempt_id: str, *, hinted: bool = False) -> None:
    """Query the provider about an attempt that money may belong to; no answer changes nothing.

    Args:
        hinted: the provider said that something happened, and not what: an ended attempt is asked about too.
    """
    attempt = ports.store.require(business, Key(ATTEMPTS, attempt_id)).data
    context.follow(attempt.get("correlation_id"))  # a paybill notice did not know whose request it answers
    open_to_answers = _ASKED_ABOUT | (_OVERTURNED if hinted else frozenset())
    if attempt["status"] not in open_to_answers or not attempt["request_id"]:
        return
    answer = gateway_for(ports, provider_of(attempt)).query(attempt["request_id"])
    if isinstance(answer, QueryAnswer):
        evidence_id = _query_id(attempt["request_id"], answer)
        apply_to_attempt(ports, business, attempt_id, answer.evidence, evidence_id)


def _query_id(request_id: str, answer: QueryAnswer) -> str:
    return f"query-{request_id}-{answer.evidence.code}"


def apply_to_attempt(
    ports: Ports, business: str, attempt_id: str, evidence: Evidence, evidence_id: str
) -> None:
    """Apply evidence that names its attempt: a callback on its own address, or an answer about it."""
    ports.outbox.run(business, lambda tx: _apply(ports, tx, attempt_id, evidence, evidence_id))


def _apply(ports: Ports, tx: Tx, attempt_id: str, evidence: Evidence, evidence_id: str) -> None:
    attempt = tx.require(Key(ATTEMPTS, attempt_id))
    if evidence.request_id and not attempt.data["request_id"]:
        # the acknowledgement was lost: the callback brings the id that queries need
        attempt = tx.update(attempt.key, {"request_id": evidence.request_id})
    if evidence.outcome is Outcome.SUCCESS:
        _paid(ports, tx, attempt, evidence, evidence_id)
    elif evidence.outcome.definite_failure:
        _failed(tx, attempt, evidence, evidence_id)


def apply_notice(ports: Ports, business: str, evidence: Evidence, evidence_id: str) -> str:
    """Apply a paybill or till notice: the twin of an attempt, or money that nobody asked for.

    Returns the id of the attempt it belongs to, "" when there is none.
    """

    def apply(tx: Tx) -> str:
        known = money.find(tx, evidence)
        if known is not None:
            payment = money.add_evidence(tx, known, evidence, evidence_id)
            if payment.data["amount_cents"] != evidence.amount_cents and not money.put_aside(payment):
                money.doubt(tx, payment, "amount_differs")
            return str(known.data["attempt_id"])
        attempt = twin_of(tx, evidence)
        if attempt is not None:
            _paid(ports, tx, attempt, evidence, evidence_id)
            guessed = money.find(tx, evidence)
            if guessed is not None and money.only_noticed(guessed):
                remember_loose(tx, guessed, evidence)  # should another attempt be proven to be the paid one
            return attempt.id
        channel = "till" if ports.settings.daraja_till else "paybill"
        payment = _loose(tx, evidence, channel, evidence_id)
        if _trusted(policy_in(ports, tx), evidence):
            money.settle(tx, payment)
        return ""

    return ports.outbox.run(business, apply)


def prove(
    ports: Ports, business: str, evidence: Evidence, evidence_id: str, channel: str = "paybill"
) -> None:
    """Apply independent proof that names a receipt and its amount (a pulled or statement line).

    Args:
        channel: where the money came in: ``paybill``, ``till``, ``airtel`` or ``bank``.
    """

    def apply(tx: Tx) -> None:
        payment = money.find(tx, evidence)
        attempt = _attempt_of(tx, payment) if payment else twin_of(tx, evidence)
        kin = unnamed_kin(tx, evidence) if _unowned(attempt, payment) else None
        if kin is not None and payment is not None:
            payment = money.add_evidence(tx, payment, evidence, evidence_id)
            money.doubt_beside(tx, payment, tx.require(Key(PAYMENTS, kin.data["payment_id"])))
            return
        attempt = attempt or kin
        if attempt is None and (payment is None or not money.booked(payment)):
            attempt = answered_before(tx, evidence)
        if attempt is not None:
            _paid(ports, tx, attempt, evidence, evidence_id)
            return
        if payment is None:
            payment = _loose(tx, evidence, channel, evidence_id)
        else:
            payment = money.add_evidence(tx, payment, evidence, evidence_id)
        money.believe(tx, payment, evidence)

    ports.outbox.run(business, apply)


def _unowned(attempt: Doc | None, payment: Doc | None) -> bool:
    """Whether money is in no book yet and is not what its attempt, if it has one, is paid with."""
    if payment is None:
        return attempt is None
    return not money.booked(payment) and (attempt is None or attempt.data["payment_id"] != payment.id)


def _loose(tx: Tx, evidence: Evidence, channel: str, evidence_id: str) -> Doc:
    payment = money.open_payment(tx, evidence, channel, evidence_id, None)
    remember_loose(tx, payment, evidence)
    return payment


def never_proven(tx: Tx, payment: Doc) -> None:
    """Nobody proved claimed money enough in all the time that was given: a person must look.

    Only what nobody asked for may be put aside without a question, where the business wants it so.
    """
    attempt = _attempt_of(tx, payment)
    proven = payment.data.get("proofs", [])
    if attempt is None and not proven and puts_unproven_aside(tx):
        money.disown(tx, payment)
        return
    money.doubt(tx, payment, "one_proof_of_two" if proven else "never_proven")
    if attempt is not None:
        doubtful = moved(tx, attempt, Signal.DOUBT, "timer", "")
        tx.update(attempt.key, {**doubtful, "polling": False})


def _paid(ports: Ports, tx: Tx, attempt: Doc, evidence: Evidence, evidence_id: str) -> None:
    earlier = _payment_of(tx, attempt)
    payment = money.find(tx, evidence) or (earlier if _same_money(earlier, evidence) else None)
    if payment is None and not evidence.receipt:
        payment = _found(tx, attempt)
    if payment is None:
        payment = money.open_payment(tx, evidence, _channel(evidence), evidence_id, attempt)
    else:
        payment = _taken_back(tx, attempt, payment, evidence)
        payment = money.add_evidence(tx, payment, evidence, evidence_id, attempt.data["amount_cents"])
    if earlier is not None and _outlisted(earlier, payment, evidence):
        attempt, earlier = _without(tx, attempt, earlier), None
    if reason := _not_its_money(attempt, earlier, payment):
        _beside(tx, earlier, payment, evidence, reason)
    elif evidence.kind in PROOFS or not money.put_aside(payment):
        # (a claim is kept with what was put aside; it overrules nobody who has looked)
        _answer(ports, tx, attempt, money.belong(tx, payment, attempt), evidence, seen=evidence_id)


def _found(tx: Tx, attempt: Doc) -> Doc | None:
    """Announced money for a proof without a receipt; what lay beside an equal request is taken from there."""
    payment = loose_for(tx, attempt)
    if payment is None or not payment.data["attempt_id"] or money.only_noticed(payment):
        return payment
    return money.release(tx, payment)


def _answer(ports: Ports, tx: Tx, attempt: Doc, payment: Doc, evidence: Evidence, *, seen: str) -> None:
    """The money is the attempt's own: what the evidence makes of both."""
    signal, payment = _judge(ports, tx, attempt, payment, evidence)
    change = moved(tx, attempt, signal, evidence.kind, seen)
    if attempt.data["status"] == State.REJECTED:
        payment = money.doubt(tx, payment, "refused_attempt_was_paid")
    over = change["status"] in {State.SUCCEEDED, State.REVIEW}
    paid: Data = {"payment_id": payment.id, "receipt": payment.data["receipt"], "result_code": "0"}
    tx.update(attempt.key, {**change, **paid, "failure": "", "result_class": "success", "polling": not over})
    if evidence.kind in LISTED_BY:
        money.clear_rivals(tx, payment, evidence)


def _taken_back(tx: Tx, attempt: Doc, payment: Doc, evidence: Evidence) -> Doc:
    """A callback on its own address and a query name the attempt for certain; a notice only resembles one."""
    other, certain = payment.data["attempt_id"], evidence.kind in {"callback", "query"}
    if other in {"", attempt.id} or not certain or not money.only_noticed(payment):
        return payment
    guessed = tx.require(Key(ATTEMPTS, other))
    free = moved(tx, guessed, Signal.RELEASE, evidence.kind, "")
    none: Data = {"payment_id": "", "receipt": "", "polling": True, "poll_at": tx.now}
    tx.update(guessed.key, {**free, **none})
    return money.release(tx, payment)


def _outlisted(earlier: Doc, payment: Doc, evidence: Evidence) -> bool:
    """Whether a list shows another receipt for a request than the callback said; nothing is booked yet."""
    claimed_only = not money.booked(earlier) and not listed(earlier.data)
    return evidence.kind in LISTED_BY and earlier.id != payment.id and claimed_only


def _without(tx: Tx, attempt: Doc, earlier: Doc) -> Doc:
    money.doubt(tx, earlier, "second_receipt_for_one_attempt")
    return tx.update(attempt.key, {"payment_id": "", "receipt": ""})


def _beside(tx: Tx, earlier: Doc | None, payment: Doc, evidence: Evidence, reason: str) -> None:
    """Money that evidence ties to an attempt and that is not, or not surely, the attempt's own."""
    remember_loose(tx, payment, evidence)  # should an equal request turn out to be the paid one
    if evidence.kind not in LISTED_BY:
        money.doubt(tx, payment, reason)
    elif earlier is not None and earlier.id != payment.id and not listed(earlier.data):
        # a query has proven the request, and no list the receipt that a callback gave it: is it this money?
        money.doubt_beside(tx, payment, earlier)
    else:
        money.believe(tx, money.doubt(tx, payment, reason), evidence)


def _channel(evidence: Evidence) -> str:
    """Where the money of a prompt came in: by STK push, or over the other provider's own name."""
    return "stk" if evidence.provider == MPESA else evidence.provider


def _not_its_money(attempt: Doc, earlier: Doc | None, payment: Doc) -> str:
    """Why money that evidence ties to an attempt cannot be that attempt's alone; "" when it can."""
    if earlier is not None and earlier.id != payment.id:
        # one prompt and two payments: of another receipt, or of money booked before its receipt was known
        return "second_receipt_for_one_attempt" if earlier.data["receipt"] else money.DOUBTFUL_TWIN
    return "receipt_of_another_attempt" if payment.data["attempt_id"] not in {"", attempt.id} else ""


def _judge(ports: Ports, tx: Tx, attempt: Doc, payment: Doc, evidence: Evidence) -> tuple[Signal, Doc]:
    """What evidence of success means for an attempt, and its payment after it."""
    differs, policy = _differs(attempt, payment, evidence), policy_in(ports, tx)
    proven = enough(policy, payment.data)
    if evidence.kind in LISTED_BY and (proven or money.booked(payment)):
        payment = money.believe(tx, payment, evidence)
        return (Signal.DOUBT, money.doubt(tx, payment, differs)) if differs else (Signal.PROOF, payment)
    if money.put_aside(payment):
        differs = "denied_and_proven"
    if differs:
        return Signal.DOUBT, money.doubt(tx, payment, differs)
    if "review" in {payment.data["status"], attempt.data["status"]}:
        return Signal.DOUBT, payment
    if proven and (evidence.kind in PROOFS or _trusted(policy, evidence)):
        return Signal.PROOF, money.settle(tx, payment)
    return Signal.CLAIM, payment


def _differs(attempt: Doc, payment: Doc, evidence: Evidence) -> str:
    """Why evidence of success, or what is booked, contradicts what was asked for; "" when it does not."""
    asked = attempt.data["amount_cents"]
    known = payment.data["amount_cents"] if money.booked(payment) else asked
    if evidence.amount_cents not in {None, asked} or known != asked:
        return "amount_differs"
    if evidence.kind == "callback" and not fits(evidence.payer, attempt.data["phone"]):
        return "payer_differs"  # only the phone that was prompted can pay a prompt; a list knows better
    return ""


def _failed(tx: Tx, attempt: Doc, evidence: Evidence, evidence_id: str) -> None:
    payment = _payment_of(tx, attempt)
    if State(attempt.data["status"]) is State.CLAIMED and evidence.kind == "query" and payment is not None:
        if any(line["kind"] == "callback" for line in payment.data["evidence"]):
            # a callback said paid, the provider's own answer says not: neither is believed
            money.doubt(tx, payment, "callback_and_query_contradict")
            doubtful = moved(tx, attempt, Signal.DOUBT, "query", evidence_id)
            tx.update(attempt.key, {**doubtful, "polling": False})
            return
        # only a notice claimed it: the payer let the prompt go and paid by hand, with the same reference
        money.release(tx, payment)
        free = moved(tx, attempt, Signal.RELEASE, "query", evidence_id)
        attempt = tx.update(attempt.key, {**free, "payment_id": "", "receipt": ""})
    _fail(tx, attempt, evidence, evidence_id, tell=payment is None)


def _fail(tx: Tx, attempt: Doc, evidence: Evidence, evidence_id: str, *, tell: bool) -> None:
    if after(State(attempt.data["status"]), Signal.FAILURE) == attempt.data["status"]:
        return  # a stale failure after success, or the same failure again
    change = moved(tx, attempt, Signal.FAILURE, evidence.kind, evidence_id)
    told: Data = {"result_code": evidence.code, "result_class": evidence.outcome.value}
    told["failure"] = evidence.failure or "failed"
    tx.update(attempt.key, {**change, **told, "polling": False})
    if tell:
        emit(tx, AttemptFailed(attempt_id=attempt.id), attempt.key, attempt.version)


def _same_money(payment: Doc | None, evidence: Evidence) -> bool:
    """Whether evidence that names no known receipt can be about this payment."""
    return payment is not None and (not evidence.receipt or not payment.data["receipt"])


def _payment_of(tx: Tx, attempt: Doc) -> Doc | None:
    payment_id = attempt.data["payment_id"]
    return tx.get(Key(PAYMENTS, payment_id)) if payment_id else None


def _attempt_of(tx: Tx, payment: Doc) -> Doc | None:
    attempt_id = payment.data["attempt_id"]
    return tx.get(Key(ATTEMPTS, attempt_id)) if attempt_id else None


def _trusted(policy: SettlementPolicy, evidence: Evidence) -> bool:
    """Whether the business credits an unproven callback of this size, from where it came."""
    cents = evidence.amount_cents
    return cents is not None and cents <= policy.trust_callback_cents and evidence.source != UNLISTED
