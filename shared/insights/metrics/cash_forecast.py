"""The cash of days to come: what is known, what is usual beside it, what is held then and when least is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from math import hypot

from shared.core.money import parse_cents
from shared.insights.calendar import Unit
from shared.insights.facts import (
    Fact,
    Source,
    derived_days,
    derived_money,
    derived_ratio,
    money_fact,
    tally,
)
from shared.insights.forecasting.cash_line import CashLine, Usual, around, cash_line, doubt_in, net
from shared.insights.forecasting.outlook import LEAST_DAYS
from shared.insights.metrics.buckets import granularity, name_of, split
from shared.insights.metrics.cash_items import Known, Slice, day_fact, known_facts
from shared.insights.metrics.cash_position import cash_facts
from shared.insights.metrics.cash_records import HISTORY_DAYS, Read, paid_day, read
from shared.insights.metrics.outstanding_invoices import balance
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import amount, tally_lines
from shared.insights.plan import Assumption, Period, Plan

RANGE = Decimal(80)
COLUMNS = ("cash_then", "known_in", "usual_in", "known_out", "usual_out")


def cash_forecast(scope: Scope, plan: Plan, period: Period) -> Result:
    """Expected money in and out from tomorrow on; what is held then, where a balance was stated.

    A period that begins later than tomorrow is told by itself, but the balance counts the days before it too.
    """
    found = read(scope, period.end)
    line = cash_line(found.books, scope.today, period.end)
    start = max(period.start, scope.today + timedelta(days=1))
    part = Slice(Period(start=start, end=period.end), (start - scope.today).days - 1)
    known = known_facts(line, found, part)
    facts = [*_history(scope, line, found), *known.facts, _due(found, part.period)]
    told = _assumed(line, known, found)
    if line.usual is None:
        return _too_short(line, facts, told, bool(known.coming or known.going or line.undated))
    facts += _expected(line, line.usual, known, part, facts)
    cash = cash_facts(scope) if plan.metric == "cash_balance" else []
    held = _held(line, line.usual, part, cash, facts) if cash else []
    facts += [*cash, *held]
    unit: Unit = granularity(plan.filters.granularity or "week", part.period)
    table, points = _by_part(line, line.usual, part, unit, facts)
    return Result((*facts, *points), *_said(plan, facts), table, told)


def _said(plan: Plan, facts: Sequence[Fact]) -> tuple[str, tuple[str, ...]]:
    """Which sentence fits, and what is said after it."""
    told = {fact.id: fact for fact in facts}
    known = any(parse_cents(told[name].value) for name in ("known_in", "known_out"))
    further = [
        ("no_balance", plan.metric == "cash_balance" and "held_then" not in told),
        ("lowest", "lowest_cash" in told),
        ("below", "below_day" in told),
        ("due", told["due_then"].record_count > 0),
        ("known", known),
    ]
    extra = tuple(name for name, fits in further if fits)
    if "held_then" in told:
        return ("held" if parse_cents(told["held_then"].value) >= 0 else "held_short"), extra
    return ("cash_left" if parse_cents(told["expected_net"].value) >= 0 else "cash_short"), extra


def _of(facts: Sequence[Fact], name: str) -> Fact:
    return next(fact for fact in facts if fact.id == name)


def _history(scope: Scope, line: CashLine, found: Read) -> list[Fact]:
    """What came and went up to yesterday, and how much of it is known one by one for days to come."""
    yesterday = scope.today - timedelta(days=1)
    period = Period(start=scope.today - timedelta(days=HISTORY_DAYS), end=yesterday)
    before = [line for line in found.received if line.day <= yesterday.isoformat()]
    came = money_fact("history_in", tally_lines(scope, "received", before), Source("payments", period))
    spent = [doc for doc in found.expenses.values() if paid_day(doc) <= yesterday]
    went = money_fact("history_out", tally(spent, amount), Source("expenses", period))
    past = line.past
    return [
        came,
        went,
        derived_money("history_invoiced", past.invoiced, (came,), period),
        derived_money("history_agreed", past.agreed, (came,), period),
        derived_money("history_rest_in", past.rest_in, (came,), period),
        derived_money("history_billed", past.billed, (went,), period),
        derived_money("history_taxed", past.taxed, (went,), period),
        derived_money("history_rest_out", past.rest_out, (went,), period),
    ]


def _assumed(line: CashLine, known: Known, found: Read) -> tuple[Assumption, ...]:
    """What was taken for granted, each only where it mattered."""
    said: list[tuple[Assumption, bool]] = [
        ("by_delay", bool(found.books.parts) and line.by_habit),
        ("due_days", bool(found.books.parts) and not line.by_habit),
        ("bills_again", any(item.kind == "bill" for item in line.going)),
        ("tax_hint", any(fact.id.startswith("tax") for fact in known.facts)),
    ]
    return tuple(name for name, mattered in said if mattered)


def _too_short(line: CashLine, facts: list[Fact], told: tuple[Assumption, ...], anything: bool) -> Result:
    """Nothing usual can be told of a fortnight; what is known is listed all the same."""
    past = line.past
    shorter = "history_in" if past.days_in <= past.days_out else "history_out"
    of = (_of(facts, shorter),)
    days = derived_days("history_days", min(past.days_in, past.days_out), of)
    least = derived_days("least_days", LEAST_DAYS, of)
    extra = ("known_only",) if anything else ()
    return Result((*facts, days, least), "too_short", extra, assumptions=told)


def _due(found: Read, period: Period) -> Fact:
    """Open invoices and instalments that fall due in the period, whatever their chance; part of the known."""
    due = [part for part in found.books.parts if period.start <= part.due <= period.end]
    docs = {part.invoice: found.open[part.invoice] for part in due}
    summed = replace(tally(docs.values(), balance), cents=sum(part.cents for part in due))
    return money_fact("due_then", summed, Source("invoices", period, (("due", "then"),)))


def _expected(line: CashLine, usual: Usual, known: Known, part: Slice, facts: Sequence[Fact]) -> list[Fact]:
    """Known and usual money of the period, their sums and ranges."""
    new, walking = usual.new.since(part.since), usual.coming.since(part.since)
    came, went = known.coming + new + walking, known.going + usual.going.since(part.since)
    history = (_of(facts, "history_rest_in"), _of(facts, "history_invoiced"))
    usual_in = derived_money("usual_in", new + walking, history, part.period)
    usual_out = derived_money(
        "usual_out", usual.going.since(part.since), (_of(facts, "history_rest_out"),), part.period
    )
    coming = derived_money("expected_in", came, (known.facts[0], usual_in), part.period)
    going = derived_money("expected_out", went, (known.facts[1], usual_out), part.period)
    less, more = usual.coming.around(part.since)
    doubt = doubt_in(line, usual, part.since)
    under, over = around(line, usual, part.since)
    both = (coming, going)
    return [
        usual_in,
        derived_money("usual_new", new, (history[1],), part.period),
        usual_out,
        coming,
        going,
        derived_money("expected_in_low", max(0, came - round(hypot(less, doubt))), (coming,), part.period),
        derived_money("expected_in_high", came + round(hypot(more, doubt)), (coming,), part.period),
        derived_ratio("range_share", RANGE, (coming,), unit="%"),
        derived_money("expected_difference", abs(came - went), both, part.period),
        derived_money("expected_net", came - went, both, part.period),
        derived_money("expected_net_low", came - went - round(under), both, part.period),
        derived_money("expected_net_high", came - went + round(over), both, part.period),
    ]


def _held(line: CashLine, usual: Usual, part: Slice, cash: list[Fact], facts: Sequence[Fact]) -> list[Fact]:
    """What is held at the end with its range, the day on which least is held, the first day below zero."""
    begin, days = parse_cents(cash[0].value), net(line, usual)
    held = [begin + change for change in accumulate(days)]
    under, over = around(line, usual, 0)
    of = (cash[0], _of(facts, "expected_net"))
    before = derived_money("before_then", sum(days[: part.since]), (_of(facts, "expected_net"),))
    then = derived_money("held_then", held[-1], (*of, before), part.period)
    least = held.index(min(held))
    lowest = _on("lowest_cash", min(held), line.today, least, (cash[0], then))
    told = [
        then,
        derived_money("held_low", held[-1] - round(under), (then,), part.period),
        derived_money("held_high", held[-1] + round(over), (then,), part.period),
        before,
        lowest,
        day_fact("lowest_day", line.today + timedelta(days=least + 1), line.today, lowest),
    ]
    if min(held) < 0:
        first = next(k for k, cents in enumerate(held) if cents < 0)
        told.append(day_fact("below_day", line.today + timedelta(days=first + 1), line.today, lowest))
    return told


def _on(name: str, cents: int, today: date, at: int, of: Sequence[Fact]) -> Fact:
    day = today + timedelta(days=at + 1)
    return derived_money(name, cents, of, Period(start=day, end=day))


def _by_part(
    line: CashLine, usual: Usual, part: Slice, unit: Unit, facts: Sequence[Fact]
) -> tuple[Table, list[Fact]]:
    """The cash at the end of each week or other part (or the change to it), and what it is made of."""
    cash = next((fact for fact in facts if fact.id == "cash"), None)
    begin, since = (parse_cents(cash.value), 0) if cash else (0, part.since)
    totals = list(accumulate(net(line, usual)[since:], initial=begin))
    flows = _flows(line, usual)
    rows, points = [], []
    for piece in split(part.period, unit):
        a, b = (piece.start - line.today).days - 1, (piece.end - line.today).days
        name = name_of(piece, unit)
        sums = [totals[b - since], *(sum(flow[a:b]) for flow in flows)]
        made = [
            derived_money(f"{code}:{name}", cents, (_of(facts, of),), piece).model_copy(
                update={"label": name}
            )
            for code, cents, of in zip(COLUMNS, sums, ("expected_net", *COLUMNS[1:]), strict=True)
        ]
        points += made
        rows.append(Row(name, tuple(fact.id for fact in made)))
    head = COLUMNS[0] if cash else "change_then"
    return Table((f"per_{unit}", head, *COLUMNS[1:]), tuple(rows), len(rows), "period", "line"), points


def _flows(line: CashLine, usual: Usual) -> list[list[int]]:
    """Cents of each day: known in, usual in, known out, usual out."""
    span = len(usual.new.days)
    return [
        [sum(item.days[k] for item in line.coming) for k in range(span)],
        [a + b for a, b in zip(usual.coming.days, usual.new.days, strict=True)],
        [sum(item.days[k] for item in line.going) for k in range(span)],
        list(usual.going.days),
    ]
