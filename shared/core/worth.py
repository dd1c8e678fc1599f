"""How much a question to a person is worth asking first: its money, and how likely one click answers it."""

from __future__ import annotations

from typing import Any


def worth(value_cents: int, chance_milli: int = 0) -> int:
    """The figure that review items are ordered by, the largest first.

    Args:
        value_cents: the money in question.
        chance_milli: the chance per mille that the first suggestion is right, 0 when there is none.

    A sure suggestion weighs eleven times the same money without one, so that neither a large unknown sum nor
    a hundred easy clicks wait behind the other for ever.
    """
    return abs(value_cents) * (100 + chance_milli) // 100


def standing(value_cents: int, chance_milli: int = 0) -> dict[str, Any]:
    """The indexed figures of a review item: ``value_cents``, ``confidence_milli`` and ``worth``."""
    figure = worth(value_cents, chance_milli)
    return {"value_cents": value_cents, "confidence_milli": chance_milli, "worth": figure}
