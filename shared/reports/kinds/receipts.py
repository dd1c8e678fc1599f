"""Receipts of a period: what was handed in, what it came to, and the file that each was read from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared.core.money import KES
from shared.insights.facts import Fact, Source, count_fact, money_fact
from shared.insights.metrics.sources import PAGE, Scope
from shared.reports.ask import Ask
from shared.reports.listing import Rows, chosen, cut_notes
from shared.reports.model import Column, Report, Row, Said, Section, Table, entry
from shared.reports.sums import Sum
from shared.store import Doc, Query, Where

COUNTED = ("accepted", "needs_review")
"""States of receipts that are in the period's papers; a duplicate or a refused file is not."""


def receipts_of(scope: Scope, ask: Ask) -> Iterator[Doc]:
    """Receipts by the business day of their purchase, the earliest first."""
    where = (
        Where("business_day", ">=", ask.span.start.isoformat()),
        Where("business_day", "<=", ask.span.end.isoformat()),
    )
    for doc in scope.store.each(scope.business, Query("receipts", where, "business_day", PAGE)):
        right = ask.category is None or doc.data.get("category") == ask.category
        if right and doc.data["status"] in COUNTED and doc.data.get("currency", KES) == KES:
            yield doc


def receipts(scope: Scope, ask: Ask, name: str) -> Report:
    """A line for each receipt; totals of those that are accepted, and of those that wait for a person."""
    rows = Rows()
    sums = {state: (Sum(), Sum()) for state in COUNTED}
    for doc in receipts_of(scope, ask):
        spent, vat = sums[doc.data["status"]]
        spent.add(doc, doc.data["total_cents"])
        vat.add(doc, doc.data["tax_cents"])
        rows.add(partial(_row, doc))
    by_state = [_facts(ask, state, *sums[state]) for state in COUNTED]
    table = _table(rows)
    states = (Column("count", "count"), Column("amount", "KES"), Column("vat", "KES"))
    told = tuple(
        Row(f"receipts_{state}", facts, "word") for state, facts in zip(COUNTED, by_state, strict=True)
    )
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (
            Section("receipts_by_state", (Table("receipts_by_state", "state", states, told),)),
            Section("receipts", (chosen(table, ask.columns),)),
        ),
        tuple(fact for facts in by_state for fact in facts),
        notes=cut_notes((table,)),
        assumptions=("duplicates_left_out",),
    )


def _facts(ask: Ask, state: str, spent: Sum, vat: Sum) -> tuple[Fact, ...]:
    category = (("category", ask.category),) if ask.category else ()
    source = Source("receipts", ask.span, (("status", state), *category))
    told = spent.tally()
    return (
        count_fact(f"receipts_{state}", told.count, told, source),
        money_fact(f"receipts_{state}_amount", told, source),
        money_fact(f"receipts_{state}_vat", vat.tally(), source),
    )


def _row(doc: Doc) -> Row:
    data = doc.data
    cells = (
        data["business_day"],
        Said((data.get("category") or "none",)),
        entry(doc, data["total_cents"]),
        entry(doc, data["tax_cents"]),
        Said((f"receipts_{data['status']}",)),
        data["object"].rpartition("/")[2],
    )
    return Row(data["merchant"], cells, record_id=doc.id)


def _table(rows: Rows) -> Table:
    columns = (
        Column("day", "day"),
        Column("category", "text"),
        Column("amount", "KES"),
        Column("vat", "KES"),
        Column("state", "text"),
        Column("file", "text"),
    )
    return Table("receipts", "merchant", columns, tuple(rows.kept), rows.existing)
