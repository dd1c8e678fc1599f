"""Money in other currencies: shown apart, worth shillings only at stored rates, never silently left out."""

from __future__ import annotations

import pytest
from insights_world import Client
from ledger_world import Ledger, days, eat, facts

from shared.books.rates import Rate, set_rate
from shared.store import Key

MARCH = days("2026-03-01", "2026-03-18")


def rate(ledger: Ledger, day: str, micro: int, currency: str = "USD") -> None:
    one = Rate(currency, day, micro, "Central Bank")
    ledger.store.transaction(ledger.business, lambda tx: set_rate(tx, one, actor="usr_1", note=""))


def trade(ledger: Ledger) -> None:
    """KES 1,000 and USD 100 and 50 came in on the 2nd and the 10th."""
    ledger.pay("A", eat("2026-03-02"), 100_000)
    ledger.pay("B", eat("2026-03-02"), 10_000, currency="USD", provider="bank_abc")
    ledger.pay("C", eat("2026-03-10"), 5_000, currency="USD", provider="bank_abc")


def test_without_a_rate_it_is_shown_in_its_own_currency(ledger: Ledger) -> None:
    trade(ledger)
    rate(ledger, "2026-03-05", 130_000_000)  # of one of the two days only
    result = ledger.run("revenue_total", "revenue", MARCH)
    told = facts(result)
    assert (told["revenue"], told["apart:USD"], result.extra) == ("1000.00", "150.00", ("apart_one",))
    assert "with_apart" not in told
    dollars = next(fact for fact in result.facts if fact.id == "apart:USD")
    assert (dollars.unit, dollars.currency, dollars.formatted) == ("money", "USD", "USD 150.00")
    assert dollars.record_ids == ("bank_abc-B", "bank_abc-C")


def test_each_day_at_its_own_stored_rate(ledger: Ledger) -> None:
    """100 x 129.50 + 50 x 130.25 = 12,950 + 6,512.50."""
    trade(ledger)
    rate(ledger, "2026-03-01", 129_500_000)
    rate(ledger, "2026-03-10", 130_250_000)
    result = ledger.run("revenue_total", "revenue", MARCH)
    told = facts(result)
    assert (told["apart_kes"], told["with_apart"]) == ("19462.50", "20462.50")
    assert result.extra == ("apart_one_rated",)
    worth = next(fact for fact in result.facts if fact.id == "apart_kes:USD")
    assert (worth.collection, worth.record_ids) == ("exchange_rates", ("USD-2026-03-01", "USD-2026-03-10"))


def test_several_currencies_are_told_together_only_where_all_have_rates(ledger: Ledger) -> None:
    trade(ledger)
    ledger.pay("D", eat("2026-03-03"), 2_000, currency="EUR", provider="bank_abc")
    rate(ledger, "2026-03-01", 100_000_000)
    result = ledger.run("revenue_total", "revenue", MARCH)
    assert (result.extra, facts(result)["apart_count"]) == (("apart_many",), "2")
    rate(ledger, "2026-03-01", 150_000_000, "EUR")
    result = ledger.run("revenue_total", "revenue", MARCH)
    assert (result.extra, facts(result)["apart_kes"]) == (("apart_many_rated",), "18000.00")


def test_a_filter_keeps_what_it_leaves_out_apart_too(ledger: Ledger) -> None:
    trade(ledger)
    result = ledger.run("revenue_total", "revenue", MARCH, channel="mpesa")
    assert result.extra == ()
    assert facts(ledger.run("revenue_total", "revenue", MARCH, channel="bank"))["apart:USD"] == "150.00"


@pytest.mark.parametrize("language", ["en", "sw"])
def test_spending_abroad_is_said_in_both_languages(ledger: Ledger, language: str) -> None:
    ledger.spend("exp_1", "2026-03-02", 50_000, "fuel", "Rubis")
    ledger.spend("exp_2", "2026-03-03", 20_00, "software_cloud", "Host Ltd")
    ledger.store.update(ledger.business, Key("expenses", "exp_2"), {"currency": "USD"})
    rate(ledger, "2026-03-01", 130_000_000)
    plan = {"name": "expense_total", "metric": "expenses", "language": language}
    period = {"from": "2026-03-01", "to": "2026-03-18"}
    _, told = Client(ledger)("POST", "/v1/metrics", {**plan, "period": period})
    assert "USD 20.00" in told["text"]
    assert "KES 2,600.00" in told["text"]
    assert "KES 3,100.00" in told["text"]


def test_a_metric_that_does_not_tell_them_says_that_it_counts_shillings_only(ledger: Ledger) -> None:
    ledger.pay("A", eat("2026-03-02"), 100_000)
    assert "shillings_only" not in ledger.run("cash_flow", "cash_flow", MARCH).assumptions
    ledger.pay("B", eat("2026-03-02"), 10_000, currency="USD")
    assert "shillings_only" in ledger.run("cash_flow", "cash_flow", MARCH).assumptions
    assert "shillings_only" in ledger.run("top_customers", "revenue", MARCH).assumptions
    ledger.bill("inv_1", "cus_a", "Baraka", 5_000, currency="USD")
    assert "shillings_only" in ledger.run("outstanding_invoices", "receivables").assumptions
