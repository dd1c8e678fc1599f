"""What would change if: one month as it usually is, and the same month with a few things otherwise.

A usual month is the mean of the last three whole ones. A scenario changes it by plain arithmetic; nothing is
guessed about how customers would answer: whoever asks says how many would stay away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.core.errors import Invalid
from shared.core.money import parse_cents
from shared.insights.calendar import first_day, shift
from shared.insights.facts import Fact, Source, derived_money, derived_ratio, money_fact
from shared.insights.metrics.cash_position import cash_facts
from shared.insights.metrics.sources import Scope, first_payment_day
from shared.insights.metrics.sums import costs, revenue, spending, tally_lines
from shared.insights.plan import Filters, Period
from shared.insights.scenarios import Change, Code, Cost, Hire, LoseCustomer, PayLater, Price

MONTHS = 3
NOT_COSTS = "owner_transfers"


@dataclass(frozen=True, slots=True)
class Month:
    """A usual month in cents, and money that is held back or spent once."""

    income: int
    costs: int
    once: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Facts of the usual and of the changed month, and codes of what was assumed."""

    facts: tuple[Fact, ...]
    assumed: tuple[Code, ...]


def what_if(scope: Scope, changes: Sequence[Change]) -> Scenario:
    """The usual month with changes made one after the other.

    Raises Invalid ``too_little`` under three whole months of payments, NotFound for an unknown customer.
    """
    period = _period(scope)
    first = first_payment_day(scope)
    if first is None or first > period.start:
        raise Invalid("too_little", "three whole months of payments are needed for a usual month")
    came, of = revenue(scope, period, Filters())
    went = tally_lines(scope, "costs", [line for line in costs(scope, period) if line.key != NOT_COSTS])
    facts = [
        money_fact("quarter_in", came, of),
        money_fact("quarter_out", went, Source("expenses", period, (("category", f"not {NOT_COSTS}"),))),
    ]
    usual = Month(_third(came.cents), _third(went.cents))
    then, assumed = usual, list[Code](["usual_month"])
    for change in changes:
        then, fact, code = _changed(scope, period, then, change)
        facts += fact
        assumed += code
    cash = cash_facts(scope)
    facts += cash[:1] if cash else []
    facts += _told("now", usual, facts, cash) + _told("then", then, facts, cash)
    assumed += [] if cash else ["no_balance"]
    return Scenario(tuple(facts), tuple(dict.fromkeys(assumed)))


def _period(scope: Scope) -> Period:
    this = first_day("month", scope.today)
    return Period(start=shift("month", this, -MONTHS), end=this - timedelta(days=1))


def _third(cents: int) -> int:
    return (2 * cents + MONTHS) // (2 * MONTHS)


def _part(cents: int, percent: int) -> int:
    """A percentage of an amount, half to even."""
    return int((Decimal(cents) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


Step = tuple[Month, list[Fact], list[Code]]


def _changed(scope: Scope, period: Period, month: Month, change: Change) -> Step:
    if isinstance(change, Price):
        sold = month.income - _part(month.income, change.lost_percent)
        code: Code = "customers_lost" if change.lost_percent else "price_keeps_customers"
        return Month(sold + _part(sold, change.percent), month.costs, month.once), [], [code]
    if isinstance(change, Hire):
        return Month(month.income, month.costs + change.monthly_cents, month.once), [], []
    if isinstance(change, LoseCustomer):
        return _without(scope, period, month, change)
    return _category(scope, period, month, change)


def _without(scope: Scope, period: Period, month: Month, change: LoseCustomer) -> Step:
    from shared.store import Key

    customer = scope.store.require(scope.business, Key("customers", change.customer_id))
    theirs, _ = revenue(scope, period, Filters(customer=customer.id))
    source = Source("payments", period, (("customer_id", customer.id),))
    fact = money_fact(f"from_customer:{customer.id}", theirs, source, customer.data["name"])
    return Month(month.income - _third(theirs.cents), month.costs, month.once), [fact], []


def _category(scope: Scope, period: Period, month: Month, change: Cost | PayLater) -> Step:
    spent, _ = spending(scope, period, Filters(category=change.category))
    source = Source("expenses", period, (("category", change.category),))
    fact = money_fact(f"category:{change.category}", spent, source, change.category)
    if isinstance(change, Cost):
        more = _part(_third(spent.cents), change.percent)
        return Month(month.income, month.costs + more, month.once), [fact], []
    kept = spent.cents * change.days // period.days
    return Month(month.income, month.costs, month.once + kept), [fact], ["once"]


def _told(when: str, month: Month, of: Sequence[Fact], cash: Sequence[Fact]) -> list[Fact]:
    """Income, costs, what is left, and how long stated cash lasts where more goes out than comes in."""
    income = derived_money(f"income_{when}", month.income, of)
    costs = derived_money(f"costs_{when}", month.costs, of)
    left = derived_money(f"left_{when}", month.income - month.costs, (income, costs))
    facts = [income, costs, left]
    if month.once:
        facts.append(derived_money(f"once_{when}", month.once, of))
    if cash and month.costs > month.income:
        held = max(parse_cents(cash[0].value) + month.once, 0)
        months = (Decimal(held) / (month.costs - month.income)).quantize(
            Decimal("0.1"), rounding=ROUND_HALF_EVEN
        )
        facts.append(derived_ratio(f"runway_{when}", months, (cash[0], left)))
    return facts
