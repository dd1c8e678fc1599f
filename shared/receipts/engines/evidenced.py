"""A value with its evidence: taken when it is proven, and else a doubt with its reason."""

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


def surer(fields: Fields, evidence: Evidence, row: int, *, proven: bool) -> Fields:
    """The fields with the new confidence and place of one of them, if it is proven and surer than before.

    The fitted weights lean on how far the rules preferred a value, which says nothing of one that they did
    not prefer. So a proof is asked for in words, and what passes is as sure as the usual line asks, no more:
    a business with a higher line still has a person look.
    """
    name = evidence.field
    sure = max(probability(evidence), ACCEPT[name])
    if sure <= fields.confidence.get(name, 0):
        raise Doubt("no surer than before")
    if not proven:
        raise Doubt("not proven")
    return replace(
        fields,
        confidence={**fields.confidence, name: sure},
        features={**fields.features, name: in_thousandths(evidence)},
        rows={**fields.rows, name: row},
    )
