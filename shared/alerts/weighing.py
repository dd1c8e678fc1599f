"""From findings to an alert: people's word first, then the strongest, which the others support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.alerts.findings import RAISE, SURE, Finding, severity
from shared.alerts.moves import Move
from shared.alerts.places import BUSINESS
from shared.alerts.quiet import Levels
from shared.store import Data

SPEAKS = 400
"""A finding weaker than this supports nothing."""
SUPPORT = 0.25
MOST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert that is about to be written.

    Args:
        records: the records it is about, the one that raised it first.
        day: the Nairobi day, or month, that it is told once for.
        at_ms: when what it is about happened.
        tell_from: as of the finding that names it.
    """

    detector: str
    party: str
    label: str
    day: str
    score: int
    cents: int
    at_ms: int
    reasons: tuple[Data, ...]
    records: tuple[str, ...]
    tell_from: int = 1

    @property
    def severity(self) -> str:
        return severity(self.score)


def weigh(found: Sequence[Finding], move: Move, levels: Levels) -> Draft | None:
    """What to raise about a movement; None for nothing that is sure enough.

    What people found no problem counts for less, by detector and party, before anything is added up.
    """
    heard = [one for one in found if _heard(one, _party(one, move), levels)]
    ranked = sorted(heard, key=lambda one: (-one.score, one.detector, one.code))
    if not ranked:
        return None
    support = sum(one.score - SPEAKS for one in ranked[1:] if one.score > SPEAKS)
    score = min(SURE, ranked[0].score + round(SUPPORT * support))
    if score < max(RAISE, levels.threshold(ranked[0].detector, _party(ranked[0], move))):
        return None
    return draft_of(ranked, move, score)


def _heard(one: Finding, party: str, levels: Levels) -> bool:
    """A weak finding may support another, unless people's word stands against it."""
    loud = one.score >= levels.threshold(one.detector, party)
    return loud or not levels.raised(one.detector, party)


def draft_of(ranked: Sequence[Finding], move: Move, score: int) -> Draft:
    """The alert of these findings, the first of which names it."""
    first = ranked[0]
    spoke = [one for one in ranked if one is first or one.score >= SPEAKS]
    records = dict.fromkeys([move.subject, *(record for one in spoke for record in one.records)])
    return Draft(
        detector=first.detector,
        party=_party(first, move),
        label=first.label or move.label,
        day=move.day[:7] if first.monthly else move.day,
        score=score,
        cents=move.cents,
        at_ms=move.at_ms,
        reasons=tuple(reason(one) for one in spoke),
        records=tuple(records)[:MOST_RECORDS],
        tell_from=first.tell_from,
    )


def reason(found: Finding) -> Data:
    """A finding as it is stored."""
    told: Data = {"detector": found.detector, "code": found.code, "score_milli": found.score}
    return {**told, "facts": dict(found.facts)}


def _party(found: Finding, move: Move) -> str:
    return found.party or move.party or BUSINESS
