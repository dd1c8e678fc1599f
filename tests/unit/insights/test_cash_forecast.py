"""The cash line from the books: a ledger worked out by hand, languages, agreements, and hostile records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from insights_world import TODAY, Client, units, values
from ledger_world import Ledger, days, eat, facts
from test_nothing_made_up import unexplained

from shared.insights.metrics import Result
from shared.store import Key, Query

AHEAD = days("2026-03-19", "2026-03-28")
KNOWN_DAYS = 40


def by_hand(ledger: Ledger, balance: int | None = 2_000_00, factor: int = 1) -> None:
    """Walk-in money of 1,000 a day for forty days, a customer of known habit, rent, VAT, open invoices.

    a paid two invoices on their day and two two days late, each ten days or more after issue.
    """
    for back in range(1, KNOWN_DAYS + 1):
        ledger.pay(f"W{back}", eat((TODAY - timedelta(days=back)).isoformat()), 1_000_00 * factor)
    habit = [("06", "16", "2026-02-16"), ("10", "20", "2026-02-20"), ("14", "24", "2026-02-26")]
    for number, (issued, due, came) in enumerate([*habit, ("20", "", "2026-03-04")]):
        name, cents = f"old{number}", 500_00 * factor
        due_date = f"2026-02-{due}" if due else "2026-03-02"
        vat = {"vat_cents": 160_00 * factor} if number == 0 else {}
        ledger.bill(
            name, "a", "Asali", cents, status="paid", balance_cents=0, issued_on=f"2026-02-{issued}",
            due_date=due_date, paid_on=f"{came}T09:00:00.000Z", **vat,
        )  # fmt: skip
        link = [{"invoice_id": name, "cents": cents}]
        ledger.pay(f"P{number}", eat(came), cents, allocations=link, allocated_cents=cents)
    open_since = {"issued_on": "2026-03-05"}
    ledger.bill("soon", "a", "Asali", 1_000_00 * factor, due_date="2026-03-20", **open_since)
    ledger.bill(
        "late", "a", "Asali", 800_00 * factor, due_date="2026-03-17", balance_cents=600_00 * factor,
        **open_since,
    )  # fmt: skip
    ledger.bill("new", "b", "Bahati", 300_00 * factor, due_date="2026-03-23", **open_since)
    ledger.bill(
        "parts", "c", "Chui", 900_00 * factor, balance_cents=700_00 * factor, due_date="2026-03-21",
        parts=[
            {"due_date": "2026-03-21", "cents": 400_00 * factor},
            {"due_date": "2026-04-21", "cents": 500_00 * factor},
        ],
        **open_since,
    )  # fmt: skip
    for number, month in enumerate(("2025-11", "2025-12", "2026-01", "2026-02")):
        ledger.spend(f"rent{number}", f"{month}-20", 500_00 * factor, "rent", "Jamia Estates")
    if balance is not None:
        ledger.statement("s1", "bank:equity", "2026-03-17", balance)


def test_a_ledger_worked_out_by_hand_comes_out_to_the_cent(ledger: Ledger) -> None:
    """Five were due: two paid on the day, so 40 %; who was not by then is paid on the second day after."""
    by_hand(ledger)
    result = ledger.run("forecast", "cash_balance", AHEAD)
    told = facts(result)
    assert told["known_invoices"] == "2100.00"  # 1,000 + 600 + 300 + the first 200 of the parts
    assert told["due_then"] == "1500.00"  # 1,000 + 300 + 200, whatever their chance
    assert told["usual_in"] == "10000.00"
    assert told["usual_new"] == "0.00"  # none was paid within ten days of its issue
    assert (told["known_bills"], told["known_taxes"], told["known_out"]) == ("500.00", "160.00", "660.00")
    assert told["usual_out"] == "0.00"  # all that was ever spent is the rent
    assert (told["expected_in"], told["expected_out"]) == ("12100.00", "660.00")
    assert told["held_then"] == "13440.00"
    # the 19th: 1,000 usual and 600 that is a day late today
    assert (told["lowest_cash"], told["lowest_day"]) == ("3600.00", "1")
    assert (told["history_in"], told["history_invoiced"]) == ("42000.00", "2000.00")
    assert (told["history_rest_in"], told["history_billed"], told["history_rest_out"]) == (
        "40000.00", "2000.00", "0.00",
    )  # fmt: skip
    assert result.extra == ("lowest", "due", "known")
    assert result.assumptions == ("by_delay", "bills_again", "tax_hint")


def test_each_line_has_its_day_its_chance_and_its_records(ledger: Ledger) -> None:
    by_hand(ledger)
    result = ledger.run("forecast", "cash_balance", AHEAD)
    lines = {
        (fact.label, fact.value): fact
        for fact in result.facts
        if fact.id.split(":")[0] in ("invoice", "bill", "tax", "bill_of")
    }
    assert set(lines) == {
        ("Asali", "1000.00"), ("Asali", "600.00"), ("Bahati", "300.00"), ("Chui", "200.00"),
        ("Jamia Estates", "500.00"), ("tax_vat", "160.00"),
    }  # fmt: skip
    rent, vat = lines["Jamia Estates", "500.00"], lines["tax_vat", "160.00"]
    assert rent.period is not None
    assert rent.period.start == date(2026, 3, 20)
    assert set(rent.record_ids) == {"rent0", "rent1", "rent2", "rent3"}
    assert vat.derived_from == ("vat_output", "vat_input", "vat_due")
    late = lines["Asali", "600.00"]
    assert (late.collection, late.record_ids) == ("invoices", ("late",))
    assert late.period is not None
    assert late.period.start == date(2026, 3, 19)
    chances = [fact.value for fact in result.facts if fact.id.startswith("chance:")]
    assert chances == ["100.0"] * 4


def test_the_part_of_a_time_that_is_asked_about_is_told_by_itself(ledger: Ledger) -> None:
    by_hand(ledger)
    told = facts(ledger.run("forecast", "cash_balance", days("2026-03-21", "2026-03-24")))
    # 600 of the first on the 22nd, all of the parts' 80 and 120, 120 of the new one on the 23rd
    assert told["known_invoices"] == "920.00"
    assert (told["expected_in"], told["expected_out"]) == ("4920.00", "0.00")
    # before: two days, 600 late, 400 of the first, less rent and VAT
    assert told["before_then"] == "2340.00"
    assert told["held_then"] == "9260.00"


def test_the_table_is_by_week_and_ends_where_the_line_ends(ledger: Ledger) -> None:
    by_hand(ledger)
    result = ledger.run("forecast", "cash_balance", AHEAD)
    told = facts(result)
    assert result.table is not None
    assert (result.table.chart, result.table.columns[:2]) == ("line", ("per_week", "cash_then"))
    rows = [[told[name] for name in row.facts] for row in result.table.rows]
    # to Sunday: 600 late, 400 and 600 of the first, 80 of the parts; after it 120 and 300 of the two others
    assert rows == [
        ["7020.00", "1680.00", "4000.00", "660.00", "0.00"],
        ["13440.00", "420.00", "6000.00", "0.00", "0.00"],
    ]


def test_more_cash_now_is_as_much_more_then(ledger: Ledger) -> None:
    by_hand(ledger, balance=-5_000_00)
    poor = facts(ledger.run("forecast", "cash_balance", AHEAD))
    assert (poor["below_day"], poor["lowest_cash"]) == ("1", "-3400.00")
    ledger.statement("s2", "bank:equity", "2026-03-18", 1_000_00)
    rich = facts(ledger.run("forecast", "cash_balance", AHEAD))
    assert "below_day" not in rich
    for name in ("held_then", "held_low", "held_high", "lowest_cash"):
        assert float(rich[name]) - float(poor[name]) == 6_000, name
    assert float(rich["held_low"]) <= float(rich["held_then"]) <= float(rich["held_high"])


def test_without_a_balance_only_the_change_is_told(ledger: Ledger) -> None:
    by_hand(ledger, balance=None)
    result = ledger.run("forecast", "cash_balance", AHEAD)
    assert (result.sentence, result.extra[0]) == ("cash_left", "no_balance")
    assert "lowest_cash" not in facts(result)
    assert result.table is not None
    assert result.table.columns[1] == "change_then"
    flow = ledger.run("forecast", "cash_flow", AHEAD)
    assert facts(flow)["expected_net"] == facts(result)["expected_net"] == "11440.00"


def test_no_paid_invoice_means_the_due_day_and_says_so(ledger: Ledger) -> None:
    for back in range(1, 21):
        ledger.pay(f"W{back}", eat((TODAY - timedelta(days=back)).isoformat()), 100_00)
        ledger.spend(f"e{back}", (TODAY - timedelta(days=back)).isoformat(), 50_00 + back, "fuel", "")
    ledger.bill("due", "a", "A", 700_00, due_date="2026-03-20")
    ledger.bill("over", "a", "A", 900_00, due_date="2026-03-10")
    result = ledger.run("forecast", "cash_flow", AHEAD)
    assert facts(result)["known_invoices"] == "700.00", "what is overdue already has no day"
    assert "due_days" in result.assumptions


def test_under_two_weeks_what_is_known_is_listed_all_the_same(ledger: Ledger) -> None:
    ledger.pay("one", eat("2026-03-10"), 100_00)
    ledger.bill("due", "a", "A", 700_00, due_date="2026-03-20")
    result = ledger.run("forecast", "cash_flow", AHEAD)
    told = facts(result)
    assert (result.sentence, result.extra, told["known_in"]) == ("too_short", ("known_only",), "700.00")
    assert "expected_in" not in told
    assert told["tax_day:vat:2026-03-20"] == "2"


@pytest.fixture
def asked(ledger: Ledger) -> Client:
    by_hand(ledger)
    return Client(ledger)


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_view_tells_lines_period_and_assumptions(asked: Client, language: str) -> None:
    status, answer = asked("GET", f"/v1/forecasts?what=cash_balance&days=10&language={language}")
    assert status == 200
    assert unexplained(answer) == "", answer["text"]
    assert len(answer["assumptions"]) == 3
    assert answer["period_used"] == {"from": "2026-03-19", "to": "2026-03-28"}
    assert answer["chart"]["type"] == "line"
    assert answer["table"]["columns"][1] == {"en": "Cash at the end", "sw": "Pesa mwishoni"}[language]
    labels = {fact["label"] for fact in answer["facts"]}
    assert {"en": "VAT or turnover tax", "sw": "VAT au kodi ya mauzo"}[language] in labels
    for said in ("KES 13,440", "KES 3,600", "KES 2,100", "KES 660"):
        assert said in answer["text"]


def test_another_business_s_records_are_never_counted(ledger: Ledger) -> None:
    by_hand(ledger)
    before = facts(ledger.run("forecast", "cash_balance", AHEAD))
    by_hand(Ledger(ledger.store, f"{ledger.business}-other"[-100:]), balance=9_999_00, factor=13)
    assert facts(ledger.run("forecast", "cash_balance", AHEAD)) == before


def subscription(ledger: Ledger, name: str, **fields: Any) -> None:
    data = {
        "status": "active", "customer_id": "a", "phone": "254712345678", "amount_cents": 250_00,
        "lines": [], "description": "Rent, shop 4", "reference": "", "unit": "month", "every": 1,
        "start": "2026-01-25", "at": "09:00", "count": None, "end": "", "pause_after": 3, "sequence": 2,
        "next_day": "2026-03-25", "due_at": "2026-03-25T06:00:00.000Z", "open": 0, "failures": 0,
        "missed": 0, "because": "", "created_on": "2026-01-01T09:00:00.000Z", **fields,
    }  # fmt: skip
    ledger.store.put(ledger.business, Key("subscriptions", name), data)


def run(ledger: Ledger, name: str, sequence: int, status: str, **fields: Any) -> None:
    data = {
        "subscription_id": name, "sequence": sequence, "day": "2026-02-25", "status": status,
        "invoice_id": "", "attempt_id": f"att{sequence}", "tries": 1, **fields,
    }  # fmt: skip
    ledger.store.put(ledger.business, Key("runs", f"{name}-{sequence}"), data)


def order(ledger: Ledger, receipts: list[str], **fields: Any) -> None:
    data = {
        "status": "active", "name": "Club dues", "phone": "254712345678", "amount_cents": 90_00,
        "frequency": "weekly", "begins": "2026-02-02", "ends": "2026-12-31", "reference": "CLUB",
        "provider_id": "", "code": "0", "payments": len(receipts), "created_by": "usr_1",
        "history": [{"at": "", "code": "0", "evidence": r, "receipt": r} for r in receipts],
        "created_on": "2026-01-01T09:00:00.000Z", **fields,
    }  # fmt: skip
    ledger.store.put(ledger.business, Key("standing_orders", "sto1"), data)


def test_what_payers_agreed_to_is_known_and_is_not_learnt_once_more(ledger: Ledger) -> None:
    by_hand(ledger)
    ledger.pay("SUB1", eat("2026-02-25"), 250_00, attempt_id="att2")
    ledger.pay("ORD1", eat("2026-03-16"), 90_00)
    subscription(ledger, "sub1")
    run(ledger, "sub1", 2, "paid")
    run(ledger, "sub1", 1, "failed")
    order(ledger, ["ORD1"])
    told = facts(ledger.run("forecast", "cash_flow", AHEAD))
    assert told["known_subscriptions"] == "166.67"  # kept once of twice, and once more: 250 · 2/3
    assert told["known_standing_orders"] == "90.00"  # Monday the 23rd
    assert (told["history_agreed"], told["usual_in"]) == ("340.00", "10000.00")
    assert told["expected_in"] == "12356.67"


def test_money_that_is_nobody_s_counts_by_its_day(ledger: Ledger) -> None:
    """Payments without a match are read as sums by day; one of an agreement is found by its key."""
    by_hand(ledger)
    ledger.pay("SUB1", eat("2026-02-25"), 250_00, attempt_id="att2")
    subscription(ledger, "sub1")
    run(ledger, "sub1", 2, "paid")
    matched = facts(ledger.run("forecast", "cash_balance", AHEAD))
    assert matched["history_agreed"] == "250.00"
    for doc in ledger.store.all(ledger.business, Query("payments", (), "paid_at")):
        if not doc.data.get("allocations"):
            ledger.store.put(ledger.business, doc.key, {**doc.data, "matching": "none"})
    ledger.prompt("att2", "2026-02-25", "settled", payment_id="mpesa-SUB1")
    assert facts(ledger.run("forecast", "cash_balance", AHEAD)) == matched


@pytest.mark.parametrize("status", ["paused", "cancelled", "finished"])
def test_what_ended_brings_nothing_more(ledger: Ledger, status: str) -> None:
    by_hand(ledger)
    ledger.pay("SUB1", eat("2026-02-25"), 250_00, attempt_id="att2")
    subscription(ledger, "sub1", status=status)
    run(ledger, "sub1", 2, "paid")
    order(ledger, [], status="refused")
    told = facts(ledger.run("forecast", "cash_flow", AHEAD))
    assert (told["known_subscriptions"], told["known_standing_orders"]) == ("0.00", "0.00")
    assert (told["history_agreed"], told["usual_in"]) == ("250.00", "10000.00")


def test_many_subscriptions_are_each_kept_as_often_as_it_was(ledger: Ledger) -> None:
    by_hand(ledger)
    for number in range(64):
        subscription(ledger, f"sub{number:02}", amount_cents=100_00)
        run(ledger, f"sub{number:02}", 2, "failed" if number % 2 else "paid")
    told = facts(ledger.run("forecast", "cash_flow", AHEAD))
    assert told["known_subscriptions"] == "4800.00"  # 32 surely and 32 one time in two


def test_an_invoice_that_a_subscription_makes_is_worth_its_lines(ledger: Ledger) -> None:
    by_hand(ledger)
    line = {"description": "Rent", "unit_cents": 60_00, "quantity_milli": 2000, "discount_cents": 0}
    subscription(ledger, "sub1", amount_cents=None, lines=[{**line, "vat_band": "B"}], count=3)
    told = facts(ledger.run("forecast", "cash_flow", days("2026-03-19", "2026-05-30")))
    assert told["known_subscriptions"] == "120.00", "the third is the last"


def test_a_standing_order_that_pays_invoices_is_left_to_them(ledger: Ledger) -> None:
    by_hand(ledger)
    order(ledger, ["P0"])
    told = facts(ledger.run("forecast", "cash_flow", AHEAD))
    assert (told["known_standing_orders"], told["expected_in"]) == ("0.00", "12100.00")


def hostile(ledger: Ledger) -> None:
    huge = 9_000_000_000_000_00
    ledger.bill("ancient", "a", "A" * 300, 100_00, due_date="1970-01-01", issued_on="1969-12-01")
    ledger.bill("never", "a", "{cash} KES 9", huge, due_date="9999-12-31")
    ledger.bill("nothing", "a", "A", 100_00, balance_cents=0)
    ledger.bill("unread", "a", "", 100_00, due_date="2026-03-2x")
    ledger.bill("undone", "a", "A", 5_00, status="paid", balance_cents=0, due_date="2026-02-02")
    ledger.pay("HUGE", eat("2026-03-01"), huge, allocations=[{"invoice_id": "?", "cents": huge * 2}])
    ledger.pay("GONE", eat("2026-03-02"), 100_00, returned_cents=100_00, status="partially_refunded")
    ledger.spend("void", "2026-03-02", 0, "rent", "")
    ledger.spend("odd", "2026-03-02", huge, "wages_salaries", "{{7*7}}")


def test_hostile_records_break_nothing(ledger: Ledger) -> None:
    by_hand(ledger)
    hostile(ledger)
    for span in (1, 10, 366):
        end = TODAY + timedelta(days=span)
        result = ledger.run("forecast", "cash_balance", days("2026-03-19", end.isoformat()))
        check(result)
        assert float(facts(result)["known_invoices"]) < 10_000, "no day of the huge one is near"
    for language in ("en", "sw"):
        status, answer = Client(ledger)("GET", f"/v1/forecasts?what=cash_balance&days=60&language={language}")
        assert status == 200
        assert unexplained(answer) == ""


def check(result: Result) -> None:
    told = facts(result)
    assert len(told) == len(result.facts), "ids are unique"
    value = lambda name: round(float(told[name]) * 100)  # noqa: E731
    assert value("expected_in") == value("known_in") + value("usual_in")
    assert value("expected_out") == value("known_out") + value("usual_out")
    for fact in result.facts:
        if fact.id.startswith("chance:"):
            assert 0 <= float(fact.value) <= 100
        if fact.id.split(":")[0] in ("bill", "tax", "invoice") and fact.period:
            assert fact.period.start > TODAY or fact.value == "0.00"


def test_no_cents_are_lost_between_the_facts(ledger: Ledger) -> None:
    by_hand(ledger)
    check(ledger.run("forecast", "cash_balance", AHEAD))
    told = values(Client(ledger)("GET", "/v1/forecasts?what=cash_balance&days=10")[1])
    assert told["held_then"] == units(1_344_000)
