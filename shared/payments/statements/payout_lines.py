"""Lines about money that went out through us: payouts, their charges, and payments that were taken back.

Each is told to its own use case in a commit of its own, which changes nothing when it is told again;
the line is written afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import Permanent
from shared.core.phone import mask
from shared.payments.gateways.port import Evidence, HintKind, Outcome, PayoutResult
from shared.payments.payout_endings import learned
from shared.payments.payout_states import PayoutState, Signal
from shared.payments.payouts import move
from shared.payments.places import PAYOUTS
from shared.payments.ports import Ports
from shared.payments.reversals import reverse_by_receipt
from shared.payments.statements.lines import Booked, Keyed, payer_of
from shared.payments.statements.model import Kind, StatementLine
from shared.payments.statements.places import provider_of, shortcode_of
from shared.store import Doc, Key, Query, Tx, Where

REACH = timedelta(days=2)
"""How long before its line a payout can have been asked for: one that waits for approval waits longer, and is
then found by its receipt's charge or by a person."""
SKEW = timedelta(minutes=5)
_MAY_HAVE_GONE = frozenset({PayoutState.SENDING, PayoutState.SENT, PayoutState.UNKNOWN, PayoutState.REVIEW})


@dataclass(slots=True)
class Payouts:
    """Our payouts around the time of a chunk: by receipt, and those that nobody knows the end of."""

    by_receipt: dict[str, str] = field(default_factory=dict)
    unknown: list[Doc] = field(default_factory=list)


def payouts_around(ports: Ports, business: str, lines: Sequence[Keyed]) -> Payouts:
    """What we sent, or may have sent, when these lines happened; asked only if a line can be about it."""
    about = [line.at for _, line in lines if line.kind in {Kind.PAYOUT, Kind.FEE} and line.receipt]
    found = Payouts()
    if not about:
        return found
    begin, end = parse_rfc3339(min(about)) - REACH, parse_rfc3339(max(about)) + SKEW
    window = (Where("created_on", ">=", rfc3339(begin)), Where("created_on", "<=", rfc3339(end)))
    for doc in ports.store.all(business, Query(PAYOUTS, window, "created_on")):
        if doc.data["receipt"]:
            found.by_receipt[doc.data["receipt"]] = doc.id
        elif PayoutState(doc.data["status"]) in _MAY_HAVE_GONE:
            found.unknown.append(doc)
    return found


def payout_line(ports: Ports, business: str, key: str, line: StatementLine, known: Payouts) -> Booked | None:
    """Tell the payout that this line shows that its money went; None when it is no payout of ours."""
    payout_id = known.by_receipt.get(line.receipt) or _asked_for(known.unknown, line)
    if not payout_id:
        return None
    told = PayoutResult(
        provider_of(line.account),
        "statement",
        Outcome.SUCCESS,
        "0",
        receipt=line.receipt,
        amount_cents=abs(line.amount_cents),
        at=parse_rfc3339(line.at),
    )

    def tell(tx: Tx) -> str:
        payout = tx.require(Key(PAYOUTS, payout_id))
        if payout.data["amount_cents"] != told.amount_cents:
            return "amount_differs"
        move(tx, payout, Signal.PROOF, told, actor="statement", evidence_id=key)
        return ""

    reason = ports.outbox.run(business, tell)
    known.by_receipt[line.receipt] = payout_id
    return Booked("review", reasons=(reason,)) if reason else Booked("payout", payout_id=payout_id)


def _asked_for(unknown: Iterable[Doc], line: StatementLine) -> str:
    """The one payout without a receipt that a line can be the end of, "" when none or several can."""
    at = parse_rfc3339(line.at)
    found = [doc.id for doc in unknown if _fits(doc, line) and _near(doc, at)]
    return found[0] if len(found) == 1 else ""


def _fits(payout: Doc, line: StatementLine) -> bool:
    hint = payer_of(line.party)
    phone = payout.data["phone"]
    if payout.data["amount_cents"] != -line.amount_cents:
        return False
    if hint.kind is HintKind.MASKED:
        return bool(hint.value[:4] + hint.value[-3:] == mask(phone)[:4] + mask(phone)[-3:])
    return hint.kind is HintKind.PHONE and bool(hint.value == phone)


def _near(payout: Doc, at: datetime) -> bool:
    return bool(parse_rfc3339(payout.data["created_on"]) - SKEW <= at)


def charge_line(ports: Ports, business: str, line: StatementLine, known: Payouts) -> Booked | None:
    """Tell a payout what it cost; None for a charge of anything else, or a second one."""
    payout_id = known.by_receipt.get(line.receipt)
    if not payout_id or line.amount_cents > 0:
        return None
    cents = -line.amount_cents
    told = PayoutResult(provider_of(line.account), "statement", Outcome.SUCCESS, "0", charge_cents=cents)

    def tell(tx: Tx) -> str:
        payout = tx.require(Key(PAYOUTS, payout_id))
        if not payout.data["charge_cents"]:
            learned(tx, payout, told)
            return "fee"
        return "fee_known" if payout.data["charge_cents"] == cents else ""

    outcome = ports.outbox.run(business, tell)
    return Booked(outcome, payout_id=payout_id) if outcome else None


def reversal_line(ports: Ports, business: str, key: str, line: StatementLine) -> Booked:
    """Take a payment back that the statement shows as reversed; one that is not here yet is taken back
    then."""
    original = line.linked or line.receipt
    if line.amount_cents > 0 or not original:
        return Booked("review", reasons=("reversal_of_what_went_out",))
    evidence = Evidence(
        provider=provider_of(line.account),
        kind="statement",
        outcome=Outcome.SUCCESS,
        code="0",
        receipt=line.receipt,
        amount_cents=-line.amount_cents,
        shortcode=shortcode_of(line.account),
        at=parse_rfc3339(line.at),
    )
    try:
        payment = reverse_by_receipt(ports, business, original, evidence, key, actor="statement")
    except Permanent as refusal:
        return Booked("review", reasons=(refusal.code,))
    return Booked("reversed", payment.id) if payment else Booked("reversal_kept")
