"""What is posted to a business, when, and how often: once by default, otherwise as the faults say.

Safaricom is assumed to deliver once: no retry was seen after a 500 or an unreachable receiver. A delivery
that was on its way when the process died is therefore lost, not repeated.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from local.safaricom.faults import Fault, take_fault
from local.safaricom.model import Push
from local.safaricom.payloads import stk_callback
from local.safaricom.sim import Answer, Sim
from shared.core.clock import rfc3339

CHANGES = (
    "duplicate_callback",
    "late_callback",
    "reordered_callback",
    "lost_callback",
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post: ``delay`` in seconds, ``held`` until another delivery went out, ``lost`` never sent."""

    target: str
    url: str
    body: str
    shortcode: str
    subject: str
    delay: float = 0
    held: bool = False
    lost: bool = False
    status: str = ""
    at: str = ""


def announce_push(sim: Sim, push: Push) -> None:
    """Queue the callback of a push that has ended, changed by the faults that are on."""
    amount = None
    plan: list[Delivery] = []
    if push.code == "0" and (fault := take_fault(sim, "amount_mismatch", push.phone)):
        amount = push.amount_cents + 100 if fault.amount_cents is None else fault.amount_cents
    if push.code == "0" and (fault := take_fault(sim, "failure_then_success", push.phone)):
        plan.append(_stk(sim, push, stk_callback(push, fault.code or "1032")))
    plan.append(_stk(sim, push, stk_callback(push, push.code or "0", amount)))
    queue(sim, plan, push.phone)


def queue(sim: Sim, plan: list[Delivery], phone: str) -> None:
    """Schedule deliveries after the faults for this phone and target have changed them."""
    target = plan[0].target
    for name in CHANGES:
        if fault := take_fault(sim, name, phone, target):
            plan = changed(plan, fault)
    for delivery in plan:
        _place(sim, delivery)


def changed(plan: list[Delivery], fault: Fault) -> list[Delivery]:
    """The deliveries that remain of a plan under one fault."""
    match fault.name:
        case "duplicate_callback":
            return [delivery for delivery in plan for _ in range(fault.count)]
        case "late_callback":
            return [replace(delivery, delay=delivery.delay + fault.seconds) for delivery in plan]
        case "reordered_callback":
            return [replace(delivery, held=True, delay=fault.seconds) for delivery in plan]
        case _:
            return [replace(delivery, lost=True) for delivery in plan]


def send(sim: Sim, id_: str, delivery: Delivery) -> Answer | None:
    """Post one delivery, keep what came of it, and let go of what waited for it."""
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "BusinessShortCode": delivery.shortcode,
    }
    answer = sim.deliver(delivery.url, headers, delivery.body.encode())
    _close(sim, id_, delivery, f"answered {answer.status}" if answer else "no answer")
    release_held(sim)
    return answer


def release_held(sim: Sim, only: str = "") -> None:
    """Make held deliveries due now, all of them or the one named."""
    with sim.state.unit():
        for id_, fact in sim.state.all("held"):
            if only in {"", id_}:
                sim.state.delete("held", id_)
                sim.schedule("send", fact)


def release_late(sim: Sim) -> None:
    """Make every waiting delivery due now, however late it was to come."""
    release_held(sim)
    with sim.state.unit():
        for id_, job in sim.state.all("job"):
            if job["task"] == "send":
                sim.state.delete("job", id_)
                sim.schedule("send", job["data"])


def sent(sim: Sim, most: int = 200) -> list[Delivery]:
    """The last deliveries that were posted or lost, newest first."""
    return [Delivery(**fact) for _, fact in sim.state.newest("sent", most)]


def _stk(sim: Sim, push: Push, body: bytes) -> Delivery:
    return Delivery(
        target="stk",
        url=push.callback_url,
        body=body.decode(),
        shortcode=push.shortcode,
        subject=push.checkout,
        delay=sim.options.callback_seconds,
    )


def _place(sim: Sim, delivery: Delivery) -> None:
    if delivery.lost:
        _close(sim, "", delivery, "lost")
    elif delivery.held:
        id_ = f"{sim.state.count('held'):09d}"
        sim.state.put("held", id_, asdict(delivery))
        sim.schedule("release", {"held": id_}, delivery.delay)
    else:
        sim.schedule("send", asdict(delivery), delivery.delay)


def _close(sim: Sim, id_: str, delivery: Delivery, status: str) -> None:
    with sim.state.unit():
        sim.state.delete("sending", id_)
        done = replace(delivery, status=status, at=rfc3339(sim.now()))
        sim.state.put("sent", f"{sim.state.count('sent'):012d}", asdict(done))


def interrupted(sim: Sim) -> list[Delivery]:
    """Close what was on its way when the process died; called once, at the start."""
    found = [(id_, Delivery(**fact)) for id_, fact in sim.state.all("sending")]
    for id_, delivery in found:
        _close(sim, id_, delivery, "interrupted")
    return [delivery for _, delivery in found]
