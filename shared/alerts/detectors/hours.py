"""Money that goes out at an hour, or on a day of the week, at which this business sends none."""

from __future__ import annotations

from shared.alerts.findings import Finding
from shared.alerts.habits import Habits
from shared.alerts.moves import Move

NIGHT = frozenset({23, 0, 1, 2, 3, 4})
RARE = 0.01
"""Outside the 1st to the 99th percentile of the business's own hours."""
LEAST_PAST, WEEKDAY_PAST = 20, 60


def off_hours(move: Move, habits: Habits) -> Finding | None:
    """Money that comes in at night is a customer who pays at night: only what goes out is judged."""
    if move.way == "in":
        return None
    at, known = move.local, habits.count >= LEAST_PAST
    share = habits.hour_share(at.hour)
    night = at.hour in NIGHT and (not known or share < 2 * RARE)
    if night or (known and share < RARE):
        score = (600 if known else 500) + _weight(move.cents, habits if known else None) + 70 * night
        return _finding("hour_of_no_business", score, move, share, habits)
    share = habits.weekday_share(at.weekday())
    if habits.count >= WEEKDAY_PAST and share < RARE:
        return _finding("day_of_no_business", 600 + _weight(move.cents, habits), move, share, habits)
    return None


def _finding(code: str, score: int, move: Move, share: float, habits: Habits) -> Finding:
    facts: dict[str, int | str] = {"hour": move.local.hour, "weekday": move.local.weekday()}
    facts |= {"cents": move.cents, "share_milli": round(1000 * share) if habits.count else 0}
    return Finding("off_hours", score, code, facts | {"past": habits.count})


def _weight(cents: int, habits: Habits | None) -> int:
    """More for the amounts that would hurt."""
    if habits is None:
        return 0
    if cents > habits.quantile(0.9):
        return 180
    return 100 if cents > habits.quantile(0.5) else -60
