"""What a metric returns: facts, the rows that list them, and which sentence fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.insights.facts import Fact
from shared.insights.metrics.sources import LEFT_OUT, Scope
from shared.insights.plan import Assumption, Intent, Plan


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name from the records (or a code), its facts by id, the record it leads to."""

    name: str
    facts: tuple[str, ...]
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column codes; the first column is the row's name. ``total`` rows exist in all.

    Args:
        named_by: what the rows' names are: "" names from records, else a code's kind (wording.say_code).
        chart: how a page may draw it.
        drawn: how many columns of amounts are drawn, from the first.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    named_by: str = ""
    chart: Literal["bar", "line"] = "bar"
    drawn: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one metric.

    Args:
        sentence: which template of the intent fits (``none``, ``some``, ``up``, ...).
        extra: further templates said after it, each only when it has something to say.
    """

    facts: tuple[Fact, ...]
    sentence: str
    extra: tuple[str, ...] = ()
    table: Table | None = None
    assumptions: tuple[Assumption, ...] = field(default=())


Run = Callable[[Scope, Plan], Result]


@dataclass(frozen=True, slots=True)
class Metric:
    """One registered metric: the intent it answers, and how."""

    intent: Intent
    how: Run

    def run(self, scope: Scope, plan: Plan) -> Result:
        """The outcome, which says so where something was not counted because it is not in shillings."""
        result = self.how(scope, plan)
        if not scope.memo.get(LEFT_OUT) or any(fact.id == "apart" for fact in result.facts):
            return result
        return replace(result, assumptions=(*result.assumptions, "shillings_only"))
