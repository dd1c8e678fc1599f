"""Do the balances of a statement follow from its amounts? Where they do not, a row is missing or was
changed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

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


class _Told(NamedTuple):
    """A line that says what the account held after it."""

    row: int
    amount: int
    balance: int

    def after(self, before: _Told) -> Break | None:
        """What is wrong if this line is the next one after ``before``."""
        expected = before.balance + self.amount
        return Break(self.row, expected, self.balance) if expected != self.balance else None


class Running:
    """Follows the running balance line by line, both ways at once: whether a file begins with its oldest line
    is known at its end."""

    def __init__(self) -> None:
        self._began = self._ended = ""
        self._first: _Told | None = None
        self._last: _Told | None = None
        self._down: list[Break] = []
        self._up: deque[Break] = deque(maxlen=MOST)
        self._count_down = self._count_up = 0

    def take(self, line: StatementLine) -> None:
        """The next line in the file's own order, whichever way it runs."""
        self._began, self._ended = self._began or line.at, line.at
        if line.balance_cents is None:
            return
        told, before = _Told(line.row, line.amount_cents, line.balance_cents), self._last
        self._first, self._last = self._first or told, told
        if before is None:
            return
        if down := told.after(before):
            self._count_down += 1
            if self._count_down <= MOST:
                self._down.append(down)
        if up := before.after(told):
            self._count_up += 1
            self._up.appendleft(up)  # read from below, the last are the first

    def checked(self, opening: int | None = None, closing: int | None = None) -> Balances:
        """What all of it comes to.

        Args:
            opening, closing: balances that the file states by themselves.
        """
        rising = self._rises()
        first, last = (self._first, self._last) if rising else (self._last, self._first)
        if first is None or last is None:
            return Balances(opening, closing, ())
        breaks = list(self._down if rising else self._up)
        start, end = first.balance - first.amount, last.balance
        if opening is not None and opening != start:
            breaks = [Break(first.row, opening + first.amount, first.balance), *breaks]
        if closing is not None and closing != end:
            breaks.append(Break(last.row, closing, end))
        stated = start if opening is None else opening, end if closing is None else closing
        return Balances(*stated, tuple(breaks[:MOST]))

    def _rises(self) -> bool:
        """The portal writes the newest row first; of one second only, the balances say which way a file
        runs."""
        if self._began != self._ended:
            return self._began < self._ended
        return self._count_down <= self._count_up
