"""Key figures: the one that the plan's metric names, or a board of cards (reference: insights 8)."""

from __future__ import annotations

from collections.abc import Callable

from shared.insights.metrics.customer_value import customer_value
from shared.insights.metrics.kpi_collection import cash_cycle, cei, days_to_pay, dso
from shared.insights.metrics.kpi_customers import concentration
from shared.insights.metrics.kpi_margins import burn, gross_margin, growth, net_margin, runway
from shared.insights.metrics.kpi_result import Kpi
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.segments import segments
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Plan

KPIS: dict[str, Callable[[Scope, Plan], Kpi]] = {
    "dso": dso,
    "cei": cei,
    "avg_days_to_pay": days_to_pay,
    "cash_cycle": cash_cycle,
    "gross_margin": gross_margin,
    "net_margin": net_margin,
    "burn": burn,
    "runway": runway,
    "growth": growth,
    "concentration": concentration,
    "segments": segments,
    "customer_value": customer_value,
}
BOARD = (
    "dso",
    "cei",
    "avg_days_to_pay",
    "gross_margin",
    "net_margin",
    "burn",
    "runway",
    "growth",
    "concentration",
)


def kpi(scope: Scope, plan: Plan) -> Result:
    """One key figure with everything it is made of; without a metric that is one of them, the board."""
    wanted = KPIS.get(plan.metric or "")
    if wanted is None:
        return _board(scope, plan)
    found = wanted(scope, plan)
    return Result(found.facts, found.sentence, found.extra, found.table, found.assumptions)


def _board(scope: Scope, plan: Plan) -> Result:
    """A card for each figure that is available; the others are named with what is missing."""
    found = [KPIS[name](scope, plan) for name in BOARD]
    cards = [
        one.card.model_copy(update={"id": f"card:{one.name}", "label": one.name}) for one in found if one.card
    ]
    missing = tuple(one.sentence for one in found if one.card is None and one.name != "growth")
    rows = tuple(Row(card.label, (card.id,)) for card in cards)
    table = Table(("kpi", "value"), rows, len(rows), "part")
    facts = {fact.id: fact for one in found for fact in one.facts} | {card.id: card for card in cards}
    return Result(tuple(facts.values()), "board" if cards else "board_none", missing, table, ("cash_basis",))
