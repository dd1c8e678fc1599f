"""A payout that waits for approval is announced at once, and once more the next morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.core import measures
from shared.core.metrics import REGISTRY
from shared.payments import payout_requests as requests
from shared.payments.payout_waiting import next_morning, remind
from shared.payments.watching import UNDECIDED_AFTER, UNTOLD_AFTER, watch
from tests.unit.payments.collecting import NOW
from tests.unit.payments.paying import CHECKER, MAKER, Till

TO_MORNING = 22 * 3600
"""From the tests' ten in the morning to eight."""


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.close()


def announced(till: Till) -> list[str]:
    return [event["data"]["payout_id"] for event in till.events("payout.requested.v1")]


def late(awaiting: str) -> float:
    return REGISTRY.value(measures.STUCK_PAYOUTS, awaiting=awaiting)


def test_only_what_awaiting_somebody_is_announced(till: Till) -> None:
    till.profile(payout_approval_over_cents=50_000)
    till.ask(50_000)
    large = till.ask(50_100)
    assert announced(till) == [large]


def test_a_refund_awaiting_approval_too(till: Till) -> None:
    refund = till.refund(till.paid())
    assert announced(till) == [refund]


def test_what_waits_over_night_is_announced_once_more(till: Till) -> None:
    payout = till.ask()
    assert remind(till, till.business) == 0
    till.clock.advance(TO_MORNING)
    assert (remind(till, till.business), remind(till, till.business)) == (1, 0)
    assert announced(till) == [payout, payout]
    assert len({event["id"] for event in till.events("payout.requested.v1")}) == 2


@pytest.mark.parametrize("decide", ["approve", "reject", "cancel"])
def test_what_was_decided_is_not_announced_again(till: Till, decide: str) -> None:
    payout = till.ask()
    match decide:
        case "approve":
            till.approve(payout)
        case "reject":
            requests.reject(till, till.business, payout, CHECKER, "not needed")
        case _:
            requests.cancel(till, till.business, payout, MAKER)
    till.clock.advance(TO_MORNING)
    assert remind(till, till.business) == 0
    assert announced(till) == [payout]
    assert till.docs("payouts_waiting", "remind_at") == []


def test_two_sweeps_at_once_remind_once(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.ask()
    till.clock.advance(TO_MORNING)
    real = till.store.query

    def slow(business: str, query: object) -> object:
        found = real(business, query)  # type: ignore[arg-type]
        monkeypatch.setattr(till.store, "query", real)
        assert remind(till, till.business) == 1  # the other one, between our look and our commit
        return found

    monkeypatch.setattr(till.store, "query", slow)
    assert remind(till, till.business) == 0
    assert len(announced(till)) == 2


def test_between_the_times_nothing_is_looked_for(till: Till) -> None:
    till.ask()
    till.clock.advance(TO_MORNING + 60)
    assert remind(till, till.business) == 0


@pytest.mark.parametrize(
    ("asked", "morning"),
    [
        ("2026-03-02T07:00:00.000Z", "2026-03-03T05:00:00.000Z"),
        ("2026-03-02T05:00:00.000Z", "2026-03-03T05:00:00.000Z"),
        ("2026-03-02T04:59:59.999Z", "2026-03-02T05:00:00.000Z"),
        ("2026-03-02T22:30:00.000Z", "2026-03-03T05:00:00.000Z"),
        ("2026-12-31T20:00:00.000Z", "2027-01-01T05:00:00.000Z"),
    ],
)
def test_the_morning_is_nairobis(asked: str, morning: str) -> None:
    assert next_morning(asked) == morning


def test_payouts_that_nobody_decides_or_answers_are_counted(till: Till) -> None:
    till.ask()
    sent = till.ask()
    watch(till.store, [till.business], NOW + UNDECIDED_AFTER - timedelta(minutes=5))
    assert (late("approval"), late("provider")) == (0, 0)
    till.clock.advance(UNDECIDED_AFTER.total_seconds())
    till.approve(sent)
    soon = till.clock.now() + UNTOLD_AFTER - timedelta(minutes=5)
    watch(till.store, [till.business], soon)
    assert (late("approval"), late("provider")) == (1, 0)
    watch(till.store, [till.business, "biz_without_any"], soon + timedelta(minutes=5))
    assert (late("approval"), late("provider")) == (1, 1)
    till.finish(sent)
    watch(till.store, [till.business], soon + timedelta(minutes=5))
    assert (late("approval"), late("provider")) == (1, 0)
