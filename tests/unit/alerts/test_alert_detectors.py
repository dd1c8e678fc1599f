"""Each rule of the event path at its boundary: just enough is found, just less is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alerts_world import MONDAY, move, past, score

from shared.alerts.detectors.amounts import unusual_amount
from shared.alerts.detectors.duplicates import duplicate_payment
from shared.alerts.detectors.hours import off_hours
from shared.alerts.detectors.payees import new_payee_large
from shared.alerts.detectors.refunds import refund_abuse, taken_back
from shared.alerts.detectors.velocity import many_prompts, velocity
from shared.alerts.findings import RAISE
from shared.alerts.habits import Habits, habits_with, read_habits
from shared.alerts.moves import Move
from shared.alerts.profile import NOBODY
from shared.store import Data

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def habits_of(*moves: Move) -> Habits:
    data: Data | None = None
    for one in moves:
        data = habits_with(data, one)
    return read_habits(data)


OFFICE = [move(1000 + 37 * n, MONDAY - n * DAY + (n % 8) * HOUR) for n in range(40)]


@pytest.mark.parametrize(
    ("apart", "code"),
    [
        (14 * MINUTE, "same_amount_within_minutes"),
        (15 * MINUTE, "same_amount_same_day"),
        (DAY - MINUTE, "same_amount_same_day"),
    ],
)
def test_the_same_amount_again_within_a_day_is_a_duplicate(apart: timedelta, code: str) -> None:
    found = duplicate_payment(move(4321, MONDAY + apart), past(move(4321)), NOBODY)
    assert found is not None
    assert (found.code, found.score >= RAISE) == (code, True)
    assert found.records == (move(4321).subject,)
    assert found.facts["minutes_apart"] == apart // MINUTE


def test_a_day_later_only_an_odd_bill_is_one() -> None:
    for shillings, odd in ((4321, True), (4300, False)):
        found = duplicate_payment(move(shillings, MONDAY + 2 * DAY), past(move(shillings)), NOBODY)
        assert (score(found) >= RAISE) == odd
    assert duplicate_payment(move(4321, MONDAY + 11 * DAY), past(move(4321)), NOBODY) is None


def test_another_channel_counts_for_five_days() -> None:
    for days, known in ((5, True), (6, False)):
        again = move(4300, MONDAY + days * DAY, channel="bank_equity")
        assert (score(duplicate_payment(again, past(move(4300)), NOBODY)) >= RAISE) == known


def test_another_mark_of_the_same_name_counts_on_another_channel_or_within_minutes() -> None:
    named = past(move(4300))
    assert score(duplicate_payment(move(4300, MONDAY + DAY, channel="airtel"), NOBODY, named)) >= RAISE
    assert duplicate_payment(move(4300, MONDAY + HOUR), NOBODY, named) is None
    assert score(duplicate_payment(move(4300, MONDAY + 14 * MINUTE), NOBODY, named)) >= RAISE


def test_the_earlier_of_two_may_be_told_last() -> None:
    found = duplicate_payment(move(4321, MONDAY - 5 * MINUTE), past(move(4321)), NOBODY)
    assert score(found) == 950


def test_other_amounts_small_ones_and_the_same_receipt_are_none() -> None:
    assert duplicate_payment(move(4322, MONDAY + MINUTE), past(move(4321)), NOBODY) is None
    assert duplicate_payment(move(99, MONDAY + MINUTE), past(move(99)), NOBODY) is None
    same = move(4321, MONDAY + MINUTE, code="SJ12")
    assert duplicate_payment(same, past(move(4321, code="SJ12")), NOBODY) is None
    assert duplicate_payment(move(4321), past(move(4321)), NOBODY) is None


def test_who_pays_the_same_all_the_time_is_left_alone() -> None:
    every_week = past(*(move(4321, MONDAY - 7 * n * DAY) for n in range(1, 5)), move(4321))
    assert score(duplicate_payment(move(4321, MONDAY + 5 * HOUR), every_week, NOBODY)) < RAISE
    assert score(duplicate_payment(move(4321, MONDAY + MINUTE), every_week, NOBODY)) >= RAISE
    pairs = [move(4321, MONDAY - n * DAY + m * MINUTE) for n in (7, 14, 21) for m in (0, 5)]
    assert score(duplicate_payment(move(4321, MONDAY + MINUTE), past(*pairs, move(4321)), NOBODY)) < RAISE


def test_an_amount_is_unusual_from_five_others_on() -> None:
    known = [move(1000 + 10 * n, MONDAY - n * DAY) for n in range(1, 7)]
    assert score(unusual_amount(move(20_000), past(*known[:5]))) >= RAISE
    assert unusual_amount(move(20_000), past(*known[:4])) is None


def test_four_robust_deviations_are_the_boundary() -> None:
    # all the same: the spread is the floor of 0.12, four of them are exp(0.48) = 1.616 times
    same = past(*(move(10_000, MONDAY - n * DAY) for n in range(1, 20)))
    assert unusual_amount(move(16_100), same) is None
    found = unusual_amount(move(16_200), same)
    assert found is not None
    assert 4000 < int(found.facts["z_milli"]) < 4030
    assert score(unusual_amount(move(1_000), same)) == 0, "less than usual harms nobody"


def test_what_comes_later_is_no_past() -> None:
    later = past(*(move(1000, MONDAY + n * DAY) for n in range(1, 8)))
    assert unusual_amount(move(50_000), later) is None


def test_three_to_one_party_within_an_hour() -> None:
    two = past(move(500), move(900, MONDAY + 30 * MINUTE))
    assert score(velocity(move(700, MONDAY + 60 * MINUTE), two)) >= RAISE
    assert velocity(move(700, MONDAY + 61 * MINUTE), two) is None
    assert velocity(move(700, MONDAY + 60 * MINUTE, way="in"), two) is None


def test_a_customer_may_pay_four_times_an_hour() -> None:
    four = [move(100 + n, MONDAY + n * MINUTE, way="in") for n in range(4)]
    assert velocity(move(99, MONDAY + 5 * MINUTE, way="in"), past(*four[:3])) is None
    assert score(velocity(move(99, MONDAY + 5 * MINUTE, way="in"), past(*four))) >= RAISE


def test_who_is_always_paid_three_times_an_hour_is_left_alone() -> None:
    usual = [move(500 + n, MONDAY - d * DAY + n * MINUTE) for d in (1, 2, 3) for n in range(3)]
    today = [move(500 + n, MONDAY + n * MINUTE) for n in range(2)]
    assert score(velocity(move(700, MONDAY + 5 * MINUTE), past(*usual, *today))) < RAISE


def test_four_prompts_to_one_phone_in_ten_minutes() -> None:
    three = past(*(move(100, MONDAY + n * 3 * MINUTE, subject=f"attempts/{n}") for n in range(3)))
    assert score(many_prompts(move(100, MONDAY + 10 * MINUTE), three)) >= RAISE
    assert many_prompts(move(100, MONDAY + 11 * MINUTE), three) is None


@pytest.mark.parametrize(("hour", "odd"), [(10, False), (17, False), (22, True), (23, True), (4, True)])
def test_hours_of_no_business(hour: int, odd: bool) -> None:
    habits = habits_of(*OFFICE)
    at = MONDAY.replace(hour=hour)
    assert (score(off_hours(move(2000, at), habits)) >= RAISE) == odd


def test_a_shop_that_is_closed_on_sundays() -> None:
    weeks = [move(1000, MONDAY - (7 * week + day) * DAY) for week in range(12) for day in range(6)]
    closed = habits_of(*(one for one in weeks if one.local.weekday() != 6))
    sunday = MONDAY - DAY
    found = off_hours(move(2000, sunday), closed)
    assert found is not None
    assert (found.code, found.score >= RAISE) == ("day_of_no_business", True)
    assert off_hours(move(2000, MONDAY), closed) is None
    assert off_hours(move(2000, sunday), habits_of(*weeks[:50])) is None


def test_a_night_shop_sends_money_at_night_and_customers_pay_when_they_like() -> None:
    night = habits_of(*(move(1000, MONDAY.replace(hour=2) - n * DAY) for n in range(40)))
    assert off_hours(move(2000, MONDAY.replace(hour=2)), night) is None
    late = move(2000, MONDAY.replace(hour=2), way="in")
    assert off_hours(late, habits_of(*OFFICE)) is None


def test_a_business_without_a_past_is_not_alarmed_by_one_small_night() -> None:
    few = habits_of(*OFFICE[:19])
    assert score(off_hours(move(2000, MONDAY.replace(hour=2)), few)) < RAISE


def test_a_stranger_and_more_than_nearly_all() -> None:
    habits = habits_of(*OFFICE, *OFFICE)
    assert score(new_payee_large(move(9_000), NOBODY, NOBODY, habits)) >= RAISE
    assert new_payee_large(move(2_300), NOBODY, NOBODY, habits) is None
    known = past(move(100, MONDAY - 300 * DAY))
    assert new_payee_large(move(9_000), known, NOBODY, habits) is None
    assert new_payee_large(move(9_000), NOBODY, known, habits) is None
    young = habits_of(*OFFICE[:19])
    assert new_payee_large(move(9_000), NOBODY, NOBODY, young) is None


def refund(at_minutes: int, **fields: object) -> Move:
    given = {"way": "refund", "staff": "usr_1", "of_cents": 100_000, "given_cents": 100_000}
    at = MONDAY + at_minutes * MINUTE
    return move(1000, at, **{**given, "of_ms": move(1, MONDAY).at_ms, **fields})


def test_a_refund_within_two_hours_and_more_so_the_next_one() -> None:
    none = read_habits(None)
    (first,) = refund_abuse(refund(119), NOBODY, none)
    assert first.code == "soon_after_payment"
    assert refund_abuse(refund(120), NOBODY, none) == []
    (second,) = refund_abuse(refund(100), past(move(9, MONDAY - DAY, channel="quick")), none)
    assert second.score > first.score


def test_more_back_than_was_paid_is_certain() -> None:
    found = refund_abuse(refund(5000, given_cents=100_001), NOBODY, read_habits(None))
    assert [one.code for one in found] == ["more_than_was_paid"]
    assert found[0].score >= 900


def test_one_person_makes_most_refunds() -> None:
    def share(own: int, others: int) -> list[str]:
        each = [refund(5000, staff="usr_1")] * own
        each += [refund(5000, staff=f"usr_{2 + n % 2}") for n in range(others)]
        return [one.code for one in refund_abuse(refund(5000), NOBODY, habits_of(*each))]

    assert share(8, 2) == ["most_by_one_person"]
    assert share(3, 2) == [], "six refunds of three people may fall so"
    assert share(20, 0) == [], "where one person does it all, they do it all"


def test_a_payer_whose_money_is_taken_back_again() -> None:
    once = past(move(500, MONDAY - 29 * DAY, way="in"))
    assert score(taken_back(move(700, way="in"), once)) >= RAISE
    assert taken_back(move(700, MONDAY + 2 * DAY, way="in"), once) is None
    assert taken_back(move(700, way="in"), NOBODY) is None
