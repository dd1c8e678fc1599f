"""What a model says of a receipt is believed only where the print and the arithmetic say so too.

A value must be of the right form, stand in what an engine read, and for a total come out of other amounts of
the receipt. How sure it is comes from the same evidence as for every other value: that a model named it adds
nothing. So a model can point at the right row, and nothing else; it never makes a figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.receipts.confidence import ACCEPT, Evidence, clearness, in_thousandths, probability
from shared.receipts.duplicates import merchant_key
from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.dates import dates_in, time_in
from shared.receipts.extract.labels import Label, label_of
from shared.receipts.extract.lines import items_sum
from shared.receipts.extract.merchant import find_merchant
from shared.receipts.extract.tax import find_subtotal, find_tax
from shared.receipts.extract.text import fold
from shared.receipts.extract.totals import ROUNDING_CENTS, Sums, paid_cents, read_sums
from shared.receipts.model import Row
from shared.receipts.reading import Fields

_HEAD_ROWS = 12
"""A seller's name stands in the head; further down it would be anybody's."""
_MOST_OF_ROW = 0.6
"""A name is most of its row: a word taken out of a sentence is none."""
_LEAST_LETTERS = 4
_TOTALS = (Label.FINAL, Label.TOTAL, Label.INCLUSIVE)
_DATE_WORD = re.compile(r"\bd[al]{0,2}t[ea]\b|\bdate|\btarehe\b|\bsiku\b")


class Said(BaseModel):
    """All that a model may say, as text; anything else it says makes the whole answer void."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
    merchant: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None
    total: Annotated[str, Field(pattern=r"^[0-9][0-9,]{0,12}(\.[0-9]{1,2})?$")] | None = None


@dataclass(frozen=True)
class Believed:
    """The fields with what was believed, its names, and why the rest was not (``total: no arithmetic``)."""

    fields: Fields
    names: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class _Receipt:
    rows: Sequence[Row]
    fields: Fields
    today: date


class _Doubt(Exception):
    """Why a value is not believed."""


def believe(
    answer: Mapping[str, Any], wanted: Sequence[str], rows: Sequence[Row], fields: Fields, today: date
) -> Believed:
    """The fields with those of the ``wanted`` values that hold, each only where it then needs no person.

    An answer out of form raises nothing: it is believed in no part.
    """
    try:
        said = Said.model_validate(dict(answer))
    except (ValidationError, TypeError, ValueError):
        return Believed(fields, (), ("the answer is out of form",))
    names, doubts = [], []
    for name in wanted:
        value = getattr(said, name)
        try:
            if value is not None:
                fields = _RULES[name](_Receipt(rows, fields, today), value)
                names.append(name)
        except _Doubt as doubt:
            doubts.append(f"{name}: {doubt}")
    return Believed(fields, tuple(names), tuple(doubts))


def _date(receipt: _Receipt, value: str) -> Fields:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _Doubt("no such day") from None
    printed = list(_printed_dates(receipt))
    for one in printed:
        if one.day == day:
            text = receipt.rows[one.row].text
            rivals = any(other.labelled and other.day != day for other in printed)
            surer = _surer(receipt.fields, _date_evidence(receipt, one, contradicted=rivals), one.row)
            return replace(surer, date=day, time=time_in(text) or receipt.fields.time)
    raise _Doubt("not in the text")


@dataclass(frozen=True)
class _Printed:
    """A date as it stands on a row."""

    day: date
    row: int
    labelled: bool
    ambiguous: bool


def _printed_dates(receipt: _Receipt) -> Iterator[_Printed]:
    """Those on rows that call them the date first."""
    found = [
        _Printed(day, index, bool(_DATE_WORD.search(fold(row.text))), ambiguous)
        for index, row in enumerate(receipt.rows)
        for day, ambiguous in dates_in(row.text, receipt.today)
    ]
    yield from sorted(found, key=lambda one: (not one.labelled, one.row))


def _date_evidence(receipt: _Receipt, one: _Printed, *, contradicted: bool) -> Evidence:
    """A date that the receipt itself calls the date is not overruled by a model that prefers another."""
    row = receipt.rows[one.row]
    return Evidence(
        "date",
        {
            "label": one.labelled,
            "time": bool(time_in(row.text)),
            "clear": clearness(row.score),
            "ambiguous": one.ambiguous,
            "contradicted": contradicted,
        },
    )


def _total(receipt: _Receipt, value: str) -> Fields:
    cents = int(Decimal(value.replace(",", "")) * 100)
    sums = read_sums(receipt.rows)
    index = _row_of(sums, cents)
    checks = tuple(_arithmetic(sums, receipt.fields, cents))
    if not checks:
        raise _Doubt("no arithmetic")
    repeats = sum(amount.cents == cents for found in sums.amounts for amount in found)
    features = dict.fromkeys(checks, 1.0) | {
        "label": sums.labels[index] in _TOTALS,
        "unlabelled": sums.labels[index] is Label.NONE,
        "repeats": repeats > 1,
        "clear": clearness(receipt.rows[index].score),
        "contradicted": any(paid_cents(sums)) and "tender" not in checks,
    }
    surer = _surer(receipt.fields, Evidence("total", features), index)
    return _with_total(surer, sums, cents, checks)


def _row_of(sums: Sums, cents: int) -> int:
    """The row that prints an amount, the one whose words call it the total first."""
    places = [
        index
        for index, found in enumerate(sums.amounts)
        if any(amount.cents == cents and not amount.minus for amount in found)
    ]
    if not places or not cents:
        raise _Doubt("not in the text")
    return next((index for index in places if sums.labels[index] in _TOTALS), places[0])


def _arithmetic(sums: Sums, fields: Fields, cents: int) -> Iterator[str]:
    """Which sums of other amounts come to this one: change and tender, the lines, net and tax."""
    if any(abs(paid - cents) <= ROUNDING_CENTS for paid in _paid(sums)):
        yield "tender"
    if len(fields.items) > 1 and abs(items_sum(fields.items) - cents) <= ROUNDING_CENTS:
        yield "items"
    nets = [amount.cents for label in (Label.EXCLUSIVE, Label.SUBTOTAL) for _, amount in sums.last(label)]
    taxes = [amount.cents for _, amount in sums.last(Label.TAX) if amount.cents]
    if any(abs(net + tax - cents) <= 1 for net in nets for tax in taxes):
        yield "sum"


def _paid(sums: Sums) -> tuple[int, ...]:
    """What was handed over less the change; without a change it only repeats the total."""
    return paid_cents(sums) if any(sums.last(Label.CHANGE)) else ()


def _with_total(fields: Fields, sums: Sums, cents: int, checks: Sequence[str]) -> Fields:
    """What hangs on the total is read again from it."""
    tax = find_tax(sums, cents)
    subtotal = find_subtotal(sums, cents, tax.cents if tax else None)
    kept = tuple(check for check in fields.checks if not check.startswith("total_"))
    return replace(
        fields,
        total_cents=cents,
        tax_cents=tax.cents if tax else None,
        tax_bands=tax.bands if tax else (),
        subtotal_cents=subtotal[0] if subtotal else None,
        checks=(*(f"total_{check}" for check in checks), *kept),
    )


def _merchant(receipt: _Receipt, value: str) -> Fields:
    wanted = _letters(value)
    if len(merchant_key(value)) < _LEAST_LETTERS:
        raise _Doubt("too short for a name")
    if wanted != (known := _letters(receipt.fields.merchant or "")) and wanted in known:
        raise _Doubt("a part of the name that was read")
    for index, row in enumerate(receipt.rows[:_HEAD_ROWS]):
        printed = _letters(row.text)
        if wanted in printed and len(wanted) >= _MOST_OF_ROW * len(printed) and _may_be_name(row):
            found = find_merchant([row])
            evidence = Evidence(
                "merchant",
                {
                    "legal": bool(found and found.legal),
                    "top": index <= 1,
                    "clear": clearness(row.score),
                    "odd": not all(letter.isascii() or letter.isalpha() for letter in value),
                },
            )
            return replace(_surer(receipt.fields, evidence, index), merchant=value.strip())
    raise _Doubt("not in the text")


def _may_be_name(row: Row) -> bool:
    return label_of(row.text) is Label.NONE and not any(amount.exact for amount in amounts_in(row.text))


def _letters(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())


def _surer(fields: Fields, evidence: Evidence, row: int) -> Fields:
    """The fields with the new confidence and place of one of them, if that needs no person any more.

    Short of that the receipt goes to a person, who shall see what the rules read, not what a model prefers.
    """
    name, sure = evidence.field, probability(evidence)
    if sure <= fields.confidence.get(name, 0):
        raise _Doubt("no surer than before")
    if sure < ACCEPT[name]:
        raise _Doubt("not sure enough")
    return replace(
        fields,
        confidence={**fields.confidence, name: sure},
        features={**fields.features, name: in_thousandths(evidence)},
        rows={**fields.rows, name: row},
    )


_RULES: Mapping[str, Callable[[_Receipt, str], Fields]] = {
    "merchant": _merchant,
    "date": _date,
    "total": _total,
}
