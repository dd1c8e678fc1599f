"""A customer's statement: what was owed at first, invoices, payments, credits, and what is owed at the end.

It is read from the journal alone: the customer's balance is the sum of the legs on their invoices
(``ar:…``) and on their account (``unapplied:…``), so the running balance can end nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from shared.core.errors import Contended
from shared.core.money import KES
from shared.insights.facts import Fact, Source, Tally, derived_money, money_fact
from shared.insights.metrics.sources import PAGE, Scope
from shared.insights.plan import Period
from shared.reports.ask import Ask
from shared.reports.balances import CREDIT, RECEIVABLE, Owed, entries_since, newest_entry
from shared.reports.kinds.ageing import invoice_table
from shared.reports.listing import Rows, batches, chosen, cut_notes, looked_up
from shared.reports.model import Column, Entry, Report, Row, Said, Section, Table
from shared.reports.sums import Sum
from shared.store import Doc, Key, Query, Where

_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Move:
    """What one commit changed for the customer, in cents; ``what`` is a word for it."""

    day: str
    entry: Doc
    what: str
    cents: int
    owed: tuple[tuple[str, int], ...]
    """By invoice."""


@dataclass(frozen=True, slots=True)
class Read:
    """The customer's books from a day on: invoices as they are now, and every move since."""

    invoices: dict[str, Doc]
    credit: int
    moves: tuple[Move, ...]

    def balance(self, after: str) -> int:
        """What they owed at the end of the day ``after``; below zero what they had to their credit."""
        now: int = sum(doc.data["balance_cents"] for doc in self.invoices.values()) - self.credit
        return now - sum(move.cents for move in self.moves if move.day > after)

    def owed(self, after: str) -> list[Owed]:
        """Their invoices with something left at the end of a day."""
        later: dict[str, int] = {}
        for move in self.moves:
            for invoice_id, cents in move.owed if move.day > after else ():
                later[invoice_id] = later.get(invoice_id, 0) + cents
        found = [
            Owed(doc, doc.data["balance_cents"] - later.get(doc.id, 0)) for doc in self.invoices.values()
        ]
        return sorted((one for one in found if one.cents > 0), key=lambda one: one.invoice.data["due_date"])


def customer_statement(scope: Scope, ask: Ask, name: str) -> Report:
    """Raises NotFound for an unknown customer, Contended when the books kept changing."""
    customer = scope.store.require(scope.business, Key("customers", ask.customer_id or ""))
    read = _settled(scope, customer, ask)
    before = (ask.span.start - timedelta(days=1)).isoformat()
    last = ask.span.end.isoformat()
    within = [move for move in read.moves if before < move.day <= last and move.cents]
    opening, closing = read.balance(before), read.balance(last)
    totals = _totals(customer.id, ask.span, opening, within, closing)
    moves = _table(scope, within, opening, totals)
    left = invoice_table(ask.span.end, read.owed(last))
    tables = tuple(chosen(table, ask.columns) for table in (moves, replace(left, code="still_owed")))
    sections = [Section("moves", tables[:1])]
    if left.rows:
        sections.append(Section("still_owed", tables[1:]))
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        tuple(sections),
        totals,
        subject=customer.data["name"],
        notes=cut_notes((moves, left)),
        assumptions=("matched_only", "rebuilt"),
    )


def _settled(scope: Scope, customer: Doc, ask: Ask) -> Read:
    """Read until nothing was written meanwhile."""
    for _ in range(_LOOKS):
        newest = newest_entry(scope)
        read = _read(scope, customer.id, ask)
        if newest_entry(scope) == newest:
            return read
    raise Contended("the books kept changing")


def _read(scope: Scope, customer_id: str, ask: Ask) -> Read:
    customer = scope.store.require(scope.business, Key("customers", customer_id))
    where = (Where("customer_id", "==", customer_id),)
    found = scope.store.each(scope.business, Query("invoices", where, "due_date", PAGE))
    invoices = {doc.id: doc for doc in found if doc.data["currency"] == KES}
    accounts = {f"{RECEIVABLE}{id_}" for id_ in invoices} | {f"{CREDIT}{customer_id}"}
    entries = entries_since(scope, ask.span.start)
    moves = [move for doc in entries for move in _moves(doc, accounts)]
    moves.sort(key=lambda move: (move.day, move.entry.data["recorded_at"], move.entry.id))
    return Read(invoices, customer.data.get("credit_cents", 0), tuple(moves))


def _moves(doc: Doc, accounts: set[str]) -> Iterable[Move]:
    """What an entry is to the customer; what was forgiven with a payment is a move of its own."""
    legs = [leg for leg in doc.data["legs"] if leg["account"] in accounts]
    cents = sum(leg["amount"] for leg in legs)
    if not legs:
        return
    owed = tuple(
        (leg["account"].removeprefix(RECEIVABLE), leg["amount"])
        for leg in legs
        if leg["account"].startswith(RECEIVABLE)
    )
    forgiven = _forgiven(doc) if len(legs) + 1 < len(doc.data["legs"]) else 0
    whole = all(leg["account"] in accounts or not _of_customers(leg["account"]) for leg in doc.data["legs"])
    if forgiven and whole:
        cents += forgiven
        yield Move(doc.data["business_day"], doc, "forgiven", -forgiven, ())
    yield Move(doc.data["business_day"], doc, _word(doc), cents, owed)


def _of_customers(account: str) -> bool:
    return account.startswith((RECEIVABLE, CREDIT))


def _forgiven(doc: Doc) -> int:
    """Cents that an entry forgave (below zero: forgave no more)."""
    return sum(leg["amount"] for leg in doc.data["legs"] if leg["account"] in ("rounding", "bad_debt"))


def _word(doc: Doc) -> str:
    kind = str(doc.data["kind"])
    known = ("invoice_issued", "allocation", "refund_sent")
    return kind if kind.removesuffix("_reversed") in known else "other_entry"


def _table(scope: Scope, within: Sequence[Move], opening: int, totals: tuple[Fact, ...]) -> Table:
    rows = Rows()
    balance = opening
    for batch in batches(within):
        named = _names(scope, batch)
        for move in batch:
            balance += move.cents
            rows.add(partial(_row, move, named.get(move.entry.id, ""), balance))
    first = Row("opening", ("", "", "", totals[0]), "word", "subtotal")
    last = Row("closing", ("", totals[1], totals[2], totals[3]), "word", "total")
    columns = (
        Column("document", "text"),
        Column("charged", "KES"),
        Column("paid", "KES"),
        Column("balance", "KES"),
    )
    return Table("moves", "day", columns, (first, *rows.kept, last), rows.existing)


def _names(scope: Scope, batch: Sequence[Move]) -> dict[str, str]:
    """By entry: the number of its invoice, or the receipt of its payment."""
    sources = {move.entry.id: move.entry.data["source"] for move in batch}
    invoices = looked_up(scope, "invoices", _of(sources.values(), "invoices"))
    payments = looked_up(scope, "payments", _of(sources.values(), "payments"))
    named = {id_: doc.data.get("number", "") for id_, doc in invoices.items()}
    named |= {id_: doc.data.get("receipt", "") for id_, doc in payments.items()}
    return {entry: named.get(source["id"], "") for entry, source in sources.items()}


def _of(sources: Iterable[dict[str, str]], collection: str) -> list[str]:
    return [source["id"] for source in sources if source["collection"] == collection]


def _row(move: Move, named: str, balance: int) -> Row:
    own = Entry(abs(move.cents), "journal", move.entry.id, move.entry.etag)
    text = Said((move.what,), named)
    amounts = (own, "") if move.cents > 0 else ("", own)
    running = Entry(balance, "journal", move.entry.id, move.entry.etag)
    return Row(move.day, (text, *amounts, running), record_id=move.entry.id)


def _totals(
    customer: str, span: Period, opening: int, within: Sequence[Move], closing: int
) -> tuple[Fact, ...]:
    whose = (("customer_id", customer),)
    charged, paid = Sum(), Sum()
    for move in within:
        (charged if move.cents > 0 else paid).add(move.entry, abs(move.cents))
    source = Source("journal", span, whose)
    before = Source("journal", None, (*whose, ("before", span.start.isoformat())))
    first = money_fact("opening", Tally(opening, 0, (), ""), before)
    charges, credits_ = (
        money_fact("charged", charged.tally(), source),
        money_fact("paid", paid.tally(), source),
    )
    last = derived_money("closing", closing, (first, charges, credits_), span)
    return first, charges, credits_, last
