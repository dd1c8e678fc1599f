"""Every kind against figures that were worked out by hand, in cents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from reports_world import TODAY, WHOLE, World, days

from shared.core.errors import Invalid, NotFound
from shared.core.money import parse_cents
from shared.insights.facts import Fact
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import revenue, spending
from shared.insights.plan import Filters
from shared.reports import Report
from shared.reports.model import Entry, Row, Said, Table


def cents(cell: Any) -> Any:
    match cell:
        case Fact(unit="KES"):
            return parse_cents(cell.value)
        case Fact():
            return cell.value
        case Entry():
            return cell.cents
        case Said():
            return (*cell.codes, cell.text)
    return cell


def rows(table: Table) -> dict[str, tuple[Any, ...]]:
    return {row.name: tuple(map(cents, row.cells)) for row in table.rows}


def table(report: Report, code: str) -> Table:
    return next(one for one in report.tables() if one.code == code)


def totals(report: Report) -> dict[str, Any]:
    return {fact.id: cents(fact) for fact in report.totals}


def test_profit_and_loss(world: World) -> None:
    report = world.report("profit_and_loss", period=WHOLE)
    assert rows(table(report, "profit_and_loss")) == {
        "mpesa": (60_000, 49_950, 0, 109_950),
        "airtel": (0, 80_000, 0, 80_000),
        "bank": (0, 0, 12_345, 12_345),
        "income": (60_000, 129_950, 12_345, 202_295),
        "cost_of_sales": (40_000, 0, 30_000, 70_000),
        "gross": (20_000, 129_950, -17_655, 132_295),
        "rent": (25_000, 0, 0, 25_000),
        "fuel": (0, 8_000, 0, 8_000),
        "expenses": (25_000, 8_000, 0, 33_000),
        "net": (-5_000, 121_950, -17_655, 99_295),
        "gross_margin": ("33.3", "100.0", "-143.0", "65.4"),
        "net_margin": ("-8.3", "93.8", "-143.0", "49.1"),
    }
    assert rows(table(report, "not_costs")) == {"owner_transfers": (0, 15_000, 0, 15_000)}
    assert totals(report) == {
        "income": 202_295, "cost_of_sales": 70_000, "gross": 132_295, "expenses": 33_000, "net": 99_295,
    }  # fmt: skip


def test_profit_and_loss_by_year_has_one_column(world: World) -> None:
    report = world.report("profit_and_loss", period=WHOLE, grouping="year")
    assert rows(table(report, "profit_and_loss"))["net"] == (99_295,)
    assert len(report.charts[0].labels) == 1


def test_cash_flow(world: World) -> None:
    report = world.report("cash_flow", period=WHOLE)
    assert rows(table(report, "cash_flow")) == {
        "mpesa": (60_000, 49_950, 0, 109_950),
        "airtel": (0, 80_000, 0, 80_000),
        "bank": (0, 0, 12_345, 12_345),
        "money_in": (60_000, 129_950, 12_345, 202_295),
        "stock_cogs": (40_000, 0, 30_000, 70_000),
        "rent": (25_000, 0, 0, 25_000),
        "owner_transfers": (0, 15_000, 0, 15_000),
        "fuel": (0, 8_000, 0, 8_000),
        "money_out": (65_000, 23_000, 30_000, 118_000),
        "net_flow": (-5_000, 106_950, -17_655, 84_295),
    }
    assert rows(table(report, "out")) == {
        "unknown_channel": (65_000, 15_000, 30_000, 110_000),
        "mpesa": (0, 8_000, 0, 8_000),
        "money_out": (65_000, 23_000, 30_000, 118_000),
    }


def test_cash_flow_of_one_channel(world: World) -> None:
    report = world.report("cash_flow", period=WHOLE, channel="mpesa", grouping="quarter")
    assert totals(report) == {"money_in": 109_950, "money_out": 8_000, "net_flow": 101_950}


AGES = {
    "2026-01-09": {},
    "2026-01-31": {"cus_a": (0, 56_000, 0, 0, 0, 56_000), "cus_b": (50_000, 0, 0, 0, 0, 50_000)},
    "2026-02-12": {"cus_a": (34_800, 0, 0, 0, 0, 34_800), "cus_b": (0, 50_000, 0, 0, 0, 50_000)},
    "2026-02-28": {"cus_a": (34_800, 0, 60_000, 0, 0, 94_800)},
    "2026-03-05": {"cus_a": (34_800, 0, 60_000, 0, 0, 94_800), "cus_b": (0, 9_900, 0, 0, 0, 9_900)},
    "2026-03-18": {"cus_a": (0, 34_800, 0, 0, 0, 34_800)},
}


@pytest.mark.parametrize("day", AGES)
def test_ageing_is_rebuilt_as_of_any_day(world: World, day: str) -> None:
    report = world.report("ageing", as_of=date.fromisoformat(day))
    told = {
        row.record_id: tuple(map(cents, row.cells[:-1]))
        for row in table(report, "by_customer").rows
        if row.style == "line"
    }
    assert told == AGES[day]
    whole = tuple(map(sum, zip(*AGES[day].values(), strict=True))) or (0,) * 6
    assert tuple(totals(report).values())[:-1] == whole
    assert sum(row.cells[5].cents for row in table(report, "by_invoice").rows) == whole[-1]  # type: ignore[union-attr]


def test_ageing_lists_invoices_with_their_lateness(world: World) -> None:
    report = world.report("ageing", as_of=date(2026, 2, 28))
    assert rows(table(report, "by_invoice")) == {
        table(report, "by_invoice").rows[0].name: (
            "Baraka Hardware", "2026-01-10", "2026-01-25", 34, 116_000, 60_000
        ),
        table(report, "by_invoice").rows[1].name: (
            "Baraka Hardware", "2026-02-03", "2026-03-05", 0, 34_800, 34_800
        ),
    }  # fmt: skip


def test_customer_statement(world: World) -> None:
    report = world.report("customer_statement", period=days("2026-02-01", "2026-02-28"), customer_id="cus_a")
    assert report.subject == "Baraka Hardware"
    told = [(row.name, *map(cents, row.cells)) for row in table(report, "moves").rows]
    number = told[1][1][1]
    assert number.isdigit()
    assert told == [
        ("opening", "", "", "", 56_000),
        ("2026-02-03", ("invoice_issued", number), 34_800, "", 90_800),
        ("2026-02-10", ("allocation", "AIR0000001"), "", 80_000, 10_800),
        ("2026-02-25", ("allocation_reversed", "SAA0000001"), 60_000, "", 70_800),
        ("closing", "", 94_800, 80_000, 70_800),
    ]
    assert totals(report) == {"opening": 56_000, "charged": 94_800, "paid": 80_000, "closing": 70_800}
    assert [row.cells[-1].cents for row in table(report, "still_owed").rows] == [60_000, 34_800]  # type: ignore[union-attr]


def test_customer_statement_tells_what_was_forgiven(world: World) -> None:
    report = world.report("customer_statement", period=days("2026-02-01", "2026-02-28"), customer_id="cus_b")
    told = [(row.name, *map(cents, row.cells)) for row in table(report, "moves").rows]
    assert told == [
        ("opening", "", "", "", 50_000),
        ("2026-02-15", ("forgiven", "SBB0000001"), "", 50, 49_950),
        ("2026-02-15", ("allocation", "SBB0000001"), "", 49_950, 0),
        ("closing", "", 0, 50_000, 0),
    ]


def test_statements_follow_on_from_each_other(world: World) -> None:
    closing = 0
    for month in (("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-18")):
        told = totals(world.report("customer_statement", period=days(*month), customer_id="cus_a"))
        assert told["opening"] == closing
        closing = told["closing"]
    assert closing == 34_800 - 24_000


def test_a_statement_of_nobody_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.report("customer_statement", period=WHOLE, customer_id="cus_other")


def test_vat_helper(world: World) -> None:
    report = world.report("vat_helper", period=WHOLE)
    assert rows(table(report, "vat_sales")) == {
        "band_A": (50_000, 0, 50_000),
        "band_B": (130_000, 20_800, 150_800),
        "total": (180_000, 20_800, 200_800),
    }
    told = rows(table(report, "vat_purchases"))
    assert told["stock_cogs"] == (70_000, 5_517, 5_517, ("vat_mixed", ""))
    assert told["fuel"] == (8_000, 1_103, 0, ("vat_standard", ""))
    assert told["total"] == (118_000, 6_620, 5_517, "")
    assert totals(report)["vat_difference"] == 15_283
    assert totals(report)["uninvoiced"] == 24_000 + 12_345
    assert "check_with_accountant" in {note.code for note in report.notes}


def test_reconciliation(world: World) -> None:
    report = world.report("reconciliation", period=WHOLE)
    assert rows(table(report, "by_state")) == {
        "state_auto": ("2", 129_950, 129_950, 0),
        "state_manual": ("1", 60_000, 60_000, 0),
        "state_review": ("1", 12_345, 0, 12_345),
        "state_waiting": ("0", 0, 0, 0),
        "state_none": ("0", 0, 0, 0),
        "total": ("4", 202_295, 189_950, 12_345),
    }
    assert rows(table(report, "not_matched")) == {
        "KCB0000001": (
            "2026-03-02", ("bank", ""), "Amina", 12_345, 12_345, ("state_review", ""),
            ("why_stranger", "why_brand_new", ""),
        )
    }  # fmt: skip
    assert totals(report)["matched_share"] == "93.9"


def test_receipts(world: World) -> None:
    report = world.report("receipts", period=WHOLE)
    assert totals(report) == {
        "receipts_accepted": "1", "receipts_accepted_amount": 40_000, "receipts_accepted_vat": 5_517,
        "receipts_needs_review": "1", "receipts_needs_review_amount": 8_000,
        "receipts_needs_review_vat": 1_103,
    }  # fmt: skip
    assert [row.name for row in table(report, "receipts").rows] == ["Naivas", "Rubis"]
    only = world.report("receipts", period=WHOLE, category="fuel", columns=("amount", "day"))
    assert rows(table(only, "receipts")) == {"Rubis": ("2026-02-14", 8_000)}


def test_totals_are_those_of_the_metrics(world: World) -> None:
    scope = Scope(world.store, world.business, TODAY)
    received, spent = revenue(scope, WHOLE, Filters())[0], spending(scope, WHOLE, Filters())[0]
    assert totals(world.report("profit_and_loss", period=WHOLE))["income"] == received.cents
    cash = world.report("cash_flow", period=WHOLE)
    assert totals(cash)["money_out"] == spent.cents
    assert cash.totals[0].data_version == received.data_version
    assert set(cash.totals[0].record_ids) == set(received.record_ids)


KINDS: dict[Any, dict[str, Any]] = {
    "profit_and_loss": {"period": WHOLE},
    "cash_flow": {"period": WHOLE},
    "ageing": {"as_of": TODAY},
    "customer_statement": {"period": WHOLE, "customer_id": "cus_a"},
    "vat_helper": {"period": WHOLE},
    "reconciliation": {"period": WHOLE},
    "receipts": {"period": WHOLE},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_a_fact_that_leads_somewhere(world: World, kind: str) -> None:
    report = world.report(kind, **KINDS[kind])
    facts = {fact.id: fact for fact in report.facts()}
    for cell in (*report.totals, *(cell for row in lines(report) for cell in row.cells)):
        assert not isinstance(cell, Fact) or facts[cell.id] == cell  # one id, one figure
    for fact in facts.values():
        assert fact.query_hash or fact.derived_from
        assert set(fact.derived_from) <= facts.keys(), fact.id
    for row in (row for table in report.tables() for row in table.rows):
        for cell in row.cells:
            if isinstance(cell, Entry):
                assert cell.fact("x").record_ids == (cell.record_id,)
                assert cell.record_id
    for chart in report.charts:
        for series in chart.series:
            assert len(series.facts) == len(chart.labels)
            assert {fact.id for fact in series.facts} <= facts.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_business_has_empty_reports(world: World, kind: str) -> None:
    empty = World(world.store, "biz_empty")
    if kind == "customer_statement":
        empty.customer("cus_a", "Nobody Yet")
    report = empty.report(kind, **KINDS[kind])
    assert {cents(fact) for fact in report.totals} <= {0, "0"}
    assert report.charts == ()
    assert all(row.style != "line" or row.named_by for row in lines(report))


def lines(report: Report) -> list[Row]:
    return [row for table in report.tables() for row in table.rows]


@pytest.mark.parametrize(
    ("kind", "given", "pointer"),
    [
        ("ageing", {"period": WHOLE}, "/period"),
        ("ageing", {"as_of": date(2026, 3, 19)}, "/as_of"),
        ("profit_and_loss", {}, "/period"),
        ("profit_and_loss", {"period": WHOLE, "as_of": TODAY}, "/as_of"),
        ("profit_and_loss", {"period": WHOLE, "channel": "mpesa"}, "/channel"),
        ("profit_and_loss", {"period": days("2010-01-01", "2026-01-01")}, "/period"),
        ("profit_and_loss", {"period": days("2022-01-01", "2026-01-01")}, "/period"),
        ("customer_statement", {"period": WHOLE}, "/customer_id"),
        ("receipts", {"period": WHOLE, "columns": ("salary",)}, "/columns"),
        ("receipts", {"period": WHOLE, "grouping": "year"}, "/grouping"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    world: World, kind: str, given: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        world.report(kind, **given)
    assert pointer in {fault.pointer for fault in refused.value.errors}
