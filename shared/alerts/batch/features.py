"""A movement in ten numbers, for the forest; each grows with how far it is from what was usual."""

from __future__ import annotations

import math
from statistics import median

from shared.alerts.detectors.amounts import FLOOR, centre
from shared.alerts.habits import Habits
from shared.alerts.moves import Move, moment
from shared.alerts.profile import DAY, HOUR, Party, Seen

NAMES = (
    "amount_z",
    "above_business",
    "rare_hour",
    "hours_from_usual",
    "near_in_an_hour",
    "near_in_a_day",
    "same_in_a_day",
    "sooner_than_usual",
    "new_and_large",
    "round",
)
MOST_Z = 12.0


def features(move: Move, party: Party, habits: Habits) -> tuple[float, ...]:
    """In the order of ``NAMES``; what is not known is 0, so that it looks like nothing odd."""
    past = party.before(move.at_ms)
    day = [one for one in party.near(move.at_ms, DAY) if one.subject != move.subject]
    large = _above(move, habits)
    return (
        _amount_z(move, past),
        large,
        -math.log(habits.hour_share(move.local.hour) + 0.002) if habits.count else 0.0,
        _hours_from_usual(move.local.hour, past),
        float(sum(abs(one.at_ms - move.at_ms) <= HOUR for one in day)),
        float(len(day)),
        float(sum(one.cents == move.cents for one in day)),
        _sooner(move, past),
        large if not past else 0.0,
        float(move.cents % 1_000_00 == 0 and move.cents >= 10_000_00),
    )


def _amount_z(move: Move, past: tuple[Seen, ...]) -> float:
    if len(past) < 3:
        return 0.0
    middle, spread = centre([math.log(one.cents) for one in past])
    return min(MOST_Z, abs(math.log(move.cents) - middle) / max(spread, 2 * FLOOR))


def _above(move: Move, habits: Habits) -> float:
    """How many doublings above what nine in ten of the business's movements are; of money in, nothing."""
    limit = habits.quantile(0.9)
    return max(0.0, math.log2(move.cents / limit)) if limit else 0.0


def _hours_from_usual(hour: int, past: tuple[Seen, ...]) -> float:
    """How many hours of the clock lie between this and the party's usual time."""
    hours = [moment(one.at_ms).hour for one in past[-12:]]
    if len(hours) < 3:
        return 0.0
    return float(median(min((hour - one) % 24, (one - hour) % 24) for one in hours))


def _sooner(move: Move, past: tuple[Seen, ...]) -> float:
    """How many doublings sooner than the party usually comes again, or later."""
    if len(past) < 4:
        return 0.0
    gaps = [later.at_ms - earlier.at_ms for earlier, later in zip(past[-9:], past[-8:], strict=False)]
    since = max(move.at_ms - past[-1].at_ms, 60_000)
    return min(6.0, abs(math.log2(since / max(median(gaps), 60_000.0))))
