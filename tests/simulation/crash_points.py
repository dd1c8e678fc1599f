"""Every place a process can end: one payment, and for each step of its whole life a run that dies there.

``python -m tests.simulation.crash_points --window 25`` prints one line of JSON: how many crash points there
are, how many were tried (a run in which the process really died and all promises were checked at the end),
and what broke. A pair is a second death within ``window`` steps of the first, during its repair.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from shared.payments.attempts import Ask
from tests.simulation.faults import Faults
from tests.simulation.kernel import SECOND, Calm, Kernel, Violation
from tests.simulation.report import to_stderr
from tests.simulation.schedule import recover
from tests.simulation.setting import setting
from tests.simulation.world import World

Plan = tuple[tuple[int, str], ...]
"""Steps at which the process dies, each ``before`` or ``after`` its effect."""
_TICKS = (20, 20, 60, 300)


class Planned(Calm):
    """Everything goes well, but for the deaths that were planned."""

    def __init__(self, plan: Plan) -> None:
        self._plan = dict(plan)

    def crash(self, step: int, what: str) -> str:
        return self._plan.get(step, "")


def _by_prompt(world: World) -> None:
    owed = world.setting.invoices[0]
    world.collect("key", Ask(owed.phone, None, owed.id, "", ""), SECOND)


def _by_hand(world: World, announced: bool = True) -> None:
    owed = world.setting.invoices[0]
    cents = owed.cents - owed.cents % 100
    world.kernel.at(SECOND, lambda: _pay(world, owed.phone, cents, owed.number, announced))


def _pay(world: World, phone: str, cents: int, account: str, announced: bool) -> None:
    world.provider.pay_by_hand(phone, cents, account, announced=announced)


FLOWS: dict[str, tuple[Callable[[World], None], tuple[str, ...]]] = {
    "stk": (_by_prompt, ("pays",)),
    "stk cancelled": (_by_prompt, ("cancels",)),
    "c2b": (_by_hand, ()),
    "pull": (lambda world: _by_hand(world, announced=False), ()),
}
"""What happens, and what the payer does."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: its steps, how many of the planned deaths came, and what broke ("" for nothing)."""

    steps: int
    deaths: int
    violation: str


def run(flow: str, plan: Plan) -> Ran:
    """One payment with these deaths, then quiet, then every promise."""
    act, payer = FLOWS[flow]
    kernel = Kernel(Planned(plan))
    world = World(1, setting(0), Faults(Random(1), known=frozenset()), kernel, payer)
    try:
        world.faults.begin()
        act(world)
        for gap in _TICKS:
            kernel.run(gap)
            world.sweep()
        recover(world)
    except Violation as broken:
        violation = str(broken)
    else:
        violation = ""
    return Ran(kernel.steps, sum(" dies " in line for line in kernel.lines), violation)


def singles(flow: str) -> list[Plan]:
    """One death: before and after the effect of each step."""
    return [((step, when),) for step in range(1, run(flow, ()).steps + 1) for when in ("before", "after")]


def pairs(first: Plan, window: int) -> Iterator[Plan]:
    """A death and a second one within ``window`` steps; after a step is before its process's next one."""
    (step, when) = first[0]
    for later in range(step + 1, step + window + 1):
        yield ((step, when), (later, "before"))


def tried(flow: str, first: Plan, window: int) -> list[tuple[Plan, Ran]]:
    """A death alone, and with each second one."""
    gc.disable()
    plans = [first, *(pairs(first, window) if first[0][1] == "after" else ())]
    done = [(plan, run(flow, plan)) for plan in plans]
    gc.enable()
    return done


def cover(window: int, jobs: int) -> dict[str, Any]:
    """Try every crash point of every flow."""
    points = [(flow, plan) for flow in FLOWS for plan in singles(flow)]
    flows, plans = [flow for flow, _ in points], [plan for _, plan in points]
    covered, pairs_tried, broken = 0, 0, []
    with ProcessPoolExecutor(jobs) as pool:
        for flow, done in zip(
            flows, pool.map(tried, flows, plans, [window] * len(plans), chunksize=8), strict=True
        ):
            covered += done[0][1].deaths == 1
            pairs_tried += sum(ran.deaths == 2 for _, ran in done[1:])
            broken += [f"{flow} {plan}: {ran.violation}" for plan, ran in done if ran.violation]
    for line in broken:
        to_stderr(line)
    return {
        "points": len(points),
        "covered": covered,
        "pairs": pairs_tried,
        "window": window,
        "flows": {flow: flows.count(flow) for flow in FLOWS},
        "violations": len(broken),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--window", type=int, default=25)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    found = cover(given.window, given.jobs)
    print(json.dumps(found))
    return 1 if found["violations"] or found["covered"] != found["points"] else 0


if __name__ == "__main__":
    sys.exit(main())
