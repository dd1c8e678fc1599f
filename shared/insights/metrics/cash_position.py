"""How much cash there is, from recorded balances only; where there are none, what is missing is said."""

from __future__ import annotations

from shared.insights.facts import Source, count_fact, tally
from shared.insights.metrics.balances import cash
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Plan


def cash_position(scope: Scope, plan: Plan) -> Result:
    """Every account with its last recorded balance and the day of it, and their sum."""
    accounts, whole = cash(scope)
    if whole is None:
        source = Source("statements", None, (("balance", "recorded"),))
        return Result((count_fact("accounts", 0, tally((), lambda doc: 0), source),), "missing")
    oldest = min(accounts, key=lambda fact: (fact.period.end if fact.period else scope.today, fact.id))
    facts = (whole, *accounts, oldest.model_copy(update={"id": "oldest"}))
    rows = tuple(Row(fact.label, (fact.id,), fact.record_ids[0]) for fact in accounts)
    plot = Plot("bar", tuple(row.name for row in rows), (("cash", tuple(row.facts[0] for row in rows)),))
    return Result(facts, "some", table=Table(("account", "cash"), rows, len(rows)), plot=plot)
