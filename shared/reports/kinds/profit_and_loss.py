"""Profit and loss by month: money received, cost of sales, expenses by category, gross and net."""

from __future__ import annotations

from collections.abc import Sequence

from shared.categories.codes import NOT_COSTS
from shared.core.money import parse_cents
from shared.insights.facts import Fact, Source, derived_money, derived_percent
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, payments
from shared.insights.metrics.sums import amount
from shared.insights.plan import Filters
from shared.reports.ask import Ask
from shared.reports.days import paid_day
from shared.reports.model import Chart, Column, Note, Report, Row, Section, Series, Table
from shared.reports.sums import Grid, columns_of, spans

COST_OF_SALES = "stock_cogs"


def profit_and_loss(scope: Scope, ask: Ask, name: str) -> Report:
    """Income by channel less costs by category; the same sums as the metrics of revenue and expenses."""
    found = spans(ask.span, ask.grouping)
    columns = columns_of(found, ask.grouping)
    income = Grid("income", Source("payments", ask.span, (("status", "settled"),)), found)
    for doc in payments(scope, ask.span, Filters(), *RECEIVED):
        income.add(doc, doc.data["provider"], paid_day(doc), amount(doc))
    cogs = Grid("cost_of_sales", Source("expenses", ask.span, (("category", COST_OF_SALES),)), found)
    costs = Grid("expenses", Source("expenses", ask.span, (("without", (COST_OF_SALES, *NOT_COSTS)),)), found)
    drawn = Grid("not_costs", Source("expenses", ask.span, (("category", tuple(NOT_COSTS)),)), found)
    for doc in expenses(scope, ask.span, Filters()):
        category = doc.data["category"]
        grid = cogs if category == COST_OF_SALES else drawn if category in NOT_COSTS else costs
        grid.add(doc, category, doc.data["business_day"], amount(doc))
    gross = difference("gross", income.facts(), cogs.facts())
    net = difference("net", gross, costs.facts())
    margins = [_margin("gross_margin", gross, income.facts()), _margin("net_margin", net, income.facts())]
    rows = (
        *income.rows("channel"),
        income.sum_row("income"),
        cogs.sum_row("cost_of_sales", "line"),
        Row("gross", gross, "word", "subtotal"),
        *costs.rows("category"),
        costs.sum_row("expenses"),
        Row("net", net, "word", "total"),
        *[Row(name_, cells, "word") for name_, cells in margins if any(cells)],
    )
    table = Table("profit_and_loss", "line", columns, tuple(rows))
    outside = Table("not_costs", "category", columns, (*drawn.rows("category"),))
    tables = (table, outside) if drawn.groups() else (table,)
    whole = (income.facts()[-1], cogs.facts()[-1], gross[-1], costs.facts()[-1], net[-1])
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (Section("profit_and_loss", tables),),
        whole,
        charts=_charts(columns[: len(found)], income.facts(), cogs.facts(), costs.facts(), net),
        notes=(Note("not_costs_apart"),) if drawn.groups() else (),
        assumptions=("cash_basis",),
    )


def difference(name: str, first: Sequence[Fact], other: Sequence[Fact]) -> tuple[Fact, ...]:
    """What is left in each column."""
    made = []
    for one, less in zip(first, other, strict=True):
        ending = one.id.partition(":")[2]
        fact = derived_money(f"{name}:{ending}" if ending else name, cents(one) - cents(less), (one, less))
        made.append(fact.model_copy(update={"period": one.period}))
    return tuple(made)


def _margin(name: str, part: Sequence[Fact], income: Sequence[Fact]) -> tuple[str, tuple[Fact | str, ...]]:
    """A share of income in each column, "" where there was none."""
    cells: list[Fact | str] = []
    for one, whole in zip(part, income, strict=True):
        ending = one.id.partition(":")[2]
        named = f"{name}:{ending}" if ending else name
        known = cents(whole) > 0
        cells.append(derived_percent(named, cents(one), cents(whole), (one, whole)) if known else "")
    return name, tuple(cells)


def _charts(
    labels: tuple[Column, ...],
    income: tuple[Fact, ...],
    cogs: tuple[Fact, ...],
    costs: tuple[Fact, ...],
    net: tuple[Fact, ...],
) -> tuple[Chart, ...]:
    if not any(cents(fact) for fact in (*income, *cogs, *costs)):
        return ()
    series = tuple(
        Series(name, "word", facts[: len(labels)])
        for name, facts in (
            ("income", income),
            ("cost_of_sales", cogs),
            ("expenses", costs),
            ("net", net),
        )
    )
    return (Chart("income_and_costs", "bars", labels, series),)


def cents(fact: Fact) -> int:
    """A fact of shillings as cents."""
    return parse_cents(fact.value)
