"""The due list: everything that happens later, done when the injected clock has come to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.safaricom import bills, orders, questions, sending
from local.safaricom.asked import carry_out
from local.safaricom.c2b_notices import validated
from local.safaricom.callbacks import Delivery, interrupted, release_held, send
from local.safaricom.prompts import answer_automatically, expire, pay_late
from local.safaricom.sim import Sim
from shared.core.clock import rfc3339

Job = tuple[str, dict[str, Any]]
_AFTER_EVERY_ID = "/~"
_WORKS = {**sending.WORKS, **questions.WORKS}

TASKS: dict[str, Callable[[Sim, dict[str, Any]], None]] = {
    "expire": lambda sim, data: expire(sim, data["checkout"]),
    "auto": lambda sim, data: answer_automatically(sim, data["checkout"], data["mode"]),
    "pay_late": lambda sim, data: pay_late(sim, data["checkout"]),
    "carry_out": lambda sim, data: carry_out(sim, data["conversation"], _WORKS),
    "order_answered": lambda sim, data: orders.answered(sim, data["reference"]),
    "order_due": lambda sim, data: orders.execute(sim, data["reference"], data["number"]),
    "release": lambda sim, data: release_held(sim, data["held"]),
}


def run_due(sim: Sim) -> int:
    """Do all work that is due, the work it causes included; returns how many jobs were done.

    Several threads may call it: a job is taken by one of them. Posts are made outside of the lock, because
    the receiver may well ask us something before it answers.
    """
    done = 0
    while (job := _take(sim)) is not None:
        done += 1
        if job[1]["task"] == "send":
            _post(sim, job[0], Delivery(**job[1]["data"]))
    return done


def recover(sim: Sim) -> int:
    """Settle what a killed process left in the middle: its posts are lost, their silence is an answer."""
    found = interrupted(sim)
    for delivery in found:
        if delivery.target == "validation":
            validated(sim, delivery, None)
    return len(found)


def _take(sim: Sim) -> Job | None:
    with sim.state.unit():
        job = sim.state.first("job", rfc3339(sim.now()) + _AFTER_EVERY_ID)
        if job is None:
            return None
        id_, fact = job
        sim.state.delete("job", id_)
        if fact["task"] == "send":
            sim.state.put("sending", id_, fact["data"])
        else:
            TASKS[fact["task"]](sim, fact["data"])
        return job


def _post(sim: Sim, id_: str, delivery: Delivery) -> None:
    answer = send(sim, id_, delivery)
    if delivery.target == "validation":
        validated(sim, delivery, answer)
    elif delivery.target == "bill":
        bills.pushed(sim, delivery, answer)
