"""Rollups give the figures that the records give: values, counts, citations and versions, whatever
happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from insights_world import TODAY, World, eat

from shared.insights import folding
from shared.insights.flows import months_of, read, stale_days, visits
from shared.insights.folding import fold
from shared.insights.metrics import REGISTRY, Scope
from shared.insights.metrics.kpi import KPIS
from shared.insights.plan import Filters, Period, Plan
from shared.insights.rollups import month_key, more_key
from shared.store import STALE, Key, Query, Store

_NUMBERS = count()
DAYS = ("2025-12-31", "2026-01-01", "2026-01-17", "2026-02-28", "2026-03-01", "2026-03-17", "2026-03-18")
PERIOD = Period(start=date(2026, 1, 1), end=TODAY)
ODD = Period(start=date(2025, 12, 31), end=date(2026, 3, 17))
PLANS = (
    Plan(intent="revenue_total", metric="revenue", period=PERIOD),
    Plan(intent="revenue_total", metric="revenue", period=ODD, filters=Filters(channel="airtel")),
    Plan(intent="revenue_total", metric="revenue", period=ODD, filters=Filters(channel="bank")),
    Plan(intent="expense_total", metric="expenses", period=ODD, filters=Filters(category="fuel")),
    Plan(intent="expense_breakdown", metric="expenses", period=PERIOD),
    Plan(intent="largest_expenses", metric="expenses", period=ODD, limit=3),
    Plan(intent="largest_expenses", metric="expenses", period=PERIOD, filters=Filters(category="rent")),
    Plan(intent="compare_periods", metric="revenue", period=PERIOD, compare_to=ODD),
    Plan(intent="health_score", metric="health_score"),
    Plan(intent="top_customers", metric="revenue", period=ODD),
    Plan(intent="top_customers", metric="revenue", period=PERIOD, filters=Filters(channel="mpesa")),
    Plan(intent="customer_risk", metric="late_payment_risk"),
    Plan(intent="customer_risk", metric="churn_risk"),
    Plan(intent="trend", metric="revenue", period=ODD, filters=Filters(granularity="week")),
    Plan(intent="trend", metric="expenses", period=PERIOD),
    Plan(intent="cash_flow", metric="cash_flow", period=ODD),
    Plan(intent="tax_summary", metric="vat", period=PERIOD),
    *(Plan(intent="kpi", metric=name) for name in KPIS),  # type: ignore[arg-type]
    Plan(intent="kpi", metric="board"),
)

days = st.sampled_from(DAYS)
cents = st.integers(1, 900_000)
paying = st.fixed_dictionaries(
    {
        "what": st.just("pay"),
        "day": days,
        "cents": cents,
        "status": st.sampled_from(
            ["settled", "settled", "claimed", "review", "reversed", "partially_refunded"]
        ),
        "provider": st.sampled_from(["mpesa", "airtel", "bank_equity_0123"]),
        "customer_id": st.sampled_from(["", "cus_a", "cus_b", "cus_c"]),
        "currency": st.sampled_from(["KES", "KES", "USD"]),
    }
)
spending = st.fixed_dictionaries(
    {
        "what": st.just("spend"),
        "day": days,
        "cents": cents,
        "category": st.sampled_from(["rent", "fuel", "stock_cogs", "owner_transfers"]),
    }
)
billing = st.fixed_dictionaries(
    {
        "what": st.just("bill"),
        "day": days,
        "cents": cents,
        "paid": st.sampled_from(["", "2026-03-10", "2026-02-01"]),
    }
)
changing = st.fixed_dictionaries(
    {
        "what": st.sampled_from(
            ["refund", "reverse", "own", "late", "recategorise", "void", "forget", "fold"]
        ),
        "at": st.integers(0, 50),
        "day": days,
    }
)
STEPS = st.lists(st.one_of(paying, spending, billing, changing), min_size=1, max_size=25)


class Shop:
    """One business to which things happen."""

    def __init__(self, store: Store) -> None:
        self.world = World(store, f"biz_roll{next(_NUMBERS)}")
        self.keys: dict[str, list[Key]] = {"payments": [], "expenses": [], "invoices": []}
        for id_ in ("cus_a", "cus_b", "cus_c"):
            self.world.customer(id_, f"Name of {id_}")

    def does(self, step: dict[str, Any]) -> None:
        match step["what"]:
            case "pay":
                receipt = f"R{next(_NUMBERS):08d}"
                fields = {name: step[name] for name in ("status", "provider", "customer_id", "currency")}
                self.world.pay(receipt, eat(step["day"]), step["cents"], **fields)
                self.keys["payments"].append(Key("payments", f"{step['provider']}-{receipt}"))
            case "spend":
                id_ = f"exp_{next(_NUMBERS)}"
                self.world.spend(id_, step["day"], step["cents"], step["category"], "Somebody")
                self.keys["expenses"].append(Key("expenses", id_))
            case "bill":
                self._bill(step)
            case "fold":
                fold(self.world.store, self.world.business)
            case other:
                self._change(other, step)

    def _bill(self, step: dict[str, Any]) -> None:
        id_, paid = f"inv_{next(_NUMBERS)}", step["paid"]
        state = {"status": "paid", "balance_cents": 0, "paid_on": f"{paid}T09:00:00.000Z"} if paid else {}
        self.world.bill(
            id_,
            "cus_a",
            "Name of cus_a",
            step["cents"],
            issued_on=step["day"],
            due_date="2026-03-05",
            **state,
        )
        self.keys["invoices"].append(Key("invoices", id_))

    def _change(self, what: str, step: dict[str, Any]) -> None:
        collection, changes = {
            "refund": ("payments", {"returned_cents": 1, "status": "partially_refunded"}),
            "reverse": ("payments", {"status": "reversed"}),
            "own": ("payments", {"own_transfer": True}),
            "late": ("expenses", {"business_day": step["day"]}),
            "recategorise": ("expenses", {"category": "fuel"}),
            "void": ("invoices", {"status": "void", "balance_cents": 0}),
            "forget": ("expenses", {}),
        }[what]
        keys = self.keys[collection]
        if not keys:
            return
        key = keys[step["at"] % len(keys)]
        if what == "forget":
            keys.remove(key)
            self.world.store.delete(self.world.business, key)
        else:
            self.world.store.update(self.world.business, key, changes)

    @property
    def scope(self) -> Scope:
        return Scope(self.world.store, self.world.business, TODAY)

    def everything(self) -> list[dict[str, Any]]:
        """All that the metrics say."""
        return [asdict(REGISTRY[plan.intent].run(self.scope, plan)) for plan in PLANS]

    def without_rollups(self) -> None:
        for month in months_of(Period(start=date(2024, 1, 1), end=date(2026, 12, 31))):
            for key in (month_key(month), more_key(month)):
                self.world.store.delete(self.world.business, key)


@given(STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_metric_says_the_same_from_rollups_and_from_records(
    store: Store, steps: list[dict[str, Any]]
) -> None:
    shop = Shop(store)
    for step in steps:
        shop.does(step)
    mixed = shop.everything()
    fold(store, shop.world.business)
    assert stale_days(shop.scope, Period(start=date(2025, 1, 1), end=TODAY)) == set()
    folded = shop.everything()
    shop.without_rollups()
    from_records = shop.everything()
    assert mixed == from_records
    assert folded == from_records


@given(STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_equal_a_recount_of_the_documents(store: Store, steps: list[dict[str, Any]]) -> None:
    shop = Shop(store)
    for step in steps:
        shop.does(step)
    cells = read(shop.scope, ODD, "received", "costs")
    received = recount(shop, "payments", lambda d: d["paid_at"][:10], _received)
    assert {key: one.cents for key, one in cells["received"].items()} == received
    spent = recount(
        shop, "expenses", lambda d: d["business_day"], lambda d: (d["category"], d["amount_cents"])
    )
    assert {key: one.cents for key, one in cells["costs"].items()} == spent
    whole = sum(one.sum.cents for one in visits(shop.scope, ODD, "payers").values())
    assert whole == sum(received.values())


def _received(data: dict[str, Any]) -> tuple[str, int] | None:
    if data["status"] not in ("settled", "partially_refunded") or data.get("own_transfer"):
        return None
    return data["provider"], data["amount_cents"] - data.get("returned_cents", 0)


def recount(
    shop: Shop,
    collection: str,
    day_of: Callable[[dict[str, Any]], str],
    told: Callable[[dict[str, Any]], tuple[str, int] | None],
) -> dict[tuple[str, str], int]:
    """The documents themselves, added up by nothing of ours. Payments here are made at noon: UTC has that
    day."""
    sums: dict[tuple[str, str], int] = {}
    for key in shop.keys[collection]:
        doc = shop.world.store.require(shop.world.business, key)
        day, one = day_of(doc.data), told(doc.data)
        if (
            one is not None
            and doc.data["currency"] == "KES"
            and ODD.start.isoformat() <= day <= ODD.end.isoformat()
        ):
            sums[day, one[0]] = sums.get((day, one[0]), 0) + one[1]
    return sums


def marked(shop: Shop) -> set[str]:
    return {doc.data["day"] for doc in shop.world.store.all(shop.world.business, Query(STALE, (), "day"))}


def test_a_write_marks_its_days_in_its_own_commit(store: Store) -> None:
    shop = Shop(store)
    shop.does({"what": "spend", "day": "2026-03-01", "cents": 5, "category": "rent"})
    assert marked(shop) == {"2026-03-01"}
    fold(store, shop.world.business)
    assert marked(shop) == set()
    shop.does({"what": "late", "at": 0, "day": "2026-01-17"})
    assert marked(shop) == {"2026-01-17", "2026-03-01"}  # it left one day and came to another
    with pytest.raises(ZeroDivisionError):
        store.transaction(shop.world.business, _write_and_fail)
    assert marked(shop) == {"2026-01-17", "2026-03-01"}


def _write_and_fail(tx: Any) -> None:
    tx.put(
        Key("expenses", "exp_failed"), {"business_day": "2026-02-02", "category": "rent", "amount_cents": 1}
    )
    raise ZeroDivisionError


def test_days_are_nairobis(store: Store) -> None:
    shop = Shop(store)
    shop.world.pay("LATE", eat("2026-03-02", "00:30"), 700)  # still the first in UTC
    assert marked(shop) == {"2026-03-02"}


def test_a_record_that_changes_while_it_is_folded_stays_marked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(store)
    shop.does({"what": "spend", "day": "2026-03-01", "cents": 500, "category": "rent"})
    key, real = shop.keys["expenses"][0], folding._summed

    def meddle(scope: Scope, day: str) -> dict[str, Any]:
        told = real(scope, day)
        if day == "2026-03-01":  # after the records were read, before the commit
            store.update(shop.world.business, key, {"amount_cents": 900})
        return told

    monkeypatch.setattr(folding, "_summed", meddle)
    fold(store, shop.world.business)
    monkeypatch.undo()
    assert marked(shop) == {"2026-03-01"}
    before = read(shop.scope, PERIOD, "costs")["costs"]
    fold(store, shop.world.business)
    assert marked(shop) == set()
    after = read(shop.scope, PERIOD, "costs")["costs"]
    assert before == after
    assert [one.cents for one in after.values()] == [900]


def test_a_fold_that_another_one_overtook_writes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(store)
    shop.does({"what": "spend", "day": "2026-03-01", "cents": 500, "category": "rent"})
    real = folding._summed

    def overtaken(scope: Scope, day: str) -> dict[str, Any]:
        told = real(scope, day)
        monkeypatch.setattr(folding, "_summed", real)
        if day == "2026-03-01":
            shop.does({"what": "spend", "day": "2026-03-01", "cents": 700, "category": "rent"})
            fold(store, shop.world.business)
        return told

    monkeypatch.setattr(folding, "_summed", overtaken)
    month = Period(start=date(2026, 3, 1), end=date(2026, 3, 1))
    fold(store, shop.world.business)
    assert sum(one.cents for one in read(shop.scope, month, "costs")["costs"].values()) == 1_200


def test_books_older_than_rollups_are_summed_once(store: Store) -> None:
    shop = Shop(store)
    shop.does({"what": "spend", "day": "2025-12-31", "cents": 500, "category": "rent"})
    for doc in store.all(shop.world.business, Query(STALE, (), "day")):
        store.delete(shop.world.business, doc.key)
    assert fold(store, shop.world.business) == 4  # December to March
    assert store.get(shop.world.business, month_key("2025-12")) is not None
    assert fold(store, shop.world.business) == 0


def test_more_markers_than_one_commit_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_MARKERS", 4)
    shop = Shop(store)
    for number in range(11):
        shop.does({"what": "spend", "day": "2026-03-01", "cents": 100 + number, "category": "rent"})
    fold(store, shop.world.business)
    assert marked(shop) == set()
    assert sum(one.cents for one in read(shop.scope, PERIOD, "costs")["costs"].values()) == 11 * 100 + 55


def test_another_business_is_neither_marked_nor_summed(store: Store) -> None:
    ours, theirs = Shop(store), Shop(store)
    ours.does({"what": "spend", "day": "2026-03-01", "cents": 500, "category": "rent"})
    assert marked(theirs) == set()
    fold(store, theirs.world.business)
    assert marked(ours) == {"2026-03-01"}
    assert read(theirs.scope, PERIOD, "costs")["costs"] == {}
