"""What goes wrong, and how often it did: each schedule draws which faults it knows (swarm testing).

A schedule that knows every fault shows few of their combinations; one that knows half of them, others.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.simulation.kernel import SECOND

RATES: dict[str, float] = {
    # the store
    "store_conflict": 0.04,
    "store_unavailable": 0.01,
    "store_outage": 0.15,
    "commit_ack_lost": 0.03,
    "commit_lost": 0.02,
    "commit_late": 0.015,
    # processes and their clocks
    "crash_before_read": 0.002,
    "crash_before_commit": 0.012,
    "crash_after_commit": 0.015,
    "crash_before_call": 0.02,
    "crash_after_call": 0.03,
    "clock_skew": 0.3,
    "clock_jump": 0.25,
    "slow_step": 0.01,
    # the bus
    "event_doubled": 0.12,
    "event_late": 0.12,
    "publish_refused": 0.05,
    "publish_ack_lost": 0.05,
    "poison_event": 0.25,
    "function_down": 0.15,
    # callers
    "request_repeated": 0.3,
    "same_again": 0.5,
    "payments_together": 0.3,
    "business_cancels": 0.15,
    # the provider
    "push_refused": 0.1,
    "push_lost": 0.1,
    "push_answer_lost": 0.12,
    "callback_lost": 0.2,
    "callback_late": 0.2,
    "callback_doubled": 0.2,
    "callback_other_amount": 0.2,
    "callback_false": 0.35,
    "callback_garbled": 0.15,
    "callback_forged": 0.3,
    "late_success": 0.9,
    "other_amount_moved": 0.2,
    "no_twin": 0.25,
    "notice_lost": 0.25,
    "notice_doubled": 0.2,
    "query_silent": 0.2,
    "query_contradicts": 0.2,
    "outage": 0.25,
    "listing_lags": 0.5,
    "listing_fails": 0.15,
    # money that goes out
    "payout_asked": 0.7,
    "payout_lost": 0.4,
    "payout_answer_lost": 0.35,
    "payout_result_lost": 0.5,
    "payout_result_late": 0.5,
    "payout_result_doubled": 0.4,
    # channels
    "message_refused": 0.15,
    "message_unknown": 0.12,
    "message_bounced": 0.08,
    # the timer
    "sweep_missed": 0.3,
    "sweeps_overlap": 0.15,
    # people
    "person_decides": 0.8,
    "person_unmatches": 0.2,
}
"""Chances where the fault can happen, in the schedules that know it."""
FOLLOWS = (
    "real_conflict",
    "event_redelivered",
    "request_after_no_answer",
    "callback_posted_again",
    "dead_letter",
)
"""What faults lead to; it must be seen as often."""
SOMETIMES = (*RATES, *FOLLOWS)


class Faults:
    """The dice of one schedule; ``off`` ends all trouble, so that what is left can be finished."""

    def __init__(self, random: Random, *, known: frozenset[str] | None = None) -> None:
        self.random = random
        self.counts: Counter[str] = Counter()
        self._on = False
        self._outage = (0, 0)
        swarm = frozenset(name for name in RATES if random.random() < 0.6)
        self._known = swarm if known is None else known

    def begin(self) -> None:
        self._on = True

    def off(self) -> None:
        self._on = False

    @property
    def on(self) -> bool:
        return self._on

    def hit(self, name: str) -> bool:
        """Whether the fault happens here and now; counted when it does."""
        happens = self._on and name in self._known and self.random.random() < RATES[name]
        if happens:
            self.counts[name] += 1
        return happens

    def plan_outage(self, begin: int, end: int) -> None:
        """The store cannot be reached between two moments."""
        self._outage = (begin, end)

    def store_out(self, time: int) -> bool:
        return self._on and self._outage[0] <= time < self._outage[1]

    # ---- what the kernel asks
    def latency(self) -> int:
        if not self._on:
            return 1000
        draw = self.random.random()
        if draw < 0.9:
            return int(draw * 30_000) + 1000
        if "slow_step" in self._known and self.random.random() < RATES["slow_step"] * 10:
            self.counts["slow_step"] += 1
            return int(self.random.uniform(1, 200) * SECOND)
        return int((draw - 0.9) * 10 * 2 * SECOND)

    def crash(self, step: int, what: str) -> str:
        if not self._on:
            return ""
        kind = what.split(" ", 1)[0]
        if kind == "commit":
            return "before" if self.hit("crash_before_commit") else self._after("crash_after_commit")
        if kind in ("get", "query"):
            return "before" if self.hit("crash_before_read") else ""
        return "before" if self.hit("crash_before_call") else self._after("crash_after_call")

    def _after(self, name: str) -> str:
        return "after" if self.hit(name) else ""
