"""The chore of the morning: yesterday looked at as a whole, what was kept back summed up, the night's told.

Each alert is a commit of its own with an id of its own: a crash leaves some to be written by the next tick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import partial

from shared.alerts.batch.rounds import limits_of, round_amounts
from shared.alerts.batch.statements import one_sided
from shared.alerts.batch.totals import day_total, with_day
from shared.alerts.batch.unruled import unusual
from shared.alerts.findings import Finding
from shared.alerts.habits import read_habits
from shared.alerts.judging import needed
from shared.alerts.moves import Move, millis, payment_move, payout_move, transaction_move
from shared.alerts.observing import levels_of, observe, seen_once
from shared.alerts.places import (
    ALERTS,
    BUSINESS,
    PAYMENTS,
    PAYOUTS,
    PROFILE,
    STATE,
    TOTALS,
    TRANSACTIONS,
    business_key,
)
from shared.alerts.profile import Party, read_party
from shared.alerts.raising import note_unruled, raise_alert, sum_up, tell_again
from shared.alerts.weighing import draft_of
from shared.core.clock import EAT, parse_rfc3339, rfc3339
from shared.ports import Tended
from shared.store import Doc, Key, Query, Store, Tx, Where

MORNING = 7
"""The hour in Nairobi from which phones may ring (shared/messages/quiet.py)."""
EVERY_MINUTES = 15
"""Between two looks whether there is something to do: each costs a read a business."""
MOST_DAYS = 7
"""Days that are made up for after an outage."""
IMPORTING = timedelta(days=2)
"""A statement that was received may still be read then; looking at one twice changes nothing."""
MOST = 5000
"""Movements of a day that are looked at."""


def look_back(ports: Tended, business: str) -> int:
    """Do the looks back that are due; returns how many days were looked at."""
    here = ports.clock.now().astimezone(EAT)
    if here.hour < MORNING or here.minute % EVERY_MINUTES:
        return 0
    yesterday = here.date() - timedelta(days=1)
    state = ports.store.get(business, STATE)
    now = ports.clock.now()
    since = parse_rfc3339(state.data["seen_at"]) if state else now - timedelta(days=1)
    last = date.fromisoformat(state.data["day"]) if state else yesterday - timedelta(days=1)
    due = [yesterday - timedelta(days=ago) for ago in range(MOST_DAYS) if yesterday - timedelta(ago) > last]
    for day in sorted(due):
        look_at_day(ports.store, business, day, since=rfc3339(since - IMPORTING))
        ports.store.put(business, STATE, {"day": day.isoformat(), "seen_at": rfc3339(now)})
    return len(due)


def look_at_day(store: Store, business: str, day: date, *, since: str) -> None:
    """Everything that a whole day, or the week that ends with it, shows.

    Args:
        since: statements received after this moment are compared.
    """
    week = _out(store, business, day - timedelta(days=6), day)
    received = _between(store, business, (PAYMENTS, "paid_at"), day, day)
    money_in = [move for doc in received if (move := _in(doc)) is not None]
    past = _profiles(store, business, [*week, *money_in])
    _raise(store, business, _rounds(store, business, week, day, past))
    for way, moves in (("in", money_in), ("out", [move for move in week if move.day == day.isoformat()])):
        _total(store, business, way, day, sum(move.cents for move in moves))
    _raise(store, business, one_sided(store, business, since))
    _without_rule(store, business, [*money_in, *week], day, past)
    store.transaction(business, lambda tx: _kept_back(tx, day))
    _tell_night(store, business, day)


def _kept_back(tx: Tx, day: date) -> None:
    sum_up(tx, day.isoformat())


def _out(store: Store, business: str, first: date, last: date) -> list[Move]:
    """What went out, in order; a payout that no event told of is looked at here."""
    lines = _between(store, business, (TRANSACTIONS, "paid_at"), first, last)
    moves = [move for doc in lines if (move := transaction_move(doc)) is not None]
    for doc in _between(store, business, (PAYOUTS, "created_on"), first, last):
        if doc.data["kind"] != "refund" and (move := payout_move(doc, None)) is not None:
            store.transaction(business, partial(observe, move=move), once=seen_once(move.subject))
            moves.append(move)
    return sorted(moves, key=lambda move: (move.at_ms, move.subject))


def _in(doc: Doc) -> Move | None:
    return payment_move(doc) if doc.data["status"] in {"settled", "partially_refunded", "refunded"} else None


def _between(store: Store, business: str, by: tuple[str, str], first: date, last: date) -> list[Doc]:
    """The documents of a collection whose time, in the field that is named beside it, is of these days."""
    place, field = by
    where = (
        Where(field, ">=", _midnight(first)),
        Where(field, "<", _midnight(last + timedelta(days=1))),
    )
    return store.all(business, Query(place, where, field), most=MOST)


def _midnight(day: date) -> str:
    return rfc3339(datetime.combine(day, time(), EAT))


def _profiles(store: Store, business: str, moves: Iterable[Move]) -> Callable[[Move], Party]:
    """The profiles of all these movements' parties, read together."""
    keys = list(dict.fromkeys(key for move in moves if (key := needed(move).party) is not None))
    docs: dict[Key, Doc | None] = {}
    for start in range(0, len(keys), 200):
        some = keys[start : start + 200]
        docs |= dict(zip(some, store.get_many(business, some), strict=True))

    def past(move: Move) -> Party:
        key = needed(move).party
        doc = docs.get(key) if key is not None else None
        return read_party(doc.data if doc else None)

    return past


def _rounds(
    store: Store, business: str, week: list[Move], day: date, past: Callable[[Move], Party]
) -> list[tuple[Move, Finding]]:
    habits, profile = store.get_many(business, [business_key("out"), PROFILE])
    limits = limits_of(profile.data if profile else {})
    return round_amounts(week, day.isoformat(), limits, past, read_habits(habits.data if habits else None))


def _total(store: Store, business: str, way: str, day: date, cents: int) -> None:
    place = Key(TOTALS, way)

    def compare(tx: Tx) -> None:
        known = tx.get(place)
        found = day_total(known.data if known else None, day.isoformat(), cents, way)
        if found is not None:
            _raise_in(tx, day_move(day, way, cents), found)
        tx.put(place, with_day(known.data if known else None, day.isoformat(), cents))

    store.transaction(business, compare)


def day_move(day: date, way: str, cents: int) -> Move:
    """A whole day as if it were one movement, at its end."""
    end = millis(_midnight(day + timedelta(days=1))) - 1
    subject = f"days/{way}-{day.isoformat()}"
    return Move(subject, "in" if way == "in" else "out", BUSINESS, "", cents, end, "")


def _raise(store: Store, business: str, raised: list[tuple[Move, Finding]]) -> None:
    for move, found in raised:
        store.transaction(business, partial(_raise_in, move=move, found=found))


def _raise_in(tx: Tx, move: Move, found: Finding) -> None:
    if found.score >= levels_of(tx).threshold(found.detector, found.party or move.party or BUSINESS):
        raise_alert(tx, draft_of([found], move, found.score))


def _without_rule(
    store: Store, business: str, moves: list[Move], day: date, past: Callable[[Move], Party]
) -> None:
    """What the forest finds odd that day and no rule has named."""
    ways = ("in", "out")
    habits = dict(zip(ways, store.get_many(business, [business_key(way) for way in ways]), strict=True))
    sums = {way: read_habits(doc.data if doc else None) for way, doc in habits.items()}
    today = [move for move in moves if move.day == day.isoformat()]
    named = _named(store, business, day)
    for move, found in unusual([move for move in today if move.subject not in named], past, sums):
        store.transaction(business, partial(note_unruled, draft=draft_of([found], move, found.score)))


def _named(store: Store, business: str, day: date) -> set[str]:
    """The records of alerts raised since the day began."""
    where = (Where("raised_at", ">=", _midnight(day)),)
    alerts = store.all(business, Query(ALERTS, where, "raised_at"), most=MOST)
    return {record for alert in alerts for record in alert.data["records"]}


def _tell_night(store: Store, business: str, day: date) -> None:
    """Announce what was raised when phones must not ring."""
    evening, morning = datetime.combine(day, time(21), EAT), datetime.combine(day, time(MORNING), EAT)
    where = (
        Where("raised_at", ">=", rfc3339(evening)),
        Where("raised_at", "<", rfc3339(morning + timedelta(days=1))),
    )
    for alert in store.all(business, Query(ALERTS, where, "raised_at"), most=100):
        if alert.data["told"] and alert.data["state"] == "open":
            store.transaction(business, lambda tx, alert=alert: tell_again(tx, alert))  # type: ignore[misc]
