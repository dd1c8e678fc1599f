"""How old debts are: open balances by days past due (reference: insights 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    count_fact,
    derived_days,
    derived_percent,
    money_fact,
    tally,
)
from shared.insights.metrics.outstanding_invoices import balance, late_part
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, open_invoices
from shared.insights.plan import Plan
from shared.store import Doc

BUCKETS: tuple[tuple[str, int | None, int | None], ...] = (
    ("not_due", None, 0),
    ("days_1_30", 0, 30),
    ("days_31_60", 30, 60),
    ("days_61_90", 60, 90),
    ("days_over_90", 90, None),
)
"""Name, and between how many days late: more than the first, at most the second."""
Measure = Callable[[Doc], int]


def late_more_than(scope: Scope, days: int) -> Measure:
    """What of an invoice's balance is more than so many days past due; instalments each by their own day."""
    limit = (scope.today - timedelta(days=days)).isoformat()
    part = late_part(limit)
    return lambda doc: part(doc) if doc.data["due_date"] < limit or doc.data.get("parts") else 0


def ageing(scope: Scope, plan: Plan) -> Result:
    """Open balances as of today in five buckets that add up, or what is later than the days asked for."""
    source = Source("invoices", None, (("as_of", scope.today.isoformat()), *plan.filters.given().items()))
    owed = list(open_invoices(scope, plan.filters))
    total = money_fact("outstanding", tally(owed, balance), source)
    if plan.filters.min_days_overdue is not None:
        return _later_than(scope, plan.filters.min_days_overdue, owed, total, source)
    if not owed:
        return Result((total,), "none")
    facts, rows = [total], []
    for name, over, most in BUCKETS:
        part = _bucket(name, _between(scope, over, most), owed, total, source)
        facts += part
        rows.append(Row(name, tuple(fact.id for fact in part)))
    late = tally_of(owed, late_more_than(scope, 0))
    facts.append(money_fact("overdue", late, source))
    table = Table(("bucket", "owed", "share", "invoices"), tuple(rows), len(rows), "label")
    return Result(tuple(facts), "some" if late.cents else "current", table=table)


def _between(scope: Scope, over: int | None, most: int | None) -> Measure:
    """What of an invoice's balance is more than ``over`` and at most ``most`` days late."""
    upper = late_more_than(scope, over) if over is not None else balance
    lower = late_more_than(scope, most) if most is not None else _nothing
    return lambda doc: upper(doc) - lower(doc)


def _bucket(name: str, measure: Measure, owed: list[Doc], total: Fact, source: Source) -> list[Fact]:
    summed = tally_of(owed, measure)
    theirs = Source("invoices", None, (("bucket", name), *source.chosen_by))
    part = money_fact(f"bucket:{name}", summed, theirs, name)
    return [
        part,
        derived_percent(f"bucket_share:{name}", summed.cents, sum(map(balance, owed)), (part, total), name),
        count_fact(f"bucket_count:{name}", summed.count, summed, theirs).model_copy(update={"label": name}),
    ]


def tally_of(docs: Iterable[Doc], measure: Measure) -> Tally:
    """A tally of those documents only of which something is measured."""
    return tally((doc for doc in docs if measure(doc)), measure)


def _nothing(_: Doc) -> int:
    return 0


def _later_than(scope: Scope, days: int, owed: list[Doc], total: Fact, source: Source) -> Result:
    """One question about one limit: how much, on how many invoices, of how many customers."""
    measure = late_more_than(scope, days)
    late = [doc for doc in owed if measure(doc)]
    summed = tally(late, measure)
    facts: list[Fact] = [
        money_fact("later", summed, source),
        count_fact("later_invoices", summed.count, summed, source),
        count_fact("later_customers", len({doc.data["customer_id"] for doc in late}), summed, source),
        derived_days("limit_days", days, ()),
        total,
    ]
    return Result(tuple(facts), "later" if late else "none_later")
