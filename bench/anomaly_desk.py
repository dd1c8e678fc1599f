"""The rules without a store: a ledger's records one by one, and each morning's look back, in memory.

The same pure functions as the product's consumer and chore call (a test compares the two).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bench.anomaly_ledger import FIRST_DAY, Ledger
from shared.alerts.batch.daily import day_move
from shared.alerts.batch.rounds import limits_of, round_amounts
from shared.alerts.batch.totals import day_total, with_day
from shared.alerts.batch.unruled import oddness, unusual
from shared.alerts.findings import Finding
from shared.alerts.habits import Habits, read_habits
from shared.alerts.judging import judge, learn, needed
from shared.alerts.moves import Move, payment_move, payout_move, transaction_move
from shared.alerts.places import business_key
from shared.alerts.profile import Party, read_party
from shared.alerts.quiet import Levels
from shared.alerts.weighing import Draft, draft_of, weigh
from shared.store import Data, Doc, Key

NO_WORD = Levels(lambda key: None, 0)


@dataclass(slots=True)
class Judged:
    """What was found on the way: by movement, then by the looks back."""

    moves: list[Move] = field(default_factory=list)
    found: dict[str, list[Finding]] = field(default_factory=dict)
    looked_back: list[tuple[Move, Finding]] = field(default_factory=list)
    unruled: list[tuple[Move, Finding]] = field(default_factory=list)
    oddness: list[tuple[int, Move]] = field(default_factory=list)
    """Every movement by the forest alone: the peer."""


def moves_of(docs: Iterable[Doc]) -> list[Move]:
    """The records as the product reads them."""
    docs = list(docs)
    payments = {doc.id: doc for doc in docs if doc.key.collection == "payments"}
    told = (_move(doc, payments) for doc in docs)
    return [move for move in told if move is not None]


def _move(doc: Doc, payments: dict[str, Doc]) -> Move | None:
    match doc.key.collection:
        case "payments":
            return payment_move(doc)
        case "transactions":
            return transaction_move(doc)
    return payout_move(doc, payments[doc.data["payment_id"]].data)


@dataclass(frozen=True, slots=True)
class Look:
    """A morning's view of the day before: its movements, the week of money out, and the profiles."""

    day: date
    today: list[Move]
    week: list[Move]
    profiles: dict[Key, Data]

    def past(self, move: Move) -> Party:
        key = needed(move).party
        return read_party(self.profiles.get(key) if key else None)

    @property
    def habits(self) -> dict[str, Habits]:
        return {way: read_habits(self.profiles.get(business_key(way))) for way in ("in", "out")}


def looks(ledger: Ledger, judged: Judged) -> Iterator[Look]:
    """Judge a ledger in the order of its records; what each morning sees."""
    profiles: dict[Key, Data] = {}
    by_day: dict[str, list[Move]] = defaultdict(list)
    for move in judged.moves:
        by_day[move.day].append(move)
    for ahead in range(ledger.days):
        day = FIRST_DAY + timedelta(days=ahead)
        today = by_day[day.isoformat()]
        for move in today:
            judged.found[move.subject] = judge(move, profiles)
            profiles |= learn(move, profiles)
        days = [(day - timedelta(days=ago)).isoformat() for ago in range(6, -1, -1)]
        week = [move for one in days for move in by_day[one] if move.way == "out"]
        yield Look(day, today, week, profiles)


def run(ledger: Ledger) -> Judged:
    """Judge a ledger as the product does: each record, then each day."""
    judged = Judged(moves_of(ledger.docs))
    totals: dict[str, Data] = {}
    for look in looks(ledger, judged):
        day, habits = look.day.isoformat(), look.habits
        judged.looked_back += round_amounts(look.week, day, limits_of({}), look.past, habits["out"])
        for way in ("in", "out"):
            cents = sum(move.cents for move in look.today if move.way == way)
            found = day_total(totals.get(way), day, cents, way)
            judged.looked_back += [(day_move(look.day, way, cents), found)] if found else []
            totals[way] = with_day(totals.get(way), day, cents)
        named = _named(judged, look.today)
        rest = [move for move in look.today if move.way != "refund" and move.subject not in named]
        judged.unruled += unusual(rest, look.past, habits)
        judged.oddness += oddness(look.today, look.past, habits)
    return judged


def _named(judged: Judged, today: list[Move]) -> set[str]:
    named = {record for _, found in judged.looked_back for record in found.records}
    for move in today:
        draft = weigh(judged.found[move.subject], move, NO_WORD)
        named |= set(draft.records) if draft else set()
    return named


def drafts(judged: Judged, keep: Callable[[Finding], bool] = lambda found: True) -> list[Draft]:
    """Every alert of the rules, as if nobody had said anything; ``keep`` leaves findings out."""
    made = []
    for move in judged.moves:
        draft = weigh([one for one in judged.found[move.subject] if keep(one)], move, NO_WORD)
        made += [draft] if draft is not None else []
    back = [(move, found) for move, found in judged.looked_back if keep(found)]
    return made + [draft_of([found], move, found.score) for move, found in back]


def merged(all_drafts: Iterable[Draft]) -> list[Draft]:
    """One for a detector, party and day, the strongest, with all their records: what a person is shown."""
    kept: dict[tuple[str, str, str], Draft] = {}
    for draft in all_drafts:
        name = (draft.detector, draft.party, draft.day)
        known = kept.get(name)
        if known is None:
            kept[name] = draft
            continue
        best = max(known, draft, key=lambda one: one.score)
        records = tuple(dict.fromkeys([*known.records, *draft.records]))
        kept[name] = replace(best, records=records)
    return sorted(kept.values(), key=lambda one: (-one.score, one.at_ms, one.records))
