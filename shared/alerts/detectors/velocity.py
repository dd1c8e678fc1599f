"""Too many movements of one party in too short a time."""

from __future__ import annotations

from shared.alerts.findings import Finding
from shared.alerts.moves import Move, day_of
from shared.alerts.profile import HOUR, MINUTE, Party, days_with, most_within

LEAST = {"out": 3, "refund": 3, "in": 5}
ASKED, ASKED_SPAN = 4, 10 * MINUTE
"""Prompts to one phone: shared/payments/limits.py lets five through in ten minutes."""


def velocity(move: Move, party: Party) -> Finding | None:
    """Three payments to one party within an hour; of customers five, who often pay for each thing."""
    times = sorted([move.at_ms, *(one.at_ms for one in party.near(move.at_ms, HOUR))])
    count, least = most_within(times, move.at_ms, HOUR), LEAST[move.way]
    if count < least:
        return None
    near = [one for one in party.near(move.at_ms, HOUR) if one.subject != move.subject]
    usual = len(days_with(party.seen, least) - {move.day}) >= 2
    score = min(900, 700 + 50 * (count - least)) - (250 if usual else 0)
    facts: dict[str, int | str] = {
        "count": count,
        "minutes": 60,
        "cents": move.cents + sum(one.cents for one in near),
    }
    return Finding("velocity", score, "many_in_an_hour", facts, records=tuple(one.subject for one in near))


def many_prompts(move: Move, party: Party) -> Finding | None:
    """Attempts to collect from one phone within ten minutes."""
    near = [one for one in party.near(move.at_ms, ASKED_SPAN) if one.subject != move.subject]
    count = most_within(sorted([move.at_ms, *(one.at_ms for one in near)]), move.at_ms, ASKED_SPAN)
    if count < ASKED:
        return None
    facts: dict[str, int | str] = {"count": count, "minutes": 10, "day": day_of(move.at_ms)}
    return Finding(
        "velocity",
        min(900, 650 + 100 * (count - ASKED)),
        "many_prompts",
        facts,
        records=tuple(one.subject for one in near),
    )
