"""Money that goes out at an hour at which this business sends none."""

from __future__ import annotations

from shared.alerts.findings import Finding
from shared.alerts.habits import Habits
from shared.alerts.moves import Move

NIGHT = frozenset({23, 0, 1, 2, 3, 4})
RARE = 0.01
"""Outside the 1st to the 99th percentile of the business's own hours."""
LEAST_PAST = 20


def off_hours(move: Move, habits: Habits) -> Finding | None:
    """Money that comes in at night is a customer who pays at night: only what goes out is judged."""
    if move.way == "in":
        return None
    hour = move.local.hour
    share, known = habits.hour_share(hour), habits.count >= LEAST_PAST
    if not ((known and share < RARE) or (hour in NIGHT and (not known or share < 2 * RARE))):
        return None
    score = (600 if known else 500) + _weight(move.cents, habits if known else None) + 70 * (hour in NIGHT)
    facts: dict[str, int | str] = {
        "hour": hour,
        "cents": move.cents,
        "share_milli": round(1000 * share) if habits.count else 0,
        "past": habits.count,
    }
    return Finding("off_hours", score, "hour_of_no_business", facts)


def _weight(cents: int, habits: Habits | None) -> int:
    """More for the amounts that would hurt."""
    if habits is None:
        return 0
    if cents > habits.quantile(0.9):
        return 180
    return 100 if cents > habits.quantile(0.5) else -60
