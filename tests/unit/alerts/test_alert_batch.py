"""The look back: rules over days and weeks at their boundaries, and the chore that runs them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from alerts_world import BUSINESS, MONDAY, Desk, move, payment, payout

from shared.alerts.batch.benford import digits_differ
from shared.alerts.batch.daily import look_back
from shared.alerts.batch.rounds import limits_of, round_amounts
from shared.alerts.batch.totals import KEPT, day_total, with_day
from shared.alerts.findings import RAISE
from shared.alerts.habits import Habits, habits_with, read_habits
from shared.alerts.moves import Move
from shared.alerts.profile import NOBODY, Party
from shared.core.clock import rfc3339
from shared.store import Data, Key

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TODAY = MONDAY.date().isoformat()


def nobody(move: Move) -> Party:
    return NOBODY


def codes(
    week: list[Move], limits: tuple[int, ...] = limits_of({}), habits: Habits | None = None
) -> list[str]:
    raised = round_amounts(week, TODAY, limits, nobody, habits or read_habits(None))
    return [found.code for _, found in raised if found.score >= RAISE]


def week_of(*shillings: int, party: str = "till 1") -> list[Move]:
    start = MONDAY - (len(shillings) - 1) * DAY
    return [
        move(one, start + n * DAY, party=party, subject=f"x/{n}{party}") for n, one in enumerate(shillings)
    ]


@pytest.mark.parametrize(
    ("shillings", "found"),
    [
        ((47_000, 49_000, 45_000), ["round_below_limit_again"]),
        ((47_000, 50_000, 45_000), ["round_below_limit_again"]),
        ((47_000, 49_000), []),
        ((47_000, 49_000, 44_000), []),
        ((47_000, 49_000, 51_000), []),
        ((47_000, 49_000, 47_500), []),
    ],
)
def test_three_round_amounts_below_the_limit_in_a_week(shillings: tuple[int, ...], found: list[str]) -> None:
    assert codes(week_of(*shillings)) == found


def test_the_day_itself_must_add_one_and_a_limit_of_ones_own_counts() -> None:
    old = [move(47_000, MONDAY - n * DAY, subject=f"x/{n}") for n in (1, 2, 3)]
    assert codes(old) == []
    own = limits_of({"payout_approval_over_cents": 20_000_00})
    assert codes(week_of(19_000, 18_000, 20_000), own) == ["round_below_limit_again"]
    assert codes(week_of(19_000, 18_000, 20_000)) == []
    assert limits_of({"payout_approval_over_cents": "9"}) == limits_of({})


def test_four_strangers_in_a_day_and_wages_that_are_no_news() -> None:
    day = [move(46_000 + 1000 * n, MONDAY + n * HOUR, party=f"p{n}", subject=f"x/{n}") for n in range(4)]
    assert codes(day) == ["several_below_limit_in_a_day"]
    assert codes(day[:3]) == []

    def paid_before(one: Move) -> Party:
        from alerts_world import past

        return past(move(one.cents / 100, MONDAY - 30 * DAY))

    assert round_amounts(day, TODAY, limits_of({}), paid_before, read_habits(None)) == []


def digits(first: str, count: int) -> Habits:
    data: Data | None = None
    for n in range(count):
        data = habits_with(data, move(int(first) * 1000 + n % 900))
    return read_habits(data)


def test_first_digits_need_three_hundred_and_never_speak_alone() -> None:
    assert digits_differ(digits("4", 299)) is None
    assert digits_differ(digits("4", 300)) is not None
    assert codes([], habits=digits("4", 300)) == []
    plain, supported = (
        round_amounts(week_of(47_000, 49_000, 45_000), TODAY, limits_of({}), nobody, habits)[0][1]
        for habits in (read_habits(None), digits("4", 300))
    )
    assert supported.score == plain.score + 50
    assert "first_digits_chi2_milli" in supported.facts


def test_first_digits_as_they_fall_are_likely() -> None:
    habits: Data | None = None
    for n in range(400):
        habits = habits_with(habits, move(10 ** (2 + (n * 0.618034) % 3)))
    assert digits_differ(read_habits(habits)) is None


def weeks(cents: int, count: int) -> Data:
    data: Data = {"days": {}}
    for week in range(1, count + 1):
        data = with_day(data, (date(2026, 3, 2) - timedelta(weeks=week)).isoformat(), cents)
    return data


def test_a_day_is_compared_with_five_of_its_weekday() -> None:
    # the same every week: the spread is the floor of 0.30, three and a half of it are exp(1.05) = 2.858 times
    assert day_total(weeks(100_000, 5), TODAY, 285_000, "out") is None
    found = day_total(weeks(100_000, 5), TODAY, 286_000, "out")
    assert found is not None
    assert (found.code, found.score >= RAISE) == ("day_far_above", True)
    assert day_total(weeks(100_000, 4), TODAY, 900_000, "out") is None
    assert day_total(None, TODAY, 900_000, "out") is None


def test_less_money_out_and_a_closed_shop_are_no_news() -> None:
    assert day_total(weeks(100_000, 8), TODAY, 10_000, "out") is None
    assert day_total(weeks(100_000, 8), TODAY, 0, "in") is None
    found = day_total(weeks(100_000, 8), TODAY, 10_000, "in")
    assert found is not None
    assert found.code == "day_far_below"


def test_the_end_of_a_month_is_compared_with_the_one_before() -> None:
    data = with_day(weeks(100_000, 8), "2026-01-31", 600_000)
    assert day_total(data, TODAY, 800_000, "out") is None
    assert day_total(data, TODAY, 900_000, "out") is not None


def test_totals_are_bounded_and_a_day_told_again_is_replaced() -> None:
    data: Data | None = None
    for n in range(100):
        data = with_day(data, (date(2026, 1, 1) + timedelta(days=n)).isoformat(), n)
    assert data is not None
    assert len(data["days"]) == KEPT
    assert with_day(data, "2026-04-10", 5)["days"]["2026-04-10"] == 5


def test_the_chore_waits_for_the_morning_and_looks_once(desk: Desk) -> None:
    desk.until(MONDAY.replace(hour=6, minute=45))
    assert look_back(desk, BUSINESS) == 0
    desk.clock.advance(16 * 60)
    assert look_back(desk, BUSINESS) == 0, "it is one past seven: only the quarters are looked at"
    desk.clock.advance(14 * 60)
    assert look_back(desk, BUSINESS) == 1
    assert look_back(desk, BUSINESS) == 0
    desk.clock.advance(3 * 24 * 3600)
    assert look_back(desk, BUSINESS) == 3, "an outage is made up for"


def test_split_money_is_found_the_morning_after_and_only_once(desk: Desk) -> None:
    for n in range(3):
        desk.spent(f"S{n}", 46_000 + 1000 * n, MONDAY + n * DAY)
    assert desk.morning(MONDAY + 2 * DAY) >= 1
    assert desk.raised() == ["round_amounts"]
    assert len(desk.alerts()[0].data["records"]) == 3
    desk.store.delete(BUSINESS, Key("alert_batch", "state"))
    before = desk.alerts()[0].etag
    look_back(desk, BUSINESS)
    assert desk.alerts()[0].etag == before


def test_a_payout_that_no_event_told_of_is_looked_at_in_the_morning(desk: Desk) -> None:
    for n in range(3):
        desk.put(
            "payouts", f"pyo_{n}", **payout(900 + n, MONDAY + n * 9 * MINUTE, kind="payout", status="sent")
        )
    desk.until(MONDAY)
    desk.morning(MONDAY)
    assert desk.raised() == ["velocity"]


def test_what_was_kept_back_is_summed_up_the_next_morning(desk: Desk) -> None:
    for n in range(8):
        who = {"payer_hash": f"{n}" * 64}
        desk.paid(f"X{n}A", 4321, **who)
        desk.paid(f"X{n}B", 4321, MONDAY + MINUTE, **who)
    desk.morning(MONDAY)
    (summary,) = (doc for doc in desk.alerts() if doc.data["detector"] == "held_back")
    assert (summary.data["count"], summary.data["told"]) == (3, True)
    desk.clock.advance(60)
    desk.outbox.relay(BUSINESS)
    assert desk.told()[-1] == summary.id


def test_alerts_of_the_night_are_announced_again_in_the_morning(desk: Desk) -> None:
    night = MONDAY.replace(hour=22)
    desk.paid("A1", 4321, night)
    desk.paid("A2", 4321, night + MINUTE)
    desk.paid("B1", 4321, MONDAY, payer_hash="b" * 64)
    desk.morning(MONDAY)
    desk.clock.advance(60)
    desk.outbox.relay(BUSINESS)
    assert len(desk.told()) == 2
    assert len(set(desk.told())) == 1


def statement(desk: Desk, received: Any = MONDAY, **fields: Any) -> None:
    told = {
        "account": "mpesa-174379", "status": "imported", "first_day": TODAY, "last_day": TODAY,
        "received_at": rfc3339(received), **fields,
    }  # fmt: skip
    desk.put("statements", "stm_1", **told)


def proof(kind: str) -> dict[str, Any]:
    return {"evidence": [{"kind": kind, "id": "x"}]}


def test_money_that_no_statement_shows(desk: Desk) -> None:
    desk.put("payments", "mpesa-A", **payment("A", 500, MONDAY, **proof("callback")))
    desk.put("payments", "mpesa-B", **payment("B", 600, MONDAY + HOUR, **proof("statement")))
    desk.put("payments", "mpesa-C", **payment("C", 700, MONDAY, shortcode="999999", **proof("callback")))
    statement(desk, MONDAY + 12 * HOUR)
    desk.morning(MONDAY)
    (alert,) = desk.alerts()
    assert alert.data["records"] == ["payments/mpesa-A"]
    assert alert.data["reasons"][0]["code"] == "no_line_in_statement"


def test_a_statement_that_is_not_read_yet_or_lacks_a_part(desk: Desk) -> None:
    for n in range(11):
        fields = proof("callback") | {"payer_hash": f"{n:x}" * 64}
        desk.put("payments", f"mpesa-{n}", **payment(f"{n}", 500 + n, MONDAY + n * HOUR, **fields))
    statement(desk, MONDAY + 12 * HOUR, status="reading")
    desk.morning(MONDAY)
    assert desk.alerts() == []
    statement(desk, MONDAY + 12 * HOUR)
    desk.morning(MONDAY + DAY)
    (alert,) = desk.alerts()
    assert alert.data["reasons"][0]["code"] == "many_without_line"


def test_a_statement_that_says_another_amount(desk: Desk) -> None:
    desk.put("payments", "mpesa-A", **payment("A", 500, MONDAY, **proof("statement")))
    statement(desk, MONDAY + HOUR)
    line = {
        "statement_id": "stm_1",
        "row": 1,
        "business_day": TODAY,
        "at": rfc3339(MONDAY),
        "kind": "money_in",
    }
    desk.put(
        "statement_lines", "l1", **line, account="mpesa-174379", amount_cents=49_000, payment_id="mpesa-A"
    )
    desk.morning(MONDAY)
    (alert,) = desk.alerts()
    assert alert.data["reasons"][0]["code"] == "statement_says_otherwise"
    assert alert.data["reasons"][0]["facts"]["line_cents"] == 49_000


def test_a_day_out_of_line_over_a_store(desk: Desk) -> None:
    for week in range(6):
        desk.spent(f"W{week}", 1000 + week, MONDAY + 7 * week * DAY, party=f"Till {week} Shop")
        desk.morning(MONDAY + 7 * week * DAY)
    today = MONDAY + 42 * DAY
    desk.spent("NOW", 40_000, today, party="Another Shop Here")
    desk.morning(today)
    assert desk.raised() == ["day_total"]
    assert desk.alerts()[0].data["records"] == [f"days/out-{today.date().isoformat()}"]


def test_another_business_is_not_looked_at(desk: Desk) -> None:
    for n in range(3):
        desk.spent(f"S{n}", 46_000 + 1000 * n, MONDAY + n * DAY, business="biz_other")
    desk.morning(MONDAY + 2 * DAY)
    assert desk.alerts() == []
    assert desk.alerts("biz_other") == []
