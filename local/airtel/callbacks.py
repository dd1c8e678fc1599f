"""What is posted to the business: once, or as the faults say; with a hash where the app has a key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from local.airtel.faults import take_fault
from local.airtel.model import Payment
from local.airtel.sim import Sim
from shared.core.clock import rfc3339


def announce(sim: Sim, payment: Payment, status: str) -> None:
    """Queue the callback about a payment; ``status`` is TS or TF, whatever else Airtel knows."""
    if not sim.merchant.callback_url:
        return
    body = callback_body(sim, payment, status)
    if take_fault(sim, "lost_callback", payment.phone):
        _close(sim, body, "lost")
        return
    duplicate = take_fault(sim, "duplicate_callback", payment.phone)
    late = take_fault(sim, "late_callback", payment.phone)
    seconds = sim.options.callback_seconds + (late.seconds if late else 0)
    for _ in range(duplicate.count if duplicate else 1):
        sim.schedule("send", {"body": body}, seconds)


def callback_body(sim: Sim, payment: Payment, status: str) -> str:
    """The callback's text; the hash is over the compact ``transaction`` member."""
    words = "Paid" if status == "TS" else "Transaction failed"
    transaction = {"id": payment.id, "message": words, "status_code": status}
    transaction["airtel_money_id"] = payment.money_id if status == "TS" else ""
    body: dict[str, Any] = {"transaction": transaction}
    if sim.merchant.callback_key and not take_fault(sim, "no_hash", payment.phone):
        signed = b"{}" if take_fault(sim, "wrong_hash", payment.phone) else _compact(transaction).encode()
        digest = hmac.new(sim.merchant.callback_key.encode(), signed, hashlib.sha256).digest()
        body["hash"] = base64.b64encode(digest).decode()
    return _compact(body)


def post(sim: Sim, body: str) -> None:
    """Post one callback and keep what came of it."""
    answer = sim.deliver(sim.merchant.callback_url, {"Content-Type": "application/json"}, body.encode())
    _close(sim, body, f"answered {answer.status}" if answer else "no answer")


def sent(sim: Sim, most: int = 200) -> list[dict[str, Any]]:
    """The last callbacks that were posted or lost, newest first: body, status and time."""
    return [fact for _, fact in sim.state.newest("sent", most)]


def release_late(sim: Sim) -> None:
    """Make every waiting callback due now."""
    with sim.state.unit():
        for id_, job in sim.state.all("job"):
            if job["task"] == "send":
                sim.state.delete("job", id_)
                sim.schedule("send", job["data"])


def _close(sim: Sim, body: str, status: str) -> None:
    with sim.state.unit():
        done = {"body": body, "status": status, "at": rfc3339(sim.now())}
        sim.state.put("sent", f"{sim.state.count('sent'):012d}", done)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
