"""How sure money is: claimed, verified, confirmed by a statement. A grade only ever rises.

A callback or notice is unsigned: it claims. A status query proves that the requested amount was paid, not by
which receipt; a transaction status or a pulled line names receipt and amount: both verify. A line of the
account's statement is what the books are compared with in the end: it confirms. A person's word settles money
without raising its grade: the grade says what the provider has shown.
"""

from __future__ import annotations

from enum import StrEnum

from shared.core.mpesa_receipt import receipt_warning
from shared.payments.gateways.port import Evidence
from shared.payments.policy import SettlementPolicy
from shared.store import Data

LISTED_BY = frozenset({"status", "pull", "statement"})
"""The provider's own list of money: it names receipt and amount. A query proves only what was asked for."""
PROOFS = LISTED_BY | {"query"}
"""What an independent, authenticated answer of the provider is called; everything else is a claim."""


class Grade(StrEnum):
    """What the provider has shown of a payment, from least to most."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    STATEMENT_CONFIRMED = "statement_confirmed"


_ORDER = list(Grade)


def shown_by(kind: str) -> Grade:
    """The grade that one kind of evidence lifts to."""
    if kind == "statement":
        return Grade.STATEMENT_CONFIRMED
    return Grade.VERIFIED if kind in PROOFS else Grade.CLAIMED


def grade_of(payment: Data) -> Grade:
    """The grade of a payment; one written before there were grades is as sure as its evidence."""
    if "grade" in payment:
        return Grade(payment["grade"])
    shown = (shown_by(line["kind"]) for line in payment["evidence"])
    return max(shown, key=_ORDER.index, default=Grade.CLAIMED)


def listed(payment: Data) -> bool:
    """Whether the provider's list has shown this very receipt with this amount."""
    return not LISTED_BY.isdisjoint(payment.get("proofs", []))


def graded(payment: Data, evidence: Evidence, asked_cents: int | None = None) -> Data:
    """The changes that evidence makes to grade and proofs of a payment; none when it names another amount.

    Args:
        payment: as it stands with the evidence, its ``amount_cents`` among it.
        asked_cents: what the attempt asked for: the amount that a query proves.
    """
    told = evidence.amount_cents if evidence.amount_cents is not None else asked_cents
    proofs = payment.get("proofs", [])
    if evidence.kind not in PROOFS or told != payment["amount_cents"]:
        return {"grade": grade_of(payment), "proofs": proofs}
    grade = max(grade_of(payment), shown_by(evidence.kind), key=_ORDER.index)
    return {"grade": grade, "proofs": sorted({*proofs, evidence.kind})}


def enough(policy: SettlementPolicy, payment: Data) -> bool:
    """Whether what is proven may credit money of this size.

    From ``two_proofs_from_cents`` on, money that an attempt asked for needs two different proofs, one of
    them a list. For money that nobody asked for there is nothing to query: the list is all there is.
    """
    limit = policy.two_proofs_from_cents
    if limit is None or payment["amount_cents"] < limit or not payment["attempt_id"]:
        return True
    proofs = set(payment.get("proofs", []))
    return len(proofs) > 1 and bool(proofs & LISTED_BY)


def warnings_of(evidence: Evidence) -> list[str]:
    """What is odd about evidence, without being a contradiction: it is shown, and refuses nothing."""
    if evidence.provider != "mpesa" or not evidence.receipt or evidence.at is None:
        return []
    warning = receipt_warning(evidence.receipt.strip().upper(), evidence.at)
    return [warning] if warning else []
