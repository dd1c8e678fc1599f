"""Each known item of a cash line as a fact of its own, and their sums with the records behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    derived_days,
    derived_money,
    derived_percent,
    money_fact,
    tally,
)
from shared.insights.forecasting.cash_line import CashLine
from shared.insights.forecasting.known import Item
from shared.insights.metrics.cash_records import Read
from shared.insights.plan import Period
from shared.store import Doc

MOST_LINES = 40
"""Items told one by one, the largest; the sums hold all of them."""
SOURCES = {"invoice": "invoices", "subscription": "subscriptions", "order": "standing_orders"}
TAXES = ("payroll", "vat")


@dataclass(frozen=True, slots=True)
class Slice:
    """The days that are asked about: the period, and how many days of the line come before it."""

    period: Period
    since: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known in the period, in cents, and its facts; ``known_in`` and ``known_out`` are the first."""

    coming: int
    going: int
    facts: list[Fact]


def known_facts(line: CashLine, read: Read, part: Slice) -> Known:
    """The sums of what is known, its items, and the tax days without an amount."""
    kinds = [_sum(f"known_{SOURCES[kind]}", line.coming, (kind,), read, part) for kind in SOURCES]
    bills, taxes = (
        _sum("known_bills", line.going, ("bill",), read, part),
        _sum("known_taxes", line.going, TAXES, read, part),
    )
    coming, going = sum(item.since(part.since) for item in line.coming), bills[0] + taxes[0]
    of = [fact for _, fact in kinds]
    facts = [
        derived_money("known_in", coming, of, part.period),
        derived_money("known_out", going, (bills[1], taxes[1]), part.period),
        *of,
        bills[1],
        taxes[1],
    ]
    vat = read.vat if any(item.kind == "vat" and not item.records for item in line.going) else []
    return Known(coming, going, [*facts, *vat, *_items(line, read, part), *_undated(line, facts[1], part)])


def _sum(name: str, items: Iterable[Item], kinds: Sequence[str], read: Read, part: Slice) -> tuple[int, Fact]:
    """What the items of some kinds bring in the period, with their records."""
    mine = [item for item in items if item.kind in kinds and item.since(part.since)]
    docs = {doc.id: doc for item in mine for doc in _docs(item, read)}
    cents = sum(item.since(part.since) for item in mine)
    source = Source(SOURCES.get(kinds[0], "expenses"), part.period, (("known", kinds[0]),))
    return cents, money_fact(name, _worth(cents, docs.values()), source)


def _worth(cents: int, docs: Iterable[Doc]) -> Tally:
    """An expected amount with the records that it is expected from."""
    return replace(tally(docs, lambda _: 0), cents=cents)


def _docs(item: Item, read: Read) -> list[Doc]:
    if item.kind == "invoice":
        return [read.open[item.name]]
    if item.kind in SOURCES:
        return [read.agreed[item.name]]
    return [read.expenses[name] for name in item.records]


def _items(line: CashLine, read: Read, part: Slice) -> list[Fact]:
    """The largest items by day, each an amount; of those that may fail also the chance."""
    found = [item for item in (*line.coming, *line.going) if item.since(part.since)]
    found.sort(key=lambda item: (-item.since(part.since), item.at, item.kind, item.name))
    shown = sorted(found[:MOST_LINES], key=lambda item: (item.at, item.kind, item.name))
    facts: list[Fact] = []
    for number, item in enumerate(shown, 1):
        facts += _item(number, item, read, part)
    return facts


def _item(number: int, item: Item, read: Read, part: Slice) -> list[Fact]:
    docs, day = _docs(item, read), Period(start=item.at, end=item.at)
    kind, label = _named(item, docs)
    cents, name = item.since(part.since), f"{kind}:{number}"
    source = Source(SOURCES.get(item.kind, "expenses"), day, (("known", item.kind), ("line", number)))
    if not docs:  # last month's VAT, which its own facts tell
        due = derived_money(name, cents, read.vat, day)
        return [due.model_copy(update={"label": label})]
    fact = money_fact(name, _worth(cents, docs), source, label)
    if item.kind not in SOURCES:
        return [fact]
    return [fact, derived_percent(f"chance:{number}", cents, max(1, item.full), (fact,), label)]


def _named(item: Item, docs: Sequence[Doc]) -> tuple[str, str]:
    """The kind of a fact's id, and its label: a name from the records, or a code of the vocabulary."""
    if item.kind == "invoice":
        return "invoice", docs[0].data["customer_name"] or item.name
    if item.kind in SOURCES:
        return item.kind, docs[0].data.get("name") or docs[0].data.get("description") or item.name
    if item.kind == "bill":
        merchant = docs[0].data.get("merchant")
        return ("bill", merchant) if merchant else ("bill_of", item.category)
    return "tax", f"tax_{item.kind}"


def _undated(line: CashLine, known_out: Fact, part: Slice) -> list[Fact]:
    """Tax days whose amount the books do not tell: how many days away, and nothing more."""
    return [
        day_fact(
            f"tax_day:{tax.kind}:{tax.day.isoformat()}", tax.day, line.today, known_out, f"tax_{tax.kind}"
        )
        for tax in line.undated
        if tax.day >= part.period.start
    ]


def day_fact(name: str, day: date, today: date, of: Fact, label: str = "") -> Fact:
    """A day ahead, as how many days away it is."""
    fact = derived_days(name, (day - today).days, (of,), label)
    return fact.model_copy(update={"period": Period(start=day, end=day)})
