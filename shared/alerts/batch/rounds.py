"""Round amounts just below a limit, repeated: money split so that nobody has to approve it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from shared.alerts.batch.benford import digits_differ
from shared.alerts.findings import Finding
from shared.alerts.habits import Habits
from shared.alerts.moves import Move
from shared.alerts.places import BUSINESS
from shared.alerts.profile import DAY, Party

LIMIT_CENTS = 50_000_00
ROUND_CENTS = 1_000_00
BAND = 0.9
"""From nine tenths of a limit up to it."""
WEEK = 7 * DAY
LEAST, LEAST_APART = 3, 4
"""To one party in a week; to several in a day."""
OLD = 20 * DAY

Past = Callable[[Move], Party]
Raised = tuple[Move, Finding]


def limits_of(profile: Mapping[str, object]) -> tuple[int, ...]:
    """The amounts that this business must ask for more above, and the one that everybody thinks of."""
    own = profile.get("payout_approval_over_cents")
    return (LIMIT_CENTS, *((own,) if isinstance(own, int) and own > ROUND_CENTS else ()))


def round_amounts(
    week: Sequence[Move], day: str, limits: Sequence[int], past: Past, habits: Habits
) -> list[Raised]:
    """Groups of round amounts just below a limit that the day adds to.

    Args:
        week: what went out in the seven days that end with ``day``.
        past: the profile of a movement's party: who is paid this amount every month is left out.
    """
    near = [move for move in week if _just_below(move, limits) and not _monthly(move, past(move))]
    today = [move for move in near if move.day == day]
    groups: dict[str, list[Move]] = defaultdict(list)
    for move in near:
        groups[move.party].append(move)
    found = [_repeated(groups[party]) for party in dict.fromkeys(move.party for move in today) if party]
    raised = [one for one in found if one is not None]
    told = {move.subject for move, _ in raised}
    apart = [move for move in today if move.subject not in told]
    if len({move.party for move in apart}) >= 2 and len(apart) >= LEAST_APART:
        raised.append(_finding(apart, "several_below_limit_in_a_day", 700, party=BUSINESS))
    return [_supported(one, habits) for one in raised]


def _just_below(move: Move, limits: Sequence[int]) -> bool:
    close = any(BAND * limit <= move.cents <= limit for limit in limits)
    return move.way == "out" and close and move.cents % ROUND_CENTS == 0


def _monthly(move: Move, party: Party) -> bool:
    """Rent and wages: this party was paid this very amount long before."""
    return any(one.cents == move.cents and move.at_ms - one.at_ms > OLD for one in party.seen)


def _repeated(group: list[Move]) -> Raised | None:
    if len(group) < LEAST:
        return None
    return _finding(group, "round_below_limit_again", min(900, 700 + 60 * (len(group) - LEAST)))


def _finding(group: list[Move], code: str, score: int, party: str = "") -> Raised:
    last = group[-1]
    facts: dict[str, int | str] = {"count": len(group), "cents": sum(move.cents for move in group)}
    facts |= {"least_cents": min(move.cents for move in group), "most_cents": max(m.cents for m in group)}
    records = tuple(move.subject for move in group[-20:])
    return last, Finding("round_amounts", score, code, facts, party=party, records=records)


def _supported(raised: Raised, habits: Habits) -> Raised:
    """First digits that are not as they fall by themselves support a finding; alone they are none."""
    move, found = raised
    unlikely = digits_differ(habits)
    if unlikely is None:
        return raised
    facts = found.facts | {"first_digits_chi2_milli": unlikely, "first_digits_of": habits.count}
    score = min(950, found.score + 50)
    return move, Finding(found.detector, score, found.code, facts, party=found.party, records=found.records)
