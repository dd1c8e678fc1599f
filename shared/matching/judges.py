"""How sure a candidate makes us: versions that can stand beside each other, chosen by one name.

``clues-1``: hand-set weights shared out over all candidates, with measured anchors (calibrate.py).
``trees-1``: trees fitted to how candidates stand (traits.py, fitted.py). A business's rules name one of them;
going back is that setting alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.core.errors import Invalid
from shared.matching.calibrate import CEILINGS, chance
from shared.matching.model import Candidate, Case, Identity
from shared.matching.trees import Anchors, Tree, between, log_odds

CURRENT = "trees-1"
WEIGHED, HOPELESS = 3, 400
"""So many candidates are judged; one whose clues are this far behind the best is left where it is."""


class Judge(Protocol):
    """Orders candidates and says how likely the first is exactly right, per mille."""

    version: str
    auto_milli: int
    soft: frozenset[str]
    """Vetoes that it has an eye on itself: they are no questions for a person any more."""

    def order(
        self, case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity]
    ) -> tuple[list[Candidate], int]: ...
    def capped(self, sure: int, vetoes: Iterable[str]) -> int: ...


class Clues:
    """The share of the probability that clues give, as measured."""

    version = "clues-1"
    auto_milli = 990
    soft: frozenset[str] = frozenset()

    def order(
        self, case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity]
    ) -> tuple[list[Candidate], int]:
        return list(ranked), chance(ranked[0].per_mille)

    def capped(self, sure: int, vetoes: Iterable[str]) -> int:
        return min([sure, *(CEILINGS[code] for code in vetoes if code in CEILINGS)])


@dataclass(frozen=True, slots=True)
class Fitted:
    """Trees, what they start from, log-odds with their chance per mille, and the least chance to post."""

    trees: Sequence[Tree]
    base: float
    anchors: Anchors
    auto_milli: int


class Trees:
    """What fitted trees make of how each of the best candidates stands beside the others."""

    version = "trees-1"
    soft = frozenset({"reference_unread", "loose"})

    def __init__(self, fitted: Fitted | None = None) -> None:
        """``fitted``: trees with their base, anchors and least chance; those of fitted.py when left out."""
        if fitted is None:
            from shared.matching import fitted as kept

            fitted = Fitted(kept.TREES, kept.BASE, kept.ANCHORS, kept.AUTO_MILLI)
        self._fitted = fitted
        self.auto_milli = fitted.auto_milli

    def order(
        self, case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity]
    ) -> tuple[list[Candidate], int]:
        judged = [
            self.sure(case, ranked, identities, k)
            for k, one in enumerate(ranked[:WEIGHED])
            if ranked[0].score - one.score <= HOPELESS
        ]
        best = max(range(len(judged)), key=lambda k: (judged[k], -k))
        return [ranked[best], *ranked[:best], *ranked[best + 1 :]], judged[best]

    def sure(
        self, case: Case, ranked: Sequence[Candidate], identities: Mapping[str, Identity], at: int
    ) -> int:
        """The chance per mille that ``ranked[at]`` is exactly right; 0 for one that credits nothing."""
        from shared.matching.traits import traits

        if not ranked[at].allocation.links:
            return 0
        odds = log_odds(self._fitted.trees, self._fitted.base, traits(case, ranked, identities, at))
        return int(between(self._fitted.anchors, odds))

    def capped(self, sure: int, vetoes: Iterable[str]) -> int:
        known = {"tie": CEILINGS["tie"], "other_currency": CEILINGS["other_currency"]}
        return min([sure, *(known[code] for code in vetoes if code in known)])


VERSIONS: dict[str, Callable[[], Judge]] = {Clues.version: Clues, Trees.version: Trees}
_made: dict[str, Judge] = {}


def judge(version: str = "") -> Judge:
    """The judge of a version, the current one when left out; raises Invalid ``model_unknown``."""
    version = version or CURRENT
    if version not in VERSIONS:
        raise Invalid("model_unknown", f"there is no matching model '{version}', only {', '.join(VERSIONS)}")
    if version not in _made:
        _made[version] = VERSIONS[version]()
    return _made[version]
