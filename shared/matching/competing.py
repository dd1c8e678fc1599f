"""Payments in review that want the same invoices: who gets which, where not all can be right.

Suggestions are made one payment at a time, so two of them may spend one balance twice. Payments that share a
wanted invoice form a component; within it the most credible set of suggestions that the balances can bear is
chosen. Outside such components nothing is assigned: each payment keeps its first suggestion.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SEARCHED = 8
"""Payments of a component that are weighed together; of a larger one the surest are, the rest is asked."""
_SHARES = (0.7, 0.3)
"""How what the first suggestion leaves of the probability falls on the second and third."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A payment and its suggestions, the first ``sure`` per mille likely.

    ``choices``: cents wanted by invoice, of each suggestion in order; an empty one wants nothing.
    """

    payment_id: str
    sure: int
    choices: tuple[Mapping[str, int], ...]

    def chance(self, choice: int) -> float:
        """The probability of a suggestion; never 0 nor 1."""
        first = min(max(self.sure / 1000, 0.001), 0.999)
        return first if choice == 0 else (1 - first) * _SHARES[min(choice, len(_SHARES)) - 1]


def assigned(wishes: Sequence[Wish], balances: Mapping[str, int]) -> dict[str, int | None]:
    """The suggestion that each payment gets, by payment id; None where its money finds nothing left.

    Args:
        balances: cents still owed on every invoice that a choice names; one that is missing is owed nothing.

    The same wishes in another order get the same answer.
    """
    ordered = sorted(wishes, key=lambda wish: wish.payment_id)
    found: dict[str, int | None] = {}
    for component in components(ordered):
        found |= _shared_out(component, balances)
    return {wish.payment_id: found[wish.payment_id] for wish in wishes}


def components(wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
    """Wishes that are linked by a wanted invoice, each group in the order given."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            group[name] = name = group[group[name]]
        return name

    for wish in wishes:
        for invoice in {invoice for choice in wish.choices for invoice in choice}:
            group[root(f"i:{invoice}")] = root(f"p:{wish.payment_id}")
    gathered: dict[str, list[Wish]] = {}
    for wish in wishes:
        gathered.setdefault(root(f"p:{wish.payment_id}"), []).append(wish)
    yield from gathered.values()


def _shared_out(component: Sequence[Wish], balances: Mapping[str, int]) -> dict[str, int | None]:
    """The cheapest assignment of one component, by depth first search with the cost so far as bound."""
    if _bearable([wish.choices[0] if wish.choices else {} for wish in component], balances):
        return {wish.payment_id: 0 if wish.choices else None for wish in component}
    surest = sorted(component, key=lambda wish: (-wish.sure, wish.payment_id))
    found: dict[str, int | None] = {wish.payment_id: None for wish in surest[SEARCHED:]}
    return found | _Search(surest[:SEARCHED], balances).best()


def _bearable(choices: Sequence[Mapping[str, int]], balances: Mapping[str, int]) -> bool:
    wanted: dict[str, int] = {}
    for choice in choices:
        for invoice, cents in choice.items():
            wanted[invoice] = wanted.get(invoice, 0) + cents
    return all(cents <= balances.get(invoice, 0) for invoice, cents in wanted.items())


class _Search:
    """Every bearable assignment of a few payments, the unlikely cut off early."""

    def __init__(self, wishes: Sequence[Wish], balances: Mapping[str, int]) -> None:
        self._wishes = wishes
        wanted = {invoice for wish in wishes for choice in wish.choices for invoice in choice}
        self._left = {invoice: balances.get(invoice, 0) for invoice in wanted}
        self._taken: list[int | None] = []
        self._found: tuple[float, list[int | None]] = (math.inf, [])

    def best(self) -> dict[str, int | None]:
        self._go(0.0)
        return {w.payment_id: choice for w, choice in zip(self._wishes, self._found[1], strict=True)}

    def _go(self, cost: float) -> None:
        if cost >= self._found[0]:
            return
        at = len(self._taken)
        if at == len(self._wishes):
            self._found = (cost, list(self._taken))
            return
        wish = self._wishes[at]
        for choice, wanted in enumerate(wish.choices):
            if wanted and _bearable([wanted], self._left):
                self._try(cost - math.log(wish.chance(choice)), choice, wanted)
        self._try(cost - math.log(self._nothing(wish)), None, {})

    def _nothing(self, wish: Wish) -> float:
        """How likely it is that none of the suggestions is right: less than the last of them."""
        return wish.chance(len(wish.choices)) / 2

    def _try(self, cost: float, choice: int | None, wanted: Mapping[str, int]) -> None:
        self._spend(wanted, -1)
        self._taken.append(choice)
        self._go(cost)
        self._taken.pop()
        self._spend(wanted, 1)

    def _spend(self, wanted: Mapping[str, int], sign: int) -> None:
        for invoice, cents in wanted.items():
            self._left[invoice] += sign * cents
