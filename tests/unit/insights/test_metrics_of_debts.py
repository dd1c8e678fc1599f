"""Ageing, DSO, days to pay, late risk: worked out by hand in the comments, exact to the cent."""

from __future__ import annotations

import pytest
from insights_world import World
from ledger_world import Ledger, facts


def aged(ledger: Ledger) -> None:
    """Today is 18 March 2026. Balances: 100 not due, 20 at 1 and 30 days, 30 at 31, 40 at 90, 50 at 91."""
    for number, (due, cents) in enumerate(
        [
            ("2026-03-18", 10_000),  # due today: not late
            ("2026-03-17", 1_000),  # 1 day
            ("2026-02-16", 1_000),  # 30 days
            ("2026-02-15", 3_000),  # 31 days
            ("2025-12-18", 4_000),  # 90 days
            ("2025-12-17", 5_001),  # 91 days
        ]
    ):
        ledger.bill(f"inv_{number}", f"cus_{number % 2}", f"Customer {number % 2}", cents, due_date=due)
    ledger.bill(
        "inv_paid", "cus_0", "Customer 0", 99_900, status="paid", balance_cents=0, due_date="2026-01-01"
    )
    ledger.bill("inv_usd", "cus_0", "Customer 0", 7_700, currency="USD", due_date="2026-01-01")


def test_ageing_puts_each_balance_in_one_bucket_and_they_add_up(ledger: Ledger) -> None:
    aged(ledger)
    told = facts(ledger.run("ageing", "receivables"))
    assert told["outstanding"] == "240.01"
    buckets = {name: told[f"bucket:{name}"] for name in ("not_due", "days_1_30", "days_31_60", "days_61_90")}
    assert buckets == {
        "not_due": "100.00",
        "days_1_30": "20.00",
        "days_31_60": "30.00",
        "days_61_90": "40.00",
    }
    assert told["bucket:days_over_90"] == "50.01"
    assert told["overdue"] == "140.01"
    assert told["bucket_share:not_due"] == "41.7"  # 100 / 240.01
    assert told["bucket_count:days_1_30"] == "2"


def test_an_invoice_in_instalments_is_late_by_its_parts(ledger: Ledger) -> None:
    parts = [{"due_date": "2026-01-10", "cents": 4_000}, {"due_date": "2026-06-10", "cents": 6_000}]
    ledger.bill("inv_1", "cus_1", "C", 10_000, due_date="2026-01-10", parts=parts, allocated=[])
    told = facts(ledger.run("ageing", "receivables"))
    assert told["outstanding"] == "100.00"
    assert told["bucket:not_due"] == "60.00"
    assert told["bucket:days_61_90"] == "40.00"  # 67 days


@pytest.mark.parametrize(
    ("limit", "cents", "count", "customers"),
    [(0, "140.01", "5", "2"), (30, "120.01", "3", "2"), (90, "50.01", "1", "1"), (91, None, None, None)],
)
def test_what_is_later_than_a_limit(
    ledger: Ledger, limit: int, cents: str | None, count: str | None, customers: str | None
) -> None:
    aged(ledger)
    result = ledger.run("ageing", "receivables", min_days_overdue=limit)
    told = facts(result)
    assert told["limit_days"] == str(limit)
    if cents is None:
        assert (result.sentence, told["later"]) == ("none_later", "0.00")
        return
    assert (told["later"], told["later_invoices"], told["later_customers"]) == (cents, count, customers)


def test_dso_its_best_and_the_delay(ledger: Ledger) -> None:
    """Issued in the 90 days to 18 March: 300 + 600 = 900. Open: 300 not due, 150 of 600 late.

    DSO = 450 / 900 * 90 = 45, best possible 300 / 900 * 90 = 30, delay 15.
    """
    ledger.bill("a", "c", "C", 30_000, issued_on="2026-03-10", due_date="2026-04-01")
    ledger.bill("b", "c", "C", 60_000, issued_on="2025-12-19", due_date="2026-01-19", balance_cents=15_000)
    ledger.bill(
        "old", "c", "C", 99_999, issued_on="2025-12-18", due_date="2026-01-18", status="paid", balance_cents=0
    )
    told = facts(ledger.run("kpi", "dso"))
    assert (told["invoiced"], told["outstanding"], told["overdue"]) == ("900.00", "450.00", "150.00")
    assert (told["dso"], told["dso_best"], told["dso_delay"]) == ("45", "30", "15")


def test_dso_is_not_available_without_invoiced_sales(ledger: Ledger) -> None:
    ledger.bill("old", "c", "C", 10_000, issued_on="2025-10-01", due_date="2025-11-01")
    result = ledger.run("kpi", "dso")
    assert result.sentence == "dso_unknown"
    assert "dso" not in facts(result)


def test_days_to_pay_with_quartiles(ledger: Ledger) -> None:
    """10, 20, 30 and 45 days: mean 26.25 -> 26, median 25, quartiles 17.5 -> 18 and 33.75 -> 34."""
    paid = [("2026-03-01", "2026-03-11"), ("2026-02-01", "2026-02-21"), ("2026-01-01", "2026-01-31")]
    paid += [("2026-01-01", "2026-02-15")]
    for number, (issued, on) in enumerate(paid):
        ledger.bill(
            f"p{number}", "c", "C", 10_000, issued_on=issued, status="paid", balance_cents=0,
            paid_on=f"{on}T08:00:00.000Z", due_date=on,
        )  # fmt: skip
    told = facts(ledger.run("kpi", "avg_days_to_pay"))
    assert told["paid_invoices"] == "4"
    assert (told["days_to_pay"], told["days_to_pay_median"]) == ("26", "25")
    assert (told["days_to_pay_quarter"], told["days_to_pay_three_quarters"]) == ("18", "34")


def test_an_invoice_paid_at_night_is_paid_on_the_nairobi_day(ledger: Ledger) -> None:
    """22:30 UTC on the 11th is the 12th in Nairobi: 11 days."""
    ledger.bill(
        "p", "c", "C", 10_000, issued_on="2026-03-01", status="paid", balance_cents=0,
        paid_on="2026-03-11T22:30:00.000Z", due_date="2026-03-11",
    )  # fmt: skip
    assert facts(ledger.run("kpi", "avg_days_to_pay"))["days_to_pay"] == "11"


def test_late_risk_is_shrunk_to_the_business(ledger: Ledger) -> None:
    """Decided: A 3 of 4 late, B 0 of 4; all 3 of 8, b = .375. A (3 + .75) / 6 = 62.5 %, B .75 / 6 = 12.5 %.

    C owes and has no history: .75 / 2 = 37.5 %.
    """
    for who, late in (("a", 3), ("b", 0)):
        for number in range(4):
            on = "2026-02-20" if number < late else "2026-02-01"
            ledger.bill(
                f"{who}{number}", who, f"Customer {who}", 10_000, status="paid", balance_cents=0,
                due_date="2026-02-10", paid_on=f"{on}T08:00:00.000Z",
            )  # fmt: skip
    for who in ("a", "b", "c"):
        ledger.bill(f"{who}_open", who, f"Customer {who}", 5_000, due_date="2026-04-01")
    result = ledger.run("customer_risk", "late_payment_risk")
    told = facts(result)
    assert (told["decided_invoices"], told["late_invoices"], told["late_rate"]) == ("8", "3", "37.5")
    assert {who: told[f"late_risk:{who}"] for who in "abc"} == {"a": "62.5", "b": "12.5", "c": "37.5"}
    assert [row.record_id for row in result.table.rows] == ["a", "c", "b"]  # type: ignore[union-attr]


def test_who_is_quiet_for_longer_than_usual(ledger: Ledger) -> None:
    """A pays every 10 days and stopped 40 days ago: 4.0 times. B every 30 days, 15 days ago: 0.5 times."""
    for who, on in (
        ("a", ["2026-01-07", "2026-01-17", "2026-01-27", "2026-02-06"]),
        ("b", ["2025-12-03", "2026-01-02", "2026-02-01", "2026-03-03"]),
        ("c", ["2025-06-01", "2025-07-01"]),
    ):
        ledger.customer(who, f"Customer {who}")
        for number, day in enumerate(on):
            ledger.pay(f"{who.upper()}{number}", day_at(day), 10_000, customer_id=who)
    result = ledger.run("customer_risk", "churn_risk")
    told = facts(result)
    assert (told["regular_customers"], told["quiet_customers"], told["high_risk"]) == ("2", "1", "1")
    assert (told["quiet_days:a"], told["usual_gap:a"], told["times_gap:a"]) == ("40", "10", "4.0")


def day_at(day: str) -> object:
    from insights_world import eat

    return eat(day)


def test_nothing_is_said_of_customers_without_a_habit(ledger: Ledger) -> None:
    assert ledger.run("customer_risk", "churn_risk").sentence == "churn_unknown"
    assert ledger.run("customer_risk", "late_payment_risk").sentence == "late_unknown"


def test_another_business_has_no_part_in_it(ledger: Ledger, world: World) -> None:
    assert world.invoices, "the seeded business owes in the same store"
    assert facts(ledger.run("ageing", "receivables")) == {"outstanding": "0.00"}
