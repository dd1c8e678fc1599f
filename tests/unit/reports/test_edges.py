"""Midnight in Nairobi, refunds, other currencies, our own money, instalments: by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from reports_world import World, days

from shared.books.instalments import NewPart, NewPlan, plan_parts
from shared.core.money import parse_cents
from shared.insights.facts import Fact
from shared.reports import Report
from shared.store import Key

JANUARY = days("2026-01-01", "2026-01-31")
FEBRUARY = days("2026-02-01", "2026-02-28")


def total(report: Report, name: str) -> int:
    return next(parse_cents(fact.value) for fact in report.totals if fact.id == name)


@pytest.fixture
def edge(fresh: World) -> World:
    """One payment in the last minute of January in Nairobi, one in the first of February."""
    fresh.on("2026-02-02")
    fresh.pay("LAST000001", 100, paid_at="2026-01-31T20:59:59.999Z")
    fresh.pay("FIRST00001", 2_000, paid_at="2026-01-31T21:00:00.000Z")
    fresh.on("2026-03-18")
    return fresh


@pytest.mark.parametrize(("kind", "name"), [("profit_and_loss", "income"), ("cash_flow", "money_in")])
def test_a_month_ends_at_midnight_in_nairobi(edge: World, kind: str, name: str) -> None:
    assert total(edge.report(kind, period=JANUARY), name) == 100
    assert total(edge.report(kind, period=FEBRUARY), name) == 2_000
    both = edge.report(kind, period=days("2026-01-15", "2026-02-15"))
    row = next(row for table in both.tables() for row in table.rows if row.name == name)
    assert [cell.value for cell in row.cells if isinstance(cell, Fact)] == ["1.00", "20.00", "21.00"]


def test_a_position_ends_at_midnight_in_nairobi(fresh: World) -> None:
    """An invoice issued at half past midnight of the 2nd is the 1st in UTC."""
    fresh.on("2026-01-01")
    fresh.customer("cus_a", "Baraka")
    fresh.clock.advance(12.5 * 3600)
    fresh.bill("inv_1", "cus_a", 5_000)
    fresh.on("2026-03-18")
    assert total(fresh.report("ageing", as_of=date(2026, 1, 1)), "owed") == 0
    assert total(fresh.report("ageing", as_of=date(2026, 1, 2)), "owed") == 5_000


@pytest.mark.parametrize(
    ("fields", "income"),
    [
        ({"status": "partially_refunded", "returned_cents": 400}, 600),
        ({"status": "refunded", "returned_cents": 1_000}, 0),
        ({"status": "reversed"}, 0),
        ({"status": "claimed"}, 0),
        ({"currency": "USD"}, 0),
        ({"own_transfer": True}, 0),
        ({}, 1_000),
    ],
)
def test_only_shillings_that_the_business_still_has_are_income(
    edge: World, fields: dict[str, Any], income: int
) -> None:
    edge.store.put(
        edge.business,
        Key("payments", "mpesa-ODD0000001"),
        {
            **edge.store.require(edge.business, Key("payments", "mpesa-FIRST00001")).data,
            "receipt": "ODD0000001",
            "amount_cents": 1_000,
            **fields,
        },
    )
    for kind, name in (
        ("profit_and_loss", "income"),
        ("cash_flow", "money_in"),
        ("reconciliation", "received"),
        ("vat_helper", "uninvoiced"),
    ):
        assert total(edge.report(kind, period=FEBRUARY), name) == 2_000 + income, kind


def test_parts_of_a_plan_are_as_late_as_their_own_days(fresh: World) -> None:
    fresh.on("2026-01-05")
    fresh.customer("cus_a", "Baraka")
    fresh.bill("inv_1", "cus_a", 90_000)
    due = ("2026-01-10", "2026-02-10", "2026-06-10")
    plan = NewPlan(parts=[NewPart(due_date=day, amount_cents=30_000) for day in due])
    fresh.run(lambda tx: plan_parts(tx, "inv_1", plan))
    fresh.on("2026-02-20")
    fresh.match(fresh.pay("PART000001", 20_000), "cus_a", ("inv_1", 20_000))
    fresh.on("2026-03-18")
    told = fresh.report("ageing", as_of=date(2026, 3, 18))
    # of the first part 10,000 are left, 67 days late; the second is 36 days late; the third is not due
    assert [fact.value for fact in told.totals] == [
        "300.00", "0.00", "300.00", "100.00", "0.00", "700.00", "1"
    ]  # fmt: skip
    before = fresh.report("ageing", as_of=date(2026, 2, 19))
    assert [fact.value for fact in before.totals] == [
        "300.00", "300.00", "300.00", "0.00", "0.00", "900.00", "1"
    ]  # fmt: skip


def test_other_currencies_are_not_owed_in_shillings(fresh: World) -> None:
    fresh.on("2026-01-05")
    fresh.customer("cus_a", "Baraka")
    fresh.bill("inv_1", "cus_a", 5_000)
    invoice = fresh.store.require(fresh.business, Key("invoices", "inv_1")).data
    fresh.store.put(fresh.business, Key("invoices", "inv_usd"), {**invoice, "currency": "USD"})
    fresh.on("2026-03-18")
    assert total(fresh.report("ageing", as_of=date(2026, 3, 18)), "owed") == 5_000
    statement = fresh.report("customer_statement", period=FEBRUARY, customer_id="cus_a")
    assert total(statement, "closing") == 5_000


def test_two_businesses_in_one_store_share_nothing(fresh: World) -> None:
    """The same ids, other figures: every kind counts its own alone."""
    for world, factor in ((fresh, 1), (World(fresh.store, "biz_other"), 7)):
        world.customer("cus_a", "Baraka")
        world.bill("inv_1", "cus_a", 10_000 * factor)
        world.match(world.pay("SAME000001", 4_000 * factor), "cus_a", ("inv_1", 4_000 * factor))
        world.spend("rcp_1", 1_000 * factor, "rent")
        world.receipt("rcp_1", 1_000 * factor, 100 * factor)
    fresh.on("2026-03-18")
    whole = days("2026-01-01", "2026-03-18")
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("profit_and_loss", {"period": whole}),
        ("cash_flow", {"period": whole}),
        ("ageing", {"as_of": date(2026, 3, 18)}),
        ("customer_statement", {"period": whole, "customer_id": "cus_a"}),
        ("vat_helper", {"period": whole}),
        ("reconciliation", {"period": whole}),
        ("receipts", {"period": whole}),
    )
    for kind, given in asked:
        ours = fresh.report(kind, **given).totals
        theirs = World(fresh.store, "biz_other").report(kind, **given).totals
        money = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.unit == "KES"]
        assert any(parse_cents(a.value) for a, _ in money)
        # VAT is rounded on each invoice by itself
        assert all(abs(7 * parse_cents(a.value) - parse_cents(b.value)) <= 7 for a, b in money), kind
