"""Late payment risk: (late + 2b) / (paid + 2), where b is the share of all paid invoices that were late.

Counted are paid invoices that were issued this month or in the twelve whole months before. A customer with
no paid invoice has the business's own rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.insights.calendar import first_day, shift
from shared.insights.citing import cite_paid_invoices
from shared.insights.facts import Fact, Source, Sum, count_fact, derived_percent, money_fact, tally, together
from shared.insights.flows import visits
from shared.insights.metrics.outstanding_invoices import balance, late_part
from shared.insights.metrics.payers import names_of
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, open_invoices
from shared.insights.plan import Filters, Period, Plan
from shared.store import Doc

DEFAULT_ROWS = 10
RISKY_MILLI = 500
"""A customer is called likely to pay late from this risk on."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer: invoices paid, how many of them late, and what is open now."""

    id: str
    paid: Sum
    owed: tuple[Doc, ...]

    @property
    def late(self) -> int:
        return self.paid.cents


def window(today: date) -> Period:
    """This month so far and the twelve whole months before it."""
    return Period(start=shift("month", first_day("month", today), -_MONTHS), end=today)


def risk_milli(late: int, paid: int, all_late: int, all_paid: int) -> tuple[int, int]:
    """``(late + 2b) / (paid + 2)`` with ``b = all_late / all_paid``, as numerator and denominator."""
    if not all_paid:
        return late, paid + 2
    return late * all_paid + 2 * all_late, (paid + 2) * all_paid


def late_risk(scope: Scope, plan: Plan) -> Result:
    """Customers by how likely they pay late, those who owe something; the surest first."""
    period, customer = window(scope.today), plan.filters.customer
    history = {key: visit.sum for key, visit in visits(scope, period, "borrowers").items()}
    whole = together(history.values())
    debtors = _debtors(scope, history, customer)
    risks = [(one, *risk_milli(one.late, one.paid.n, whole.cents, whole.n)) for one in debtors]
    risks.sort(key=lambda each: (-Decimal(each[1]) / each[2], -sum(map(balance, each[0].owed)), each[0].id))
    risky = [one for one, top, bottom in risks if top * 1000 >= RISKY_MILLI * bottom]
    told = _totals(scope, risky, whole, period)
    if not whole.n or not debtors:
        return Result(tuple(told), "late_none")
    shown = risks[: plan.limit or DEFAULT_ROWS]
    names = names_of(scope, [one.id for one, _, _ in shown])
    rows, facts = [], list(told)
    for one, top, bottom in shown:
        each = _one(scope, one, names[one.id], period)
        each.insert(
            0, derived_percent(f"late_risk:{one.id}", top, bottom, (*each[:2], told[-1]), names[one.id])
        )
        facts += each
        rows.append(Row(names[one.id], tuple(fact.id for fact in each), one.id))
    facts.append(facts[len(told)].model_copy(update={"id": "riskiest"}))
    columns = ("customer", "late_risk", "paid_late", "paid_invoices", "owed", "overdue")
    table = Table(columns, tuple(rows), len(risks))
    return Result(tuple(facts), "late" if risky else "late_few", _reasons(risks[0][0], scope), table)


def _debtors(scope: Scope, history: dict[str, Sum], customer: str | None) -> list[Debtor]:
    """Everybody with an open invoice; one named customer also without."""
    owed: dict[str, list[Doc]] = {customer: []} if customer else {}
    for doc in open_invoices(scope, Filters(customer=customer)):
        owed.setdefault(doc.data["customer_id"], []).append(doc)
    return [Debtor(id_, history.get(id_, Sum()), tuple(docs)) for id_, docs in owed.items()]


def _totals(scope: Scope, risky: list[Debtor], whole: Sum, period: Period) -> list[Fact]:
    source = Source("invoices", period, (("status", "paid"), ("issued", "yes")))
    open_now = Source("invoices", None, (("as_of", scope.today.isoformat()), ("status", "open")))
    at_risk = tally((doc for one in risky for doc in one.owed), balance)
    paid = whole.tally(cite_paid_invoices(scope, period) if whole.n else ())
    told = [
        money_fact("owed_at_risk", at_risk, open_now),
        count_fact("risky_customers", len(risky), at_risk, open_now),
        count_fact("all_paid", whole.n, paid, source),
        count_fact("all_late", whole.cents, paid, source),
    ]
    if whole.n:
        told.append(derived_percent("late_rate", whole.cents, whole.n, (told[3], told[2])))
    return told


def _one(scope: Scope, one: Debtor, name: str, period: Period) -> list[Fact]:
    """How often a customer paid late, of how many, and what is owed and overdue now."""
    ids = cite_paid_invoices(scope, period, customer=one.id) if one.paid.n else ()
    history = Source("invoices", period, (("customer_id", one.id), ("status", "paid")))
    now = Source("invoices", None, (("customer_id", one.id), ("as_of", scope.today.isoformat())))
    paid, today = one.paid.tally(ids), scope.today.isoformat()
    overdue = tally((doc for doc in one.owed if doc.data["due_date"] < today), late_part(today))
    return [
        count_fact(f"paid_late:{one.id}", one.late, paid, history, name),
        count_fact(f"paid_invoices:{one.id}", one.paid.n, paid, history, name),
        money_fact(f"owed:{one.id}", tally(one.owed, balance), now, name),
        money_fact(f"late:{one.id}", overdue, now, name),
    ]


def _reasons(one: Debtor, scope: Scope) -> tuple[str, ...]:
    """Why the riskiest customer stands first."""
    why = []
    if one.paid.n and one.late * 2 >= one.paid.n:
        why.append("why_often_late")
    if any(doc.data["due_date"] < scope.today.isoformat() for doc in one.owed):
        why.append("why_overdue_now")
    if one.paid.n < 3:
        why.append("why_few_invoices")
    return tuple(why)
