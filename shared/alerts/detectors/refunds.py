"""Refunds that look like somebody helping themselves: too soon, too many by one, more than was paid."""

from __future__ import annotations

import math
from dataclasses import replace

from shared.alerts.findings import Finding
from shared.alerts.habits import Habits
from shared.alerts.moves import Move
from shared.alerts.profile import DAY, HOUR, MINUTE, Party

QUICK = 2 * HOUR
AGAIN = 14 * DAY
SHARE, LEAST, SURPRISE = 0.45, 6, 2.5
"""One of the staff makes this part of at least so many refunds, and chance would not (a binomial's z)."""
MONTH, TAKEN_BACK = 30 * DAY, 2
LATEST = 15
QUICK_MARK, SLOW_MARK = "quick", "slow"
"""What a staff's profile keeps as a refund's channel."""


def refund_abuse(move: Move, staff: Party, habits: Habits) -> list[Finding]:
    """Whatever speaks against a refund; ``staff`` is the past of who made it."""
    if move.way != "refund":
        return []
    found = (_over(move), _quick(move, staff), _share(move, staff, habits))
    return [one for one in found if one is not None]


def taken_back(move: Move, reversed_before: Party) -> Finding | None:
    """A payer whose payments the provider takes back again and again."""
    near = [one for one in reversed_before.near(move.at_ms, MONTH) if one.subject != move.subject]
    if len(near) + 1 < TAKEN_BACK:
        return None
    facts: dict[str, int | str] = {"count": len(near) + 1, "days": 30, "cents": move.cents}
    score = min(900, 700 + 60 * (len(near) + 1 - TAKEN_BACK))
    records = tuple(one.subject for one in near)
    return Finding("refund_abuse", score, "taken_back_again", facts, records=records)


def mark_of(move: Move) -> str:
    """Whether a refund came soon after its payment."""
    return QUICK_MARK if move.of_ms and 0 <= move.at_ms - move.of_ms < QUICK else SLOW_MARK


def _over(move: Move) -> Finding | None:
    if not move.of_cents or move.given_cents <= move.of_cents:
        return None
    return _finding(move, 950, "more_than_was_paid", {"given_cents": move.given_cents})


def _quick(move: Move, staff: Party) -> Finding | None:
    if mark_of(move) != QUICK_MARK:
        return None
    near = staff.near(move.at_ms, AGAIN)
    earlier = sum(one.channel == QUICK_MARK for one in near if one.subject != move.subject)
    score = 640 + min(220, 110 * earlier)
    minutes = (move.at_ms - move.of_ms) // MINUTE
    return _finding(move, score, "soon_after_payment", {"minutes_after": minutes, "lately": earlier + 1})


def _share(move: Move, staff: Party, habits: Habits) -> Finding | None:
    """Told once a month, with that person's latest refunds to look through."""
    own, people = habits.staff[move.staff] + 1, len({*habits.staff, move.staff})
    total = sum(habits.staff.values()) + 1
    if total < LEAST or people < 2 or own / total <= SHARE:
        return None
    expected = 1 / people
    if (own - total * expected) / math.sqrt(total * expected * (1 - expected)) < SURPRISE:
        return None
    facts: dict[str, int | str] = {"own": own, "all": total, "people": people}
    found = _finding(move, 690, "most_by_one_person", facts)
    latest = tuple(one.subject for one in staff.before(move.at_ms)[-LATEST:])
    return replace(found, monthly=True, records=latest)


def _finding(move: Move, score: int, code: str, facts: dict[str, int | str]) -> Finding:
    known: dict[str, int | str] = {"cents": move.cents, "paid_cents": move.of_cents, "staff": move.staff}
    party = f"staff {move.staff}" if move.staff else ""
    return Finding("refund_abuse", score, code, known | facts, party=party)
