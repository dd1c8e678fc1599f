"""Money that came in, money that went out, and what was left, over a period."""

from __future__ import annotations

from collections.abc import Iterable

from shared.insights.citing import cite_expenses, cite_payments
from shared.insights.daybook import by_day, by_key, channel_of
from shared.insights.facts import Fact, Source, Sum, derived_money, money_fact, together
from shared.insights.flows import read
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.spans import Slot, fill, granularity_of, slots
from shared.insights.metrics.sums import required
from shared.insights.plan import Period, Plan

FEW = 10


def cash_flow(scope: Scope, plan: Plan) -> Result:
    """In, out and net in all and by span of time; what came in also by channel.

    In is money received and proven, out is every recorded expense, transfers to the owner among them.
    """
    period = required(plan.period)
    cells = read(scope, period, "received", "costs")
    came, went = together(cells["received"].values()), together(cells["costs"].values())
    sources = Source("payments", period, (("status", "settled"),)), Source("expenses", period)
    cash_in = money_fact("cash_in", came.tally(cite_payments(scope, period) if came.n else ()), sources[0])
    cash_out = money_fact("cash_out", went.tally(cite_expenses(scope, period) if went.n else ()), sources[1])
    net = derived_money("net_flow", came.cents - went.cents, (cash_in, cash_out), period)
    channels = _channels(scope, period, by_key(cells["received"]))
    unit = granularity_of(period, plan.filters.granularity)
    ins = fill(slots(period, unit), unit, by_day(cells["received"]))
    outs = fill(slots(period, unit), unit, by_day(cells["costs"]))
    facts, table, plot = _over_time(scope, unit, ins, outs)
    sentence = "none" if not came.n and not went.n else "left" if came.cents >= went.cents else "short"
    extra = ("channels",) if len(channels) > 1 else ()
    if channels:
        channels.append(channels[0].model_copy(update={"id": "top_channel"}))
    everything = (cash_in, cash_out, net, *channels, *facts)
    return Result(everything, sentence, extra, table, ("cash_basis",), plot)


def _channels(scope: Scope, period: Period, sums: dict[str, Sum]) -> list[Fact]:
    """What came in by channel, the most first."""
    grouped: dict[str, list[Sum]] = {}
    for provider, one in sums.items():
        grouped.setdefault(channel_of(provider), []).append(one)
    told = []
    for channel, of in sorted(
        grouped.items(), key=lambda item: (-sum(one.cents for one in item[1]), item[0])
    ):
        source = Source("payments", period, (("channel", channel), ("status", "settled")))
        tally = together(of).tally(cite_payments(scope, period, channel=channel))
        told.append(money_fact(f"channel:{channel}", tally, source, channel))
    return told


def _over_time(
    scope: Scope, unit: str, ins: Iterable[Slot], outs: Iterable[Slot]
) -> tuple[list[Fact], Table, Plot]:
    facts: list[Fact] = []
    rows: list[Row] = []
    for came, went in zip(ins, outs, strict=True):
        told = _slot(scope, came, went)
        facts += told
        rows.append(Row(came.name, tuple(fact.id for fact in told)))
    table = Table((unit, "cash_in", "cash_out", "net_flow"), tuple(rows), len(rows), unit)
    series = tuple(
        (name, tuple(row.facts[at] for row in rows))
        for at, name in enumerate(("cash_in", "cash_out", "net_flow"))
    )
    return facts, table, Plot("bar", tuple(row.name for row in rows), series, named_by=unit)


def _slot(scope: Scope, came: Slot, went: Slot) -> list[Fact]:
    period = came.period
    paid = cite_payments(scope, period, most=FEW) if came.sum.n else ()
    spent = cite_expenses(scope, period, most=FEW) if went.sum.n else ()
    money_in = money_fact(
        f"in:{came.name}",
        came.sum.tally(paid),
        Source("payments", period, (("status", "settled"),)),
        came.name,
    )
    money_out = money_fact(f"out:{came.name}", went.sum.tally(spent), Source("expenses", period), came.name)
    left = came.sum.cents - went.sum.cents
    return [
        money_in,
        money_out,
        derived_money(f"net:{came.name}", left, (money_in, money_out), period, came.name),
    ]
