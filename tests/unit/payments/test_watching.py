"""The gauges of the sweep: attempts without an end, and the age of money without a purpose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core import measures
from shared.core.metrics import REGISTRY
from shared.payments.settlement import apply_notice
from shared.payments.watching import EVERY_MINUTES, STUCK_AFTER, watch
from shared.store import Key
from tests.unit.payments.collecting import NOW, Desk, evidence

LATER = NOW + STUCK_AFTER + timedelta(minutes=EVERY_MINUTES)


def age(matching: str) -> float:
    return REGISTRY.value(measures.UNMATCHED_AGE, matching=matching)


@pytest.mark.parametrize(
    ("status", "stuck"),
    [
        ("submitting", 1),
        ("pending", 1),
        ("submit_unknown", 1),
        ("claimed", 1),
        ("succeeded", 0),
        ("failed", 0),
    ],
)
def test_an_attempt_without_an_end_is_stuck_after_half_an_hour(desk: Desk, status: str, stuck: int) -> None:
    attempt = desk.ask()
    desk.store.update(desk.business, Key("attempts", attempt), {"status": status})
    watch(desk.store, [desk.business], NOW)
    assert REGISTRY.value(measures.STUCK_ATTEMPTS) == 0
    watch(desk.store, [desk.business, "biz_without_any"], LATER)
    assert REGISTRY.value(measures.STUCK_ATTEMPTS) == stuck


def test_the_oldest_money_without_a_purpose_is_timed(desk: Desk) -> None:
    watch(desk.store, [], LATER)
    assert (age("waiting"), age("review")) == (0, 0)
    apply_notice(desk, desk.business, evidence("c2b"), "evd_1")  # type: ignore[arg-type]
    watch(desk.store, [desk.business], LATER)
    assert age("waiting") == (LATER - NOW).total_seconds() - 9
    assert age("review") == 0


def test_between_the_times_nothing_is_asked(desk: Desk) -> None:
    measures.STUCK_ATTEMPTS.set(77)
    watch(desk.store, [desk.business], LATER + timedelta(minutes=1))
    assert REGISTRY.value(measures.STUCK_ATTEMPTS) == 77
