"""The parts of a cash line: delays, bills that come again, tax days, and that nothing is counted twice."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bench.cash_lines
from bench.cash_ledger import as_of, ledger
from bench.forecast import main
from shared.insights.forecasting.cash_line import around, cash_line, net
from shared.insights.forecasting.delays import END, STARTS, WIDTHS, learn
from shared.insights.forecasting.kra_days import tax_days
from shared.insights.forecasting.ledger import (
    Agreed,
    Books,
    Invoice,
    Part,
    Receipt,
    Spent,
    split,
    whole_cents,
)
from shared.insights.forecasting.level import level
from shared.insights.forecasting.outlook import outlook
from shared.insights.forecasting.recurring import Bill, bills, months_on
from shared.insights.forecasting.usual import flow, new

TODAY = date(2026, 3, 18)
days_apart = st.integers(-800, 800)
cents = st.integers(0, 10**15)


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid(number: int, customer: str, late: int, due: str = "2026-02-01") -> Invoice:
    return Invoice(
        f"i{number}",
        customer,
        day(due) - timedelta(days=10),
        day(due),
        1000,
        day(due) + timedelta(days=late),
    )


def test_a_customer_pays_as_it_did_and_a_new_one_as_all_do() -> None:
    known = learn([paid(k, "a", late) for k, late in enumerate((0, 0, 2, 2))], TODAY)
    half = [0.0, 0.5, 0.0, 0.5, 0.0]
    assert known.chances("a", -2, 5) == pytest.approx(half)
    assert known.chances("nobody", -2, 5) == pytest.approx(half)


def test_own_habit_is_shrunk_to_that_of_all() -> None:
    prompt = [paid(k, "a", 0) for k in range(4)]
    late = [paid(10 + k, "b", 2) for k in range(4)]
    known = learn(prompt + late, TODAY)
    # on the due day half of all were paid: a (4 + 2·½)/(4 + 2), b (0 + 2·½)/(4 + 2)
    assert known.chances("a", -1, 1) == pytest.approx([5 / 6])
    assert known.chances("b", -1, 1) == pytest.approx([1 / 6])


def test_how_late_it_is_already_counts() -> None:
    known = learn([paid(k, "a", late) for k, late in enumerate((0, 0, 0, 2))], TODAY)
    assert known.chances("a", 0, 3) == pytest.approx([0.0, 1.0, 0.0]), "who missed the day pays two days late"
    assert sum(known.chances("a", 3, 200)) == 0.0, "nobody was ever paid later than that"


def test_an_open_invoice_tells_that_it_was_not_paid() -> None:
    waiting = Invoice("w", "a", TODAY - timedelta(days=11), TODAY - timedelta(days=1), 1000)
    known = learn([*(paid(k, "b", 0) for k in range(3)), waiting], TODAY)
    assert known.chances("nobody", -1, 1) == pytest.approx([0.75])
    assert known.paid == 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), days_apart, days_apart, st.booleans()), max_size=40),
    st.sampled_from("abcd"),
    st.integers(-2000, 800_000),
    st.integers(1, 120),
)
def test_chances_are_chances(
    rows: list[tuple[str, int, int, bool]], customer: str, late: int, ahead: int
) -> None:
    invoices = []
    for number, (who, issued, terms, closed) in enumerate(rows):
        first = TODAY + timedelta(days=issued)
        whole = first + timedelta(days=number) if closed else None
        invoices.append(Invoice(f"i{number}", who, first, first + timedelta(days=terms), 100, whole))
    found = learn(invoices, TODAY).chances(customer, late, ahead)
    assert len(found) == ahead
    assert all(0 <= chance <= 1 for chance in found)
    assert sum(found) <= 1 + 1e-9


def test_the_stretches_leave_no_gap() -> None:
    assert all(
        start + width == after for start, width, after in zip(STARTS, WIDTHS, (*STARTS[1:], END), strict=True)
    )


def spent(
    days: list[str], cents: list[int] | int = 500_00, payee: str = "Jamia", category: str = "rent"
) -> list[Spent]:
    amounts = [cents] * len(days) if isinstance(cents, int) else cents
    return [
        Spent(f"{payee}{k}", day(d), c, payee, category)
        for k, (d, c) in enumerate(zip(days, amounts, strict=True))
    ]


def only(found: list[Bill]) -> Bill:
    assert len(found) == 1
    return found[0]


def test_rent_is_found_and_comes_again() -> None:
    bill = only(bills(spent(["2025-12-05", "2026-01-05", "2026-02-05", "2026-03-06"]), TODAY))
    assert bill.days(TODAY, day("2026-06-30")) == [day("2026-04-05"), day("2026-05-05"), day("2026-06-05")]
    assert (bill.cents, len(bill.records)) == (500_00, 4)


@pytest.mark.parametrize(
    ("days", "amounts"),
    [
        (["2026-02-05", "2026-03-05"], 500_00),  # too few
        (["2025-11-05", "2025-12-05", "2026-01-05", "2026-02-05"], 500_00),  # ended: nothing since
        (["2025-12-05", "2026-01-05", "2026-02-05", "2026-03-05"], [100_00, 500_00, 900_00, 200_00]),
        (["2025-12-01", "2026-01-19", "2026-02-02", "2026-03-13"], 500_00),  # no day of its own
        ([f"2026-{m:02}-{d:02}" for m in (1, 2, 3) for d in (1, 5, 9, 13, 17)], 500_00),  # whenever
    ],
)
def test_what_does_not_come_again_is_no_bill(days: list[str], amounts: list[int] | int) -> None:
    assert bills(spent(days, amounts), TODAY) == []


def test_one_month_may_be_missing_and_one_amount_may_differ() -> None:
    one = spent(["2025-12-05", "2026-02-05", "2026-03-05"])
    other = spent(["2025-12-05", "2026-01-05", "2026-02-05", "2026-03-05"], [500_00, 500_00, 900_00, 510_00])
    assert only(bills(one, TODAY)).cents == 500_00
    assert only(bills(other, TODAY)).cents == 500_00


def test_weeks_fortnights_and_quarters_are_rhythms_too() -> None:
    weekly = [(TODAY - timedelta(days=2 + 7 * k)).isoformat() for k in range(9)]
    assert only(bills(spent(weekly), TODAY)).days(TODAY, day("2026-04-01")) == [
        day("2026-03-23"),
        day("2026-03-30"),
    ]
    fortnight = [(TODAY - timedelta(days=2 + 14 * k)).isoformat() for k in range(6)]
    assert only(bills(spent(fortnight), TODAY)).days(TODAY, day("2026-04-14")) == [
        day("2026-03-30"),
        day("2026-04-13"),
    ]
    quarterly = ["2025-07-01", "2025-10-01", "2026-01-02"]
    assert only(bills(spent(quarterly), TODAY)).days(TODAY, day("2026-07-31")) == [
        day("2026-04-01"),
        day("2026-07-01"),
    ]


def test_wages_at_the_month_s_end_stay_there() -> None:
    bill = only(bills(spent(["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]), TODAY))
    assert bill.days(TODAY, day("2026-05-31")) == [day("2026-03-31"), day("2026-04-30"), day("2026-05-31")]
    assert months_on(day("2026-01-31"), 1) == day("2026-02-28")


def test_a_bill_that_is_late_comes_tomorrow_and_never_before() -> None:
    late = spent(["2025-12-15", "2026-01-15", "2026-02-15"])
    assert only(bills(late, TODAY)).days(TODAY, day("2026-03-31")) == [day("2026-03-19")]


def test_two_payees_of_one_category_are_two_bills() -> None:
    months = ["2025-12-28", "2026-01-28", "2026-02-28"]
    both = [
        *spent(months, 100_00, "Amina 0712", "wages_salaries"),
        *spent(months, 200_00, "amina b", "wages_salaries"),
    ]
    assert sorted(bill.cents for bill in bills(both, TODAY)) == [100_00, 200_00]


def test_tax_days_have_amounts_only_where_the_books_tell() -> None:
    end = day("2026-05-31")
    bare = tax_days([], TODAY, end, None)
    assert [(one.kind, one.day.isoformat(), one.cents) for one in bare] == [
        ("vat", "2026-03-20", None),
        ("payroll", "2026-04-09", None),
        ("vat", "2026-04-20", None),
        ("payroll", "2026-05-09", None),
        ("vat", "2026-05-20", None),
    ]
    paye = spent(
        ["2025-12-09", "2026-01-09", "2026-02-09"], [30_00, 31_00, 35_00], "KRA", "payroll_statutory"
    )
    known = tax_days(paye, TODAY, end, 160_00)
    assert [(one.day.isoformat(), one.cents) for one in known] == [
        ("2026-03-20", 160_00),
        ("2026-04-09", 31_00),
        ("2026-04-20", None),
        ("2026-05-09", 31_00),
        ("2026-05-20", None),
    ]


def test_a_tax_that_is_paid_already_is_not_due_again() -> None:
    early = spent(["2026-03-10"], 160_00, "KRA", "taxes")
    assert [one.day.isoformat() for one in tax_days(early, TODAY, day("2026-03-31"), 160_00)] == []
    credit = tax_days([], TODAY, day("2026-03-31"), -50_00)
    assert [one.cents for one in credit] == [0], "nothing is due where more VAT was paid than charged"


links = st.lists(st.tuples(st.sampled_from(["i1", "i2", "gone"]), cents), max_size=4)
receipts = st.builds(Receipt, st.dates(day("2025-01-01"), TODAY), cents, links.map(tuple), st.booleans())
spends = st.builds(
    Spent,
    st.uuids().map(str),
    st.dates(day("2025-09-01"), TODAY),
    cents,
    st.sampled_from(["", "KRA", "x", "y 7"]),
    st.sampled_from(["rent", "taxes", "payroll_statutory", "fuel"]),
)
parts = st.builds(
    Part,
    st.sampled_from(["i1", "i2"]),
    st.sampled_from("ab"),
    st.dates(day("1990-01-01"), day("2150-01-01")),
    cents,
)
INVOICES = [paid(1, "a", 3), paid(2, "b", 40)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(receipts, max_size=30),
    st.lists(spends, max_size=30),
    st.lists(parts, max_size=6),
    st.integers(1, 90),
)
def test_nothing_is_counted_twice_and_nothing_comes_before_tomorrow(
    came: list[Receipt], went: list[Spent], owed: list[Part], span: int
) -> None:
    books = Books(came, went, INVOICES, owed, (Agreed("order", "o", TODAY, 5),), 70_00)
    line = cash_line(books, TODAY, TODAY + timedelta(days=span))
    past = line.past
    before = [one for one in came if one.day < TODAY]
    assert past.rest_in + past.invoiced + past.agreed == sum(one.cents for one in before)
    assert past.rest_out + past.billed + past.taxed == sum(one.cents for one in went if one.day < TODAY)
    assert all(len(item.days) == span for item in (*line.coming, *line.going))
    assert all(0 <= item.chance <= 1 for item in line.coming)
    assert all(0 <= item.since(0) <= item.full + 1 for item in (*line.coming, *line.going))
    assert all(item.at > TODAY for item in line.going)
    if line.usual is not None:
        assert sum(net(line, line.usual)) == (
            sum(item.since(0) for item in line.coming)
            + line.usual.coming.since(0)
            + line.usual.new.since(0)
            - sum(item.since(0) for item in line.going)
            - line.usual.going.since(0)
        )
        assert all(0 <= value < float("inf") for value in around(line, line.usual, span // 2))


def test_links_to_more_than_came_are_cut() -> None:
    one = split([Receipt(TODAY, 100, (("i1", 70), ("i2", 70)))], INVOICES)[0]
    assert (one.rest, [share for _, share in one.invoiced]) == (0, [70, 30])


@given(st.lists(st.floats(0, 1e12), max_size=60))
def test_whole_cents_add_up(values: list[float]) -> None:
    assert sum(whole_cents(values)) == round(sum(values)) if values else whole_cents(values) == ()


def test_invoices_not_yet_issued_bring_what_came_as_soon_after_issue() -> None:
    invoices = [Invoice(f"n{k}", "a", TODAY - timedelta(days=k + 3), TODAY, 100, None) for k in range(1, 11)]
    came = split([Receipt(TODAY - timedelta(days=k), 100, ((f"n{k}", 100),)) for k in range(1, 11)], invoices)
    said = new(came, TODAY - timedelta(days=10), TODAY, 6)
    assert said.days == (0, 0, 0, 100, 100, 100), "each was paid three days after issue, one a day"


def test_money_in_lumps_has_its_mean() -> None:
    first = TODAY - timedelta(days=220)
    lumps = [(first + timedelta(days=k), 11_000) for k in range(0, 220, 11)]
    series = [11_000.0 if k % 11 == 0 else 0.0 for k in range(220)]
    said, usual = outlook(first, series, 33, 1), flow(lumps, first, TODAY, 33)
    assert said is not None
    assert usual is not None
    assert said.total < 0.7 * 33_000, "the middle of a weekday says that hardly anything comes"
    assert usual.since(0) == pytest.approx(33_000, rel=0.05)
    assert level(first, series, 33).off == pytest.approx(0, abs=0.15)


def test_looking_back_forgets_what_came_after() -> None:
    books = ledger("services", 200, 3, "plain")
    then = books.receipts[0].day + timedelta(days=120)
    seen = as_of(books, then)
    assert all(one.day <= then for one in (*seen.receipts, *seen.spent))
    assert all(one.paid is None or one.paid <= then for one in seen.invoices)
    issued = sum(one.cents for one in seen.invoices)
    brought = sum(share for one in seen.receipts for _, share in one.links)
    assert sum(part.cents for part in seen.parts) == issued - brought


def test_the_bench_holds_the_line_against_what_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SPANS": (28,), "HISTORIES": (120,), "ORIGINS": 1, "KINDS": {"mixed": 0.45}}.items():
        monkeypatch.setattr(bench.cash_lines, name, value)
    assert main(["--cash", "--seeds", "2", "--first", "700"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["benchmark"], told["forecasts"]) == ("forecast", 4)
    assert {"known", "usual", "before", "net_ratio"} <= told["cash"]["all"].keys()
    assert 0 < told["cash"]["all"]["known"]["net_median"] < 2
