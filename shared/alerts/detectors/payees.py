"""The first payment to somebody, and larger than nearly all that ever went out."""

from __future__ import annotations

import math

from shared.alerts.findings import Finding
from shared.alerts.habits import Habits
from shared.alerts.moves import Move
from shared.alerts.profile import Party

LEAST_PAST, GROWN, YOUNG = 20, 60, 100
"""A short past says less of what is large."""
SHARE = 0.95


def new_payee_large(move: Move, party: Party, named: Party, habits: Habits) -> Finding | None:
    """Judged when the payee is known by a mark and the business has a past to compare with."""
    new = party.is_new(move.at_ms) and named.is_new(move.at_ms)
    if move.way != "out" or not move.party or not new or habits.count < LEAST_PAST:
        return None
    limit = habits.quantile(SHARE)
    if move.cents <= limit:
        return None
    score = 680 + min(230, round(180 * math.log2(move.cents / limit)))
    score -= YOUNG if habits.count < GROWN else 0
    facts: dict[str, int | str] = {"cents": move.cents, "nearly_all_below_cents": limit, "past": habits.count}
    return Finding("new_payee_large", score, "first_and_large", facts)
