"""Sums in one pass over records: by group, by span of time, by both and in all, each with its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from shared.core.errors import FieldError, Invalid
from shared.insights.calendar import first_day, shift
from shared.insights.facts import MOST_RECORDS, Fact, Source, Tally, money_fact
from shared.insights.facts import Sum as FactSum
from shared.insights.plan import Period
from shared.reports.model import Column, NamedBy, Row, RowStyle
from shared.store import Doc

Grouping = Literal["month", "quarter", "year"]
MOST_SPANS = 24
"""Columns of time in one report."""
ALL = ""


class Sum:
    """A tally that grows by one record at a time."""

    __slots__ = ("_sum", "ids")

    def __init__(self) -> None:
        self._sum = FactSum()
        self.ids: list[str] = []

    def add(self, doc: Doc, cents: int) -> None:
        """Count one record."""
        self._sum.add(doc, cents)
        if len(self.ids) < MOST_RECORDS:
            self.ids.append(doc.id)

    @property
    def cents(self) -> int:
        """What the records come to so far."""
        return self._sum.cents

    def tally(self) -> Tally:
        return self._sum.tally(self.ids)


def spans(period: Period, grouping: Grouping) -> tuple[Period, ...]:
    """The months, quarters or years of a period, the first and last as far as they are part of it.

    Raises Invalid ``period_too_long`` for more than ``MOST_SPANS``.
    """
    found = []
    start = period.start
    while start <= period.end:
        following = shift(grouping, first_day(grouping, start), 1)
        found.append(Period(start=start, end=min(period.end, following - timedelta(days=1))))
        start = following
        if len(found) > MOST_SPANS:
            fault = FieldError("/period", f"at most {MOST_SPANS} columns: group by quarter or year")
            raise Invalid("period_too_long", "the period has too many columns", [fault])
    return tuple(found)


def columns_of(found: Sequence[Period], grouping: Grouping) -> tuple[Column, ...]:
    """A column of shillings for each span, and one for the whole where there are several."""
    timed = tuple(Column(grouping, "KES", span) for span in found)
    return (*timed, Column("total", "KES")) if len(found) > 1 else timed


class Grid:
    """Cents by group and span; a record counts in its cell, its row, its column and the whole.

    Args:
        name: what its facts are called, ``income`` gives ``income:mpesa:2026-01-01``.
        source: the collection read, the whole period, and what chose the records.
    """

    def __init__(self, name: str, source: Source, found: Sequence[Period]) -> None:
        self.name = name
        self._source = source
        self._spans = tuple(found)
        self._sums: dict[tuple[str, int], Sum] = {}

    def add(self, doc: Doc, group: str, day: str, cents: int) -> None:
        """Count one record in ``group`` on its Nairobi day."""
        at = self._place(date.fromisoformat(day))
        for place in ((group, at), (group, -1), (ALL, at), (ALL, -1)):
            self._sums.setdefault(place, Sum()).add(doc, cents)

    def groups(self) -> list[str]:
        """Every group with records, the largest sum first."""
        found = {group for group, _ in self._sums if group != ALL}
        return sorted(found, key=lambda group: (-self._sums[group, -1].cents, group))

    def fact(self, group: str = ALL, at: int = -1) -> Fact:
        """The figure of a group (or all of them) in a span (or the whole period)."""
        summed = self._sums.get((group, at), Sum()).tally()
        span = self._spans[at] if at >= 0 else self._source.period
        parts = [self.name, group, span.start.isoformat() if at >= 0 and span else ""]
        chosen = (*self._source.chosen_by, *((("group", group),) if group else ()))
        return money_fact(
            ":".join(part for part in parts if part), summed, Source(self._source.collection, span, chosen)
        )

    def facts(self, group: str = ALL) -> tuple[Fact, ...]:
        """One for each span, then the whole where there are several."""
        count = len(self._spans) if len(self._spans) > 1 else 0
        return (*(self.fact(group, at) for at in range(count)), self.fact(group))

    def rows(self, named_by: NamedBy, groups: Iterable[str] | None = None) -> list[Row]:
        """A line for each group."""
        chosen = self.groups() if groups is None else groups
        return [Row(group, self.facts(group), named_by) for group in chosen]

    def sum_row(self, name: str, style: RowStyle = "subtotal") -> Row:
        """The line of all groups together."""
        return Row(name, self.facts(), "word", style)

    def _place(self, day: date) -> int:
        return next(at for at, span in enumerate(self._spans) if span.start <= day <= span.end)
