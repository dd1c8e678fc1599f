"""From a share of the probability to the chance of being exactly right, as measured.

The anchors come from generated payments with known answers (24,000, six seeds and styles, none of them used
in a test): the engine is surer than its shares say. What makes a decision a question for a person also caps
the chance: where two customers fit alike it cannot be above a half, whatever the clues add up to.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.matching.trees import between

ANCHORS = (
    (0, 250),
    (50, 450),
    (150, 600),
    (300, 850),
    (500, 920),
    (600, 975),
    (900, 980),
    (950, 990),
    (985, 998),
    (1000, 999),
)
"""Share and chance, both per mille, rising together."""
CEILINGS = {
    "tie": 450,
    "other_currency": 550,
    "held": 900,
    "phone_of_other": 900,
    "neighbour": 960,
    "reference_unread": 950,
}


def chance(per_mille: int, vetoes: Iterable[str] = ()) -> int:
    """The chance per mille that a candidate with this share is exactly right, given its vetoes."""
    return min([int(between(ANCHORS, per_mille)), *(CEILINGS[code] for code in vetoes if code in CEILINGS)])
