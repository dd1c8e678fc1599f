"""Sums by day say what the records say, whatever was written, changed, removed and summed in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from insights_world import TODAY, World, eat

from shared.core.clock import ManualClock
from shared.core.errors import Refused
from shared.core.ids import SeededIds
from shared.insights.daysums import folding
from shared.insights.daysums.documents import DAYS, MONTHS, PARTS, STATE, month_key
from shared.insights.daysums.folding import fold, fold_when_due
from shared.insights.daysums.reading import day_sums
from shared.insights.daysums.records import months_of
from shared.insights.metrics import REGISTRY, Scope
from shared.insights.plan import Filters, Period, Plan
from shared.insights.segments import ranked
from shared.store import STALE, Key, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

_NUMBERS = count()
DAY_CHOICES = (
    "2025-12-31", "2026-01-01", "2026-01-17", "2026-02-28",
    "2026-03-01", "2026-03-16", "2026-03-17", "2026-03-18",
)  # fmt: skip
PERIOD = Period(start=date(2026, 1, 1), end=TODAY)
ODD = Period(start=date(2025, 12, 31), end=date(2026, 3, 16))
PLANS = (
    Plan(intent="revenue_total", metric="revenue", period=PERIOD),
    Plan(intent="revenue_total", metric="revenue", period=ODD, filters=Filters(channel="airtel")),
    Plan(intent="revenue_total", metric="revenue", period=ODD, filters=Filters(channel="bank")),
    Plan(intent="revenue_total", metric="revenue", period=ODD, filters=Filters(customer="cus_a")),
    Plan(intent="expense_total", metric="expenses", period=ODD, filters=Filters(category="fuel")),
    Plan(intent="expense_breakdown", metric="expenses", period=PERIOD),
    Plan(intent="largest_expenses", metric="expenses", period=ODD, limit=3),
    Plan(intent="largest_expenses", metric="expenses", period=PERIOD, filters=Filters(category="rent")),
    Plan(intent="compare_periods", metric="revenue", period=PERIOD, compare_to=ODD),
    Plan(intent="health_score", metric="health_score"),
    Plan(intent="top_customers", metric="revenue", period=ODD),
    Plan(intent="top_customers", metric="revenue", period=PERIOD, filters=Filters(channel="mpesa")),
    Plan(intent="customer_risk", metric="churn_risk"),
    Plan(intent="trend", metric="revenue", period=ODD, filters=Filters(granularity="week")),
    Plan(intent="trend", metric="expenses", period=PERIOD),
    Plan(intent="cash_flow", metric="cash_flow", period=ODD, filters=Filters(granularity="month")),
    Plan(intent="tax_summary", metric="vat", period=PERIOD),
    Plan(intent="tax_summary", metric="withholding", period=PERIOD),
    Plan(intent="unreconciled", metric="unreconciled", limit=2),
    Plan(intent="unreconciled", metric="unreconciled", period=ODD, filters=Filters(channel="mpesa")),
    Plan(intent="kpi", metric="runway"),
    Plan(intent="kpi", metric="health_score"),
    Plan(
        intent="forecast",
        metric="revenue",
        period=Period(start=TODAY + timedelta(days=1), end=TODAY + timedelta(days=7)),
    ),
    Plan(
        intent="forecast",
        metric="cash_flow",
        period=Period(start=TODAY + timedelta(days=1), end=TODAY + timedelta(days=7)),
    ),
)

days = st.sampled_from(DAY_CHOICES)
cents = st.integers(1, 900_000)
paying = st.fixed_dictionaries(
    {
        "what": st.just("pay"),
        "day": days,
        "cents": cents,
        "status": st.sampled_from(
            ["settled", "settled", "claimed", "review", "reversed", "partially_refunded"]
        ),
        "matching": st.sampled_from(["auto", "review", "none"]),
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
        "category": st.sampled_from(["rent", "fuel", "stock_cogs", "professional_fees", "owner_transfers"]),
    }
)
changing = st.fixed_dictionaries(
    {
        "what": st.sampled_from(
            [
                "refund",
                "reverse",
                "own",
                "move",
                "pay_late",
                "recategorise",
                "forget",
                "forget_payment",
                "fold",
            ]
        ),
        "at": st.integers(0, 50),
        "day": days,
    }
)
STEPS = st.lists(st.one_of(paying, spending, changing), min_size=1, max_size=25)
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


class Shop:
    """One business to which things happen."""

    def __init__(self, store: Store) -> None:
        self.world = World(store, f"biz_days{next(_NUMBERS)}")
        self.keys: dict[str, list[Key]] = {"payments": [], "expenses": []}
        for id_ in ("cus_a", "cus_b", "cus_c"):
            self.world.customer(id_, f"Name of {id_}")

    def does(self, step: dict[str, Any]) -> None:
        match step["what"]:
            case "pay":
                receipt = f"R{next(_NUMBERS):08d}"
                fields = {name: step[name] for name in step if name not in ("what", "day", "cents")}
                left = step["cents"] if fields.get("matching", "auto") != "auto" else 0
                self.world.pay(
                    receipt, eat(step["day"]), step["cents"], **fields,
                    unallocated_cents=left, allocated_cents=step["cents"] - left,
                )  # fmt: skip
                self.keys["payments"].append(Key("payments", f"{fields.get('provider', 'mpesa')}-{receipt}"))
            case "spend":
                id_ = f"exp_{next(_NUMBERS)}"
                self.world.spend(id_, step["day"], step["cents"], step["category"], "Somebody")
                self.world.store.update(
                    self.world.business, Key("expenses", id_), {"vat_cents": step["cents"] // 8}
                )
                self.keys["expenses"].append(Key("expenses", id_))
            case "fold":
                fold(self.world.store, self.world.business)
            case other:
                self._change(other, step)

    def _change(self, what: str, step: dict[str, Any]) -> None:
        collection, changes = {
            "refund": ("payments", {"returned_cents": 1, "status": "partially_refunded"}),
            "reverse": ("payments", {"status": "reversed"}),
            "own": ("payments", {"own_transfer": True}),
            "pay_late": ("payments", {"paid_at": f"{step['day']}T09:00:00.000Z"}),
            "move": ("expenses", {"business_day": step["day"]}),
            "recategorise": ("expenses", {"category": "fuel"}),
            "forget": ("expenses", {}),
            "forget_payment": ("payments", {}),
        }[what]
        keys = self.keys[collection]
        if not keys:
            return
        key = keys[step["at"] % len(keys)]
        if changes:
            self.world.store.update(self.world.business, key, changes)
        else:
            keys.remove(key)
            self.world.store.delete(self.world.business, key)

    @property
    def scope(self) -> Scope:
        return Scope(self.world.store, self.world.business, TODAY)

    def everything(self) -> list[dict[str, Any]]:
        """All that the metrics say."""
        return [asdict(REGISTRY[plan.intent].run(self.scope, plan)) for plan in PLANS]

    def marked(self) -> set[tuple[str, str]]:
        docs = self.world.store.all(self.world.business, Query(STALE, (), "day"))
        return {(doc.data["collection"], doc.data["day"]) for doc in docs}

    def without_sums(self) -> None:
        for month in months_of(Period(start=date(2024, 1, 1), end=date(2026, 12, 31))):
            for part in PARTS:
                self.world.store.delete(self.world.business, month_key(month, part))

    def spent(self, period: Period = PERIOD) -> int:
        return sum(line.cents for line in day_sums(self.scope).lines("costs", period))


@given(STEPS)
@settings(max_examples=60, **SLOW)
def test_every_metric_says_the_same_from_sums_and_from_records(
    store: Store, steps: list[dict[str, Any]]
) -> None:
    shop = Shop(store)
    for step in steps:
        shop.does(step)
    mixed = shop.everything()
    fold(store, shop.world.business)
    assert shop.marked() <= {(name, "2026-03-17") for name in ("payments", "expenses")}  # not yet safely over
    folded = shop.everything()
    shop.without_sums()
    from_records = shop.everything()
    assert mixed == from_records
    assert folded == from_records


@given(STEPS)
@settings(max_examples=60, **SLOW)
def test_sums_equal_a_recount_of_the_documents(store: Store, steps: list[dict[str, Any]]) -> None:
    shop = Shop(store)
    for step in steps:
        shop.does(step)
    sums = day_sums(shop.scope)
    received = recount(shop, "payments", lambda d: d["paid_at"][:10], _received)
    assert {(line.day, line.key): line.cents for line in sums.lines("received", ODD)} == received
    spent = recount(
        shop, "expenses", lambda d: d["business_day"], lambda d: (d["category"], d["amount_cents"])
    )
    assert {(line.day, line.key): line.cents for line in sums.lines("costs", ODD)} == spent
    visits = sums.visits("payers", ODD).values()
    assert sum(one.sum.cents for one in visits) == sum(received.values())
    assert {day for one in visits for day in one.days} == {day for day, _ in received}


def _received(data: dict[str, Any]) -> tuple[str, int] | None:
    if data["status"] not in ("settled", "partially_refunded") or data.get("own_transfer"):
        return None
    return data["provider"], data["amount_cents"] - data.get("returned_cents", 0)


def recount(
    shop: Shop,
    collection: str,
    day: Callable[[dict[str, Any]], str],
    told: Callable[[dict[str, Any]], tuple[str, int] | None],
) -> dict[tuple[str, str], int]:
    """The documents added up by nothing of ours. Payments here are made at noon: UTC has that day too."""
    sums: dict[tuple[str, str], int] = {}
    for key in shop.keys[collection]:
        data = shop.world.store.require(shop.world.business, key).data
        one = told(data)
        inside = ODD.start.isoformat() <= day(data) <= ODD.end.isoformat()
        if one is not None and data["currency"] == "KES" and inside:
            sums[day(data), one[0]] = sums.get((day(data), one[0]), 0) + one[1]
    return sums


def spend(day: str, cents: int = 500) -> dict[str, Any]:
    return {"what": "spend", "day": day, "cents": cents, "category": "rent"}


def test_a_write_marks_its_past_days_in_its_own_commit(store: Store) -> None:
    shop = Shop(store)
    shop.does(spend("2026-03-01"))
    assert shop.marked() == {("expenses", "2026-03-01")}
    fold(store, shop.world.business)
    assert shop.marked() == set()
    shop.does({"what": "move", "at": 0, "day": "2026-01-17"})
    assert shop.marked() == {
        ("expenses", "2026-01-17"),
        ("expenses", "2026-03-01"),
    }  # it left one for the other
    with pytest.raises(ZeroDivisionError):
        store.transaction(shop.world.business, _write_and_fail)
    assert len(shop.marked()) == 2


def _write_and_fail(tx: Any) -> None:
    tx.put(
        Key("expenses", "exp_failed"), {"business_day": "2026-02-02", "category": "rent", "amount_cents": 1}
    )
    raise ZeroDivisionError


def test_records_of_today_leave_no_marker_and_are_counted(store: Store) -> None:
    shop = Shop(store)
    shop.does(spend("2026-03-18", 300))
    shop.world.pay("NOW", eat("2026-03-18", "00:30"), 700)
    fold(store, shop.world.business)
    assert shop.marked() == set()
    assert shop.spent() == 300
    shop.does(spend("2026-03-18", 400))
    assert shop.spent() == 700


def test_one_marker_a_day_and_commit_however_many_records(store: Store) -> None:
    shop = Shop(store)

    def import_many(tx: Any) -> None:
        for number in range(40):
            data = {"business_day": "2026-02-02", "category": "rent", "amount_cents": 1}
            tx.put(Key("expenses", f"exp_{number}"), data)

    store.transaction(shop.world.business, import_many)
    assert len(store.all(shop.world.business, Query(STALE, (), "day"))) == 1


def test_days_are_nairobis(store: Store) -> None:
    shop = Shop(store)
    shop.world.pay("LATE", eat("2026-03-02", "00:30"), 700)  # still the first in UTC
    assert shop.marked() == {("payments", "2026-03-02")}


def test_a_record_that_changes_while_it_is_summed_stays_marked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(store)
    shop.does(spend("2026-03-01", 500))
    key, real = shop.keys["expenses"][0], folding._summed

    def meddle(*args: Any) -> Any:
        told = real(*args)
        store.update(shop.world.business, key, {"amount_cents": 900})  # read already, not yet committed
        monkeypatch.setattr(folding, "_summed", real)
        return told

    monkeypatch.setattr(folding, "_summed", meddle)
    folding.fold_month(shop.scope, "2026-03", "2026-03-16")
    assert shop.marked() == {("expenses", "2026-03-01")}
    assert shop.spent() == 900
    fold(store, shop.world.business)
    assert shop.marked() == set()
    assert shop.spent() == 900


def test_a_fold_that_another_one_overtook_writes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(store)
    shop.does(spend("2026-03-01", 500))
    real = folding._summed

    def overtaken(*args: Any) -> Any:
        told = real(*args)
        monkeypatch.setattr(folding, "_summed", real)
        shop.does(spend("2026-03-01", 700))
        fold(store, shop.world.business)
        return told

    monkeypatch.setattr(folding, "_summed", overtaken)
    fold(store, shop.world.business)
    assert shop.spent(Period(start=date(2026, 3, 1), end=date(2026, 3, 1))) == 1_200


def test_books_older_than_sums_are_summed_month_by_month(store: Store) -> None:
    shop = Shop(store)
    shop.does(spend("2025-09-30"))
    for doc in store.all(shop.world.business, Query(STALE, (), "day")):
        store.delete(shop.world.business, doc.key)
    assert fold(store, shop.world.business) == 4  # September to December
    assert store.require(shop.world.business, STATE).data["until"] == "2025-12-31"
    assert fold(store, shop.world.business) == 3
    assert store.require(shop.world.business, STATE).data["until"] == "2026-03-16"
    assert fold(store, shop.world.business) == 0


def test_more_markers_than_one_commit_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_MARKERS", 4)
    shop = Shop(store)
    for number in range(11):
        shop.does(spend("2026-03-01", 100 + number))
    fold(store, shop.world.business)
    assert shop.marked() == set()
    assert shop.spent() == 11 * 100 + 55


def test_more_markers_than_one_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.insights.daysums.reading.MARKERS", 3)
    shop = Shop(store)
    fold(store, shop.world.business)
    for number in range(9):
        shop.does(spend(f"2026-03-0{1 + number // 2}", 100))
    assert shop.spent() == 900


def test_another_business_is_neither_marked_nor_summed(store: Store) -> None:
    ours, theirs = Shop(store), Shop(store)
    ours.does(spend("2026-03-01"))
    assert theirs.marked() == set()
    fold(store, theirs.world.business)
    assert ours.marked() == {("expenses", "2026-03-01")}
    assert theirs.spent() == 0


def test_a_month_too_large_stays_without_sums_and_is_read_from_its_records(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop(store)
    shop.does(spend("2026-02-01", 250))
    shop.does(spend("2026-03-01", 50))
    real = folding.write_month

    def large(month: str, until: str, told: Any) -> Any:
        parts = real(month, until, told)
        return {**parts, "-more": {"padding": "x" * 1_000_000}} if month == "2026-02" else parts

    monkeypatch.setattr(folding, "write_month", large)
    fold(store, shop.world.business)
    assert store.get(shop.world.business, month_key("2026-02")) is None
    assert store.get(shop.world.business, month_key("2026-03")) is not None
    assert "too large" in caplog.text
    assert shop.spent() == 300


def test_summed_records_are_not_discarded_unseen(store: Store) -> None:
    shop = Shop(store)
    shop.does(spend("2026-03-01"))
    with pytest.raises(Refused, match="summed by day"):
        store.discard(shop.world.business, shop.keys["expenses"])


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Store]:
    """A store whose clock the test moves."""
    clock = ManualClock(datetime(2026, 3, 17, 12, 0, tzinfo=UTC))
    store = Store(SqliteAdapter(tmp_path / "moving.db", durable=False), SCHEMA, clock, SeededIds(8))
    store.ensure_indexes()
    yield store
    store.close()


def test_a_day_is_summed_some_hours_after_it_is_over(moving: Store) -> None:
    shop, clock = Shop(moving), moving.clock
    assert isinstance(clock, ManualClock)
    shop.does(spend("2026-03-17", 500))
    clock.advance(9 * 3600 + 600)  # ten past midnight in Nairobi
    fold(moving, shop.world.business)
    assert moving.get(shop.world.business, Key(DAYS, "2026-03-17")) is None
    assert shop.spent() == 500
    clock.advance(3 * 3600)
    fold(moving, shop.world.business)
    assert moving.get(shop.world.business, Key(DAYS, "2026-03-17")) is not None
    assert shop.spent() == 500
    shop.does({"what": "recategorise", "at": 0, "day": ""})
    assert shop.marked() == {("expenses", "2026-03-17")}  # not written on its day any more


def test_the_timer_sums_four_times_an_hour(moving: Store) -> None:
    shop, clock = Shop(moving), moving.clock
    assert isinstance(clock, ManualClock)
    shop.does(spend("2026-03-01"))
    ports: Any = SimpleNamespace(store=moving, clock=clock)
    rounds = []
    for minute in range(60):
        shop.does(spend("2026-03-02"))
        rounds += [minute] if fold_when_due(ports, shop.world.business) else []
        clock.advance(60)
    assert rounds == [10, 25, 40, 55]
    assert [doc.id for doc in moving.get_many(shop.world.business, [Key(MONTHS, "2026-03")]) if doc] == [
        "2026-03"
    ]


def test_quintiles_need_no_records() -> None:
    assert ranked([]) == []
