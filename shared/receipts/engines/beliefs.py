"""What a model says of a receipt is believed only where the print and the arithmetic say so too.

A value must be of the right form, stand in what an engine read, and be proven by the receipt itself: a total
by other amounts, a date by being called so, a seller's name by its legal form. That a model named it is no
proof. So a model can point at the right row, and nothing else; it never makes a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.receipts.engines.belief_rules import date_of, merchant_of, total_of
from shared.receipts.engines.evidenced import Doubt, Receipt
from shared.receipts.model import Row
from shared.receipts.reading import Fields


class Said(BaseModel):
    """All that a model may say, as text; anything else it says makes the whole answer void."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
    merchant: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None
    total: Annotated[str, Field(pattern=r"^[0-9][0-9,]{0,12}(\.[0-9]{1,2})?$")] | None = None


@dataclass(frozen=True)
class Believed:
    """The fields with what was believed, its names, and why the rest was not (``total: no arithmetic``)."""

    fields: Fields
    names: tuple[str, ...]
    doubts: tuple[str, ...]


def believe(
    answer: Mapping[str, Any], wanted: Sequence[str], rows: Sequence[Row], fields: Fields, today: date
) -> Believed:
    """The fields with those of the ``wanted`` values that hold, each only where it then needs no person.

    An answer out of form raises nothing: it is believed in no part.
    """
    try:
        said = Said.model_validate(dict(answer))
    except (ValidationError, TypeError, ValueError):
        return Believed(fields, (), ("the answer is out of form",))
    names, doubts = [], []
    for name in wanted:
        value = getattr(said, name)
        try:
            if value is not None:
                fields = _RULES[name](Receipt(rows, fields, today), value)
                names.append(name)
        except Doubt as doubt:
            doubts.append(f"{name}: {doubt}")
    return Believed(fields, tuple(names), tuple(doubts))


_RULES: Mapping[str, Callable[[Receipt, str], Fields]] = {
    "merchant": merchant_of,
    "date": date_of,
    "total": total_of,
}
