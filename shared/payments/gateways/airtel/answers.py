"""What Airtel's answers prove. Failures come with HTTP 200 too, so the envelope speaks, not the status."""

from __future__ import annotations

from shared.payments.gateways.airtel.account import PROVIDER
from shared.payments.gateways.airtel.codes import (
    DONE,
    DUPLICATE,
    NEVER_PROMPTED,
    UNREADABLE,
    AirtelResult,
    failed,
    short,
)
from shared.payments.gateways.airtel.transport import AirtelAnswer, read_answer
from shared.payments.gateways.port import (
    Accepted,
    Evidence,
    InitiateAnswer,
    NoAnswer,
    Outcome,
    PayoutResult,
    QueryAnswer,
    Rejected,
    Unknown,
)
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

_EXPIRED = AirtelResult(Outcome.FAILED_RETRYABLE, "expired")


def push_answer(answer: HttpAnswer | NoHttpAnswer, payment_id: str) -> InitiateAnswer:
    """What an answer to the push proves; only a code that says so proves that nobody was prompted."""
    if isinstance(answer, NoHttpAnswer):
        return unsent(answer)
    told = read_answer(answer)
    code = told.response_code or told.result_code
    if told.result_code in DUPLICATE:
        return Unknown("duplicate_id", told.result_code)
    if told.result_code in UNREADABLE or short(told.response_code) in NEVER_PROMPTED:
        return Rejected(code, told.message)
    if answer.status == 200 and told.success and told.in_envelope:
        return Accepted(payment_id)
    return Unknown(f"http_{answer.status}", code)


def unsent(answer: NoHttpAnswer) -> Rejected | Unknown:
    """Silence: a refusal only where the request provably never left."""
    if answer.sent:
        return Unknown(answer.reason)
    return Rejected("unreachable", f"Airtel cannot be reached: {answer.reason}", retryable=True)


def enquiry_answer(answer: HttpAnswer | NoHttpAnswer, payment_id: str) -> QueryAnswer | NoAnswer:
    """What an answer to the enquiry proves: TS, TF and TE end a payment; all else says nothing yet."""
    if isinstance(answer, NoHttpAnswer):
        return NoAnswer(answer.reason)
    told = read_answer(answer)
    if answer.status != 200 or not told.transaction:
        return NoAnswer(told.response_code or told.result_code or f"http_{answer.status}")
    if told.transaction_id != payment_id:
        return NoAnswer("another_request")
    return _ended(told)


def _ended(told: AirtelAnswer) -> QueryAnswer | NoAnswer:
    match told.transaction:
        case "TS":
            return _paid(told)
        case "TF" | "TE":
            return _not_paid(told)
    return NoAnswer("in_flight" if told.transaction in {"TIP", "TI"} else "ambiguous")


def _paid(told: AirtelAnswer) -> QueryAnswer | NoAnswer:
    if told.success is False or not told.airtel_money_id:
        return NoAnswer("contradictory")
    return QueryAnswer(_evidence(told, Outcome.SUCCESS, told.transaction))


def _not_paid(told: AirtelAnswer) -> QueryAnswer | NoAnswer:
    result = _EXPIRED if told.transaction == "TE" else failed(told.response_code)
    if told.airtel_money_id or not result.outcome.definite_failure:
        return NoAnswer("ambiguous")
    return QueryAnswer(
        _evidence(told, result.outcome, told.response_code or told.transaction, result.failure)
    )


def _evidence(told: AirtelAnswer, outcome: Outcome, code: str, failure: str = "") -> Evidence:
    return Evidence(
        provider=PROVIDER,
        kind="query",
        outcome=outcome,
        code=code,
        description=told.message,
        request_id=told.transaction_id,
        receipt=told.airtel_money_id.upper() or None,
        failure=failure,
    )


def refund_answer(answer: HttpAnswer | NoHttpAnswer, request_id: str) -> PayoutResult | Rejected | Unknown:
    """What an answer to a refund proves. The documented sample of success says ``success: false`` beside
    SUCCESS and ESB000010, so the other two words decide."""
    if isinstance(answer, NoHttpAnswer):
        return unsent(answer)
    told = read_answer(answer)
    if answer.status == 200 and told.transaction == "SUCCESS" and told.result_code == DONE:
        return PayoutResult(
            PROVIDER,
            "reversal",
            Outcome.SUCCESS,
            told.result_code,
            told.message,
            request_id=request_id,
            provider_id=told.airtel_money_id,
            receipt=told.airtel_money_id,
        )
    code = told.response_code or told.result_code
    if told.result_code in UNREADABLE:
        return Rejected(code, told.message)
    return Unknown(f"http_{answer.status}", code)
