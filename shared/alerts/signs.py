"""Signs that are no movement of money: prompts, silence, doubtful evidence, a receipt seen twice."""

from __future__ import annotations

from shared.alerts.findings import Finding
from shared.alerts.moves import Move, millis
from shared.alerts.parties import payer_marks, person_mark
from shared.alerts.places import ATTEMPTS, PAYMENTS, RECEIPTS
from shared.core.phone import mask
from shared.store import Data, Doc

DOUBTS = {
    "amount_differs": 900,
    "never_proven": 850,
    "second_receipt_for_one_attempt": 800,
    "refused_attempt_was_paid": 800,
    "one_proof_of_two": 650,
    "may_be_known_money": 620,
}
"""Why settlement doubts money (shared/payments), and how grave each is: evidence on one side only, or two
sides that differ."""
OTHER_DOUBT = 650
SAME_RECEIPT = {"same_file": 620, "same_cu_invoice": 760, "same_qr": 760, "same_mpesa_code": 740}
LIKELY_SAME = 660
OUTAGE = 3
"""One unanswered request may be a phone that is off; the third of a day is told."""
_ASKED = frozenset({"ack", "silence"})
"""Signals of an attempt that the provider has, or may have, prompted."""


def prompt(attempt: Doc) -> Move:
    """An attempt to collect as its phone's profile keeps it."""
    data = attempt.data
    return Move(
        subject=f"{ATTEMPTS}/{attempt.id}",
        way="in",
        party=person_mark(data["phone"]),
        label=mask(data["phone"]),
        cents=data["amount_cents"],
        at_ms=millis(data["created_on"]),
        channel=str(data.get("provider", "mpesa")),
    )


def unanswered(attempt: Doc) -> Finding | None:
    """The provider took a request, no callback came, and asking for fifteen minutes brought no answer."""
    data = attempt.data
    asked = any(line["signal"] in _ASKED for line in data["history"])
    if data.get("failure") != "expired" or data["status"] != "expired" or not asked:
        return None
    provider = str(data.get("provider", "mpesa"))
    facts: dict[str, int | str] = {
        "provider": provider,
        "polls": data["polls"],
        "cents": data["amount_cents"],
    }
    about = f"provider {provider}"
    return Finding("missing_callback", 650, "no_answer", facts, party=about, label=provider, tell_from=OUTAGE)


def doubted(payment: Doc) -> tuple[Move, Finding] | None:
    """Settlement found that the proofs of a payment contradict each other, or are missing."""
    data = payment.data
    doubts = [str(one) for one in data.get("doubts", [])]
    if not doubts:
        return None
    gravest = max(doubts, key=lambda one: (DOUBTS.get(one, OTHER_DOUBT), one))
    party, _ = payer_marks(data)
    move = Move(
        subject=f"{PAYMENTS}/{payment.id}",
        way="in",
        party=party,
        label=str(data.get("payer_name") or data.get("payer_masked") or "")[:80],
        cents=data["amount_cents"],
        at_ms=millis(data["paid_at"]),
        channel=data["provider"],
    )
    facts: dict[str, int | str] = {"cents": data["amount_cents"], "receipt": str(data.get("receipt", ""))}
    facts["proofs"] = len(data.get("proofs", []))
    score = DOUBTS.get(gravest, OTHER_DOUBT)
    about = party or f"payment {payment.id}"
    # the business is asked about it already (payment.review)
    return move, Finding("callback_vs_statement", score, gravest, facts, party=about, tell_from=0)


def seen_twice(receipt: Doc) -> tuple[Move, Finding] | None:
    """A receipt that is in the books already, certainly or likely (shared/receipts/duplicates.py)."""
    data = receipt.data
    if not data.get("duplicate_of"):
        return None
    score, why = _likeness(data)
    move = Move(
        subject=f"{RECEIPTS}/{receipt.id}",
        way="out",
        party=f"merchant {str(data.get('merchant') or receipt.id).casefold()}"[:120],
        label=str(data.get("merchant") or "")[:80],
        cents=data.get("total_cents") or 0,
        at_ms=millis(data["received_at"]),
        channel="receipt",
    )
    facts: dict[str, int | str] = {"cents": move.cents, "why": why, "other": data["duplicate_of"]}
    facts["date"] = str(data.get("receipt_date") or "")
    before = (f"{RECEIPTS}/{data['duplicate_of']}",)
    # the business is told of it already (receipt.duplicate, receipt.needs_review)
    found = Finding("duplicate_receipt", score, "seen_before", facts, records=before, tell_from=0)
    return move, found


def _likeness(receipt: Data) -> tuple[int, str]:
    if receipt["status"] == "duplicate":
        why = str((receipt.get("reasons") or ["same_file"])[0])
        return SAME_RECEIPT.get(why, LIKELY_SAME), why
    return LIKELY_SAME, str(receipt.get("suspicion") or "likely_the_same")
