"""A value with its evidence: taken when it needs no person any more, and else a doubt with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.receipts.confidence import ACCEPT, Evidence, in_thousandths, probability
from shared.receipts.model import Row
from shared.receipts.reading import Fields


@dataclass(frozen=True)
class Receipt:
    """What is known of a receipt when somebody names a value of it."""

    rows: Sequence[Row]
    fields: Fields
    today: date


class Doubt(Exception):
    """Why a value is not believed, in a few words."""


def surer(fields: Fields, evidence: Evidence, row: int) -> Fields:
    """The fields with the new confidence and place of one of them, if that needs no person any more.

    Short of that the receipt goes to a person, who shall see what the rules read, not what a model prefers.
    """
    name, sure = evidence.field, probability(evidence)
    if sure <= fields.confidence.get(name, 0):
        raise Doubt("no surer than before")
    if sure < ACCEPT[name]:
        raise Doubt("not sure enough")
    return replace(
        fields,
        confidence={**fields.confidence, name: sure},
        features={**fields.features, name: in_thousandths(evidence)},
        rows={**fields.rows, name: row},
    )
