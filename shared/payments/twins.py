"""Finding the attempt that a notice of money repeats.

Daraja sends a C2B confirmation for STK payments too, and it names no attempt (reference: payments 1.5). What
it repeats is the reference we sent; a till's notice has none, and then the payer must be the one prompted.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

from shared.core.clock import parse_rfc3339
from shared.core.ids import derived_id
from shared.core.phone import fits_mask, mask, phone_hash
from shared.payments.gateways.port import Evidence, HintKind, PayerHint
from shared.payments.gateways.providers import provider_of
from shared.payments.grades import listed
from shared.payments.money import only_noticed
from shared.payments.places import ATTEMPTS, PAYMENTS
from shared.payments.states import State
from shared.store import Doc, Key, Tx

BY_REFERENCE, BY_PAYER = timedelta(hours=1), timedelta(minutes=15)
"""How long after its prompt money can still be the prompt's; later it is a payment of its own."""
SKEW = timedelta(minutes=5)
"""How far the provider's clock may be behind ours."""
KEPT = 20
_WINDOWS = {"reference": BY_REFERENCE, "hash": BY_PAYER, "masked": BY_PAYER}
_ANSWERED = frozenset({State.CLAIMED, State.SUCCEEDED})
_NOT_PAYABLE = frozenset({State.FAILED, State.REJECTED, State.REVIEW})


def remember(tx: Tx, attempt: Doc) -> None:
    """Let an attempt be found by all that a notice may repeat of it."""
    for clue in _clues(attempt):
        key = _place(*clue, attempt.data["amount_cents"])
        known = tx.get(key)
        tx.put(key, {"attempts": [*(known.data["attempts"] if known else [])[1 - KEPT :], attempt.id]})


def twin_of(tx: Tx, evidence: Evidence) -> Doc | None:
    """The attempt that this money can be the answer to; None for money nobody asked for, or nobody can tell.

    One that is proven to be paid and lacks its receipt comes first. Between several that wait nobody guesses:
    the money stands for itself until one of them is proven, and is found then (``loose_for``).
    """
    open_ones = [a for a in _asked_so(tx, evidence) if not a.data["receipt"]]
    proven = [a for a in open_ones if State(a.data["status"]) is State.SUCCEEDED]
    waiting = [a for a in open_ones if State(a.data["status"]) not in _NOT_PAYABLE]
    if proven:
        return proven[0]
    return waiting[0] if len(waiting) == 1 else None


def answered_before(tx: Tx, evidence: Evidence) -> Doc | None:
    """The youngest attempt that this money would answer, were it not answered by a receipt nobody lists.

    A callback names the receipt and a query proves the request: neither proves that the one is the other's.
    """
    for attempt in _asked_so(tx, evidence):
        if State(attempt.data["status"]) in _ANSWERED and attempt.data["receipt"] != evidence.receipt:
            payment = tx.get(Key(PAYMENTS, attempt.data["payment_id"]))
            if payment is not None and not listed(payment.data):
                return attempt
    return None


def _asked_so(tx: Tx, evidence: Evidence) -> list[Doc]:
    """Attempts for this amount, of this payer and in this time, the youngest first, however they ended."""
    clue = _clue(evidence)
    if clue is None or not evidence.amount_cents:
        return []
    window = _WINDOWS[clue[0]]
    return [a for a in _alike(tx, clue, evidence.amount_cents) if _fits(a, evidence, window)]


def _alike(tx: Tx, clue: tuple[str, str], cents: int) -> list[Doc]:
    """Attempts that share a clue and an amount, the youngest first."""
    known = tx.get(_place(*clue, cents))
    ids = reversed(known.data["attempts"]) if known else ()
    return [a for a in tx.get_many([Key(ATTEMPTS, attempt_id) for attempt_id in ids]) if a is not None]


def unnamed_kin(tx: Tx, evidence: Evidence) -> Doc | None:
    """A request proven to be paid that no receipt names, when an equal one holds another receipt than this.

    Of two equal requests of one payer a notice may have given the receipt of the one to the other. What is
    left over then is the money of the one without: as money of its own it would be counted twice.
    """
    clue = _clue(evidence)
    answered = [a for a in _asked_so(tx, evidence) if a.data["receipt"] not in {"", evidence.receipt}]
    if clue is None or not answered:
        return None
    alike = _alike(tx, clue, answered[0].data["amount_cents"])
    unnamed = (a for a in alike if State(a.data["status"]) is State.SUCCEEDED and not a.data["receipt"])
    return next((a for a in unnamed if any(_together(a, other) for other in answered)), None)


def _together(one: Doc, other: Doc) -> bool:
    """Whether two requests are to one payer and near enough in time for their receipts to cross."""
    apart = parse_rfc3339(one.data["created_on"]) - parse_rfc3339(other.data["created_on"])
    same = all(one.data[name] == other.data[name] for name in ("phone", "amount_cents"))
    return same and one.id != other.id and abs(apart) <= BY_REFERENCE


def remember_loose(tx: Tx, payment: Doc, evidence: Evidence) -> None:
    """Let money that nobody asked for be found by an attempt that turns out to have been paid."""
    clue = _clue(evidence)
    if clue is not None:
        key = _place("loose", ":".join(clue), payment.data["amount_cents"])
        known = tx.get(key)
        tx.put(key, {"payments": [*(known.data["payments"] if known else [])[1 - KEPT :], payment.id]})


def loose_for(tx: Tx, attempt: Doc) -> Doc | None:
    """Announced money that can be this attempt's; asked when a proof names no receipt.

    Money without an attempt comes first, then what nothing but a notice has tied to another one, then what an
    equal request left over that holds another receipt (``unnamed_kin``, the other way round).
    """
    loose = [(p, clue) for clue in _clues(attempt) for p in _loose(tx, attempt, clue)]
    near = [p for p, clue in loose if _near(attempt, p, clue[0])]
    free = [p for p in near if not p.data["attempt_id"]]
    guessed = [p for p in near if p.data["attempt_id"] and only_noticed(p)]
    crossed = (p for p, clue in loose if _left_over(tx, attempt, p, clue))
    return next(chain(free, guessed, crossed), None)


def _loose(tx: Tx, attempt: Doc, clue: tuple[str, str]) -> list[Doc]:
    known = tx.get(_place("loose", ":".join(clue), attempt.data["amount_cents"]))
    payments = tx.get_many([Key(PAYMENTS, i) for i in known.data["payments"]] if known else [])
    return [p for p in payments if p is not None and _payers_own(attempt, p)]


def _left_over(tx: Tx, attempt: Doc, payment: Doc, clue: tuple[str, str]) -> bool:
    """Whether money fits an equal request of this payer that another receipt has answered."""
    for other in _alike(tx, clue, attempt.data["amount_cents"]):
        answered = other.data["receipt"] not in {"", payment.data["receipt"]}
        its = payment.data["attempt_id"] in {"", other.id} and payment.id != other.data["payment_id"]
        if answered and its and _together(attempt, other) and _near(other, payment, clue[0]):
            return True
    return False


def _near(attempt: Doc, payment: Doc, kind: str) -> bool:
    after = parse_rfc3339(payment.data["paid_at"]) - parse_rfc3339(attempt.data["created_on"])
    return -SKEW <= after <= _WINDOWS[kind]


def _payers_own(attempt: Doc, payment: Doc) -> bool:
    phone, hashed, masked = attempt.data["phone"], payment.data["payer_hash"], payment.data["payer_masked"]
    same = hashed == phone_hash(phone) if hashed else _ends(masked) in {"", _ends(mask(phone))}
    return same and provider_of(attempt.data) == payment.data["provider"]


def _clues(attempt: Doc) -> tuple[tuple[str, str], ...]:
    phone = attempt.data["phone"]
    return (
        ("reference", attempt.data["reference"].upper()),
        ("hash", phone_hash(phone)),
        ("masked", _ends(mask(phone))),
    )


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
    if provider_of(data) != evidence.provider:
        return False
    if evidence.at and not -SKEW <= evidence.at - parse_rfc3339(data["created_on"]) <= window:
        return False
    return fits(evidence.payer, data["phone"])


def fits(hint: PayerHint, phone: str) -> bool:
    """Whether what a provider shows of a payer can be this number; who shows nothing can be anybody."""
    match hint.kind:
        case HintKind.PHONE:
            return hint.value == phone
        case HintKind.HASH:
            return hint.value == phone_hash(phone)
        case HintKind.MASKED:
            return fits_mask(hint.value, phone)
    return True


def _ends(masked: str) -> str:
    """What every masked form shows: the first four and the last three digits."""
    return masked[:4] + masked[-3:]
