"""One movement against the past: what it needs to be read, what is found, what is learnt. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.alerts.detectors.amounts import unusual_amount
from shared.alerts.detectors.duplicates import duplicate_payment
from shared.alerts.detectors.hours import off_hours
from shared.alerts.detectors.payees import new_payee_large
from shared.alerts.detectors.refunds import mark_of, refund_abuse
from shared.alerts.detectors.velocity import velocity
from shared.alerts.findings import Finding
from shared.alerts.habits import habits_with, read_habits
from shared.alerts.moves import Move
from shared.alerts.places import business_key, party_key
from shared.alerts.profile import NOBODY, Party, learnt, read_party
from shared.store import Data, Key

Read = Mapping[Key, Data | None]


@dataclass(frozen=True, slots=True)
class Needed:
    """The profiles of a movement, at most four; what cannot be known is None.

    Money that comes in changes no document of the business as a whole: every payment would wait for it.
    """

    party: Key | None
    named: Key | None
    staff: Key | None
    business: Key | None

    @property
    def parties(self) -> list[Key]:
        """Those that a commit verifies."""
        return [key for key in (self.party, self.named, self.staff) if key is not None]

    @property
    def keys(self) -> list[Key]:
        return [*self.parties, *([self.business] if self.business is not None else [])]


def needed(move: Move) -> Needed:
    """Which profiles a movement is judged by, and changes."""
    return Needed(
        party_key(move.way, move.party) if move.party else None,
        party_key(move.way, move.name) if move.name else None,
        party_key("staff", move.staff) if move.staff else None,
        business_key(move.way) if move.way != "in" else None,
    )


def judge(move: Move, read: Read) -> list[Finding]:
    """Everything that the rules find, weak findings too; nothing is raised yet."""
    need = needed(move)
    party, named, staff = (_party(key, read) for key in (need.party, need.named, need.staff))
    habits = read_habits(read.get(need.business) if need.business else None)
    found = [
        duplicate_payment(move, party, named),
        unusual_amount(move, party),
        velocity(move, party) if move.party else None,
        off_hours(move, habits),
        new_payee_large(move, party, named, habits),
        *refund_abuse(move, staff, habits),
    ]
    return [one for one in found if one is not None]


def learn(move: Move, read: Read) -> dict[Key, Data]:
    """The profiles after this movement."""
    need = needed(move)
    after: dict[Key, Data] = {}
    for key in (need.party, need.named):
        if key is not None:
            after[key] = learnt(read.get(key), move)
    if need.staff is not None:
        after[need.staff] = learnt(read.get(need.staff), move, mark_of(move))
    if need.business is not None:
        after[need.business] = habits_with(read.get(need.business), move)
    return after


def _party(key: Key | None, read: Read) -> Party:
    return read_party(read.get(key)) if key is not None else NOBODY
