"""Payments of a period by what became of them: matched by engine or people, in review, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared.core.ids import derived_id
from shared.insights.facts import Fact, Source, count_fact, derived_percent, money_fact
from shared.insights.metrics.sources import RECEIVED, Scope, payments
from shared.insights.metrics.sums import amount
from shared.insights.plan import Filters
from shared.reports.ask import Ask
from shared.reports.days import paid_day
from shared.reports.listing import Rows, batches, chosen, cut_notes, looked_up
from shared.reports.model import Chart, Column, Report, Row, Said, Section, Series, Table, entry
from shared.reports.sums import Sum
from shared.store import Doc

STATES = ("auto", "manual", "review", "waiting", "none")
MATCHED = ("auto", "manual")


class States:
    """Money by state: received, matched to invoices or a customer's account, and not."""

    def __init__(self, ask: Ask) -> None:
        given = (("channel", ask.channel), ("customer_id", ask.customer_id))
        self._chosen = (("status", "settled"), *((name, value) for name, value in given if value))
        self._ask = ask
        self._sums: dict[tuple[str, str], Sum] = {}

    def add(self, doc: Doc) -> None:
        rest = unmatched(doc)
        for state in (doc.data["matching"], ""):
            for name, value in (
                ("received", amount(doc)),
                ("matched", amount(doc) - rest),
                ("unmatched", rest),
            ):
                self._sums.setdefault((name, state), Sum()).add(doc, value)

    def facts(self, state: str = "") -> tuple[Fact, ...]:
        """How many payments, their money, and what of it is matched and not."""
        chosen_ = (*self._chosen, *((("matching", state),) if state else ()))
        source = Source("payments", self._ask.span, chosen_)
        names = ("received", "matched", "unmatched")
        told = [(name, self._sums.get((name, state), Sum()).tally()) for name in names]
        ending = f":{state}" if state else ""
        count = count_fact(f"payments{ending}", told[0][1].count, told[0][1], source)
        return (count, *(money_fact(f"{name}{ending}", summed, source) for name, summed in told))

    @property
    def received(self) -> int:
        found = self._sums.get(("received", ""))
        return found.cents if found else 0

    @property
    def matched(self) -> int:
        found = self._sums.get(("matched", ""))
        return found.cents if found else 0


def unmatched(payment: Doc) -> int:
    """What of the money that is left of a payment has no purpose yet, in cents."""
    data = payment.data
    rest = amount(payment) - data.get("allocated_cents", 0) - data.get("on_account_cents", 0)
    return max(0, int(rest))


def reconciliation(scope: Scope, ask: Ask, name: str) -> Report:
    """The states, then each payment that is not wholly matched, with the reasons that were noted."""
    states, rows = States(ask), Rows()
    filters = Filters(channel=ask.channel, customer=ask.customer_id)
    for batch in batches(payments(scope, ask.span, filters, *RECEIVED)):
        for doc in batch:
            states.add(doc)
        for doc, reasons in _asked(scope, [doc for doc in batch if _open(doc)], full=rows.full):
            rows.add(partial(_row, doc, reasons))
    listing = _listing(rows)
    totals = states.facts()
    if states.received > 0:
        share = derived_percent("matched_share", states.matched, states.received, (totals[2], totals[1]))
        totals = (*totals, share)
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (
            Section("by_state", (_table(states),)),
            Section("not_matched", (chosen(listing, ask.columns),)),
        ),
        totals,
        charts=_charts(states) if states.received else (),
        notes=cut_notes((listing,)),
        assumptions=("today_standing",),
    )


def _open(doc: Doc) -> bool:
    return doc.data["matching"] not in MATCHED or unmatched(doc) > 0


def _asked(scope: Scope, batch: list[Doc], *, full: bool) -> Iterator[tuple[Doc, tuple[str, ...]]]:
    """Payments with the reasons of the question that was put to people."""
    places = {doc.id: derived_id("rev", "payment", doc.id) for doc in batch}
    found = {} if full else looked_up(scope, "review", places.values())
    for doc in batch:
        item = found.get(places[doc.id])
        yield doc, tuple(item.data["reasons"]) if item else ()


def _row(doc: Doc, reasons: tuple[str, ...]) -> Row:
    data = doc.data
    cells = (
        paid_day(doc),
        Said((data["provider"],)),
        data.get("payer_name") or "",
        entry(doc, amount(doc)),
        entry(doc, unmatched(doc)),
        Said((f"state_{data['matching']}",)),
        Said(tuple(f"why_{code}" for code in reasons[:6])),
    )
    return Row(data.get("receipt") or doc.id, cells, record_id=doc.id)


def _listing(rows: Rows) -> Table:
    columns = (
        Column("paid_on", "day"),
        Column("channel", "text"),
        Column("payer", "text"),
        Column("amount", "KES"),
        Column("unmatched", "KES"),
        Column("state", "text"),
        Column("reasons", "text"),
    )
    return Table("not_matched", "payment", columns, tuple(rows.kept), rows.existing)


def _table(states: States) -> Table:
    columns = (Column("payments", "count"), *(Column(n, "KES") for n in ("received", "matched", "unmatched")))
    rows = [Row(f"state_{state}", states.facts(state), "word") for state in STATES]
    rows.append(Row("total", states.facts(), "word", "total"))
    return Table("by_state", "state", columns, tuple(rows))


def _charts(states: States) -> tuple[Chart, ...]:
    labels = tuple(Column(f"state_{state}", "KES") for state in STATES)
    facts = tuple(states.facts(state)[1] for state in STATES)
    return (Chart("by_state", "bars", labels, (Series("received", "word", facts),)),)
