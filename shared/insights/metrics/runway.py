"""How long stated cash lasts at the usual net burn (reference: insights 8)."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

from shared.core.money import parse_cents
from shared.insights.calendar import first_day, shift, whole
from shared.insights.facts import Fact, derived_money, derived_ratio, money_fact
from shared.insights.metrics.cash_position import cash_facts
from shared.insights.metrics.sources import Scope, first_payment_day
from shared.insights.metrics.sums import revenue, spending
from shared.insights.plan import Filters, Period

BURN_MONTHS = 3
Facts = tuple[Fact, ...]


def runway(scope: Scope) -> tuple[Facts, str]:
    """How many months the stated cash lasts at the median net burn of the last three whole months."""
    burns = [_burn(scope, back) for back in range(1, BURN_MONTHS + 1)]
    nets = [parse_cents(burn[2].value) for burn in burns]
    facts: list[Fact] = [fact for burn in burns for fact in burn]
    burn = int(median(nets))
    net = derived_money("net_burn", max(burn, 0), [b[2] for b in burns])
    facts.append(net)
    first = first_payment_day(scope)
    if first is None or first > _month(scope, BURN_MONTHS).start:
        return tuple(facts), "runway_short"
    if burn <= 0:
        return tuple(facts), "runway_none"
    cash = cash_facts(scope)
    if not cash:
        return tuple(facts), "runway_unknown"
    facts += cash
    held = max(parse_cents(cash[0].value), 0)
    months = (Decimal(held) / burn).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
    return (*facts, derived_ratio("runway", months, (cash[0], net))), "runway"


def _month(scope: Scope, back: int) -> Period:
    return whole("month", shift("month", first_day("month", scope.today), -back))


def _burn(scope: Scope, back: int) -> tuple[Fact, Fact, Fact]:
    month = _month(scope, back)
    came = money_fact(f"month_in:{back}", *revenue(scope, month, Filters()), label="cash_in")
    went = money_fact(f"month_out:{back}", *spending(scope, month, Filters()), label="cash_out")
    cents = parse_cents(went.value) - parse_cents(came.value)
    burn = derived_money(f"month_burn:{back}", cents, (came, went), month)
    return came, went, burn.model_copy(update={"label": "net_burn"})
