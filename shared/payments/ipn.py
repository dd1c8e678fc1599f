"""Where providers call back. Nothing here is signed: the path proves itself, the body proves nothing.

A good path is always answered 200, a bad one 404; the body is stored before it is understood.
"""

from __future__ import annotations

from dataclasses import replace

from shared.core import logs
from shared.core.errors import HesabuError, NotFound
from shared.http import EVERYONE, Api, Call, Reply
from shared.payments.airtel_notices import receive
from shared.payments.evidence import Address, authenticate, continue_attempt, keep
from shared.payments.gateways.daraja.payloads import parse_c2b
from shared.payments.gateways.daraja.sent_results import KINDS
from shared.payments.notices import own_notice
from shared.payments.ports import Ports
from shared.payments.validating import Verdict, digits_in_doubt, in_words, judge

api: Api[Ports] = Api("mpesa_callback", title="Callbacks from Safaricom")
LIMIT = 256 * 1024
_ACCEPTED = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
_TAKEN = b'{"resmsg":"Success","rescode":"200"}'


def _address(call: Call[Ports], route: str, subject: str) -> Address:
    """The address that was called, proven by its token; ``subject`` is what the path calls its third part."""
    path = call.path
    return authenticate(call.ports, route, path["business"], path[subject], path["token"])


def _kept(call: Call[Ports], address: Address) -> None:
    keep(call.ports, address, call.raw, call.headers)


@api.post(
    "/ipn/stk/{business}/{attempt_id}/{token}", roles=EVERYONE, limit=LIMIT, summary="Result of an STK push"
)
def stk_result(call: Call[Ports]) -> Reply:
    address = _address(call, "stk", "attempt_id")
    continue_attempt(call.ports, address)
    _kept(call, address)
    return Reply(_ACCEPTED)


@api.post("/ipn/airtel/{token}", roles=EVERYONE, limit=LIMIT, summary="Airtel Money tells about a payment")
def airtel_notice(call: Call[Ports]) -> Reply:
    receive(call.ports, call.path["token"], call.raw, call.headers)
    return Reply(_ACCEPTED)


@api.post(
    "/ipn/c2b/confirmation/{business}/{shortcode}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="Money arrived at a shortcode",
)
def c2b_confirmation(call: Call[Ports]) -> Reply:
    _kept(call, _address(call, "c2b/confirmation", "shortcode"))
    return Reply(_ACCEPTED)


@api.post(
    "/ipn/c2b/validation/{business}/{shortcode}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="May this payment be accepted",
)
def c2b_validation(call: Call[Ports]) -> Reply:
    """Turns away what the business's rules name; what cannot be judged is accepted."""
    asked = _address(call, "c2b/validation", "shortcode")
    verdict = _verdict(call.ports, asked.business, asked.subject, call.raw)
    if verdict is Verdict.ACCEPTED:
        return Reply(_ACCEPTED)
    words = _why(call.ports, asked.business, verdict, call.raw)
    return Reply(b'{"ResultCode":"%s","ResultDesc":"%s"}' % (verdict.value.encode(), words.encode()))


def _verdict(ports: Ports, business: str, shortcode: str, raw: bytes) -> Verdict:
    try:
        return judge(ports, business, own_notice(ports, shortcode, parse_c2b(raw).evidence()))
    except HesabuError as error:
        if error.code == "shortcode_mismatch":
            return Verdict.SHORTCODE
        # money must not be turned away because we cannot judge it; the confirmation is kept anyway
        logs.warn("a validation request cannot be judged", business=business, code=error.code)
        return Verdict.ACCEPTED


def _why(ports: Ports, business: str, verdict: Verdict, raw: bytes) -> str:
    """The words beside a refusal: which digit to look at, where an open invoice is one slip away."""
    if verdict is not Verdict.ACCOUNT:
        return in_words(())
    try:
        return in_words(digits_in_doubt(ports, business, parse_c2b(raw).evidence().account))
    except HesabuError:
        return in_words(())  # the verdict stands without them


@api.post(
    "/ipn/order/{business}/{order_id}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="A standing order was approved, paid or refused",
)
def order_notice(call: Call[Ports]) -> Reply:
    _kept(call, _address(call, "order", "order_id"))
    return Reply(_ACCEPTED)


@api.post(
    "/ipn/bill/{business}/{shortcode}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="A bill was paid through Bill Manager",
)
def bill_paid(call: Call[Ports]) -> Reply:
    """Pushed until it is answered so, five times at most; each push is the same evidence."""
    _kept(call, _address(call, "bill", "shortcode"))
    return Reply(_TAKEN)


@api.post(
    "/ipn/result/{business}/{request_id}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="How a payout ended",
)
def payout_result(call: Call[Ports]) -> Reply:
    return _keep_result(call, "result")


@api.post(
    "/ipn/result/{business}/{request_id}/{token}/{kind}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="How a reversal, a status question or a balance question ended",
)
def other_result(call: Call[Ports]) -> Reply:
    return _keep_result(call, "result")


@api.post(
    "/ipn/timeout/{business}/{request_id}/{token}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="Safaricom gave up telling about a payout",
)
def payout_timeout(call: Call[Ports]) -> Reply:
    return _keep_result(call, "timeout")


@api.post(
    "/ipn/timeout/{business}/{request_id}/{token}/{kind}",
    roles=EVERYONE,
    limit=LIMIT,
    summary="Safaricom gave up telling about a reversal or a question",
)
def other_timeout(call: Call[Ports]) -> Reply:
    return _keep_result(call, "timeout")


def _keep_result(call: Call[Ports], route: str) -> Reply:
    """The address proves business and request; the kind at its end only says what we had asked."""
    kind = call.path.get("kind", "")
    if kind and kind not in KINDS:
        raise NotFound("there is no such address")
    address = _address(call, route, "request_id")
    _kept(call, replace(address, route=f"{route}/{kind}" if kind else route))
    return Reply(_ACCEPTED)
