"""Reconciling many payments at once, a bounded number, each in its own commit; repeating it is harmless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.core.errors import NotFound, Refused
from shared.matching.explain import in_words
from shared.matching.places import PAYMENTS
from shared.matching.ports import Ports
from shared.matching.reconcile import reconcile_payment, waits
from shared.store import Query, Store, Where

MOST = 100
LOOKED_AT_MOST = 500
"""Payments that are not proven yet wait as well; so many are passed over in search of proven ones."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one payment: ``auto``, ``review``, ``none``, or ``unchanged``, ``refused``."""

    payment_id: str
    outcome: str
    confidence_milli: int = 0
    words: str = ""
    code: str = ""


def waiting(store: Store, business: str, limit: int) -> list[str]:
    """Settled payments that nobody has looked at, the oldest first; at most ``MOST``."""
    query = Query(PAYMENTS, (Where("matching", "==", "waiting"),), "paid_at")
    found = [doc.id for doc in store.all(business, query, LOOKED_AT_MOST) if waits(doc)]
    return found[: min(limit, MOST)]


def reconcile_many(ports: Ports, business: str, payment_ids: Sequence[str]) -> Iterator[Outcome]:
    """Reconcile each payment, at most ``MOST``; one that fails does not stop the others.

    Raises what the store raises: what was done stays done, and a repeat goes on.
    """
    for payment_id in list(dict.fromkeys(payment_ids))[:MOST]:
        try:
            decision = reconcile_payment(ports, business, payment_id)
        except (NotFound, Refused) as refusal:
            yield Outcome(payment_id, "refused", code=refusal.code)
            continue
        if decision is None:
            yield Outcome(payment_id, "unchanged")
        else:
            yield Outcome(payment_id, decision.verdict, decision.confidence_milli, in_words(decision))
