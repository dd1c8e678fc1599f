"""How often a model may be asked: of each business a day, of the installation a month; counted beforehand.

A call is counted in a commit of its own before it is made, so two processes never make the same last one. A
call whose answer was lost stays counted: the provider may have charged for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.core import logs
from shared.core.clock import business_day
from shared.core.errors import Retryable
from shared.events import SYSTEM
from shared.store import Doc, Key, Store, Tx

SPENT = Key("profile", "question-model-spent")
_SECONDS = 1
"""How long to try to count: whoever cannot count soon does not ask, and the answer does not wait."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most calls, for choosing and wording together.

    Args:
        a_day: of one business in a Nairobi day.
        a_month: of all businesses of this installation in a calendar month, in Nairobi too.
    """

    a_day: int = 200
    a_month: int = 5_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls that were counted so far."""

    today: int
    this_month: int


def pay(store: Store, business: str, caps: Caps, now: datetime) -> bool:
    """Count one call, at once and for good; False when a cap is reached, or nobody can say.

    The business pays first: one that is over its day takes nothing from the others' month.
    """
    day = business_day(now)
    return _pay(store, business, caps.a_day, day) and _pay(store, SYSTEM, caps.a_month, day[:7])


def spent(store: Store, business: str, now: datetime) -> Spent:
    """What was counted today and this month."""
    day = business_day(now)
    mine, everybodys = store.get(business, SPENT), store.get(SYSTEM, SPENT)
    return Spent(_calls(mine, day), _calls(everybodys, day[:7]))


def _pay(store: Store, business: str, most: int, span: str) -> bool:
    try:
        return store.transaction(business, lambda tx: _count(tx, most, span), deadline=_SECONDS)
    except Retryable as error:
        logs.warn("the model is not asked: its budget is unknown", why=error.code)
        return False


def _count(tx: Tx, most: int, span: str) -> bool:
    doc = tx.get(SPENT)
    known: Mapping[str, object] = doc.data if doc is not None else {}
    # an instance whose clock is behind pays from the newer span: none is begun twice
    begun = str(known.get("span", "")) >= span
    calls = known.get("calls", 0) if begun else 0
    if type(calls) is not int or calls >= most:
        return False
    tx.put(SPENT, {"span": known["span"] if begun else span, "calls": calls + 1})
    return True


def _calls(doc: Doc | None, span: str) -> int:
    if doc is None or str(doc.data.get("span", "")) < span:
        return 0
    calls = doc.data.get("calls", 0)
    return calls if type(calls) is int else 0
