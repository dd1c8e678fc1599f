"""Balances: summed anew from the whole journal, or told by the newest block and what is not sealed yet.

The whole sum is the check on every balance that is kept elsewhere; it costs a read an entry. The other is
what is shown: it reads one block, the entries of the last minutes and, for an earlier day, the months'
rollups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.books.blocks import last_block
from shared.books.chart import group
from shared.books.places import JOURNAL
from shared.books.rollups import all_rollups, cells, entries_until
from shared.books.sealing import adopted, unsealed
from shared.core.errors import Contended
from shared.store import Data, Doc, Query, Store

Account = tuple[str, str]
"""A currency and an account."""
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The sum of every account in cents, and each currency's total, which is zero when the books hold.

    ``sealed`` of its entries are in blocks, the newest of which has the number ``block`` (0: there is none).
    """

    entries: int
    accounts: dict[Account, int]
    sealed: int = 0
    block: int = 0

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
        """The accounts with all receivables as ``ar``, all customer credit as ``unapplied`` and so on."""
        sums: dict[Account, int] = {}
        for (currency, account), cents in self.accounts.items():
            _add(sums, currency, group(account), cents)
        return dict(sorted(sums.items()))

    def grouped(self) -> TrialBalance:
        """The same by account group."""
        return replace(self, accounts=self.folded())


def entries(store: Store, business: str) -> Iterator[Doc]:
    """Every journal entry in the order of recording, page after page."""
    return store.each(business, Query(JOURNAL, (), "recorded_at", 500))


def trial_balance(store: Store, business: str, as_of: str = "") -> TrialBalance:
    """Add up the whole journal of a business; with ``as_of`` what counts for that Nairobi day or one
    before."""
    return _summed((doc.data for doc in entries(store, business)), as_of)


def known_balance(store: Store, business: str, as_of: str = "") -> TrialBalance:
    """The same sums by account group, from the newest block, the rollups and what is not sealed yet.

    A sealer at work meanwhile would have entries counted twice or not at all, so it is looked again whether
    the newest block is still the newest. Raises Contended when it never was.
    """
    for _ in range(_LOOKS):
        last = last_block(store, business)
        if last is None and not adopted(store, business):
            return trial_balance(store, business, as_of).grouped()
        found = _known(store, business, last, as_of)
        newest = last_block(store, business)
        if (newest.id if newest else "") == (last.id if last else ""):
            return found
    raise Contended("the journal is being sealed")


def _known(store: Store, business: str, last: Doc | None, as_of: str) -> TrialBalance:
    count, sums = (0, {}) if last is None else _until(store, business, as_of) if as_of else _whole(last)
    tail = _summed((doc.data for doc in unsealed(store, business)), as_of)
    for (currency, account), cents in tail.folded().items():
        _add(sums, currency, account, cents)
    number = last.data["number"] if last else 0
    return TrialBalance(count + tail.entries, dict(sorted(sums.items())), count, number)


def _whole(last: Doc) -> tuple[int, dict[Account, int]]:
    told: dict[str, dict[str, int]] = last.data["balances"]
    sums = {(currency, account): cents for currency, of in told.items() for account, cents in of.items()}
    return last.data["count"], sums


def _until(store: Store, business: str, day: str) -> tuple[int, dict[Account, int]]:
    count = 0
    sums: dict[Account, int] = {}
    for rollup in all_rollups(store, business):
        if rollup.id > day[:7]:
            break
        count += entries_until(rollup.data, day)
        for cell in cells(rollup.data):
            if cell.day <= day:
                _add(sums, cell.currency, cell.account, cell.cents)
    return count, sums


def _summed(found: Iterable[Data], as_of: str) -> TrialBalance:
    accounts: dict[Account, int] = {}
    count = 0
    for entry in found:
        if as_of and entry["business_day"] > as_of:
            continue
        count += 1
        for leg in entry["legs"]:
            _add(accounts, entry["currency"], leg["account"], leg["amount"])
    return TrialBalance(count, dict(sorted(accounts.items())))


def _add(sums: dict[Account, int], currency: str, account: str, cents: int) -> None:
    name = (currency, account)
    sums[name] = sums.get(name, 0) + cents
