"""The one normal form of a statement's line, whatever file it came in, and the key it is stored under.

A receipt alone is no key: a payment, its charge and its reversal share one (reference: payments 1.9, 5.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from shared.core.ids import derived_id

MPESA, BANK = "mpesa-", "bank-"
"""How account names begin."""


class Kind(StrEnum):
    """What a line means for the books."""

    MONEY_IN = "money_in"
    """A customer paid."""
    MONEY_OUT = "money_out"
    """The business paid somebody."""
    PAYOUT = "payout"
    """The business sent money to a phone (B2C)."""
    FEE = "fee"
    """The provider's charge; with a positive amount it was given back."""
    REVERSAL = "reversal"
    """An earlier line was taken back."""
    TO_BANK = "to_bank"
    """From the provider's float to the business's bank, as the provider tells it."""
    FROM_BANK = "from_bank"
    """From the business's bank into the float: its own money, never a customer's."""
    INTERNAL = "internal"
    """Between two purses of the same float: nothing came or went."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line.

    Args:
        account: ``mpesa-174379`` or ``bank-equity-0123``: where the money lies.
        receipt: the provider's receipt or the bank's reference, "" where a line has none.
        amount_cents: signed: what came in is positive.
        at: when it was completed, RFC 3339 UTC.
        balance_cents: what the account held after it, None where the file does not say.
        party: whom the money came from or went to, as the file writes it.
        linked: the receipt of the line that this one belongs to.
        account_no: what the payer typed as account number.
        row: where it stands in the file, from 1.
    """

    account: str
    receipt: str
    kind: Kind
    reason: str
    amount_cents: int
    currency: str
    at: str
    business_day: str
    balance_cents: int | None
    details: str = ""
    party: str = ""
    linked: str = ""
    account_no: str = ""
    row: int = 0

    def identity(self) -> tuple[str, ...]:
        """What tells this line from every other of its account, but for charges that repeat."""
        return (self.account, self.receipt, self.kind.value, str(self.amount_cents), self.currency, self.at)

    def data(self) -> dict[str, Any]:
        """Plain JSON values."""
        told = {name: getattr(self, name) for name in _FIELDS}  # asdict copies deeply, at six times the price
        return {**told, "kind": self.kind.value}


_FIELDS = tuple(field.name for field in fields(StatementLine))


def read_line(data: dict[str, Any]) -> StatementLine:
    """A line from its plain form."""
    return StatementLine(**{**data, "kind": Kind(data["kind"])})


def keyed(lines: Iterable[StatementLine]) -> Iterator[tuple[str, StatementLine]]:
    """Every line once under its key, in the order given.

    The reason type stands in the key as the kind that was read from it: files without that column give the
    same key. A charge, or a line without receipt, may repeat to the last cent and second: the second, third
    … of a file are other lines, counted. The same line twice (same balance after it) is one line. They are
    counted in the order of their balances, so that the order of rows in a file changes no key.
    """
    groups: dict[tuple[str, ...], list[StatementLine]] = {}
    for line in lines:
        groups.setdefault(line.identity(), []).append(line)
    for identity, group in groups.items():
        for number, line in enumerate(_apart(group)):
            yield derived_id("stl", *identity, *([str(number)] if number else [])), line


def _apart(group: list[StatementLine]) -> list[StatementLine]:
    """The lines of one identity that are different facts."""
    if len(group) == 1:
        return group
    ordered = sorted(group, key=_same_everywhere)
    if group[0].receipt and group[0].kind is not Kind.FEE and group[0].account.startswith(MPESA):
        return ordered[:1]  # M-Pesa gives a receipt number once; a bank's reference is what a payer typed
    apart: list[StatementLine] = []
    for line in ordered:  # of equal balances the first; where no balance is told, each counts
        if line.balance_cents is None or not apart or apart[-1].balance_cents != line.balance_cents:
            apart.append(line)
    return apart


def _same_everywhere(line: StatementLine) -> tuple[Any, ...]:
    """Order of lines of one identity, oldest first: each takes the balance further the same way.

    So a file that ends between two of them gives the first of them the key that the whole file gives it.
    """
    cents = line.balance_cents or 0
    return (
        line.balance_cents is None,
        -cents if line.amount_cents < 0 else cents,
        line.reason,
        line.details,
        line.party,
        line.linked,
        line.account_no,
    )
