"""What a metric returns: facts, the rows that list them, and which sentence fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from shared.insights.facts import Fact
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Assumption, Intent, Plan


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name from the records (or a code), its facts by id, the record it leads to.

    ``note`` is the word for what is said beside it.
    """

    name: str
    facts: tuple[str, ...]
    record_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column codes; the first column is the row's name. ``total`` rows exist in all."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    named_by: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """What a page may draw: for each series, by its word, one fact (by id) a label.

    Args:
        named_by: what the labels are, as for the rows of a table.
    """

    type: Literal["bar", "line", "stacked_bar"]
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[str, ...]], ...]
    unit: str = "KES"
    named_by: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one metric.

    Args:
        sentence: which template of the intent fits (``none``, ``some``, ``up``, ...).
        extra: further templates said after it, each only when it has something to say.
        plot: the chart, where it is another one than the first amounts of the table.
    """

    facts: tuple[Fact, ...]
    sentence: str
    extra: tuple[str, ...] = ()
    table: Table | None = None
    assumptions: tuple[Assumption, ...] = field(default=())
    plot: Plot | None = None


Run = Callable[[Scope, Plan], Result]


@dataclass(frozen=True, slots=True)
class Metric:
    """One registered metric: the intent it answers, and how."""

    intent: Intent
    run: Run
