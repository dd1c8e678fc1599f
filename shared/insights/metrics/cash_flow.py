"""Money in and money out of a period, and what is left of it."""

from __future__ import annotations

from shared.core.money import parse_cents
from shared.insights.facts import Fact, Source, derived_money, money_fact
from shared.insights.metrics.buckets import granularity
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import costs, received, required, revenue, spending
from shared.insights.metrics.trend import Points, points_of
from shared.insights.plan import Filters, Plan


def cash_flow(scope: Scope, plan: Plan) -> Result:
    """Settled payments against recorded expenses; by day, week or month where that is asked for.

    Transfers to the owner count as money out: they leave the business, though they are no cost.
    """
    period = required(plan.period)
    narrowed = Filters(channel=plan.filters.channel)
    came = money_fact("cash_in", *revenue(scope, period, narrowed))
    went = money_fact("cash_out", *spending(scope, period, Filters()))
    left = parse_cents(came.value) - parse_cents(went.value)
    net = derived_money("net_flow", abs(left), (came, went), period)
    word = "even" if left == 0 else "left" if left > 0 else "short"
    if not came.record_count and not went.record_count:
        return Result((came, went, net), "none", assumptions=("cash_basis",))
    if plan.filters.granularity is None:
        return Result((came, went, net), word, assumptions=("cash_basis",))
    table, points = _by_part(scope, plan, narrowed)
    return Result((came, went, net, *points), word, table=table, assumptions=("cash_basis",))


def _by_part(scope: Scope, plan: Plan, narrowed: Filters) -> tuple[Table, list[Fact]]:
    period = required(plan.period)
    unit = granularity(plan.filters.granularity, period)
    chosen = tuple(sorted(narrowed.given().items()))
    came, went = received(scope, period, narrowed), costs(scope, period)
    got = points_of(scope, came, unit, Points("received", "got", Source("payments", period, chosen)))
    spent = points_of(scope, went, unit, Points("costs", "spent", Source("expenses", period)))
    nets = [
        derived_money(
            f"net:{a.label}", parse_cents(a.value) - parse_cents(b.value), (a, b), a.period
        ).model_copy(update={"label": a.label})
        for a, b in zip(got, spent, strict=True)
    ]
    rows = tuple(Row(a.label, (a.id, b.id, n.id)) for a, b, n in zip(got, spent, nets, strict=True))
    return Table((f"per_{unit}", "cash_in", "cash_out", "net_flow"), rows, len(rows), "period", "bar", 2), [
        *got,
        *spent,
        *nets,
    ]
