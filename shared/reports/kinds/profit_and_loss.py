"""Profit and loss by month: money received, cost of sales, expenses by category, gross and net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.categories.codes import NOT_COSTS
from shared.core.money import parse_cents
from shared.insights.facts import Fact, Source, derived_money, derived_percent
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, payments
from shared.insights.metrics.sums import amount
from shared.insights.plan import Filters, Period
from shared.reports.ask import Ask
from shared.reports.days import paid_day
from shared.reports.model import Chart, Column, Note, Report, Row, Section, Series, Table
from shared.reports.sums import Grid, columns_of, spans

COST_OF_SALES = "stock_cogs"


@dataclass(frozen=True, slots=True)
class Books:
    """Money of a period by what it was: received, and spent on goods, on costs, on what is no cost."""

    income: Grid
    cogs: Grid
    costs: Grid
    drawn: Grid


def _read(scope: Scope, span: Period, found: Sequence[Period]) -> Books:
    def of(name: str, *chosen: tuple[str, Any]) -> Grid:
        collection = "payments" if name == "income" else "expenses"
        return Grid(name, Source(collection, span, chosen), found)

    books = Books(
        of("income", ("status", "settled")),
        of("cost_of_sales", ("category", COST_OF_SALES)),
        of("expenses", ("without", (COST_OF_SALES, *sorted(NOT_COSTS)))),
        of("not_costs", ("category", tuple(sorted(NOT_COSTS)))),
    )
    for doc in payments(scope, span, Filters(), *RECEIVED):
        books.income.add(doc, doc.data["provider"], paid_day(doc), amount(doc))
    for doc in expenses(scope, span, Filters()):
        category = doc.data["category"]
        costs = books.drawn if category in NOT_COSTS else books.costs
        grid = books.cogs if category == COST_OF_SALES else costs
        grid.add(doc, category, doc.data["business_day"], amount(doc))
    return books


def profit_and_loss(scope: Scope, ask: Ask, name: str) -> Report:
    """Income by channel less costs by category; the same sums as the metrics of revenue and expenses."""
    found = spans(ask.span, ask.grouping)
    columns = columns_of(found, ask.grouping)
    books = _read(scope, ask.span, found)
    income, cogs, costs = books.income.facts(), books.cogs.facts(), books.costs.facts()
    gross = difference("gross", income, cogs)
    net = difference("net", gross, costs)
    table = Table("profit_and_loss", "line", columns, tuple(_rows(books, gross, net)))
    outside = Table("not_costs", "category", columns, tuple(books.drawn.rows("category")))
    drawn = bool(books.drawn.groups())
    return Report(
        ask.kind,
        name,
        ask.span,
        None,
        (Section("profit_and_loss", (table, outside) if drawn else (table,)),),
        (income[-1], cogs[-1], gross[-1], costs[-1], net[-1]),
        charts=_charts(columns[: len(found)], income, cogs, costs, net),
        notes=(Note("not_costs_apart"),) if drawn else (),
        assumptions=("cash_basis",),
    )


def _rows(books: Books, gross: tuple[Fact, ...], net: tuple[Fact, ...]) -> Iterator[Row]:
    yield from books.income.rows("channel")
    yield books.income.sum_row("income")
    yield books.cogs.sum_row("cost_of_sales", "line")
    yield Row("gross", gross, "word", "subtotal")
    yield from books.costs.rows("category")
    yield books.costs.sum_row("expenses")
    yield Row("net", net, "word", "total")
    for name, part in (("gross_margin", gross), ("net_margin", net)):
        cells = _margin(name, part, books.income.facts())
        if any(cells):
            yield Row(name, cells, "word")


def difference(name: str, first: Sequence[Fact], other: Sequence[Fact]) -> tuple[Fact, ...]:
    """What is left in each column."""
    made = []
    for one, less in zip(first, other, strict=True):
        ending = one.id.partition(":")[2]
        fact = derived_money(f"{name}:{ending}" if ending else name, cents(one) - cents(less), (one, less))
        made.append(fact.model_copy(update={"period": one.period}))
    return tuple(made)


def _margin(name: str, part: Sequence[Fact], income: Sequence[Fact]) -> tuple[Fact | str, ...]:
    """A share of income in each column, "" where there was none."""
    cells: list[Fact | str] = []
    for one, whole in zip(part, income, strict=True):
        ending = one.id.partition(":")[2]
        named = f"{name}:{ending}" if ending else name
        known = cents(whole) > 0
        cells.append(derived_percent(named, cents(one), cents(whole), (one, whole)) if known else "")
    return tuple(cells)


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
