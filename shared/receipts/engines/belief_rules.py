"""When a merchant, a date or a total that a model named is believed: one rule for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from shared.core.clock import EAT
from shared.core.mpesa_receipt import receipt_warning
from shared.receipts.confidence import Evidence, clearness, in_thousandths, probability
from shared.receipts.duplicates import merchant_key
from shared.receipts.engines.evidenced import Doubt, Receipt, surer
from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.dates import dates_in, time_in
from shared.receipts.extract.labels import Label, label_of
from shared.receipts.extract.lines import items_sum
from shared.receipts.extract.merchant import find_merchant
from shared.receipts.extract.tax import Tax, find_subtotal, find_tax
from shared.receipts.extract.text import fold
from shared.receipts.extract.totals import ROUNDING_CENTS, Sums, paid_cents, read_sums
from shared.receipts.model import Row
from shared.receipts.reading import Fields

_HEAD_ROWS = 12
"""A seller's name stands in the head; further down it would be anybody's."""
_MOST_OF_ROW = 0.6
"""A name is most of its row: a word taken out of a sentence is none."""
_LEAST_LETTERS = 4
_LEGIBLE = 880
"""An engine's score of a row, 0..1000, under which its letters are not to be built upon."""
_TOTALS = (Label.FINAL, Label.TOTAL, Label.INCLUSIVE)
_DATE_WORD = re.compile(r"\bd[al]{0,2}t[ea]\b|\bdate|\btarehe\b|\bsiku\b")


def date_of(receipt: Receipt, value: str) -> Fields:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Doubt("no such day") from None
    printed = list(_printed_dates(receipt))
    for one in printed:
        if one.day == day:
            text = receipt.rows[one.row].text
            rivals = any(other.labelled and other.day != day for other in printed)
            evidence = _date_evidence(receipt, one, contradicted=rivals)
            alone = one.labelled or all(other.day == day for other in printed)
            proven = alone and not rivals and _legible(receipt, one.row)
            held = surer(receipt.fields, evidence, one.row, proven=proven)
            return _with_date(held, day, time_in(text))
    raise Doubt("not in the text")


def _with_date(fields: Fields, day: date, printed: str) -> Fields:
    """The time of another day goes with it, and so does what was odd about that day."""
    kept = fields.time if fields.date == day else None
    warnings = tuple(warning for warning in fields.warnings if not warning.startswith("mpesa_"))
    if fields.mpesa_code:
        noon = datetime.combine(day, time(12), EAT)
        odd = receipt_warning(fields.mpesa_code.upper(), noon)
        warnings += (f"mpesa_{odd}",) if odd else ()
    return replace(fields, date=day, time=printed or kept, warnings=warnings)


@dataclass(frozen=True)
class _Printed:
    """A date as it stands on a row."""

    day: date
    row: int
    labelled: bool
    ambiguous: bool


def _printed_dates(receipt: Receipt) -> Iterator[_Printed]:
    """Those on rows that call them the date first."""
    found = [
        _Printed(day, index, bool(_DATE_WORD.search(fold(row.text))), ambiguous)
        for index, row in enumerate(receipt.rows)
        for day, ambiguous in dates_in(row.text, receipt.today)
    ]
    yield from sorted(found, key=lambda one: (not one.labelled, one.row))


def _date_evidence(receipt: Receipt, one: _Printed, *, contradicted: bool) -> Evidence:
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


def total_of(receipt: Receipt, value: str) -> Fields:
    cents = int(Decimal(value.replace(",", "")) * 100)
    sums = read_sums(receipt.rows)
    index = _row_of(sums, cents)
    checks = tuple(_arithmetic(sums, receipt.fields, cents))
    if not checks:
        raise Doubt("no arithmetic")
    repeats = sum(amount.cents == cents for found in sums.amounts for amount in found)
    features = dict.fromkeys(checks, 1.0) | {
        "label": sums.labels[index] in _TOTALS,
        "unlabelled": sums.labels[index] is Label.NONE,
        "repeats": repeats > 1,
        "clear": clearness(receipt.rows[index].score),
        "contradicted": _contradicted(sums, cents),
    }
    enough = "tender" in checks or len(checks) > 1
    proven = enough and sums.labels[index] in _TOTALS and not _contradicted(sums, cents)
    held = surer(
        receipt.fields, Evidence("total", features), index, proven=proven and _legible(receipt, index)
    )
    return _with_total(held, sums, cents, checks)


def _row_of(sums: Sums, cents: int) -> int:
    """The row that prints an amount, the one whose words call it the total first."""
    places = [
        index
        for index, found in enumerate(sums.amounts)
        if any(amount.cents == cents and not amount.minus for amount in found)
    ]
    if not places or not cents:
        raise Doubt("not in the text")
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


def _contradicted(sums: Sums, cents: int) -> bool:
    """Whether something was handed over, and never so much."""
    paid = paid_cents(sums)
    return bool(paid) and all(abs(one - cents) > ROUNDING_CENTS for one in paid)


def _paid(sums: Sums) -> tuple[int, ...]:
    """What was handed over less the change; without a change it only repeats the total."""
    return paid_cents(sums) if any(sums.last(Label.CHANGE)) else ()


def _with_total(fields: Fields, sums: Sums, cents: int, checks: Sequence[str]) -> Fields:
    """What hangs on the total is read again from it."""
    tax = find_tax(sums, cents)
    subtotal = find_subtotal(sums, cents, tax.cents if tax else None)
    names = [f"total_{check}" for check in checks if check != "items"]
    names += [f"tax_{check}" for check in tax.checks] if tax else []
    return replace(
        _with_tax(fields, sums, tax),
        total_cents=cents,
        subtotal_cents=subtotal[0] if subtotal else None,
        checks=(*names, *(("items_sum",) if "items" in checks else ())),
    )


def _with_tax(fields: Fields, sums: Sums, tax: Tax | None) -> Fields:
    sure = {name: found for name, found in fields.confidence.items() if name != "tax"}
    if tax is None:
        return replace(fields, tax_cents=None, tax_bands=(), confidence=sure)
    clear = clearness(sums.rows[tax.row].score) if tax.row >= 0 else 0.0
    evidence = Evidence("tax", dict.fromkeys(tax.checks, 1.0) | {"clear": clear})
    return replace(
        fields,
        tax_cents=tax.cents,
        tax_bands=tax.bands,
        confidence={**sure, "tax": probability(evidence)},
        features={**fields.features, "tax": in_thousandths(evidence)},
    )


def merchant_of(receipt: Receipt, value: str) -> Fields:
    wanted = _letters(value)
    if len(merchant_key(value)) < _LEAST_LETTERS:
        raise Doubt("too short for a name")
    if wanted != (known := _letters(receipt.fields.merchant or "")) and wanted in known:
        raise Doubt("a part of the name that was read")
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
            proven = bool(evidence.features["legal"]) and _legible(receipt, index)
            held = surer(receipt.fields, evidence, index, proven=proven)
            return replace(held, merchant=value.strip())
    raise Doubt("not in the text")


def _legible(receipt: Receipt, row: int) -> bool:
    return receipt.rows[row].score >= _LEGIBLE


def _may_be_name(row: Row) -> bool:
    return label_of(row.text) is Label.NONE and not any(amount.exact for amount in amounts_in(row.text))


def _letters(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())
