"""Looking at one movement, once: what is learnt of it, the alert and its event are one commit.

Costs at most four profiles and one mark, read by key in one go, however long the past is. What people said
and the day's budget are read only when something was found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from shared.alerts.findings import Finding
from shared.alerts.judging import judge, learn, needed
from shared.alerts.moves import Move, millis
from shared.alerts.profile import Party, learnt, read_party
from shared.alerts.quiet import Levels
from shared.alerts.raising import raise_alert
from shared.alerts.weighing import draft_of, weigh
from shared.store import Data, Key, Once, Tx

REMEMBERED_DAYS = 90
"""How long a record is known to have been looked at; after that its alert's own id keeps it from a second."""


def observe(tx: Tx, move: Move) -> str:
    """Judge and learn a movement; returns the id of its alert, "" for none. For use with ``seen_once``."""
    keys = needed(move).keys
    read = {key: doc.data if doc else None for key, doc in zip(keys, tx.get_many(keys), strict=True)}
    raised = raise_findings(tx, move, judge(move, read))
    for key, data in learn(move, read).items():
        tx.put(key, data)
    return raised


def raise_findings(tx: Tx, move: Move, found: list[Finding]) -> str:
    """Raise what is sure enough; returns the alert's id, "" for none."""
    if not found:
        return ""
    draft = weigh(found, move, levels_of(tx))
    return raise_alert(tx, draft).id if draft is not None else ""


def raise_sign(tx: Tx, move: Move, found: Finding) -> str:
    """Raise a finding that stands for itself and teaches nothing."""
    levels = levels_of(tx)
    party = found.party or move.party
    if found.score < levels.threshold(found.detector, party):
        return ""
    return raise_alert(tx, draft_of([found], move, found.score)).id


def learn_and(
    tx: Tx, move: Move, place: Key, detector: Callable[[Move, Party], Finding | None]
) -> list[Finding]:
    """Learn something that has a profile of its own; what one detector makes of it."""
    known = tx.get(place)
    past = known.data if known else None
    found = detector(move, read_party(past))
    tx.put(place, learnt(past, move))
    return [found] if found is not None else []


def levels_of(tx: Tx) -> Levels:
    """What people said, read when it is needed and not verified: it may change a moment later."""
    return Levels(partial(_peek, tx), millis(tx.now))


def seen_once(subject: str, about: str = "move") -> Once:
    """The business key of having looked at a record."""
    return Once(f"alerts|{about}|{subject}", days=REMEMBERED_DAYS)


def _peek(tx: Tx, key: Key) -> Data | None:
    doc = tx.peek(key)
    return doc.data if doc else None
