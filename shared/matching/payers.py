"""Who may have paid, from as much of a payer as a network shows, before anything is known of the money."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from shared.core.errors import Invalid
from shared.core.phone import parse_phone, plain_mask
from shared.matching.candidates import CUSTOMERS_MOST, Lookup, payer_ids
from shared.matching.features import payer_features
from shared.matching.identity import Clues, payer_key
from shared.matching.model import Identity, PaymentFacts, Reason
from shared.matching.score import PRIOR, WEIGHTS

_HASH = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer who may be the payer.

    ``score`` is in hundredths of log-odds against "nobody we know" (score.py); ``per_mille`` its share of the
    probability among all candidates and nobody; ``reasons`` what each clue added.
    """

    customer_id: str
    score: int
    per_mille: int
    reasons: tuple[Reason, ...]


def payer_shown(shown: str, name: str = "") -> PaymentFacts:
    """A payer's hint as matching sees it.

    Args:
        shown: a whole Kenyan number in any spelling, a masked one (``2547 ***** 126``, ``2547****0111``,
            ``254712***678``), or the SHA-256 of ``2547…`` in hexadecimal; other text says nothing.
        name: the payer's name or a part of it.

    Source of the forms: D3 CustomerToBusiness, FAQ 3; organisation statements (reference: payments 1.5, 1.9).
    """
    shown = shown.strip()
    if _HASH.fullmatch(shown):
        return PaymentFacts("", 0, phone_hash=shown.lower(), payer_name=name)
    if masked := plain_mask(shown):
        return PaymentFacts("", 0, masked=masked, payer_name=name)
    try:
        return PaymentFacts("", 0, phone=parse_phone(shown), payer_name=name)
    except Invalid:
        return PaymentFacts("", 0, payer_name=name)


def resolve_payer(lookup: Lookup, shown: str, name: str = "") -> tuple[Payer, ...]:
    """The customers who may be the payer, likeliest first; arguments as of ``payer_shown``.

    Keys and customers are read by id, at most 25 and 60 of them, with the clues and weights of matching. A
    masked number needs a name beside it and three shown digits at its end, and a name alone needs two of its
    words: less leads to too many.
    """
    payment = payer_shown(shown, name)
    payers = lookup.payers(key) if (key := payer_key(payment)) else {}
    ids = dict.fromkeys(payer_ids(lookup.find(payment, ()), payers))
    people = lookup.customers(list(ids)[:CUSTOMERS_MOST])
    clues = Clues(payment, payers)
    weighed = [(c.id, _reasons(clues.identity(c))) for c in people]
    return _shared([(who, reasons) for who, reasons in weighed if reasons])


def _reasons(who: Identity) -> tuple[Reason, ...]:
    """What speaks for or against a customer; nothing when nothing ties them to the payer."""
    found = payer_features(who) if who.tied else ()
    return tuple(Reason(code, text, WEIGHTS.get(code, 0)) for code, text in found)


def _shared(weighed: list[tuple[str, tuple[Reason, ...]]]) -> tuple[Payer, ...]:
    scores = {who: PRIOR + sum(reason.weight for reason in reasons) for who, reasons in weighed}
    whole = 1 + sum(math.exp(score / 100) for score in scores.values())
    found = [
        Payer(who, scores[who], math.floor(1000 * math.exp(scores[who] / 100) / whole), reasons)
        for who, reasons in weighed
    ]
    return tuple(sorted(found, key=lambda payer: (-payer.score, payer.customer_id)))
