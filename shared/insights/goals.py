"""Goals: a figure that a business wants to reach by a day, and how far it is.

``goals/{code}``; setting one again changes it and keeps who, when, before and after. Progress is the same
metric that answers questions, over the goal's own days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.core.money import parse_cents
from shared.insights.facts import Fact, derived_money, derived_percent, money_fact
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import revenue, spending
from shared.insights.plan import Filters, Period
from shared.store import Data, Doc, Key, Tx
from shared.store.kept import Change, keep

GOALS = "goals"
Aim = Literal["revenue", "expenses"]
"""To receive at least so much, or to spend at most so much."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Cents to reach (``revenue``), or not to pass (``expenses``, of one category or all), in some days."""

    code: str
    name: str
    aim: Aim
    cents: int
    start: str
    until: str
    category: str = ""


def set_goal(tx: Tx, goal: Goal, *, actor: str, note: str, version: int | None = None) -> Doc:
    """Write a goal, or change it; the same again changes nothing. Raises Refused ``changed_since``."""
    data = {
        "name": goal.name,
        "aim": goal.aim,
        "target_cents": goal.cents,
        "start": goal.start,
        "until": goal.until,
        "category": goal.category,
        "currency": "KES",
    }

    def noted(told: Data) -> Data:
        return {name: told[name] for name in data}

    return keep(tx, Key(GOALS, goal.code), data, Change(actor, note, version), what="goal", noted=noted)


def progress(scope: Scope, goal: Doc) -> tuple[Fact, ...]:
    """What came or went so far, its share of the goal, what is left, and what even progress would be."""
    data = goal.data
    period = Period(start=date.fromisoformat(data["start"]), end=date.fromisoformat(data["until"]))
    if period.start > scope.today:
        return ()
    so_far = Period(start=period.start, end=min(period.end, scope.today))
    done = _done(scope, data["aim"], data["category"], so_far)
    target: int = data["target_cents"]
    cents = parse_cents(done.value)
    even = (2 * target * so_far.days + period.days) // (2 * period.days)
    return (
        done,
        derived_percent("goal_share", cents, target, (done,)),
        derived_money("goal_left", target - cents, (done,), period),
        derived_money("goal_even", even, (), so_far),
    )


def _done(scope: Scope, aim: Aim, category: str, period: Period) -> Fact:
    if aim == "revenue":
        return money_fact("goal_so_far", *revenue(scope, period, Filters()))
    return money_fact(
        "goal_so_far", *spending(scope, period, Filters.model_validate({"category": category or None}))
    )


def standing(
    scope: Scope, goal: Doc
) -> Literal["ahead", "behind", "reached", "missed", "within", "not_begun"]:
    """How a goal stands today: against even progress while it runs, against its figure when it is over."""
    told = progress(scope, goal)
    if not told:
        return "not_begun"
    done, even, target = parse_cents(told[0].value), parse_cents(told[3].value), goal.data["target_cents"]
    over = goal.data["until"] < scope.today.isoformat()
    if goal.data["aim"] == "revenue":
        return "reached" if done >= target else "missed" if over else "ahead" if done >= even else "behind"
    return "missed" if done > target else "reached" if over else "within" if done <= even else "behind"
