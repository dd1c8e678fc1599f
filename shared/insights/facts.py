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
"""Versions of data are numbers that every store keeps exactly."""
Unit = Literal["KES", "money", "%", "days", "count", "ratio"]
"""``money`` is an amount of another currency than shillings, which the fact names."""


class Fact(BaseModel):
    """One figure.

    Args:
        value: an exact decimal as text; shillings for KES, units of ``currency`` for other money.
        formatted: the value as people read it; the only form that reaches a sentence.
        record_ids: records behind it (at most 50) in ``collection``; ``record_count`` of them all.
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

    The version is the sum of one number a record, however they are grouped: what a kept sum tells and what
    the records tell have the same.
    """

    n: int = 0
    cents: int = 0
    mark: int = 0

    def add(self, doc: Doc, cents: int) -> None:
        """Count one record."""
        self.n += 1
        self.cents += cents
        self.mark = (self.mark + mark_of(doc)) % _MARKS

    def plus(self, other: Sum) -> None:
        """Count another sum."""
        self.n += other.n
        self.cents += other.cents
        self.mark = (self.mark + other.mark) % _MARKS

    def tally(self, record_ids: Iterable[str]) -> Tally:
        """The sum with some of the records behind it."""
        return Tally(self.cents, self.n, tuple(record_ids), f"{self.mark:016x}")


def mark_of(doc: Doc) -> int:
    """One version of one record as a number."""
    told = hashlib.blake2b(f"{doc.id}\x1f{doc.etag}".encode(), digest_size=8).digest()
    return int.from_bytes(told, "big") % _MARKS


def tally(docs: Iterable[Doc], cents: Callable[[Doc], int]) -> Tally:
    """Add up ``cents(doc)`` over the records, in one pass and in bounded memory."""
    whole = Sum()
    ids: list[str] = []
    for doc in docs:
        whole.add(doc, cents(doc))
        if len(ids) < MOST_RECORDS:
            ids.append(doc.id)
    return whole.tally(ids)


def money_fact(name: str, summed: Tally, source: Source, label: str = "") -> Fact:
    """A sum of money with its records."""
    figure = Figure(format_units(summed.cents), "KES", format_kes(summed.cents))
    return _recorded(name, figure, summed, source, label)


def foreign_fact(name: str, summed: Tally, source: Source, currency: str) -> Fact:
    """A sum of other money than shillings with its records, in its own currency."""
    figure = Figure(format_units(summed.cents), "money", format_kes(summed.cents).replace(KES, currency, 1))
    fact = _recorded(name, figure, summed, source, currency)
    return fact.model_copy(update={"currency": currency})


def count_fact(name: str, number: int, summed: Tally, source: Source) -> Fact:
    """A number of things, with the records that were counted."""
    return _recorded(name, Figure(str(number), "count", f"{number:,}"), summed, source)


def derived_count(name: str, number: int, of: Iterable[Fact]) -> Fact:
    """A number of things calculated from other facts, with no records of its own."""
    counted = count_fact(name, number, Sum().tally(()), Source("", None))
    return counted.model_copy(update={"derived_from": tuple(fact.id for fact in of), "query_hash": ""})


def derived_money(name: str, cents: int, of: Iterable[Fact], period: Period | None = None) -> Fact:
    """An amount calculated from other facts."""
    fact = _derived(name, Figure(format_units(cents), "KES", format_kes(cents)), of)
    return fact.model_copy(update={"period": period})


def derived_percent(name: str, numerator: int, denominator: int, of: Iterable[Fact], label: str = "") -> Fact:
    """``numerator / denominator`` in per cent to one decimal; the denominator is not zero."""
    value = percent(numerator, denominator)
    return _derived(name, Figure(str(value), "%", f"{value}%"), of, label)


def derived_days(name: str, days: int, of: Iterable[Fact], label: str = "") -> Fact:
    """A number of days calculated from other facts."""
    return _derived(name, Figure(str(days), "days", f"{days} days"), of, label)


def derived_ratio(
    name: str, value: Decimal, of: Iterable[Fact], label: str = "", unit: Literal["ratio", "%"] = "ratio"
) -> Fact:
    """A plain number, or one that is a percentage already, calculated from other facts."""
    return _derived(name, Figure(str(value), unit, f"{value}%" if unit == "%" else f"{value}"), of, label)


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
