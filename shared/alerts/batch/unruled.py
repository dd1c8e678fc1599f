"""What the forest alone finds odd: at most three a day, beside the rules and never mixed with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shared.alerts.batch.features import features
from shared.alerts.batch.forest import forest
from shared.alerts.findings import Finding
from shared.alerts.habits import NONE, Habits
from shared.alerts.moves import Move
from shared.alerts.profile import Party

SLOTS = 3


def unusual(
    moves: Sequence[Move], past: Callable[[Move], Party], habits: Mapping[str, Habits]
) -> list[tuple[Move, Finding]]:
    """The oddest movements of a day, the oddest first."""
    odd = [one for one in oddness(moves, past, habits) if one[0] >= forest().odd_milli]
    odd.sort(key=lambda one: (-one[0], one[1].subject))
    return [(move, _finding(move, milli)) for milli, move in odd[:SLOTS]]


def oddness(
    moves: Sequence[Move], past: Callable[[Move], Party], habits: Mapping[str, Habits]
) -> list[tuple[int, Move]]:
    """The forest's score in thousandths of every movement."""
    trees = forest()
    told = ((move, features(move, past(move), habits.get(move.way, NONE))) for move in moves)
    return [(round(1000 * trees.score(values)), move) for move, values in told]


def _finding(move: Move, milli: int) -> Finding:
    facts: dict[str, int | str] = {"cents": move.cents, "oddness_milli": milli, "hour": move.local.hour}
    return Finding("unusual_no_rule", milli, "unusual_no_rule", facts)
