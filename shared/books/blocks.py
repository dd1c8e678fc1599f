"""Blocks: entries sealed together, each block chained to the one before it by its hash.

``blocks/{number}`` is written once and never changed. It names its entries and their hashes, sums them, and
carries on the balance of every account group, so the newest block is the trial balance of all that is sealed.
An entry changed, removed or slipped in afterwards no longer fits the chain (tools/verify.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shared.books.chart import group
from shared.books.invariants import hold
from shared.books.journal import seal
from shared.books.places import BLOCKS
from shared.store import Data, Doc, Key, Query, Store, Where

GENESIS = "0" * 64
"""What the first block names as the hash of the block before it."""
_PAGE = 20
"""Blocks a page: they take about 30 kB each, and whoever reads them all does it in flat memory."""
Sums = dict[str, dict[str, int]]
"""Signed cents by currency and account group."""


def block_key(number: int) -> Key:
    """Where a block is; the first has number 1."""
    return Key(BLOCKS, f"{number:010d}")


def build(previous: Doc | None, entries: Sequence[Doc], now: str) -> Data:
    """The block that seals ``entries`` after ``previous``, in the order given."""
    before: Data = previous.data if previous else {"number": 0, "sha256": GENESIS, "count": 0, "balances": {}}
    totals = add_up(entry.data for entry in entries)
    hold(not any(sum(accounts.values()) for accounts in totals.values()), "a block's legs do not sum to zero")
    body = {
        "number": before["number"] + 1,
        "previous": before["sha256"],
        "entries": [{"id": entry.id, "sha256": entry.data["sha256"]} for entry in entries],
        "count": before["count"] + len(entries),
        "totals": totals,
        "balances": carry(before["balances"], totals),
        "sealed_at": now,
    }
    return {**body, "sha256": seal(block_key(body["number"]).id, body)}


def add_up(entries: Iterable[Data]) -> Sums:
    """What some entries come to, by currency and account group."""
    sums: Sums = {}
    for entry in entries:
        accounts = sums.setdefault(entry["currency"], {})
        for leg in entry["legs"]:
            name = group(leg["account"])
            accounts[name] = accounts.get(name, 0) + leg["amount"]
    return sums


def carry(balances: Sums, totals: Sums) -> Sums:
    """Balances with some totals added; neither is changed."""
    carried = {currency: dict(accounts) for currency, accounts in balances.items()}
    for currency, accounts in totals.items():
        into = carried.setdefault(currency, {})
        for account, cents in accounts.items():
            into[account] = into.get(account, 0) + cents
    return carried


def last_block(store: Store, business: str) -> Doc | None:
    """The newest block of a business."""
    found = store.query(business, Query(BLOCKS, (), "-number", 1)).docs
    return found[0] if found else None


def blocks(store: Store, business: str, *, after: int = 0) -> Iterator[Doc]:
    """Every block whose number is above ``after``, in order, page after page."""
    newer = (Where("number", ">", after),)
    return store.each(business, Query(BLOCKS, newer, "number", _PAGE))
