"""What Daraja's asynchronous products answer: kept as it came, read into our words, handed to who asked.

Addresses: ``/ipn/{result|timeout}/{business}/{request_id}/{token}`` for a payout, with ``/reversal``,
``/status`` or ``/balance`` after it for the others. A QueueTimeOut looks like a result and proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.core import context
from shared.payments import payouts
from shared.payments.evidence import body_of
from shared.payments.gateways.daraja.payloads import parse_result
from shared.payments.gateways.daraja.sent_results import payout_result, timed_out
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import PayoutResult
from shared.payments.ports import Ports
from shared.store import Doc

ROUTES = frozenset({"result", "timeout", "order"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the provider tells how a request ended, and that it gave up telling."""

    result: str
    timeout: str


def addresses(ports: Ports, business: str, request_id: str) -> Addresses:
    """The two addresses of one request of ours; the gateway adds what kind of request it is."""
    settings = ports.settings
    secret = settings.callback_secret.get_secret_value()
    made = [callback_url(settings.public_url, r, business, request_id, secret) for r in ("result", "timeout")]
    return Addresses(*made)


def read_result(record: Doc) -> PayoutResult:
    """A kept result or time-out in our words.

    Raises Invalid for a result that cannot be read; a time-out needs no body, so any body will do.
    """
    route, _, kind = record.data["route"].partition("/")
    kind, request_id = kind or "payout", record.data["subject"]
    if route == "timeout":
        return timed_out(kind, request_id)
    return payout_result(parse_result(body_of(record)), kind, request_id)


def process_result(ports: Ports, business: str, record: Doc) -> None:
    """Hand a kept result to who asked for it.

    Raises NotFound when there is no such payout: a result that nobody waits for becomes a dead letter.
    """
    if record.data["route"] == "order":
        from shared.payments.shortcode.orders import told

        told(ports, business, record)
        return
    result = read_result(record)
    context.note(kind=result.kind, code=result.code, outcome=result.outcome.value)
    if record.data["route"] in {"timeout", "timeout/reversal"}:
        payouts.timed_out(ports, business, result.request_id, record.id)
    elif result.kind == "balance":
        from shared.payments.shortcode.balance import answered

        answered(ports, business, record)
    else:
        payouts.apply_result(ports, business, result.request_id, result, record.id)
