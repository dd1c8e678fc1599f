"""How often a phone is prompted, and when the provider is asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import RateLimited, Refused
from shared.payments.limits import Prompt, admit
from shared.payments.polling import PLAN_SECONDS, expired, lease_over, next_poll
from tests.unit.payments.collecting import NOW, PHONE, Desk

CREATED = rfc3339(NOW)


def prompt(desk: Desk, cents: int, phone: str = PHONE) -> None:
    desk.store.transaction(desk.business, lambda tx: admit(tx, Prompt(phone, cents, desk.clock.now())))


def test_the_same_amount_may_be_asked_again_after_two_minutes(desk: Desk) -> None:
    prompt(desk, 100)
    desk.clock.advance(119.9)
    with pytest.raises(Refused) as refused:
        prompt(desk, 100)
    assert refused.value.code == "repeated_too_soon"
    prompt(desk, 200)
    desk.clock.advance(0.1)
    prompt(desk, 100)


def test_a_phone_is_prompted_five_times_in_ten_minutes_at_most(desk: Desk) -> None:
    for n in range(5):
        prompt(desk, 100 * (n + 1))
        desk.clock.advance(60)
    with pytest.raises(RateLimited):
        prompt(desk, 900)
    prompt(desk, 900, "254722000000")
    desk.clock.advance(301)
    prompt(desk, 900)


def test_a_refused_prompt_is_not_counted(desk: Desk) -> None:
    prompt(desk, 100)
    for _ in range(6):
        with pytest.raises(Refused):
            prompt(desk, 100)
    desk.clock.advance(120)
    for n in range(4):
        prompt(desk, 100 * (n + 1))


def test_one_business_does_not_use_up_another_ones_prompts(desk: Desk) -> None:
    prompt(desk, 100)
    desk.store.transaction("biz_2", lambda tx: admit(tx, Prompt(PHONE, 100, desk.clock.now())))


def test_the_poll_plan_runs_from_the_first_quarter_minute_to_the_hour_and_ends() -> None:
    times = [next_poll(CREATED, n) for n in range(len(PLAN_SECONDS))]
    seconds = [int((parse_rfc3339(t or "") - NOW).total_seconds()) for t in times]
    assert seconds == [15, 30, 45, 60, 90, 120, 300, 900, 3600]
    assert next_poll(CREATED, len(PLAN_SECONDS)) is None


@pytest.mark.parametrize(
    ("seconds", "is_over", "is_lost"),
    [(89, False, False), (90, False, True), (899, False, True), (900, True, True)],
)
def test_attempts_expire_after_fifteen_minutes_and_submitters_after_ninety_seconds(
    seconds: int, is_over: bool, is_lost: bool
) -> None:
    later = NOW + timedelta(seconds=seconds)
    assert (expired(CREATED, later), lease_over(CREATED, later)) == (is_over, is_lost)
