"""The operator's commands for the books (``python -m tools.admin``): verify, trial-balance, export, seal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from shared.access import businesses
from shared.app import App
from shared.books import known_balance, seal_journal, trial_balance
from shared.books.blocks import block_key
from shared.books.sealing import mark_strays
from shared.core.errors import Invalid, NotFound, Refused
from shared.core.money import format_units
from shared.store import Store
from tools.books.beancount import export
from tools.books.rollups import rebuild
from tools.books.verify import Verification
from tools.day_sums import mark, wrong_days

Command = Callable[[App, argparse.Namespace], None]
Add = Callable[[str, Command], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands of this file into the operator's command line."""
    one = add("verify", verify)
    one.add_argument("id", nargs="?", help="one business; all without")
    one.add_argument("--anchor", default="", help="NUMBER:HASH of a block, as an earlier run printed it")
    one = add("trial-balance", balances)
    one.add_argument("id")
    one.add_argument("--as-of", default="", help="a day in Nairobi, 2026-03-31; all without")
    one.add_argument(
        "--detail", action="store_true", help="each invoice and customer, from the whole journal"
    )
    one = add("export", beancount)
    one.add_argument("id")
    one.add_argument("--output", default="", help="a file; standard output without")
    one = add("seal", seal)
    one.add_argument("id", nargs="?", help="one business; all without")
    one.add_argument("--strays", action="store_true", help="also entries that an old version left unmarked")
    one = add("sums", sums)
    one.add_argument("id", nargs="?", help="one business; all without")
    one.add_argument("--again", action="store_true", help="sum the days that are wrong anew")
    add("rebuild-rollups", rollups).add_argument("id", nargs="?", help="one business; all without")


def verify(app: App, arguments: argparse.Namespace) -> None:
    """Hash and add up everything again; print what does not hold, and end with status 1 if anything."""
    wrong = 0
    for business in _meant(app, arguments.id):
        look = Verification(app.store, business)
        for finding in look.run():
            wrong += 1
            print(f"{business}: {finding}")
        passed_over = f", {look.moved} documents changed meanwhile" if look.moved else ""
        print(f"{business}: {look.entries} entries, {look.blocks} blocks{passed_over}")
        print(f"{business}: anchor {look.blocks}:{look.head}")
        wrong += _anchored(app.store, business, arguments.anchor)
    if wrong:
        raise Refused(f"the books do not hold: {wrong} findings", code="books_broken")


def _anchored(store: Store, business: str, anchor: str) -> int:
    """Compare a block with what was noted of it: a chain that was made anew from the start is whole too."""
    if not anchor:
        return 0
    number, _, noted = anchor.partition(":")
    if not number.isdecimal() or not noted:
        raise Invalid("anchor_invalid", "--anchor takes NUMBER:HASH")
    block = store.get(business, block_key(int(number))) if int(number) else None
    found = str(block.data.get("sha256")) if block else "nothing"
    if found == noted:
        return 0
    print(f"{business}: block {number}: it was noted as {noted}, there is {found}")
    return 1


def balances(app: App, arguments: argparse.Namespace) -> None:
    """Print every account's balance, debits positive; each currency must come to nothing."""
    (business,) = _meant(app, arguments.id)
    _check_day(arguments.as_of)
    sums = trial_balance if arguments.detail else known_balance
    found = sums(app.store, business, arguments.as_of)
    for (currency, account), cents in found.accounts.items():
        print(f"{currency}  {format_units(cents):>18}  {account}")
    for currency, cents in found.totals.items():
        print(f"{currency}  {format_units(cents):>18}  all {found.entries} entries")
    if any(found.totals.values()):
        raise Refused("the books do not balance: run verify", code="books_broken")


def _check_day(text: str) -> None:
    try:
        right = not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        right = False
    if not right:
        raise Invalid("time_invalid", "--as-of takes a day as YYYY-MM-DD")


def beancount(app: App, arguments: argparse.Namespace) -> None:
    """Write the journal as beancount text, with a balance assertion for each month and account."""
    (business,) = _meant(app, arguments.id)
    if not arguments.output:
        export(app.store, business, sys.stdout.write)
        return
    with Path(arguments.output).open("w", encoding="utf-8", newline="\n") as file:
        export(app.store, business, file.write)


def seal(app: App, arguments: argparse.Namespace) -> None:
    """Seal what waits, now and not at the next sweep."""
    for business in _meant(app, arguments.id):
        if arguments.strays:
            look = Verification(app.store, business)
            for _ in look.run():
                pass  # what it finds besides is verify's to say
            mark_strays(app.store, business, look.strays)
        print(f"{business}: {seal_journal(app.store, business)} entries sealed")


def rollups(app: App, arguments: argparse.Namespace) -> None:
    """Make the rollups again from the blocks, and write those that differ."""
    for business in _meant(app, arguments.id):
        mended = rebuild(app.store, business)
        print(f"{business}: {len(mended)} rollups mended {' '.join(mended)}".rstrip())


def sums(app: App, arguments: argparse.Namespace) -> None:
    """Hold the sums by day against their records; with ``--again`` the timer sums anew what is wrong."""
    wrong = 0
    for business in _meant(app, arguments.id):
        found = list(wrong_days(app.store, business))
        wrong += len(found)
        if arguments.again:
            mark(app.store, business, found)
        done = " (marked to be summed anew)" if arguments.again and found else ""
        print(f"{business}: {len(found)} days wrong {' '.join(found[:20])}".rstrip() + done)
    if wrong and not arguments.again:
        raise Refused("sums by day do not hold: run sums --again", code="sums_broken")


def _meant(app: App, business: str | None) -> list[str]:
    """One business, or all; raises NotFound."""
    known = [doc.id for doc in businesses(app.store)]
    if business is None:
        return known
    if business not in known:
        raise NotFound(f"there is no business '{business}'")
    return [business]
