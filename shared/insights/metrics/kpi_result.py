"""What one KPI gives: its facts, the card of the board, the sentence, and what had to be assumed or is
missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.insights.facts import Fact
from shared.insights.metrics.result import Table
from shared.insights.plan import Assumption, Period


@dataclass(frozen=True, slots=True)
class Kpi:
    """One KPI.

    Args:
        card: the fact that a board shows, None where the KPI is not available.
        sentence: the template that says it, or says why it is not available.
    """

    name: str
    facts: tuple[Fact, ...]
    sentence: str
    card: Fact | None = None
    extra: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    table: Table | None = None


def twelve_months(today: date) -> Period:
    """The twelve months that end today."""
    try:
        before = today.replace(year=today.year - 1)
    except ValueError:  # the 29th of February
        before = today.replace(year=today.year - 1, day=28)
    return Period(start=before + timedelta(days=1), end=today)
