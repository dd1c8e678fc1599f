"""Standing orders: asked for once, approved by the payer, told of by the provider ever after.

Each payment of an order is announced and listed like money that nobody asked for, with the order's reference:
settlement and matching know nothing of orders. An order's own notices say how it stands and credit nothing,
because they name no amount (D3 M-Pesa Ratiba).
"""

from __future__ import annotations

from dataclasses import replace

from shared.core.errors import Refused
from shared.core.ids import derived_id
from shared.payments.evidence import body_of
from shared.payments.gateways.daraja.notices import ratiba_from
from shared.payments.gateways.daraja.products import ORDER, StandingOrder, order_answer, order_body
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import Accepted, InitiateAnswer, Rejected
from shared.payments.gateways.strict_json import read_json
from shared.payments.places import STANDING_ORDERS
from shared.payments.ports import Ports
from shared.payments.shortcode.order_questions import close_question
from shared.payments.shortcode.owning import owned
from shared.store import Data, Doc, Key, Once, Tx

NOTHING_PAID = "0000000000"
"""The TransactionID of a notice that tells of the approval."""
MOST_HISTORY = 100


def create(ports: Ports, business: str, actor: str, order: StandingOrder, once: Once) -> Doc:
    """Ask a payer for a standing order, once for each key.

    The order is kept before the provider is asked; what became of a lost acknowledgement is told by its first
    notice, or else a person is asked (``order_questions``). Raises Refused as ``owned``; Invalid
    ``standing_order_invalid`` before anything is kept.
    """
    gateway = owned(ports, business)
    key = Key(STANDING_ORDERS, derived_id("sto", business, once.key))
    body = order_body(gateway.account, _addressed(ports, business, key.id, order))
    kept: Data = {
        "status": "submitting",
        "name": order.name,
        "phone": order.phone,
        "amount_cents": order.amount_cents,
        "frequency": order.frequency,
        "begins": order.begins.isoformat(),
        "ends": order.ends.isoformat(),
        "reference": order.reference,
        "provider_id": "",
        "code": "",
        "payments": 0,
        "history": [],
        "created_by": actor,
    }

    def intend(tx: Tx) -> Data:
        tx.create(key, {**kept, "created_on": tx.now})
        return {"order_id": key.id}

    ports.store.transaction(business, intend, once=once)
    if once.replayed:
        return ports.store.require(business, key)
    answer = order_answer(gateway.call(ORDER, body))
    return ports.store.transaction(business, lambda tx: _acknowledged(tx, key, answer))


def told(ports: Ports, business: str, record: Doc) -> None:
    """Write what a kept notice tells; raises NotFound for an order of nobody, Invalid when unreadable."""
    notice = ratiba_from(read_json(body_of(record)))
    receipt = next(iter(notice.values.get("TransactionID", ())), "")
    paid = notice.succeeded and receipt not in {"", NOTHING_PAID}

    def write(tx: Tx) -> None:
        order = tx.require(Key(STANDING_ORDERS, record.data["subject"]))
        if any(line["evidence"] == record.id for line in order.data["history"]):
            return
        line: Data = {"at": tx.now, "code": notice.code, "evidence": record.id}
        line["receipt"] = receipt if paid else ""
        changes: Data = {"history": [*order.data["history"], line][-MOST_HISTORY:], "code": notice.code}
        changes["payments"] = order.data["payments"] + (1 if paid else 0)
        if notice.succeeded:
            changes["status"] = "active"
        elif order.data["status"] != "active":
            changes["status"] = "refused"  # an instalment that failed does not end an order
        tx.update(order.key, changes)
        close_question(tx, order)

    ports.store.transaction(business, write)


def _addressed(ports: Ports, business: str, order_id: str, order: StandingOrder) -> StandingOrder:
    secret = ports.settings.callback_secret.get_secret_value()
    url = callback_url(ports.settings.public_url, "order", business, order_id, secret)
    return replace(order, callback_url=url)


def _acknowledged(tx: Tx, key: Key, answer: InitiateAnswer) -> Doc:
    order = tx.require(key)
    if order.data["status"] not in {"submitting", "unknown"}:
        return order  # its first notice was faster; the sweep only says that we were slow
    if isinstance(answer, Accepted):
        return tx.update(key, {"status": "asked", "provider_id": answer.request_id})
    if isinstance(answer, Rejected):
        return tx.update(key, {"status": "rejected", "code": answer.code})
    return tx.update(key, {"status": "unknown", "code": answer.code or answer.reason})


def check_new(order: StandingOrder, today: str) -> None:
    """Raises Refused ``standing_order_past`` for one that would begin before today."""
    if order.begins.isoformat() < today:
        raise Refused("a standing order cannot begin in the past", code="standing_order_past")
