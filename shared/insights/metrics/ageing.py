"""How long what customers owe is overdue: not due, 1-30, 31-60, 61-90 and over 90 days late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.insights.facts import Fact, Source, count_fact, derived_days, money_fact, tally_pairs
from shared.insights.metrics.positions import Owed, owed_on
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Filters, Plan
from shared.store import Doc

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")
_LATEST = (0, 30, 60, 90)
DEFAULT_ROWS = 20
Slice = tuple[Doc, str, int]
"""An invoice, the bucket of one of its due days, and the cents of it."""


def ageing(scope: Scope, plan: Plan) -> Result:
    """What is owed by how late it is, in all and by customer, as of today or the last day of the period.

    Of an invoice in instalments each part ages by its own day. With ``min_days_overdue`` only what is more
    days late than that.
    """
    day = plan.period.end if plan.period else scope.today
    least = plan.filters.min_days_overdue
    slices = _slices(owed_on(scope, day, Filters(customer=plan.filters.customer)), day, least)
    source = Source("invoices", None, (("as_of", day.isoformat()), *plan.filters.given().items()))
    facts = _facts(slices, source)
    if least is not None:
        facts.append(derived_days("limit_days", least, facts[:1]))
    if not slices:
        return Result(tuple(facts), "none" if least is None else "none_late")
    table, more = _table(slices, source, plan.limit or DEFAULT_ROWS)
    plot = Plot("bar", BUCKETS, (("outstanding", BUCKETS),), named_by="part")
    return Result((*facts, *more), "some" if least is None else "late", table=table, plot=plot)


def bucket(due: str, day: date) -> str:
    """Where an amount belongs by how many days late it was on ``day``."""
    late = (day - date.fromisoformat(due)).days
    return next((BUCKETS[at] for at, most in enumerate(_LATEST) if late <= most), BUCKETS[-1])


def _slices(owed: Iterable[Owed], day: date, least: int | None) -> list[Slice]:
    return [
        (one.doc, bucket(due, day), cents)
        for one in owed
        for due, cents in one.parts()
        if least is None or (day - date.fromisoformat(due)).days > least
    ]


def _facts(slices: list[Slice], source: Source, whose: str = "", name: str = "") -> list[Fact]:
    """The whole, what of it is overdue, each bucket, and how many invoices."""
    ending = f":{whose}" if whose else ""
    invoices = _by_invoice(slices)
    whole = tally_pairs(invoices)
    late = tally_pairs(_by_invoice(one for one in slices if one[1] != BUCKETS[0]))
    told = [
        money_fact(f"outstanding{ending}", whole, source, name),
        money_fact(f"overdue{ending}", late, source, name),
    ]
    for code in BUCKETS:
        of = tally_pairs(_by_invoice(one for one in slices if one[1] == code))
        told.append(money_fact(f"{code}{ending}", of, source, name))
    return [*told, count_fact(f"open_invoices{ending}", whole.count, whole, source, name)]


def _by_invoice(slices: Iterable[Slice]) -> list[tuple[Doc, int]]:
    """Each invoice once, with all of its cents among the slices."""
    sums: dict[str, tuple[Doc, int]] = {}
    for doc, _, cents in slices:
        sums[doc.id] = (doc, cents + (sums[doc.id][1] if doc.id in sums else 0))
    return list(sums.values())


def _table(slices: list[Slice], source: Source, wanted: int) -> tuple[Table, list[Fact]]:
    groups: dict[str, list[Slice]] = {}
    for one in slices:
        groups.setdefault(one[0].data["customer_id"], []).append(one)
    order = sorted(groups, key=lambda id_: (-sum(cents for _, _, cents in groups[id_]), id_))
    rows, facts = [], []
    for customer in order[:wanted]:
        theirs = Source("invoices", None, (("customer_id", customer), *source.chosen_by))
        name = groups[customer][0][0].data["customer_name"]
        told = _facts(groups[customer], theirs, customer, name)
        facts += told
        rows.append(Row(name, tuple(fact.id for fact in (told[0], *told[2:7])), customer))
    return Table(("customer", "outstanding", *BUCKETS), tuple(rows), len(order)), facts
