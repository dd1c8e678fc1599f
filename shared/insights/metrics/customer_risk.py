"""Who is likely to pay late, and who has stopped buying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import islice, pairwise
from statistics import median

from shared.core.clock import day_of
from shared.insights.facts import (
    Fact,
    Source,
    Sum,
    Tally,
    count_fact,
    derived_days,
    derived_percent,
    derived_ratio,
    money_fact,
    tally,
)
from shared.insights.metrics.late_model import foreseen, learnt, tried
from shared.insights.metrics.outstanding_invoices import balance
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import RECEIVED, Scope, each, names_of
from shared.insights.metrics.sums import A_FEW, amount, by_customer, paid_by, paid_by_some, required
from shared.insights.plan import Filters, Period, Plan
from shared.insights.scope import moments
from shared.store import Doc, Query, Where

LOOK_BACK_DAYS = 365
DEFAULT_ROWS = 10
PRIOR = 2
"""Invoices that the whole business's late rate weighs beside a customer's own."""
FEWEST_PURCHASES, LEAST_GAP = 4, 7
MEDIUM, HIGH = Decimal("1.5"), Decimal(3)
"""Times the usual gap: below the first the risk is low, above the second it is high."""


@dataclass(frozen=True, slots=True)
class Habit:
    """A customer's invoices that are decided: paid, or past due and still open; the late ones of them."""

    customer: str
    name: str
    decided: list[Doc]
    late: list[Doc]


def customer_risk(scope: Scope, plan: Plan) -> Result:
    """Late payment as a share of invoices, shrunk to the business's own rate; or churn by the usual gap."""
    return churn(scope, plan) if plan.metric == "churn_risk" else late_payment(scope, plan)


def late_payment(scope: Scope, plan: Plan) -> Result:
    """Customers with open invoices by ``(late + 2b) / (decided + 2)``, b the late rate of all."""
    habits = {habit.customer: habit for habit in _habits(scope)}
    every = [doc for habit in habits.values() for doc in habit.decided]
    late = [doc for habit in habits.values() for doc in habit.late]
    source = Source("invoices", None, (("as_of", scope.today.isoformat()), ("decided", "yes")))
    whole = count_fact("decided_invoices", len(every), _tally(every), source)
    of_them = count_fact("late_invoices", len(late), _tally(late), source)
    if not every:
        return Result((whole, of_them), "late_unknown")
    rate = derived_percent("late_rate", len(late), len(every), (of_them, whole))
    owing = _owing(scope)
    model = learnt(scope, every)
    ranked = sorted(
        (
            (foreseen(scope, model, owing[who]) or _risk(habits.get(who), len(late), len(every)), who)
            for who in owing
        ),
        key=lambda r: (-r[0], r[1]),
    )
    facts: list[Fact] = [whole, of_them, rate, *tried(model, whole)]
    if not ranked:
        return Result(tuple(facts), "late_none")
    first = len(facts)
    rows = []
    for risk, who in ranked[: plan.limit or DEFAULT_ROWS]:
        part = _late_facts(scope, owing[who], habits.get(who), risk, rate)
        facts += part
        rows.append(Row(owing[who][0].data["customer_name"], tuple(f.id for f in part[:3]), who))
    facts.append(facts[first].model_copy(update={"id": "top_risk"}))
    table = Table(("customer", "late_risk", "late_share_own", "owed"), tuple(rows), len(ranked))
    return Result(tuple(facts), "late_some", ("late_model",) if model else (), table)


def _habits(scope: Scope) -> list[Habit]:
    since = (scope.today - timedelta(days=LOOK_BACK_DAYS)).isoformat()
    groups: dict[str, Habit] = {}
    for status in ("paid", "open"):
        where = (Where("status", "==", status), Where("due_date", ">=", since))
        for doc in each(scope, Query("invoices", where, "due_date")):
            late = _was_late(doc, scope.today)
            if late is not None:
                habit = groups.setdefault(
                    doc.data["customer_id"], Habit(doc.data["customer_id"], doc.data["customer_name"], [], [])
                )
                habit.decided.append(doc)
                if late:
                    habit.late.append(doc)
    return list(groups.values())


def _was_late(doc: Doc, today: date) -> bool | None:
    """Whether an invoice was paid after its day; None while it is not due and not paid."""
    due = doc.data["due_date"]
    if doc.data["status"] == "paid":
        paid: str = doc.data.get("paid_on", "")
        return bool(paid) and day_of(paid) > due
    return True if due < today.isoformat() else None


def _owing(scope: Scope) -> dict[str, list[Doc]]:
    owed: dict[str, list[Doc]] = {}
    for doc in each(scope, Query("invoices", (Where("status", "==", "open"),), "due_date")):
        if balance(doc) > 0:
            owed.setdefault(doc.data["customer_id"], []).append(doc)
    return owed


def _risk(habit: Habit | None, late: int, decided: int) -> Decimal:
    """A probability in per cent, one decimal; somebody without history has the business's own rate."""
    mine, theirs = (len(habit.late), len(habit.decided)) if habit else (0, 0)
    chance = (Decimal(mine) + PRIOR * Decimal(late) / decided) / (theirs + PRIOR)
    return (chance * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def _late_facts(scope: Scope, owed: list[Doc], habit: Habit | None, risk: Decimal, rate: Fact) -> list[Fact]:
    who: str = owed[0].data["customer_id"]
    name = owed[0].data["customer_name"]
    source = Source("invoices", None, (("as_of", scope.today.isoformat()), ("customer_id", who)))
    decided, late = (habit.decided, habit.late) if habit else ([], [])
    own = count_fact(f"own_late:{who}", len(late), _tally(late), source).model_copy(
        update={"label": name, "formatted": f"{len(late)}/{len(decided)}"}
    )
    chance = derived_ratio(f"late_risk:{who}", risk, (own, rate), name, unit="%")
    return [chance, own, money_fact(f"owed:{who}", tally(owed, balance), source, name)]


def _tally(docs: Iterable[Doc]) -> Tally:
    return tally(docs, lambda doc: int(doc.data["total_cents"]))


def churn(scope: Scope, plan: Plan) -> Result:
    """Customers whose last payment is longer ago than is usual for them, the longest first.

    Only who paid on at least four days of the last year; the usual gap is the median, at least a week.
    """
    period = Period(start=scope.today - timedelta(days=LOOK_BACK_DAYS), end=scope.today)
    groups = by_customer(scope, period)
    groups.pop("", None)
    quiet, watched, whole = [], 0, Sum()
    for who, visits in groups.items():
        whole.plus(visits.sum)
        days = sorted(map(date.fromisoformat, visits.days))
        if len(days) < FEWEST_PURCHASES:
            continue
        watched += 1
        gap = max(Decimal(median((b - a).days for a, b in pairwise(days))), Decimal(LEAST_GAP))
        times = (Decimal((scope.today - days[-1]).days) / gap).quantize(Decimal("0.1"))
        if times >= MEDIUM:
            quiet.append((times, who, visits.sum, (scope.today - days[-1]).days, int(gap)))
    quiet.sort(key=lambda one: (-one[0], one[1]))
    told = paid_by_some(scope, sorted(groups), whole, period)
    return _churned(scope, quiet, plan.limit or DEFAULT_ROWS, _watched(period, quiet, watched, told))


Quiet = tuple[Decimal, str, Sum, int, int]


def _watched(period: Period, quiet: list[Quiet], watched: int, summed: Tally) -> list[Fact]:
    source = Source("payments", period, (("by", "customer"),))
    return [
        count_fact("regular_customers", watched, summed, source),
        count_fact("quiet_customers", len(quiet), summed, source),
        count_fact("high_risk", sum(times > HIGH for times, *_ in quiet), summed, source),
    ]


def _churned(scope: Scope, quiet: list[Quiet], limit: int, facts: list[Fact]) -> Result:
    period = facts[0].period
    if not quiet:
        return Result(tuple(facts), "churn_none" if facts[0].value != "0" else "churn_unknown")
    shown = quiet[:limit]
    names = names_of(scope, [who for _, who, *_ in shown])
    rows = []
    for times, who, summed, since, gap in shown:
        theirs = Source("payments", period, (("customer_id", who),))
        last = tally(last_payment(scope, who, required(period)), amount)
        told = paid_by(scope, Filters(customer=who), summed, required(period))
        base = count_fact(f"purchases:{who}", summed.n, told, theirs).model_copy(update={"label": names[who]})
        part = [
            derived_days(f"quiet_days:{who}", since, (base,), names[who]),
            derived_days(f"usual_gap:{who}", gap, (base,), names[who]),
            derived_ratio(f"times_gap:{who}", times, (base,), names[who]),
            money_fact(f"last_paid:{who}", last, theirs, names[who]),
        ]
        facts += [base, *part]
        rows.append(Row(names[who], tuple(fact.id for fact in part), who))
    facts.append(facts[4].model_copy(update={"id": "longest_quiet"}))
    columns = ("customer", "quiet_days", "usual_gap", "times_gap", "last_paid")
    return Result(tuple(facts), "churn_some", table=Table(columns, tuple(rows), len(quiet)))


def last_payment(scope: Scope, who: str, period: Period) -> Iterator[Doc]:
    """The newest settled payment of a customer in a period."""
    where = (Where("customer_id", "==", who), *moments("paid_at", period))
    found = each(scope, Query("payments", where, "-paid_at"), page=A_FEW)
    settled = (doc for doc in found if doc.data["status"] in RECEIVED and not doc.data.get("own_transfer"))
    return islice(settled, 1)
