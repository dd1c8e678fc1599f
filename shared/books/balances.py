"""Balances summed anew from the journal: the check on every balance that is kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.books.places import JOURNAL
from shared.store import Doc, Query, Store

Account = tuple[str, str]
"""A currency and an account."""
_DETAILED = ("ar", "unapplied")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The sum of every account in cents, and each currency's total, which is zero when the books hold."""

    entries: int
    accounts: dict[Account, int]

    @property
    def totals(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        for (currency, _), cents in self.accounts.items():
            sums[currency] = sums.get(currency, 0) + cents
        return sums

    def of(self, account: str, currency: str = "KES") -> int:
        """The balance of one account in cents, debit positive."""
        return self.accounts.get((currency, account), 0)

    def folded(self) -> dict[Account, int]:
        """The accounts with all receivables as ``ar`` and all customer credit as ``unapplied``."""
        sums: dict[Account, int] = {}
        for (currency, account), cents in self.accounts.items():
            head = account.split(":", 1)[0]
            name = (currency, head if head in _DETAILED else account)
            sums[name] = sums.get(name, 0) + cents
        return sums


def entries(store: Store, business: str) -> Iterator[Doc]:
    """Every journal entry in the order of recording, page after page."""
    cursor: str | None = None
    while True:
        page = store.query(business, Query(JOURNAL, (), "recorded_at", 500, cursor))
        yield from page.docs
        if page.next is None:
            return
        cursor = page.next


def trial_balance(store: Store, business: str) -> TrialBalance:
    """Add up the whole journal of a business."""
    accounts: dict[Account, int] = {}
    count = 0
    for entry in entries(store, business):
        count += 1
        for leg in entry.data["legs"]:
            account = (entry.data["currency"], leg["account"])
            accounts[account] = accounts.get(account, 0) + leg["amount"]
    return TrialBalance(count, dict(sorted(accounts.items())))
