"""Money in other currencies: shown apart, and in shillings only at rates that the business has stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.books import rates_of, shillings
from shared.core.money import parse_cents
from shared.insights.daysums.counting import COLLECTION
from shared.insights.daysums.reading import Line, day_sums
from shared.insights.facts import (
    MOST_RECORDS,
    Fact,
    Source,
    Sum,
    Tally,
    derived_count,
    derived_money,
    foreign_fact,
    money_fact,
)
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import tally_lines
from shared.insights.plan import Period
from shared.store import Doc


@dataclass(frozen=True, slots=True)
class Apart:
    """What is not part of a sum of shillings: facts, and the sentence that fits ("" where there is none)."""

    facts: tuple[Fact, ...] = ()
    extra: tuple[str, ...] = ()


def apart(
    scope: Scope, name: str, period: Period, whole: Fact, keep: Callable[[Line], bool] = lambda line: True
) -> Apart:
    """The amounts of other currencies under a name (daysums/counting.py) beside their sum in shillings.

    Args:
        whole: the sum in shillings, to which the others are added only where every day has a rate.
        keep: which of the lines belong to it.
    """
    found: list[Fact] = []
    worth: list[Fact] = []
    for currency in day_sums(scope).currencies(name, period):
        lines = [line for line in day_sums(scope).lines(name, period, currency) if keep(line)]
        if lines:
            fact = _amount(scope, name, lines, currency, period)
            found.append(fact)
            worth += _converted(scope, fact, lines)
    if not found:
        return Apart()
    first = found[0].model_copy(update={"id": "apart"})
    count = derived_count("apart_count", len(found), found)
    many = "one" if len(found) == 1 else "many"
    if len(worth) < len(found):
        return Apart((*found, *worth, first, count), (f"apart_{many}",))
    return Apart((*found, *worth, first, count, *_together(whole, worth)), (f"apart_{many}_rated",))


def _amount(scope: Scope, name: str, lines: list[Line], currency: str, period: Period) -> Fact:
    summed = tally_lines(scope, name, lines, currency=currency)
    source = Source(COLLECTION[name], period, (("currency", currency),))
    return foreign_fact(f"apart:{currency}", summed, source, currency)


def _converted(scope: Scope, amount: Fact, lines: list[Line]) -> list[Fact]:
    """The amount in shillings, each day at its own rate; nothing where a day has none."""
    known = rates_of(scope.store, scope.business, amount.currency, lines[0].day, lines[-1].day)
    used: dict[str, Doc] = {}
    cents, seen = 0, Sum()
    for line in lines:
        rate = known.on(line.day)
        if rate is None:
            return []
        cents += shillings(line.cents, rate)
        if rate.id not in used:
            used[rate.id] = rate
            seen.add(rate, 0)
    told = Tally(cents, len(used), tuple(used)[:MOST_RECORDS], seen.tally(()).data_version)
    source = Source("exchange_rates", amount.period, (("currency", amount.currency),))
    fact = money_fact(f"apart_kes:{amount.currency}", told, source, amount.currency)
    return [fact.model_copy(update={"derived_from": (amount.id,)})]


def _together(whole: Fact, worth: list[Fact]) -> tuple[Fact, Fact]:
    cents = sum(parse_cents(fact.value) for fact in worth)
    rated = derived_money("apart_kes", cents, worth, whole.period)
    both = derived_money("with_apart", parse_cents(whole.value) + cents, (whole, *worth), whole.period)
    return rated, both
