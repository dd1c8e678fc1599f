"""The due list: everything that happens later, done when the injected clock has come to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.airtel.callbacks import post
from local.airtel.payments import answer_automatically, expire, pay_late
from local.airtel.sim import Sim
from shared.core.clock import rfc3339

_AFTER_EVERY_ID = "/~"
TASKS: dict[str, Callable[[Sim, dict[str, Any]], None]] = {
    "expire": lambda sim, data: expire(sim, data["id"]),
    "auto": lambda sim, data: answer_automatically(sim, data["id"], data["mode"]),
    "pay_late": lambda sim, data: pay_late(sim, data["id"]),
}


def run_due(sim: Sim) -> int:
    """Do all work that is due, the work it causes included; returns how many jobs were done.

    Posts are made outside of the lock, because the receiver may well ask us something before it answers. A
    post that was cut off by the end of the process is lost, as a provider's would be.
    """
    done = 0
    while (job := _take(sim)) is not None:
        done += 1
        if job["task"] == "send":
            post(sim, job["data"]["body"])
    return done


def _take(sim: Sim) -> dict[str, Any] | None:
    with sim.state.unit():
        found = sim.state.first("job", rfc3339(sim.now()) + _AFTER_EVERY_ID)
        if found is None:
            return None
        id_, job = found
        sim.state.delete("job", id_)
        if job["task"] != "send":
            TASKS[job["task"]](sim, job["data"])
        return job
