"""The words of a change: which way, from nothing, or from loss to profit; a percentage only where it has
sense."""

from __future__ import annotations

from shared.insights.facts import Fact, derived_money, derived_percent


def word(now: int, then: int) -> str:
    """``same``, ``new`` (from nothing), ``to_profit`` and ``to_loss`` (over zero), ``up`` or ``down``."""
    if now == then:
        return "same"
    if then == 0:
        return "new"
    if now >= 0 > then:
        return "to_profit"
    if now < 0 <= then:
        return "to_loss"
    return "up" if now > then else "down"


def change(prefix: str, now: Fact, then: Fact, cents: int, before: int) -> list[Fact]:
    """The difference, and ``(now - then) / |then|`` with its sign where it does not start from nothing."""
    difference = derived_money(f"{prefix}difference", cents - before, (now, then))
    if before == 0:
        return [difference]
    return [difference, derived_percent(f"{prefix}change", cents - before, abs(before), (now, then))]
