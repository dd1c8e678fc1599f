"""Trends, cash flow, customers, key figures and positions: worked out by hand in the comments."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_world import Ledger, days, eat, facts

from shared.insights.calendar import Unit
from shared.insights.metrics.buckets import granularity, split
from shared.store import Key


def test_a_trend_has_a_point_for_every_part_and_they_add_up(ledger: Ledger) -> None:
    ledger.pay("A", eat("2026-01-05"), 10_000)
    ledger.pay("B", eat("2026-01-31", "23:59"), 5_050)
    ledger.pay("C", eat("2026-03-01", "00:00"), 7_000)
    result = ledger.run("trend", "revenue", days("2026-01-01", "2026-03-18"), granularity="month")
    told = facts(result)
    assert (told["got:2026-01"], told["got:2026-02"], told["got:2026-03"]) == ("150.50", "0.00", "70.00")
    assert (told["total"], told["highest"], told["lowest"]) == ("220.50", "150.50", "0.00")
    assert result.table is not None
    assert result.table.chart == "line"


@pytest.mark.parametrize(("unit", "count"), [("day", 18), ("week", 4), ("month", 1)])
def test_a_period_is_split_into_whole_and_cut_parts(unit: Unit, count: int) -> None:
    """1 March 2026 is a Sunday: its week is cut to one day; the last week ends with the period."""
    period = days("2026-03-01", "2026-03-18")
    parts = split(period, unit)
    assert len(parts) == count
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all((b.start - a.end).days == 1 for a, b in pairwise(parts))


def test_a_trend_never_has_too_many_points() -> None:
    assert granularity("day", days("2021-01-01", "2026-01-01")) == "month"
    assert granularity("day", days("2026-01-01", "2026-03-31")) == "day"
    assert granularity(None, days("2026-01-01", "2026-01-31")) == "day"


def test_cash_flow_counts_what_the_owner_takes_as_money_out(ledger: Ledger) -> None:
    ledger.pay("A", eat("2026-03-02"), 100_000)
    ledger.spend("e1", "2026-03-03", 30_000, "rent", "Landlord")
    ledger.spend("e2", "2026-03-04", 80_001, "owner_transfers", "")
    result = ledger.run("cash_flow", "cash_flow", days("2026-03-01", "2026-03-18"), granularity="week")
    told = facts(result)
    assert (told["cash_in"], told["cash_out"], told["net_flow"]) == ("1000.00", "1100.01", "100.01")
    assert result.sentence == "short"
    assert (told["net:2026-03-02"], told["net:2026-03-09"]) == ("-100.01", "0.00")


def test_the_best_customers_and_what_came_from_nobody_known(ledger: Ledger) -> None:
    for who, cents in (("a", 60_000), ("b", 30_000), ("c", 5_000)):
        ledger.customer(who, f"Customer {who}")
        ledger.pay(who.upper(), eat("2026-03-02"), cents, customer_id=who)
    ledger.pay("X", eat("2026-03-03"), 5_000)
    result = ledger.run("top_customers", "revenue", days("2026-03-01", "2026-03-18"), limit=2)
    told = facts(result)
    assert (told["paid:a"], told["paid_share:a"]) == ("600.00", "60.0")
    assert (told["unknown_payers"], told["revenue"]) == ("50.00", "1000.00")
    assert result.table is not None
    assert [row.record_id for row in result.table.rows] == ["a", "b"]
    assert result.table.total == 3


def test_margins_leave_the_owners_takings_out(ledger: Ledger) -> None:
    """Income 1,000; goods 400; rent 250; the owner takes 900: gross 60 %, net 35 %."""
    ledger.pay("A", eat("2026-03-02"), 100_000)
    ledger.spend("e1", "2026-03-03", 40_000, "stock_cogs", "S")
    ledger.spend("e2", "2026-03-03", 25_000, "rent", "L")
    ledger.spend("e3", "2026-03-03", 90_000, "owner_transfers", "")
    told = facts(ledger.run("kpi", "revenue"))
    assert (told["gross_margin"], told["net_margin_90"]) == ("60.0", "35.0")


def test_concentration_is_the_largest_share_and_the_sum_of_squares(ledger: Ledger) -> None:
    """Shares .6 and .3 of income, .1 unknown: HHI 3,600 + 900 = 4,500."""
    for who, cents in (("a", 60_000), ("b", 30_000), ("", 10_000)):
        ledger.pay(f"P{who}", eat("2026-03-02"), cents, customer_id=who)
    told = facts(ledger.run("kpi", "revenue"))
    assert (told["largest_share"], told["hhi"]) == ("60.0", "4500")


def burning(ledger: Ledger) -> None:
    """Out minus in: December 300, January 100, February 200: the median is 200 a month."""
    ledger.pay("OLD", eat("2025-11-20"), 1_000)
    for month, income, costs in (
        ("2025-12", 10_000, 40_000),
        ("2026-01", 20_000, 30_000),
        ("2026-02", 0, 20_000),
    ):
        if income:
            ledger.pay(f"P{month}", eat(f"{month}-10"), income)
        ledger.spend(f"e{month}", f"{month}-11", costs, "rent", "L")


def test_runway_is_stated_cash_over_the_median_burn(ledger: Ledger) -> None:
    burning(ledger)
    assert ledger.run("kpi", "runway").sentence == "runway_unknown", "nothing states what is held"
    ledger.statement("s1", "bank:equity", "2026-03-17", 70_000)
    ledger.statement("s0", "bank:equity", "2026-02-28", 99_999)
    ledger.statement("s2", "mpesa:600123", "2026-03-10", 15_000)
    ledger.statement("s3", "mpesa:600999", "2026-03-10", None)
    ledger.statement("s4", "mpesa:600999", "2026-03-10", 1_000, status="refused")
    told = facts(ledger.run("kpi", "runway"))
    assert (told["net_burn"], told["cash"]) == ("200.00", "850.00")
    assert told["runway"] == "4.2"  # 850 / 200 = 4.25, half to even


def test_no_runway_where_nothing_burns_or_too_little_is_known(ledger: Ledger) -> None:
    ledger.pay("A", eat("2026-02-10"), 50_000)
    assert ledger.run("kpi", "runway").sentence == "runway_short"
    ledger.pay("B", eat("2025-11-10"), 50_000)
    assert ledger.run("kpi", "runway").sentence == "runway_none"


def test_cash_is_what_was_stated_last_and_says_how_old(ledger: Ledger) -> None:
    assert ledger.run("cash_position", "cash_balance").sentence == "none"
    ledger.statement("s1", "bank:equity", "2026-03-16", 70_000)
    account = {"name": "Utility Account", "currency": "KES", "available_cents": 5_000}
    charges = {"name": "Charges Paid Account", "currency": "KES", "available_cents": -700}
    ledger.store.put(
        ledger.business,
        Key("shortcode_balances", "bal_1"),
        {
            "status": "told",
            "accounts": [account, charges],
            "told_at": "2026-03-17T22:00:00.000Z",
            "created_on": "2026-03-17T21:59:00.000Z",
        },
    )
    result = ledger.run("cash_position", "cash_balance")
    told = facts(result)
    assert told["cash"] == "750.00"
    assert result.extra == ("old",)
    assert told["oldest_stated"] == "700.00"
    oldest = next(f for f in result.facts if f.id == "oldest_stated")
    assert oldest.period == days("2026-03-16", "2026-03-16")


def test_growth_compares_the_same_days(ledger: Ledger) -> None:
    """March to the 18th: 300. February to the 18th: 200, and 900 on the 20th does not count: +50 %."""
    for receipt, day, cents in (
        ("A", "2026-03-05", 30_000),
        ("B", "2026-02-18", 20_000),
        ("C", "2026-02-20", 90_000),
    ):
        ledger.pay(receipt, eat(day), cents)
    told = facts(ledger.run("kpi", "revenue"))
    assert told["month_on_month"] == "50.0"
    assert "year_on_year" not in told, "thirteen months are needed"
    ledger.pay("Y", eat("2025-03-10"), 15_000)
    ledger.pay("Z", eat("2025-02-01"), 1)
    assert facts(ledger.run("kpi", "revenue"))["year_on_year"] == "100.0"


flows = st.lists(
    st.tuples(st.integers(0, 76), st.integers(1, 5_000_000), st.sampled_from(["a", "b", ""])), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flows, st.sampled_from(["day", "week", "month"]), st.integers(0, 10**9))
def test_every_way_to_count_comes_to_the_same(
    ledger: Ledger, flow: list[tuple[int, int, str]], unit: str, mark: int
) -> None:
    """Trend, revenue, cash flow and customers, of the same payments, against a plain sum."""
    from datetime import timedelta

    from insights_world import TODAY

    book = Ledger(ledger.store, f"{ledger.business}-{mark}")
    period = days("2026-01-01", "2026-03-18")
    if book.store.query(book.business, _payments()).docs:
        return
    for number, (back, cents, who) in enumerate(flow):
        book.pay(f"P{number}", eat((TODAY - timedelta(days=back)).isoformat()), cents, customer_id=who)
    whole = f"{sum(cents for _, cents, _ in flow) / 100:.2f}"
    line = facts(book.run("trend", "revenue", period, granularity=unit))
    assert line["total"] == whole == facts(book.run("cash_flow", "cash_flow", period))["cash_in"]
    assert sum(round(float(v) * 100) for k, v in line.items() if k.startswith("got:")) == sum(
        c for _, c, _ in flow
    )
    people = facts(book.run("top_customers", "revenue", period))
    shares = [
        round(float(v) * 100) for k, v in people.items() if k.startswith("paid:") or k == "unknown_payers"
    ]
    assert sum(shares) == sum(cents for _, cents, _ in flow)


def _payments() -> object:
    from shared.store import Query

    return Query("payments", (), "paid_at", 1)
