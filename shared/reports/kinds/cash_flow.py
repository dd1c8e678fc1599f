"""Money in and out by month: in by channel, out by category and by channel, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator

from shared.insights.facts import Source
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, payments
from shared.insights.metrics.sums import amount
from shared.insights.plan import Filters
from shared.reports.ask import Ask
from shared.reports.days import paid_day
from shared.reports.kinds.profit_and_loss import cents, difference
from shared.reports.listing import batches, looked_up
from shared.reports.model import Chart, Report, Row, Section, Series, Table
from shared.reports.sums import Grid, columns_of, spans
from shared.store import Doc

UNKNOWN = "unknown_channel"


def cash_flow(scope: Scope, ask: Ask, name: str) -> Report:
    """What was received and what went out, transfers to the owner included: that money left."""
    found = spans(ask.span, ask.grouping)
    columns = columns_of(found, ask.grouping)
    chosen = (("channel", ask.channel),) if ask.channel else ()
    inward = Grid("money_in", Source("payments", ask.span, (("status", "settled"), *chosen)), found)
    for doc in payments(scope, ask.span, Filters(channel=ask.channel), *RECEIVED):
        inward.add(doc, doc.data["provider"], paid_day(doc), amount(doc))
    outward = Grid("money_out", Source("expenses", ask.span, chosen), found)
    by_channel = Grid("money_out_by", Source("expenses", ask.span, chosen), found)
    for doc, channel in _spent(scope, ask):
        if ask.channel in (None, channel):
            outward.add(doc, doc.data["category"], doc.data["business_day"], amount(doc))
            by_channel.add(doc, channel, doc.data["business_day"], amount(doc))
    net = difference("net_flow", inward.facts(), outward.facts())
    rows = (
        *inward.rows("channel"),
        inward.sum_row("money_in"),
        *outward.rows("category"),
        outward.sum_row("money_out"),
        Row("net_flow", net, "word", "total"),
    )
    flows = Table("cash_flow", "line", columns, rows)
    out = (*by_channel.rows("channel"), by_channel.sum_row("money_out", "total"))
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (Section("cash_flow", (flows,)), Section("out_by_channel", (Table("out", "channel", columns, out),))),
        (inward.facts()[-1], outward.facts()[-1], net[-1]),
        charts=_charts(len(found), flows, inward, outward),
        assumptions=("cash_basis", "owner_counts", "channel_of_line"),
    )


def _spent(scope: Scope, ask: Ask) -> Iterator[tuple[Doc, str]]:
    """Expenses with the channel of the line that paid them; a receipt without a line says none."""
    for batch in batches(expenses(scope, ask.span, Filters())):
        lines = looked_up(scope, "transactions", (doc.data["transaction_id"] for doc in batch))
        for doc in batch:
            line = lines.get(doc.data["transaction_id"])
            yield doc, line.data["provider"] if line else UNKNOWN


def _charts(count: int, flows: Table, inward: Grid, outward: Grid) -> tuple[Chart, ...]:
    if not any(cents(grid.fact()) for grid in (inward, outward)):
        return ()
    series = (
        Series("money_in", "word", inward.facts()[:count]),
        Series("money_out", "word", outward.facts()[:count]),
    )
    return (Chart("in_and_out", "bars", flows.columns[:count], series),)
