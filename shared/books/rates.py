"""Exchange rates that a business has stored: shillings for one unit of a currency, by day, with their source.

``exchange_rates/{currency}-{day}``. A rate holds from its day until the next that is stored, but not longer
than ``HOLDS_DAYS``: an older one says little. Nothing is ever fetched or guessed: where none is stored, an
amount stays in its own currency. Each change keeps who, when, before and after.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.books.places import RATES
from shared.core.money import share
from shared.store import Data, Doc, Key, Query, Store, Tx, Where
from shared.store.kept import Change, keep

HOLDS_DAYS = 31
MICRO = 1_000_000
"""Rates are stored in millionths of a shilling."""
MOST = 4000
"""Rates of one currency that are read at once: ten years of days."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Millionths of a shilling for one unit of a currency from a day on; ``source`` says who stated it."""

    currency: str
    day: str
    micro: int
    source: str

    @property
    def id(self) -> str:
        """Its own place: setting it again changes it."""
        return f"{self.currency}-{self.day}"


def set_rate(tx: Tx, rate: Rate, *, actor: str, note: str, version: int | None = None) -> Doc:
    """Write a rate, or change it; the same again changes nothing.

    Args:
        version: of the rate that was read, 0 for none; refused when it is another by now.

    Raises Refused ``changed_since``.
    """
    data = {"currency": rate.currency, "day": rate.day, "rate_micro": rate.micro, "source": rate.source}
    return keep(tx, Key(RATES, rate.id), data, Change(actor, note, version), what="rate", noted=_noted)


def _noted(data: Data) -> Data:
    return {name: data[name] for name in ("rate_micro", "source")}


class Rates:
    """The rates of one currency that can hold in some days."""

    def __init__(self, docs: Iterable[Doc]) -> None:
        self._docs = sorted(docs, key=lambda doc: str(doc.data["day"]))
        self._days: list[str] = [doc.data["day"] for doc in self._docs]

    def on(self, day: str) -> Doc | None:
        """The rate that holds on a day; None where none does."""
        at = bisect.bisect_right(self._days, day) - 1
        if at < 0:
            return None
        oldest = date.fromisoformat(day) - timedelta(days=HOLDS_DAYS)
        return self._docs[at] if self._days[at] >= oldest.isoformat() else None


def rates_of(store: Store, business: str, currency: str, first: str, last: str) -> Rates:
    """What is stored of a currency for the days from ``first`` to ``last``."""
    since = (date.fromisoformat(first) - timedelta(days=HOLDS_DAYS)).isoformat()
    where = (Where("currency", "==", currency), Where("day", ">=", since), Where("day", "<=", last))
    return Rates(store.all(business, Query(RATES, where, "day"), MOST))


def shillings(cents: int, rate: Doc) -> int:
    """An amount in hundredths of its currency as cents of a shilling, half to even."""
    return share(cents, int(rate.data["rate_micro"]), MICRO)
