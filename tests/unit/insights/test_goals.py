"""Goals: progress worked out by hand, how they stand, what changing one keeps, and the routes."""

from __future__ import annotations

from typing import Any

import pytest
from insights_world import TODAY, Client
from ledger_world import Ledger, eat

from shared.insights.goals import Goal, progress, set_goal, standing
from shared.insights.metrics import Scope
from shared.store import Doc

YEAR = {"code": "sales", "name": "Sell a million", "aim": "revenue", "target_cents": 36_500_00}
DAYS = {"start": "2026-01-01", "until": "2026-12-31"}


def made(ledger: Ledger, aim: Any, cents: int, days: tuple[str, str], category: str = "") -> Doc:
    goal = Goal("sales", "Sales", aim, cents, *days, category)
    return ledger.store.transaction(ledger.business, lambda tx: set_goal(tx, goal, actor="usr_1", note=""))


def told(ledger: Ledger, doc: Doc) -> dict[str, str]:
    return {fact.id: fact.value for fact in progress(scope(ledger), doc)}


def scope(ledger: Ledger) -> Scope:
    return Scope(ledger.store, ledger.business, TODAY)


def test_progress_against_even_progress(ledger: Ledger) -> None:
    """77 of 365 days: even progress of 3,650 is 770. With 800 it is ahead, at 21.9 % of the goal."""
    ledger.pay("OLD", eat("2025-12-31"), 99_999)
    ledger.pay("A", eat("2026-02-01"), 80_000)
    doc = made(ledger, "revenue", 365_000, ("2026-01-01", "2026-12-31"))
    assert told(ledger, doc) == {
        "goal_so_far": "800.00",
        "goal_share": "21.9",
        "goal_left": "2850.00",
        "goal_even": "770.00",
    }
    assert standing(scope(ledger), doc) == "ahead"


@pytest.mark.parametrize(
    ("aim", "cents", "days", "stands"),
    [
        ("revenue", 200_000, ("2026-03-01", "2026-03-31"), "behind"),
        ("revenue", 90_000, ("2026-03-01", "2026-03-31"), "reached"),
        ("revenue", 200_000, ("2026-03-01", "2026-03-17"), "missed"),
        ("revenue", 200_000, ("2026-04-01", "2026-04-30"), "not_begun"),
        ("expenses", 100_000, ("2026-03-01", "2026-03-31"), "within"),
        ("expenses", 60_000, ("2026-03-01", "2026-03-31"), "behind"),
        ("expenses", 49_999, ("2026-03-01", "2026-03-31"), "missed"),
        ("expenses", 50_000, ("2026-03-01", "2026-03-17"), "reached"),
    ],
)
def test_how_a_goal_stands(ledger: Ledger, aim: str, cents: int, days: tuple[str, str], stands: str) -> None:
    """900 came in and 500 went out by the 10th."""
    ledger.pay("A", eat("2026-03-05"), 90_000)
    ledger.spend("e", "2026-03-10", 50_000, "fuel", "S")
    assert standing(scope(ledger), made(ledger, aim, cents, days)) == stands


def test_a_goal_of_one_category_counts_it_alone(ledger: Ledger) -> None:
    ledger.spend("e", "2026-03-10", 50_000, "fuel", "S")
    ledger.spend("r", "2026-03-10", 70_000, "rent", "L")
    doc = made(ledger, "expenses", 100_000, ("2026-03-01", "2026-03-31"), "fuel")
    assert told(ledger, doc)["goal_so_far"] == "500.00"


def test_goals_over_http(client: Client) -> None:
    manager = client.as_role("owner")
    status, first = manager("PUT", "/v1/goals", {**YEAR, **DAYS, "note": "board"})
    assert (status, first["version"], first["standing"]) == (200, 1, "reached")
    assert manager("PUT", "/v1/goals", {**YEAR, **DAYS})[1]["version"] == 1
    assert manager("PUT", "/v1/goals", {**YEAR, **DAYS, "target_cents": 9, "version": 0})[0] == 409
    _, changed = manager("PUT", "/v1/goals", {**YEAR, **DAYS, "target_cents": 99_000_00, "version": 1})
    assert changed["changes"][0]["before"]["target_cents"] == 36_500_00
    _, listed = client("GET", "/v1/goals")
    assert [one["id"] for one in listed["data"]] == ["sales"]
    assert client("PUT", "/v1/goals", {**YEAR, **DAYS})[0] == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "Sales!"}, {"target_cents": 0}, {"start": "2026-02-30"}, {"until": "2025-01-01"},
        {"until": "2036-01-01"}, {"aim": "fame"}, {"category": "fuel"}, {"name": ""}, {"who": "me"},
    ],
)  # fmt: skip
def test_a_goal_that_means_nothing_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    assert client.as_role("owner")("PUT", "/v1/goals", {**YEAR, **DAYS, **wrong})[0] == 422
