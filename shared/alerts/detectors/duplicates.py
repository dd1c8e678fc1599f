"""Paid twice: the same party and amount again, too soon or on another channel.

One receipt number told twice is one payment and never comes here (shared/payments/money.py).
"""

from __future__ import annotations

from shared.alerts.findings import Finding
from shared.alerts.moves import Move, day_of
from shared.alerts.profile import DAY, MINUTE, Party, Seen

FAST, SAME_DAY, OTHER_CHANNEL, BILL = 15 * MINUTE, DAY, 5 * DAY, 10 * DAY
LEAST_CENTS = 100_00
"""Smaller amounts are the same by chance all the time."""
ODD = 100_00
"""A bill of whole hundreds of shillings may come again; one that is not was meant once."""
HABIT_DAYS, HABIT_PAIRS = 2, 2


def duplicate_payment(move: Move, party: Party, named: Party) -> Finding | None:
    """The strongest pair that this movement makes; ``named`` is the past of the same name elsewhere."""
    if move.cents < LEAST_CENTS or move.way == "refund":
        return None
    others = [one for one in party.near(move.at_ms, BILL) if _may_be(one, move)]
    known = {one.subject for one in others}
    elsewhere = [one for one in named.near(move.at_ms, OTHER_CHANNEL) if _may_be(one, move)]
    others += [one for one in elsewhere if one.subject not in known and _by_name(one, move)]
    if not others:
        return None
    habit, quick = _habit(move, party), _quick_habit(move, party)
    return max((_pair(move, one, habit, quick) for one in others), key=lambda found: found.score)


def _by_name(one: Seen, move: Move) -> bool:
    """The same name by another phone: on another channel, or within minutes."""
    return one.channel != move.channel or abs(one.at_ms - move.at_ms) < FAST


def _may_be(one: Seen, move: Move) -> bool:
    same_code = bool(move.code) and one.code == move.code
    return one.cents == move.cents and one.subject != move.subject and not same_code


def _pair(move: Move, one: Seen, habit: bool, quick: bool) -> Finding:
    gap = abs(move.at_ms - one.at_ms)
    score, code = _score(move, one, gap, habit, quick)
    facts: dict[str, int | str] = {
        "cents": move.cents,
        "minutes_apart": gap // MINUTE,
        "channel": move.channel,
        "other_channel": one.channel,
        "other": one.subject,
    }
    return Finding("duplicate_payment", score, code, facts, records=(one.subject,))


def _score(move: Move, one: Seen, gap: int, habit: bool, quick: bool) -> tuple[int, str]:
    if one.channel != move.channel and gap <= OTHER_CHANNEL:
        return (450 if habit else 900), "same_amount_other_channel"
    if gap < FAST:
        return (400 if quick else 720 if habit else 950), "same_amount_within_minutes"
    if gap < SAME_DAY:
        return (300 if habit else 720), "same_amount_same_day"
    odd = move.way == "out" and move.cents % ODD != 0
    return (660 if odd and not habit else 200), "same_bill_again"


def _habit(move: Move, party: Party) -> bool:
    """Whether this party pays this very amount often, or one of few amounts every time."""
    past = [one for one in party.seen if abs(one.at_ms - move.at_ms) > OTHER_CHANNEL]
    days = {day_of(one.at_ms) for one in past if one.cents == move.cents}
    few = len(past) >= 6 and 2 * len({one.cents for one in past}) <= len(past)
    return len(days) >= HABIT_DAYS or (few and bool(days))


def _quick_habit(move: Move, party: Party) -> bool:
    """Whether this party has paid the same amount twice within minutes on other days before."""
    last: dict[int, int] = {}
    pairs = 0
    for one in party.seen:
        if abs(one.at_ms - move.at_ms) <= SAME_DAY:
            continue
        pairs += one.at_ms - last.get(one.cents, -FAST) < FAST
        last[one.cents] = one.at_ms
    return pairs >= HABIT_PAIRS
