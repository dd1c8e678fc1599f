"""Do the balances of a statement follow from its amounts? Where they do not, a row is missing or was
changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from shared.payments.statements.model import StatementLine

MOST = 20


@dataclass(frozen=True, slots=True)
class Break:
    """The first row after which the balance is not what the row before it and its own amount make."""

    row: int
    expected_cents: int
    found_cents: int


@dataclass(frozen=True, slots=True)
class Balances:
    """What a file says of its account at both ends, and where it contradicts itself (twenty at most)."""

    opening_cents: int | None
    closing_cents: int | None
    breaks: tuple[Break, ...]


def check(lines: list[StatementLine], opening: int | None = None, closing: int | None = None) -> Balances:
    """Follow the running balance, oldest line first.

    Args:
        lines: in the file's own order, whichever way it runs.
        opening, closing: balances that the file states by themselves.
    """
    told = [line for line in _oldest_first(lines) if line.balance_cents is not None]
    if not told:
        return Balances(opening, closing, ())
    first, last = told[0], told[-1]
    start = first.balance_cents - first.amount_cents if first.balance_cents is not None else 0
    breaks = _breaks(told)
    if opening is not None and opening != start:
        breaks = [Break(first.row, opening + first.amount_cents, first.balance_cents or 0), *breaks]
    end = last.balance_cents
    if closing is not None and closing != end:
        breaks.append(Break(last.row, closing, end or 0))
    return Balances(
        start if opening is None else opening, end if closing is None else closing, tuple(breaks[:MOST])
    )


def _breaks(told: list[StatementLine]) -> list[Break]:
    found = []
    for before, line in pairwise(told):
        assert before.balance_cents is not None  # noqa: S101 - only such lines are told
        assert line.balance_cents is not None  # noqa: S101
        expected = before.balance_cents + line.amount_cents
        if expected != line.balance_cents:
            found.append(Break(line.row, expected, line.balance_cents))
    return found


def _oldest_first(lines: list[StatementLine]) -> list[StatementLine]:
    """The portal writes the newest row first; of one second only, the balances say which way a file runs."""
    if len(lines) < 2 or lines[0].at < lines[-1].at:
        return lines
    if lines[0].at > lines[-1].at:
        return lines[::-1]
    told = [line for line in lines if line.balance_cents is not None]
    return lines if len(_breaks(told)) <= len(_breaks(told[::-1])) else lines[::-1]
