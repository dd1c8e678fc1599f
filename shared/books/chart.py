"""The chart of accounts: every account that an entry may name, as one table (reference: stores 5).

An account is its name: opened by its first use, of the kind that its row says. ``*`` in a row stands for one
part of a name, chosen by who posts: a paybill, an invoice, a category.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

_PART = "[A-Za-z0-9_.-]{1,128}"


class Kind(StrEnum):
    """What a balance means; assets and expenses grow by debits (positive), the others by credits."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the chart.

    ``folds``: the account has one name for each invoice, customer or supplier; sums over many of them are
    told under the first part of the name alone.
    """

    pattern: str
    kind: Kind
    label: str
    folds: bool = False

    @property
    def expression(self) -> str:
        """The row as a regular expression."""
        return ":".join(_PART if part == "*" else re.escape(part) for part in self.pattern.split(":"))


CHART = (
    Row("clearing:*", Kind.ASSET, "Mobile money with the provider"),
    Row("clearing:*:*", Kind.ASSET, "Mobile money at one paybill or till"),
    Row("bank:*", Kind.ASSET, "Bank account"),
    Row("bank:*:*", Kind.ASSET, "Bank account"),
    Row("cash", Kind.ASSET, "Cash in hand"),
    Row("ar:*", Kind.ASSET, "Owed on invoices", folds=True),
    Row("wht:receivable", Kind.ASSET, "Withholding tax kept by customers, to be claimed from KRA"),
    Row("unapplied:*", Kind.LIABILITY, "Customers' credit", folds=True),
    Row("suspense:unmatched", Kind.LIABILITY, "Money received, its purpose unknown"),
    Row("payable:*", Kind.LIABILITY, "Owed to suppliers", folds=True),
    Row("vat:output", Kind.LIABILITY, "VAT on sales, owed to KRA"),
    Row("equity:opening", Kind.EQUITY, "Opening balances"),
    Row("equity:owner", Kind.EQUITY, "Put in and taken out by the owner"),
    Row("sales", Kind.INCOME, "Sales"),
    Row("fees:*", Kind.EXPENSE, "Charges of the provider or bank"),
    Row("fees:*:*", Kind.EXPENSE, "Charges of the provider or bank"),
    Row("expense:*", Kind.EXPENSE, "Spending by category"),
    Row("bad_debt", Kind.EXPENSE, "Forgiven or lost"),
    Row("rounding", Kind.EXPENSE, "Cents and shillings rounded away"),
)
_FOLDED = frozenset(row.pattern.split(":", 1)[0] for row in CHART if row.folds)


@cache
def _matcher() -> re.Pattern[str]:
    return re.compile("|".join(f"({row.expression})" for row in CHART))


def row_of(account: str) -> Row | None:
    """The line of the chart that an account belongs to, None when there is none."""
    match = _matcher().fullmatch(account)
    return CHART[match.lastindex - 1] if match and match.lastindex else None


def group(account: str) -> str:
    """The name under which sums over many documents tell an account: ``ar`` for ``ar:inv_1``."""
    head = account.split(":", 1)[0]
    return head if head in _FOLDED else account
