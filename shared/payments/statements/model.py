"""The one normal form of a statement's line, whatever file it came in, and the key it is stored under.

A receipt alone is no key: a payment, its charge and its reversal share one (reference: payments 1.9, 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
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
        told = dict(zip(_FIELDS, _VALUES(self), strict=True))  # asdict copies deeply, at many times the price
        told["kind"] = self.kind.value
        return told


_FIELDS = tuple(field.name for field in fields(StatementLine))
_VALUES = attrgetter(*_FIELDS)


def read_line(data: dict[str, Any]) -> StatementLine:
    """A line from its plain form."""
    return StatementLine(**{**data, "kind": Kind(data["kind"])})


def key_of(line: StatementLine, count: int = 0) -> str:
    """The key of a line; ``count`` is how many of its identity come before it.

    The reason type stands in the key as the kind that was read from it: files without that column give the
    same key.
    """
    return derived_id("stl", *line.identity(), *([str(count)] if count else []))


def apart(group: Sequence[StatementLine]) -> list[int]:
    """The places, oldest first, of the lines of one identity that are different facts."""
    order = sorted(range(len(group)), key=lambda place: _same_everywhere(group[place]))
    line = group[0]
    if line.receipt and line.kind is not Kind.FEE and line.account.startswith(MPESA):
        return order[:1]  # M-Pesa gives a receipt number once; a bank's reference is what a payer typed
    found: list[int] = []
    for place in order:  # of equal balances the first; where no balance is told, each counts
        cents = group[place].balance_cents
        if cents is None or not found or group[found[-1]].balance_cents != cents:
            found.append(place)
    return found


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
