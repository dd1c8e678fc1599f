"""How long recorded cash lasts, as a part of the health score; without a recorded balance there is no such
part."""

from __future__ import annotations

from shared.insights.facts import derived_ratio
from shared.insights.metrics.balances import cash
from shared.insights.metrics.health_measures import Measured
from shared.insights.metrics.health_parts import runway
from shared.insights.metrics.kpi_margins import net_burn, runway_months
from shared.insights.metrics.sources import Scope


def lasting(scope: Scope) -> Measured:
    """Recorded cash by the net burn of the last three whole months."""
    accounts, held = cash(scope)
    if held is None:
        return Measured(())
    burned, cents = net_burn(scope)
    facts = (held, *accounts, *burned)
    if cents is None:
        return Measured((held, *accounts))
    if cents <= 0:
        return Measured(facts, runway(burned[0], None))
    months = runway_months(held, cents)
    told = derived_ratio("runway", months, (held, burned[0]))
    return Measured((told, *facts), runway(told, months))
