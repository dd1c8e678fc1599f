"""Requests whose answer comes later: acknowledged at once, carried out when due, told to the ResultURL.

B2C, reversal, transaction status and account balance (D3 pages of these names). What happened is decided when
the request is carried out; faults change what is told about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from flask import Response, jsonify

from local.safaricom.callbacks import Delivery, queue
from local.safaricom.certificate import decrypted
from local.safaricom.envelope import Refusal, broken, invalid_field, request_id
from local.safaricom.faults import take_fault
from local.safaricom.model import Merchant
from local.safaricom.result_bodies import result_body, timeout_body
from local.safaricom.rules import acceptable_url, text
from local.safaricom.sim import Sim
from shared.core.clock import EAT, rfc3339

BAD_INITIATOR = "2001"
LOST = "lost"
"""No result code: what was asked fell out of the queue."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: ``code`` is None until it was carried out, ``parameters`` is what a success tells."""

    conversation: str
    originator: str
    kind: str
    shortcode: str
    phone: str
    result_url: str
    timeout_url: str
    at: str
    body: dict[str, Any]
    code: str | None = None
    receipt: str = ""
    parameters: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request: a result code, the receipt of money that moved, and what is told."""

    code: str
    receipt: str = ""
    parameters: list[list[Any]] = field(default_factory=list)


CarryOut = Callable[[Sim, Merchant, Asked], Done]


def accept(sim: Sim, merchant: Merchant, kind: str, body: dict[str, Any], originator: str = "") -> Response:
    """Check what Daraja checks at once, keep the request, acknowledge it; raises Refusal."""
    for name in ("ResultURL", "QueueTimeOutURL"):
        if not acceptable_url(text(body, name)):
            raise invalid_field(name)
    phone = text(body, "PartyB")
    if take_fault(sim, "spike_arrest", phone, route=kind):
        raise Refusal(500, "500.003.02", "Error Occurred: Spike Arrest Violation")
    with sim.state.unit():
        if originator and sim.state.get("originator", originator):
            raise Refusal(500, "500.002.1001", "Duplicate OriginatorConversationID")
        asked = _kept(sim, merchant, kind, body, originator or request_id(sim))
    if fault := take_fault(sim, "lost_ack", phone, route=kind):
        return broken(sim, fault)
    return jsonify(
        ConversationID=asked.conversation,
        OriginatorConversationID=asked.originator,
        ResponseCode="0",
        ResponseDescription="Accept the service request successfully.",
    )


def carry_out(sim: Sim, conversation: str, works: dict[str, CarryOut]) -> None:
    """Do what was asked, once, and tell the business, or its time-out address, or nobody."""
    with sim.state.unit():
        asked = asked_for(sim, conversation)
        merchant = sim.merchant(asked.shortcode) if asked else None
        if asked is None or merchant is None or asked.code is not None:
            return
        if take_fault(sim, "queue_lost", asked.phone, route=asked.kind):
            save(sim, replace(asked, code=LOST))
            _tell(sim, asked, timeout_body(asked.conversation, asked.originator), asked.timeout_url)
            return
        done = _done(sim, merchant, asked, works[asked.kind])
        asked = replace(asked, code=done.code, receipt=done.receipt, parameters=done.parameters)
        save(sim, asked)
        if take_fault(sim, "queue_timeout", asked.phone, route=asked.kind):
            _tell(sim, asked, timeout_body(asked.conversation, asked.originator), asked.timeout_url)
        else:
            _tell(sim, asked, result_body(asked), asked.result_url)


def asked_for(sim: Sim, conversation: str) -> Asked | None:
    """A request by Daraja's own id for it."""
    fact = sim.state.get("asked", conversation)
    return Asked(**fact) if fact else None


def by_originator(sim: Sim, originator: str) -> Asked | None:
    """A request by its OriginatorConversationID."""
    known = sim.state.get("originator", originator)
    return asked_for(sim, known["conversation"]) if known else None


def all_asked(sim: Sim) -> list[Asked]:
    """Every request, in the order of its id."""
    return [Asked(**fact) for _, fact in sim.state.all("asked")]


def save(sim: Sim, asked: Asked) -> None:
    sim.state.put("asked", asked.conversation, asdict(asked))


def _done(sim: Sim, merchant: Merchant, asked: Asked, work: CarryOut) -> Done:
    if fault := take_fault(sim, "request_fails", asked.phone, route=asked.kind):
        return Done(fault.code or "26")
    name = text(asked.body, "InitiatorName") or text(asked.body, "Initiator")
    word = decrypted(sim.state, text(asked.body, "SecurityCredential"))
    if name != merchant.initiator or word != merchant.initiator_password:
        return Done(BAD_INITIATOR)
    return work(sim, merchant, asked)


def _kept(sim: Sim, merchant: Merchant, kind: str, body: dict[str, Any], originator: str) -> Asked:
    day = sim.now().astimezone(EAT).strftime("%Y%m%d")
    asked = Asked(
        conversation=f"AG_{day}_{sim.state.count('asked'):08d}{sim.ids.new('c')[2:14]}",
        originator=originator,
        kind=kind,
        shortcode=merchant.shortcode,
        phone=text(body, "PartyB"),
        result_url=text(body, "ResultURL"),
        timeout_url=text(body, "QueueTimeOutURL"),
        at=rfc3339(sim.now()),
        body=body,
    )
    save(sim, asked)
    sim.state.put("originator", originator, {"conversation": asked.conversation})
    sim.schedule("carry_out", {"conversation": asked.conversation}, sim.options.callback_seconds)
    return asked


def _tell(sim: Sim, asked: Asked, body: bytes, url: str) -> None:
    delivery = Delivery("result", url, body.decode(), asked.shortcode, asked.conversation)
    queue(sim, [delivery], asked.phone)
