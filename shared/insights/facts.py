"""Facts: figures computed by code, each with its period and the records behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.core.money import KES, format_kes, format_units
from shared.insights.plan import Period
from shared.store import Doc

MOST_RECORDS = 50
_MARKS = 1 << 52
"""Versions of data are sums of one number a record, so that sums of sums have a version too."""
Unit = Literal["KES", "money", "%", "days", "count", "ratio"]


class Fact(BaseModel):
    """One figure.

    Args:
        value: an exact decimal as text; shillings for KES, whole units of ``currency`` for other money.
        formatted: the value as people read it; the only form that reaches a sentence.
        record_ids: the first records behind it (at most 50) in ``collection``; ``record_count`` of them all.
        query_hash: which question was put to the store; the same for the same metric, period and filters.
        data_version: changes when a record behind the figure changes.
        derived_from: ids of the facts it was calculated from, when it has no records of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    id: str
    label: str = ""
    value: str
    unit: Unit
    formatted: str
    currency: str = ""
    period: Period | None = None
    collection: str = ""
    record_ids: Annotated[tuple[str, ...], Field(max_length=MOST_RECORDS)] = ()
    record_count: int = 0
    query_hash: str = ""
    data_version: str = ""
    derived_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in its unit and as people read it."""

    value: str
    unit: Unit
    formatted: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A sum over records, in cents, that remembers what it summed."""

    cents: int
    count: int
    record_ids: tuple[str, ...]
    data_version: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: the collection, and everything that chose its records."""

    collection: str
    period: Period | None
    chosen_by: tuple[tuple[str, Any], ...] = ()

    @property
    def query_hash(self) -> str:
        described = [self.collection, self.chosen_by, self.period and self.period.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(described, default=str).encode()).hexdigest()[:16]


@dataclass(slots=True)
class Sum:
    """A sum that grows by records or by other sums: ``n`` of them, cents, and the version of them all.

    The version is the sum of one number a record, whichever way they are grouped: what a rollup tells and
    what the records tell have the same.
    """

    n: int = 0
    cents: int = 0
    mark: int = 0

    def add(self, doc: Doc, cents: int) -> None:
        """Count one record."""
        self.plus(1, cents, mark_of(doc))

    def plus(self, n: int, cents: int, mark: int) -> None:
        """Count another sum."""
        self.n += n
        self.cents += cents
        self.mark = (self.mark + mark) % _MARKS

    def tally(self, record_ids: Iterable[str]) -> Tally:
        """The sum with the first records behind it."""
        return Tally(self.cents, self.n, tuple(record_ids), version_of(self.mark))


def mark_of(doc: Doc) -> int:
    """One version of one record as a number."""
    told = hashlib.sha256(f"{doc.id}\x1f{doc.etag}".encode()).digest()
    return int.from_bytes(told[:8], "big") % _MARKS


def version_of(mark: int) -> str:
    """A version as facts carry it."""
    return f"{mark:016x}"


def together(sums: Iterable[Sum]) -> Sum:
    """All of some sums."""
    whole = Sum()
    for one in sums:
        whole.plus(one.n, one.cents, one.mark)
    return whole


def tally(docs: Iterable[Doc], cents: Callable[[Doc], int]) -> Tally:
    """Add up ``cents(doc)`` over the records, in one pass and in bounded memory."""
    return tally_pairs((doc, cents(doc)) for doc in docs)


def tally_pairs(pairs: Iterable[tuple[Doc, int]]) -> Tally:
    """Add up records with the cents that each counts for."""
    whole = Sum()
    ids: list[str] = []
    for doc, cents in pairs:
        whole.add(doc, cents)
        if len(ids) < MOST_RECORDS:
            ids.append(doc.id)
    return whole.tally(ids)


def money_fact(name: str, summed: Tally, source: Source, label: str = "") -> Fact:
    """A sum of money with its records."""
    figure = Figure(format_units(summed.cents), "KES", format_kes(summed.cents))
    return _recorded(name, figure, summed, source, label)


def in_currency(fact: Fact, currency: str) -> Fact:
    """An amount of other money than shillings: it is shown in its own currency, and never added to them."""
    if currency == KES:
        return fact
    formatted = fact.formatted.replace(KES, currency, 1)
    return fact.model_copy(update={"unit": "money", "currency": currency, "formatted": formatted})


def count_fact(name: str, number: int, summed: Tally, source: Source, label: str = "") -> Fact:
    """A number of things, with the records that were counted."""
    return _recorded(name, Figure(str(number), "count", f"{number:,}"), summed, source, label)


def days_fact(name: str, days: int | Decimal, summed: Tally, source: Source, label: str = "") -> Fact:
    """A number of days, with the records it was measured on."""
    return _recorded(name, Figure(str(days), "days", f"{days} days"), summed, source, label)


def derived_money(
    name: str, cents: int, of: Iterable[Fact], period: Period | None = None, label: str = ""
) -> Fact:
    """An amount calculated from other facts."""
    fact = _derived(name, Figure(format_units(cents), "KES", format_kes(cents)), of, label)
    return fact.model_copy(update={"period": period})


def derived_percent(name: str, numerator: int, denominator: int, of: Iterable[Fact], label: str = "") -> Fact:
    """``numerator / denominator`` in per cent to one decimal; the denominator is not zero."""
    value = percent(numerator, denominator)
    return _derived(name, Figure(str(value), "%", f"{value}%"), of, label)


def derived_days(name: str, days: int | Decimal, of: Iterable[Fact], label: str = "") -> Fact:
    """A number of days calculated from other facts."""
    return _derived(name, Figure(str(days), "days", f"{days} days"), of, label)


def derived_count(name: str, number: int, of: Iterable[Fact], label: str = "") -> Fact:
    """A number of things calculated from other facts."""
    return _derived(name, Figure(str(number), "count", f"{number:,}"), of, label)


def derived_ratio(name: str, value: Decimal, of: Iterable[Fact], label: str = "") -> Fact:
    """A plain number calculated from other facts, as exact as it is given."""
    return _derived(name, Figure(str(value), "ratio", f"{value:,}"), of, label)


def derived_score(name: str, points: int, of: Iterable[Fact], label: str = "") -> Fact:
    """Points out of 100 calculated from other facts."""
    return _derived(name, Figure(str(points), "count", f"{points}/100"), of, label)


def percent(numerator: int, denominator: int) -> Decimal:
    """A share in per cent, one decimal, half to even."""
    return (Decimal(numerator) * 100 / denominator).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def _recorded(name: str, figure: Figure, summed: Tally, source: Source, label: str = "") -> Fact:
    return Fact(
        id=name,
        label=label,
        value=figure.value,
        unit=figure.unit,
        formatted=figure.formatted,
        period=source.period,
        collection=source.collection,
        record_ids=summed.record_ids,
        record_count=summed.count,
        query_hash=source.query_hash,
        data_version=summed.data_version,
    )


def _derived(name: str, figure: Figure, of: Iterable[Fact], label: str = "") -> Fact:
    return Fact(
        id=name,
        label=label,
        value=figure.value,
        unit=figure.unit,
        formatted=figure.formatted,
        derived_from=tuple(fact.id for fact in of),
    )
