"""The total: every labelled amount is a candidate, and arithmetic decides between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from shared.receipts.extract.amounts import Amount, amounts_in, prints_cents
from shared.receipts.extract.labels import Label, label_of, summary_start
from shared.receipts.model import Row

_WORTH = {
    Label.FINAL: 100,
    Label.TOTAL: 88,
    Label.INCLUSIVE: 82,
    Label.AMOUNT: 55,
    Label.SUBTOTAL: 45,
    Label.EXCLUSIVE: 5,
}
_PRINTED = (Label.FINAL, Label.TOTAL, Label.INCLUSIVE)
ROUNDING_CENTS = 5
"""Cash totals are rounded to the smallest coin: sums may differ by this much."""


@dataclass(frozen=True)
class Sums:
    """Every row with its label and its amounts, and where the table of taxes begins."""

    rows: tuple[Row, ...]
    labels: tuple[Label, ...]
    amounts: tuple[tuple[Amount, ...], ...]
    summary: int
    cents_habit: bool

    def last(self, label: Label, *, before_summary: bool = True) -> Iterator[tuple[int, Amount]]:
        """Rows of a label with the last amount of each."""
        for index, (own, found) in enumerate(zip(self.labels, self.amounts, strict=True)):
            if own is label and found and not (before_summary and index >= self.summary):
                yield index, found[-1]


@dataclass(frozen=True)
class Total:
    """A candidate for the total with its score and what speaks for it."""

    cents: int
    row: int
    score: int
    label: Label
    checks: tuple[str, ...] = ()
    margin: int = 0


def read_sums(rows: Sequence[Row]) -> Sums:
    """Label the rows and read their amounts; a label alone takes the amounts of the bare row below it."""
    labels = tuple(label_of(row.text) for row in rows)
    amounts = [amounts_in(row.text) for row in rows]
    for index in range(len(rows) - 1):
        bare_below = labels[index + 1] is Label.NONE and _bare(rows[index + 1])
        if labels[index] is not Label.NONE and not amounts[index] and bare_below:
            amounts[index] = amounts[index + 1]
    return Sums(tuple(rows), labels, tuple(amounts), summary_start(rows), prints_cents(amounts))


def find_total(sums: Sums) -> Total | None:
    """The best candidate with its margin over the best other value, or None where no amount was read."""
    ranked = sorted(_candidates(sums), key=lambda total: (total.score, total.row), reverse=True)
    if not ranked:
        return None
    best = ranked[0]
    other = next((total.score for total in ranked if total.cents != best.cents), 0)
    return replace(best, margin=min(best.score - max(other, 0), 100))


def paid_cents(sums: Sums) -> tuple[int, ...]:
    """What was handed over less the change: one figure for each way to pair the rows that say so."""
    tenders = [(row, amount.cents) for row, amount in sums.last(Label.TENDER) if amount.cents]
    changes = [(row, amount.cents) for row, amount in sums.last(Label.CHANGE)]
    if not changes:
        return tuple(cents for _, cents in tenders)
    return tuple(
        given - back for row, given in tenders for after, back in changes if after > row and given > back
    )


def _candidates(sums: Sums) -> Iterator[Total]:
    repeats = Counter(amount.cents for found in sums.amounts for amount in found)
    usual = median([row.height for row in sums.rows] or [1.0])
    labelled = False
    for label, worth in _WORTH.items():
        for row, amount in sums.last(label, before_summary=False):
            if amount.cents and not amount.minus:
                labelled = True
                yield _scored(sums, Total(amount.cents, row, worth, label), amount, repeats, usual)
    yield from _derived(sums)
    if not labelled:
        yield from _largest(sums)


def _scored(sums: Sums, total: Total, amount: Amount, repeats: Counter[int], usual: float) -> Total:
    checks = tuple(_checks(sums, total.cents))
    score = total.score + sum(_CHECK_WORTH[check] for check in checks)
    score += 4 * min(repeats[total.cents] - 1, 3)
    score += 8 if sums.rows[total.row].height > 1.3 * usual else 0
    score -= 45 if sums.cents_habit and not amount.exact else 0
    score -= 40 if total.row >= sums.summary and len(sums.amounts[total.row]) > 1 else 0
    score -= 8 if total.row >= sums.summary else 0
    return replace(total, score=score, checks=checks)


_CHECK_WORTH = {"tender": 30, "tender_rounded": 22, "sum": 15}


def _checks(sums: Sums, cents: int) -> Iterator[str]:
    off = min((abs(cents - paid) for paid in paid_cents(sums)), default=None)
    if off == 0:
        yield "tender"
    elif off is not None and off <= ROUNDING_CENTS:
        yield "tender_rounded"
    if any(abs(cents - whole) <= 1 for whole in _built(sums)):
        yield "sum"


def _built(sums: Sums) -> Iterator[int]:
    """Net + tax + rounding, from the rows that say so."""
    nets = [amount.cents for label in (Label.EXCLUSIVE, Label.SUBTOTAL) for _, amount in sums.last(label)]
    taxes = [amount.cents for _, amount in sums.last(Label.TAX)]
    roundings = [amount.signed for _, amount in sums.last(Label.ROUNDING)] or [0]
    for net in nets:
        for tax in taxes or [0]:
            for rounding in roundings:
                if tax or rounding:
                    yield net + tax + rounding
                    yield net + tax - rounding  # a lost minus sign is common


def _derived(sums: Sums) -> Iterator[Total]:
    """Where the printed total is misread: what was paid, if net + tax + rounding come to the same.

    A printed total that differs by just the printed rounding is no misread: it is kept.
    """
    built = set(_built(sums))
    roundings = [amount.signed for _, amount in sums.last(Label.ROUNDING)]
    printed = {amount.cents for label in _PRINTED for _, amount in sums.last(label)}
    for cents in paid_cents(sums):
        explained = any(cents - sign * rounding in printed for rounding in roundings for sign in (1, -1))
        if cents in built and not explained:
            row = next(row for row, _ in sums.last(Label.TENDER))
            yield Total(cents, row, 128, Label.TENDER, ("tender", "sum"))


def _largest(sums: Sums) -> Iterator[Total]:
    """With no label at all, the largest amount that was not handed over or given back: a guess."""
    handed = {Label.TENDER, Label.CHANGE, Label.COUNT}
    found = [
        (amount.cents, row)
        for row, (label, amounts) in enumerate(zip(sums.labels, sums.amounts, strict=True))
        for amount in amounts
        if label not in handed and (amount.exact or amount.currency)
    ]
    if found:
        cents, row = max(found)
        yield Total(cents, row, 20, Label.NONE, tuple(_checks(sums, cents)))


def _bare(row: Row) -> bool:
    return sum(letter.isalpha() for letter in row.text) <= 3
