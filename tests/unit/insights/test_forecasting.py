"""Forecasts: what a series of a known shape leads to, ranges that hold, refusals, and hostile series."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insights_world import TODAY, Client
from ledger_world import Ledger, days, eat, facts

from bench.forecast import AHEAD, main, read
from bench.money_series import drawn
from shared.insights.forecasting.days import NAMES, SIZE, features, holidays
from shared.insights.forecasting.outlook import LEAST_DAYS, outlook, seasonal_average
from shared.insights.forecasting.ridge import Ridge, solve
from tools.holidays_ke import FILE, text

FIRST = date(2025, 1, 6)  # a Monday


def test_the_shipped_holidays_are_those_of_the_package() -> None:
    assert FILE.read_text(encoding="utf-8") == text()
    assert {"2026-12-12", "2026-06-01", "2026-10-20"} <= holidays()


def test_a_day_is_described_by_what_is_known_before_it_comes() -> None:
    said = dict(zip(NAMES, features(date(2026, 12, 24)), strict=True))
    assert (said["thursday"], said["christmas"], said["before_holiday"], said["holiday"]) == (1, 1, 1, 0)
    assert all(len(features(FIRST + timedelta(days=k))) == SIZE for k in range(800))


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3), st.lists(st.floats(-3, 3), min_size=9, max_size=9))
def test_a_system_is_solved(wanted: list[float], numbers: list[float]) -> None:
    rows = [numbers[k : k + 3] for k in (0, 3, 6)]
    matrix = [
        [sum(row[i] * row[k] for row in rows) + (1.0 if i == k else 0.0) for k in range(3)] for i in range(3)
    ]
    right = [sum(a * b for a, b in zip(line, wanted, strict=True)) for line in matrix]
    assert solve(matrix, right) == pytest.approx(wanted, abs=1e-6)


def test_ridge_finds_what_days_are_worth() -> None:
    ridge = Ridge()
    for k in range(400):
        day = FIRST + timedelta(days=k)
        ridge.see(features(day), 2.0 if day.weekday() == 5 else 0.8)
    weights = dict(zip(NAMES, ridge.weights(), strict=True))
    assert weights["saturday"] == pytest.approx(1.1, abs=0.15), "held back a little"
    assert abs(weights["tuesday"]) < 0.15


def test_a_steady_series_goes_on_and_its_range_is_narrow() -> None:
    said = outlook(FIRST, [1000.0] * 400, 28)
    assert said is not None
    assert said.total == pytest.approx(28_000, rel=0.02)
    assert said.high - said.low < 0.05 * said.total
    assert said.off == pytest.approx(0, abs=0.02)
    assert said.own_range


def test_a_weekly_pattern_is_kept_in_step() -> None:
    history = [float([500, 400, 400, 600, 900, 1500, 0][k % 7]) for k in range(200)]
    said = outlook(FIRST, history, 14)
    assert said is not None
    for k, value in enumerate(said.days):
        assert value == pytest.approx(history[(200 + k) % 7], abs=120), k
    assert said.start == FIRST + timedelta(days=200)


@pytest.mark.parametrize("known", [0, 1, LEAST_DAYS - 1])
def test_too_little_history_is_refused(known: int) -> None:
    assert outlook(FIRST, [100.0] * known, 7) is None


def test_a_short_history_has_a_pooled_range_and_nothing_checked() -> None:
    said = outlook(FIRST, [100.0] * 20, 28)
    assert said is not None
    assert (said.model, said.checked, said.off, said.own_range) == ("average", 0, None, False)
    assert said.low < said.total < said.high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.just(0.0), st.floats(0, 1e12)), min_size=14, max_size=200),
    st.integers(1, 60),
    st.integers(0, 40),
)
def test_no_series_breaks_it(history: list[float], ahead: int, skip: int) -> None:
    said = outlook(FIRST, history, ahead, skip)
    assert said is not None
    assert len(said.days) == ahead
    assert all(0 <= value < float("inf") for value in said.days)
    assert 0 <= said.low <= said.total * 1.000001
    assert said.total <= said.high * 1.000001
    assert said == outlook(FIRST, history, ahead, skip), "the same again"


def test_one_wild_day_does_not_rule_what_is_expected() -> None:
    history = [1000.0] * 200
    history[180] = 500_000.0
    said = outlook(FIRST, history, 28)
    assert said is not None
    assert said.total < 28_000 * 3


def test_the_average_is_of_the_weekdays_last_eight_weeks() -> None:
    history = [float(k // 7) for k in range(70)]  # weeks 0 to 9
    assert seasonal_average(history, 8) == [5.5] * 8


def test_on_drawn_businesses_days_are_nearer_than_last_weeks_and_ranges_hold() -> None:
    ours = naive = within = count = 0.0
    for kind in ("retail", "school", "wholesale"):
        for seed in range(900, 904):
            series = drawn(kind, 300 + AHEAD, seed)
            history, came = series.cents[:300], series.cents[300:]
            said = outlook(series.first, history, AHEAD)
            assert said is not None
            ours += sum(abs(a - b) for a, b in zip(said.days, came, strict=True)) / sum(history)
            naive += sum(abs(history[-7:][k % 7] - b) for k, b in enumerate(came)) / sum(history)
            within += said.low <= sum(came) <= said.high
            count += 1
    assert ours < 0.85 * naive
    assert within >= 0.6 * count


def test_the_bench_reads_a_csv_and_counts_what_it_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "series.csv"
    rows = ["date,value,series"]
    rows += [f"{FIRST + timedelta(days=k)},{100 + k % 7},long" for k in range(120) if k != 50]
    rows += [f"{FIRST + timedelta(days=k)},5,short" for k in range(30)]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert main(["--series", str(path), "--out", str(tmp_path / "out.jsonl")]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["series"], told["forecasts"], told["refused"]) == (2, 1, 1)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["model"] == "refused" for line in lines] == [False, True]
    assert read(path)[0].cents[50] == 0.0, "a gap is a day without money"
    path.write_text("date,value\nmonday,3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=":2 has no date and value"):
        read(path)


def selling(ledger: Ledger, known: int, cents: int = 100_000) -> None:
    for back in range(1, known + 1):
        ledger.pay(f"P{back}", eat((TODAY - timedelta(days=back)).isoformat()), cents)


def test_a_forecast_says_how_it_was_checked_and_what_it_rests_on(ledger: Ledger) -> None:
    selling(ledger, 200)
    result = ledger.run("forecast", "revenue", days("2026-04-01", "2026-04-30"))
    told = facts(result)
    assert result.sentence == "some"
    assert float(told["expected"]) == pytest.approx(30_000, rel=0.03)
    assert float(told["expected_low"]) <= float(told["expected"]) <= float(told["expected_high"])
    assert (told["history_in"], told["history_days"]) == ("200000.00", "200")
    assert int(told["checked"]) >= 9
    ahead = [fact for fact in result.facts if fact.id.startswith("ahead:")]
    assert sum(float(fact.value) for fact in ahead) == pytest.approx(float(told["expected"]), abs=1)
    history = next(fact for fact in result.facts if fact.id == "history_in")
    assert history.record_count == 200


def test_today_is_not_part_of_the_past(ledger: Ledger) -> None:
    selling(ledger, 60)
    before = facts(ledger.run("forecast", "revenue", days("2026-03-19", "2026-03-25")))
    ledger.pay("NOW", eat(TODAY.isoformat(), "01:00"), 99_000_000)
    assert facts(ledger.run("forecast", "revenue", days("2026-03-19", "2026-03-25"))) == before


def test_a_forecast_is_refused_with_its_reason(ledger: Ledger) -> None:
    selling(ledger, 10)
    result = ledger.run("forecast", "revenue", days("2026-03-19", "2026-03-25"))
    told = facts(result)
    assert (result.sentence, told["history_days"], told["least_days"]) == ("too_short", "10", "14")
    assert "expected" not in told
    assert ledger.run("forecast", "revenue", days("2026-03-01", "2026-03-10")).sentence == "not_ahead"
    assert ledger.run("forecast", "revenue", days("2026-03-19", "2028-01-01")).sentence == "not_ahead"


def test_cash_then_is_what_was_stated_and_what_is_expected(ledger: Ledger) -> None:
    selling(ledger, 120)
    for back in range(1, 121):
        ledger.spend(f"e{back}", (TODAY - timedelta(days=back)).isoformat(), 60_000, "stock_cogs", "S")
    period = days("2026-03-19", "2026-03-28")
    change = ledger.run("forecast", "cash_balance", period)
    assert (change.sentence, change.extra) == ("cash_left", ("no_balance",))
    ledger.statement("s1", "bank:equity", "2026-03-17", 500_000)
    ledger.bill("i", "c", "C", 70_000, due_date="2026-03-20")
    result = ledger.run("forecast", "cash_balance", period)
    told = facts(result)
    net = float(told["expected_in"]) - float(told["expected_out"])
    assert net == pytest.approx(4_700, rel=0.1)  # ten days of 1,000 less 600, and the invoice
    assert float(told["held_then"]) == pytest.approx(5_000 + net, abs=0.01)
    assert told["due_then"] == "700.00"


def test_a_question_about_days_to_come_is_answered_in_its_language(client: Client) -> None:
    english = client.ask("How much will we earn next month?")
    assert english["intent"] == "forecast"
    assert english["kind"] == "answered"
    assert english["period_used"] == {"from": "2026-04-01", "to": "2026-04-30"}
    swahili = client.ask("Tutapata mapato kiasi gani mwezi ujao?")
    assert swahili["language"] == "sw"
    assert [f["value"] for f in swahili["facts"]] == [f["value"] for f in english["facts"]]
