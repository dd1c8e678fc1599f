"""Budgets: which one holds in a month, what changing one leaves alone, and the routes."""

from __future__ import annotations

import pytest
from books_world import Books
from hypothesis import given
from hypothesis import strategies as st
from test_books_api import Client

from shared.books.budgets import Budget, all_budgets, in_force, set_budget
from shared.core.errors import Refused
from shared.store import Doc, Key
from shared.store.kept import MOST_CHANGES

MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


@pytest.fixture
def client(books: Books) -> Client:
    return Client(books)


def put(books: Books, category: str, month: str, cents: int, *, repeats: bool = False) -> Doc:
    budget = Budget(category, month, cents, repeats)
    return books.store.transaction(books.business, lambda tx: set_budget(tx, budget, actor="usr_1", note=""))


def held(books: Books, month: str) -> dict[str, int]:
    found = in_force(all_budgets(books.store, books.business), month)
    return {category: doc.data["amount_cents"] for category, doc in found.items()}


def test_what_repeats_holds_until_a_later_start_and_a_month_of_its_own_goes_first(books: Books) -> None:
    put(books, "fuel", "2026-01", 100, repeats=True)
    put(books, "fuel", "2026-06", 200, repeats=True)
    put(books, "fuel", "2026-03", 900)
    put(books, "rent", "2026-02", 50)
    put(books, "fuel", "2026-09", 0, repeats=True)
    months = {month: held(books, month) for month in ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04")}
    assert months == {
        "2025-12": {},
        "2026-01": {"fuel": 100},
        "2026-02": {"fuel": 100, "rent": 50},
        "2026-03": {"fuel": 900},
        "2026-04": {"fuel": 100},
    }
    assert [held(books, month) for month in ("2026-05", "2026-06", "2026-08", "2026-09")] == [
        {"fuel": 100},
        {"fuel": 200},
        {"fuel": 200},
        {},
    ]


rows = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.booleans(), st.integers(0, 5)),
    max_size=12,
    unique_by=lambda r: r[:2],
)


@given(rows, st.sampled_from(MONTHS))
def test_the_order_of_budgets_says_nothing(drawn: list[tuple[str, bool, int]], month: str) -> None:
    docs = [
        Doc(
            Key("budgets", f"{repeats}-{start}"),
            {"category": "fuel", "month": start, "repeats": repeats, "amount_cents": cents},
            "", 1, "", "",
        )
        for start, repeats, cents in drawn
    ]  # fmt: skip
    own = [d for d in docs if not d.data["repeats"] and d.data["month"] == month]
    before = [d for d in docs if d.data["repeats"] and d.data["month"] <= month]
    wanted = own[0] if own else max(before, key=lambda d: d.data["month"], default=None)
    found = in_force(docs, month).get("fuel")
    assert found == (wanted if wanted is not None and wanted.data["amount_cents"] else None)
    assert in_force(docs[::-1], month).get("fuel") == found


def test_a_change_is_kept_with_who_and_before_and_the_same_again_is_none(books: Books) -> None:
    first = put(books, "fuel", "2026-01", 100, repeats=True)
    again = put(books, "fuel", "2026-01", 100, repeats=True)
    assert (again.version, again.data["version"]) == (first.version, 1)
    changed = put(books, "fuel", "2026-01", 300, repeats=True)
    latest = changed.data["changes"][0]
    assert (latest["before"], latest["after"], latest["by"]) == (100, 300, "usr_1")
    for cents in range(MOST_CHANGES + 5):
        changed = put(books, "fuel", "2026-01", 1000 + cents, repeats=True)
    assert len(changed.data["changes"]) == MOST_CHANGES
    assert changed.data["version"] == MOST_CHANGES + 7


def test_a_budget_changed_by_somebody_else_meanwhile_is_not_overwritten(books: Books) -> None:
    put(books, "fuel", "2026-01", 100)
    budget = Budget("fuel", "2026-01", 500, repeats=False)
    with pytest.raises(Refused, match="changed meanwhile"):
        books.store.transaction(
            books.business, lambda tx: set_budget(tx, budget, actor="usr_2", note="", version=0)
        )
    assert held(books, "2026-01") == {"fuel": 100}


def test_budgets_over_http(books: Books, client: Client) -> None:
    body = {
        "category": "fuel",
        "month": "2026-03",
        "amount_cents": 3_100_000,
        "repeats": True,
        "note": "pikipiki",
    }
    status, made = client("PUT", "/v1/budgets", body)
    assert (status, made["id"], made["version"]) == (200, "fuel-from-2026-03", 1)
    assert client("PUT", "/v1/budgets", body)[1]["version"] == 1
    assert client("PUT", "/v1/budgets", {**body, "amount_cents": 1, "version": 0})[0] == 409
    _, listed = client("GET", "/v1/budgets")
    assert [one["id"] for one in listed["data"]] == ["fuel-from-2026-03"]
    _, month = client("GET", "/v1/budgets/in-force?month=2026-07")
    assert (month["total_cents"], [b["category"] for b in month["budgets"]]) == (3_100_000, ["fuel"])
    assert client("GET", "/v1/budgets/in-force?month=2026-02")[1]["budgets"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "sweets"}, {"month": "2026-13"}, {"month": "March"}, {"amount_cents": -1},
        {"amount_cents": 1.5}, {"who": "me"},
    ],
)  # fmt: skip
def test_a_budget_that_means_nothing_is_refused(
    books: Books, client: Client, wrong: dict[str, object]
) -> None:
    body = {"category": "fuel", "month": "2026-03", "amount_cents": 100, **wrong}
    assert client("PUT", "/v1/budgets", body)[0] == 422
    assert all_budgets(books.store, books.business) == []
    assert client("GET", "/v1/budgets/in-force?month=2026-1")[0] == 422


def test_only_managers_set_budgets_and_nobody_sees_anothers(books: Books, client: Client) -> None:
    body = {"category": "fuel", "month": "2026-03", "amount_cents": 100}
    assert Client(books, role="viewer")("PUT", "/v1/budgets", body)[0] == 403
    client("PUT", "/v1/budgets", body)
    other = Books(books.store, books.bus, f"{books.business}-other")
    assert Client(other)("GET", "/v1/budgets")[1]["data"] == []
    assert Client(other)("GET", "/v1/budgets/in-force?month=2026-03")[1]["budgets"] == []
