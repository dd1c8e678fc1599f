"""What-if and segments: worked out by hand in the comments, refusals, another business's customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from insights_world import TODAY, Client
from ledger_world import Ledger, eat, facts

from shared.core.errors import Invalid, NotFound
from shared.core.money import parse_cents
from shared.insights.facts import Fact, Sum
from shared.insights.metrics import Scope
from shared.insights.scenarios import Cost, Hire, LoseCustomer, PayLater, Price
from shared.insights.segments import Customer, ranked, segments
from shared.insights.whatif import Scenario, what_if


@pytest.fixture
def shop(ledger: Ledger) -> Ledger:
    """A usual month: 900 in (a third of it from one customer), 600 out, 300 of that for stock."""
    ledger.customer("cus_1", "Amina Stores")
    ledger.pay("OLD", eat("2025-11-02"), 1)
    for month in ("2025-12", "2026-01", "2026-02"):
        ledger.pay(f"A{month}", eat(f"{month}-05"), 60_000)
        ledger.pay(f"B{month}", eat(f"{month}-06"), 30_000, customer_id="cus_1")
        ledger.spend(f"s{month}", f"{month}-07", 30_000, "stock_cogs", "S")
        ledger.spend(f"r{month}", f"{month}-08", 30_000, "rent", "L")
        ledger.spend(f"o{month}", f"{month}-09", 99_999, "owner_transfers", "")
    return ledger


def tried(shop: Ledger, *changes: Any) -> dict[str, str]:
    return {fact.id: fact.value for fact in scenario(shop, *changes).facts}


def scenario(shop: Ledger, *changes: Any) -> Scenario:
    return what_if(Scope(shop.store, shop.business, TODAY), changes)


def test_a_usual_month_and_a_dearer_one(shop: Ledger) -> None:
    """10 % dearer, a tenth of the sales lost: 900 * .9 * 1.1 = 891."""
    told = tried(shop, Price(kind="price", percent=10, lost_percent=10))
    assert (told["income_now"], told["costs_now"], told["left_now"]) == ("900.00", "600.00", "300.00")
    assert (told["income_then"], told["left_then"]) == ("891.00", "291.00")


def test_changes_are_made_one_after_the_other(shop: Ledger) -> None:
    """Stock 20 % dearer: 60 more; somebody for 400; Amina's 300 gone: 600 - 1,060 = -460."""
    told = tried(
        shop,
        Cost(kind="cost", category="stock_cogs", percent=20),
        Hire(kind="hire", monthly_cents=40_000),
        LoseCustomer(kind="lose_customer", customer_id="cus_1"),
    )
    assert (told["income_then"], told["costs_then"], told["left_then"]) == ("600.00", "1060.00", "-460.00")
    assert "runway_then" not in told, "no balance is recorded"


def test_paying_later_keeps_money_once_and_stretches_the_runway(shop: Ledger) -> None:
    """Stock of 900 in 90 days, 30 days later: 300 kept once. Cash 1,000 + 300 at a burn of 100: 13 months."""
    shop.statement("s1", "bank:equity", "2026-03-17", 100_000)
    found = scenario(
        shop,
        PayLater(kind="pay_later", category="stock_cogs", days=30),
        Hire(kind="hire", monthly_cents=40_000),
    )
    told = {fact.id: fact.value for fact in found.facts}
    assert told["once_then"] == "300.00"
    assert (told["left_then"], told["runway_then"]) == ("-100.00", "13.0")
    assert set(found.assumed) == {"usual_month", "once"}


def test_what_cannot_be_worked_out_is_refused(shop: Ledger, ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        tried(shop, LoseCustomer(kind="lose_customer", customer_id="cus_nobody"))
    young = Ledger(shop.store, f"{shop.business}-young")
    young.pay("A", eat("2026-02-05"), 60_000)
    with pytest.raises(Invalid, match="three whole months"):
        tried(young, Hire(kind="hire", monthly_cents=1))


@pytest.mark.parametrize(
    "changes",
    [
        [], [{"kind": "rain"}], [{"kind": "price"}], [{"kind": "price", "percent": 501}],
        [{"kind": "hire", "monthly_cents": 1.5}], [{"kind": "cost", "category": "sweets", "percent": 1}],
        [{"kind": "hire", "monthly_cents": 1}] * 11,
    ],
)  # fmt: skip
def test_a_change_that_means_nothing_is_refused(client: Client, changes: list[Any]) -> None:
    assert client("POST", "/v1/what-if", {"changes": changes})[0] == 422


def test_over_http_with_what_was_assumed(client: Client) -> None:
    status, told = client("POST", "/v1/what-if", {"changes": [{"kind": "price", "percent": 5}]})
    assert status == 200
    assert len(told["assumptions"]) == 3
    assert all(fact["label"] for fact in told["facts"])
    assert (
        client("POST", "/v1/what-if", {"changes": [{"kind": "lose_customer", "customer_id": "x"}]})[0] == 404
    )


def test_quintiles_are_by_how_many_are_smaller() -> None:
    people = [Customer(f"c{k}", Sum(), frozenset({TODAY - timedelta(days=k)})) for k in range(20)]
    assert [one.recency for one in ranked(people)] == [5 - k // 4 for k in range(20)]
    assert {one.frequency for one in ranked(people)} == {1}, "equal customers are equal"


def crowd(ledger: Ledger) -> None:
    """25 customers: c00 to c04 pay each month until now, c20 to c24 paid once, a year ago."""
    for k in range(25):
        ledger.customer(f"c{k:02}", f"Customer {k}")
        times = 12 if k < 5 else 4 if k < 20 else 1
        for n in range(times):
            back = 5 + 30 * n if k < 5 else 20 + 10 * k + n if k < 20 else 355 + k - 20
            ledger.pay(
                f"P{k}x{n}",
                eat((TODAY - timedelta(days=back)).isoformat()),
                10_000 + k,
                customer_id=f"c{k:02}",
            )
    ledger.spend("goods", "2026-03-02", 10_000, "stock_cogs", "S")


def test_segments_hold_every_customer_once(ledger: Ledger) -> None:
    crowd(ledger)
    shared, found = segments(Scope(ledger.store, ledger.business, TODAY))
    by_name = {one.name: one for one in found}
    assert sum(int(one.facts[0].value) for one in found) == 25
    assert {who for who, _, _ in by_name["champions"].customers} == {f"c{k:02}" for k in range(5)}
    assert {who for who, _, _ in by_name["lost"].customers} == {f"c{k:02}" for k in range(20, 25)}
    assert "gross_margin" in {fact.id for fact in shared}
    # all five champions paid in both quarters: (5 + 1) / (5 + 2) = 85.7 %
    assert by_name["champions"].facts[2].value == "85.7"
    for one in found:
        for _who, name, told in one.customers:
            assert told[0].label == name
            assert len(told) == 2, "what they paid, and what they are worth"


def test_what_customers_are_worth(ledger: Ledger) -> None:
    """Nobody of the lost was there a quarter ago, so half of them are assumed to stay.

    c01 paid 12 times 100.01. The lost paid once each, so all are worth what they are on average.
    """
    crowd(ledger)
    shared, found = segments(Scope(ledger.store, ledger.business, TODAY))
    margin = next(float(fact.value) for fact in shared if fact.id == "gross_margin")
    by_name = {one.name: {who: told for who, _, told in one.customers} for one in found}

    def worth(yearly: float, quarterly: float) -> float:
        kept = quarterly ** (1 / 3)
        return yearly / 12 * margin / 100 * kept / (1.01 - kept)

    assert cents_of(by_name["champions"]["c01"][1]) == round(worth(120_012, 0.857))
    lost = {cents_of(told[1]) for told in by_name["lost"].values()}
    assert lost == {round(worth(10_022, 0.5))}
    assert by_name["lost"]["c20"][1].derived_from[:2] == ("segment_paid:lost", "customers:lost")


def cents_of(fact: Fact) -> int:
    return parse_cents(fact.value)


def test_few_customers_have_no_segments(ledger: Ledger, client: Client) -> None:
    with pytest.raises(Invalid, match="twenty"):
        segments(Scope(ledger.store, ledger.business, TODAY))
    status, told = client("GET", "/v1/customer-segments")
    assert (status, told["code"]) == (422, "too_few_customers")


def test_a_balance_makes_runway_part_of_the_health_score(ledger: Ledger) -> None:
    """Out less in is 600, 200 and 300, so 300 a month; 900 held last 3.0 months: half the points."""
    ledger.pay("OLD", eat("2025-11-20"), 1_000)
    for month, costs in (("2025-12", 60_000), ("2026-01", 20_000), ("2026-02", 30_000)):
        ledger.spend(f"e{month}", f"{month}-11", costs, "rent", "L")
    assert "part:runway" not in facts(ledger.run("health_score", "health_score"))
    ledger.statement("s1", "bank:equity", "2026-03-17", 90_000)
    told = facts(ledger.run("health_score", "health_score"))
    assert (told["net_burn"], told["runway"], told["part:runway"]) == ("300.00", "3.0", "50")
