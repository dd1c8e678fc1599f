"""Finding the attempt that a notice of money repeats.

Daraja sends a C2B confirmation for STK payments too, and it names no attempt (reference: payments 1.5). What
it repeats is the reference we sent; a till's notice has none, and then the payer must be the one prompted.
"""

from __future__ import annotations

from datetime import timedelta

from shared.core.clock import parse_rfc3339
from shared.core.ids import derived_id
from shared.core.phone import mask, phone_hash
from shared.payments.gateways.port import Evidence, HintKind, PayerHint
from shared.payments.places import ATTEMPTS
from shared.payments.states import State
from shared.store import Doc, Key, Tx

BY_REFERENCE, BY_PAYER = timedelta(hours=1), timedelta(minutes=15)
"""How long after its prompt money can still be the prompt's; later it is a payment of its own."""
SKEW = timedelta(minutes=1)
"""How far the provider's clock may be behind ours."""
KEPT = 20
_NOT_PAYABLE = frozenset({State.FAILED, State.REJECTED, State.REVIEW})


def remember(tx: Tx, attempt: Doc) -> None:
    """Let an attempt be found by all that a notice may repeat of it."""
    cents, phone = attempt.data["amount_cents"], attempt.data["phone"]
    for kind, value in (
        ("reference", attempt.data["reference"].upper()),
        ("hash", phone_hash(phone)),
        ("masked", _ends(mask(phone))),
    ):
        key = _place(kind, value, cents)
        known = tx.get(key)
        tx.put(key, {"attempts": [*(known.data["attempts"] if known else [])[1 - KEPT :], attempt.id]})


def twin_of(tx: Tx, evidence: Evidence) -> Doc | None:
    """The youngest attempt that this money can be the answer to; None for money nobody asked for."""
    clue = _clue(evidence)
    known = tx.get(_place(*clue, evidence.amount_cents)) if clue and evidence.amount_cents else None
    if clue is None or known is None:
        return None
    window = BY_REFERENCE if clue[0] == "reference" else BY_PAYER
    attempts = tx.get_many([Key(ATTEMPTS, attempt_id) for attempt_id in reversed(known.data["attempts"])])
    return next((a for a in attempts if a is not None and _fits(a, evidence, window)), None)


def _place(kind: str, value: str, cents: int) -> Key:
    return Key("awaiting", derived_id("awaiting", kind, value, str(cents)))


def _clue(evidence: Evidence) -> tuple[str, str] | None:
    if evidence.account:
        return "reference", evidence.account.strip().upper()
    match evidence.payer:
        case PayerHint(kind=HintKind.PHONE, value=phone):
            return "hash", phone_hash(phone)
        case PayerHint(kind=HintKind.HASH, value=hashed):
            return "hash", hashed
        case PayerHint(kind=HintKind.MASKED, value=masked):
            return "masked", _ends(masked)
    return None


def _fits(attempt: Doc, evidence: Evidence, window: timedelta) -> bool:
    data = attempt.data
    if data["receipt"] or State(data["status"]) in _NOT_PAYABLE:
        return False
    if evidence.at and not -SKEW <= evidence.at - parse_rfc3339(data["created_on"]) <= window:
        return False
    return _same_payer(data["phone"], evidence.payer)


def _same_payer(phone: str, hint: PayerHint) -> bool:
    match hint.kind:
        case HintKind.PHONE:
            return hint.value == phone
        case HintKind.HASH:
            return hint.value == phone_hash(phone)
        case HintKind.MASKED:
            return _ends(hint.value) == _ends(mask(phone))
    return True


def _ends(masked: str) -> str:
    """What every masked form shows: the first four and the last three digits."""
    return masked[:4] + masked[-3:]
