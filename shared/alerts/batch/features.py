"""A movement in eleven numbers, for the forest; each says how it differs from its party's past."""

from __future__ import annotations

import math
from statistics import median

from shared.alerts.habits import Habits
from shared.alerts.moves import Move, moment
from shared.alerts.profile import DAY, HOUR, Party, Seen

NAMES = (
    "log_amount",
    "above_party",
    "above_business",
    "past_of_party",
    "hours_since",
    "same_hour",
    "night",
    "out",
    "refund",
    "round",
    "near_in_a_day",
)


def features(move: Move, party: Party, habits: Habits) -> tuple[float, ...]:
    """In the order of ``NAMES``; what is not known is in the middle, so that it looks like nothing odd."""
    past = party.before(move.at_ms)
    size = math.log(move.cents)
    usual = median(math.log(one.cents) for one in past) if past else size
    middle = habits.quantile(0.5)
    hour = move.local.hour
    return (
        size,
        size - usual,
        size - math.log(middle) if middle else 0.0,
        math.log1p(min(len(past), 20)),
        math.log1p((move.at_ms - past[-1].at_ms) / HOUR) if past else 6.0,
        _same_hour(hour, past),
        float(hour >= 22 or hour < 5),
        float(move.way != "in"),
        float(move.way == "refund"),
        float(move.cents % 1_000_00 == 0),
        math.log1p(len(party.near(move.at_ms, DAY))),
    )


def _same_hour(hour: int, past: tuple[Seen, ...]) -> float:
    """How many hours of the clock lie between this and the party's usual time."""
    hours = [moment(one.at_ms).hour for one in past[-12:]]
    if not hours:
        return 0.0
    return float(median(min((hour - one) % 24, (one - hour) % 24) for one in hours))
