"""Looking at one movement, once: what is learnt of it, the alert and its event are one commit.

Costs at most four profiles and one mark, read by key, however long the past is. What people said
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
    """Judge and learn a movement; returns the id of its alert, "" for none. For use with ``seen_once``.

    The business's own document is read unverified and written over: of two movements at the same moment it
    may miss one, which no quantile notices. Verified, all money that goes out would wait for it.
    """
    need = needed(move)
    whole = [need.business] if need.business is not None else []
    tx.fetch(need.parties, peeked=whole)
    docs = {key: tx.get(key) for key in need.parties} | {key: tx.peek(key) for key in whole}
    read = {key: doc.data if doc else None for key, doc in docs.items()}
    raised = raise_findings(tx, move, judge(move, read))
    for key, data in learn(move, read).items():
        write = tx.set if key == need.business else tx.put
        write(key, data)
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
