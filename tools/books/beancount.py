"""The journal as beancount text, which bean-check and every tool around it reads.

The same books give the same bytes. Account names follow the chart; ids become valid and stay distinct. Each
month ends with a balance assertion for every account group, taken from the rollups: an entry that the text
lost would fail it (beancount's language: balance assertions on parent accounts count their children).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from shared.books.blocks import blocks, last_block
from shared.books.chart import Kind, group, row_of
from shared.books.places import JOURNAL
from shared.books.rollups import all_rollups, cells, month_of
from shared.books.sealing import adopted, unsealed
from shared.core.errors import Contended, Refused
from shared.core.money import format_units
from shared.store import Data, Doc, Key, Store
from tools.books.scratch import Scratch

_ROOTS = {
    Kind.ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.INCOME: "Income",
    Kind.EXPENSE: "Expenses",
}
_HEADS = {
    "ar": "Receivable",
    "bad_debt": "BadDebt",
    "expense": "Spending",
    "unapplied": "CustomerCredit",
    "vat": "VAT",
    "wht": "WithholdingTax",
}
_ESCAPES = {"_": "--", "-": "-d", ".": "-p"}
_OPENED = "1970-01-01"
_TRIES = 5
Sums = dict[str, dict[tuple[str, str], int]]
"""Signed cents by month, then by account group and currency."""
Write = Callable[[str], object]


def export(store: Store, business: str, write: Write) -> None:
    """Write a business's whole journal as beancount text, a piece at a time.

    Raises Refused ``not_sealed`` for a journal that was never sealed, Contended while it is being sealed.
    """
    newest, months, tail = _moment(store, business)
    write(f'option "title" "{_text(business)}"\noption "operating_currency" "KES"\n')
    with Scratch() as opened:
        for entry in _entries(store, business, newest, tail):
            _write_entry(entry, opened, write)
        _write_balances(months, opened, write)


def _moment(store: Store, business: str) -> tuple[int, Sums, list[Doc]]:
    """The number of the newest block, and the months' sums and unsealed entries that go with it."""
    for _ in range(_TRIES):
        newest = last_block(store, business)
        if newest is None and not adopted(store, business):
            raise Refused("the journal was never sealed: python -m tools.admin seal", code="not_sealed")
        number = newest.data["number"] if newest else 0
        tail = list(unsealed(store, business))
        months = _months(store, business, tail)
        again = last_block(store, business)
        if (again.data["number"] if again else 0) == number:
            return number, months, tail
    raise Contended("the journal is being sealed")


def _months(store: Store, business: str, tail: list[Doc]) -> Sums:
    months: Sums = {}
    for rollup in all_rollups(store, business):
        for cell in cells(rollup.data):
            _add(months, rollup.id, cell.account, cell.currency, cell.cents)
    for entry in tail:
        for leg in entry.data["legs"]:
            _add(months, month_of(entry.data), group(leg["account"]), entry.data["currency"], leg["amount"])
    return months


def _add(months: Sums, month: str, account: str, currency: str, cents: int) -> None:
    sums = months.setdefault(month, {})
    sums[account, currency] = sums.get((account, currency), 0) + cents


def _entries(store: Store, business: str, newest: int, tail: list[Doc]) -> Iterator[Doc]:
    """Every entry: block after block, then what no block holds yet."""
    for block in blocks(store, business):
        if block.data["number"] > newest:
            break
        found = store.get_many(business, [Key(JOURNAL, sealed["id"]) for sealed in block.data["entries"]])
        yield from (entry for entry in found if entry is not None)
    yield from tail


def _write_entry(entry: Doc, opened: Scratch, write: Write) -> None:
    data = entry.data
    for leg in data["legs"]:
        _open(group(leg["account"]), opened, write)
        _open(leg["account"], opened, write)
    postings = "".join(
        f"  {account_name(leg['account'])}  {format_units(leg['amount'])} {data['currency']}\n"
        for leg in data["legs"]
    )
    write(f"\n{data['business_day']} * {_quoted(_narration(data))} ^{data['source']['id']}\n")
    write(f"  entry: {_quoted(entry.id)}\n  kind: {_quoted(data['kind'])}\n{postings}")


def _open(account: str, opened: Scratch, write: Write) -> None:
    if opened.do("INSERT OR IGNORE INTO sums (account, currency, cents) VALUES (?, '', 0)", account):
        write(f"\n{_OPENED} open {account_name(account)}\n")


def _write_balances(months: Sums, opened: Scratch, write: Write) -> None:
    balances: dict[tuple[str, str], int] = {}
    for month, sums in sorted(months.items()):
        for where, cents in sums.items():
            balances[where] = balances.get(where, 0) + cents
        write("\n")
        for (account, currency), cents in sorted(balances.items()):
            _open(account, opened, write)
            write(f"{_day_after(month)} balance {account_name(account)}  {format_units(cents)} {currency}\n")


def _day_after(month: str) -> str:
    """The first day of the month that follows: beancount's assertions hold at the beginning of their day."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1).isoformat()


def account_name(account: str) -> str:
    """An account as beancount names it, ``Assets:Receivable:Inv--3f2a``; no two accounts share a name."""
    head, *parts = account.split(":")
    row = row_of(account) or row_of(f"{account}:x")
    if row is None:
        raise Refused(f"'{account}' is not in the chart of accounts", code="journal_invalid")
    named = [] if _ROOTS[row.kind].lower() == head else [_HEADS.get(head, head.capitalize())]
    return ":".join((_ROOTS[row.kind], *named, *map(_part, parts)))


def _part(part: str) -> str:
    """One part of a name: beancount wants letters, digits and dashes after a capital letter or a digit."""
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in part)
    if re.match("[a-z]", part):
        return escaped[0].upper() + escaped[1:]
    if re.match("[0-9]", part):
        return escaped
    return f"X-{'' if part[0].isupper() else '0'}{escaped}"


def _narration(data: Data) -> str:
    return str(data["memo"] or data["kind"].replace("_", " "))


def _quoted(text: str) -> str:
    return f'"{_text(text)}"'


def _text(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
