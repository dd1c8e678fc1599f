"""What each line does to the books, once: prove a payment, book a charge or a transfer, record
spending, or ask.

A line's document is written in the commit that books it; a payment, which is proven in a commit of its
own, comes
first, and proving it again changes nothing. So a crash anywhere leaves lines that are imported and
lines that are not, and none that is half.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from shared.books.floats import Movement, charge_entry, post_charge, post_transfer
from shared.books.model import NewTransaction
from shared.books.transactions import record_transaction
from shared.core import logs
from shared.core.clock import parse_rfc3339
from shared.core.errors import Permanent
from shared.core.money import KES
from shared.payments import money
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.places import PAYMENTS
from shared.payments.ports import Ports
from shared.payments.settlement import prove
from shared.payments.statements.lines import Booked, Keyed, payer_of
from shared.payments.statements.model import BANK, Kind, StatementLine
from shared.payments.statements.payout_lines import (
    Payouts,
    charge_line,
    payout_line,
    payouts_around,
    reversal_line,
)
from shared.payments.statements.places import LINES, journal_account, provider_of, shortcode_of
from shared.store import Doc, Key, Query, Tx, Where


def receipt_of(key: str, line: StatementLine) -> str:
    """The receipt that a line's money is known by. A bank's reference may be any text: its key stands
    for it."""
    return line.receipt if not line.account.startswith(BANK) else key.removeprefix("stl_").upper()


def evidence_of(key: str, line: StatementLine) -> Evidence:
    """A money-in line as proof (kind ``statement``)."""
    return Evidence(
        provider=provider_of(line.account),
        kind="statement",
        outcome=Outcome.SUCCESS,
        code="0",
        description=line.details[:200],
        receipt=receipt_of(key, line),
        amount_cents=line.amount_cents,
        payer=payer_of(line.party),
        account=line.account_no,
        shortcode=shortcode_of(line.account),
        at=parse_rfc3339(line.at),
    )


def book_alone(
    ports: Ports, business: str, lines: Sequence[Keyed], form: str
) -> tuple[dict[str, Booked], dict[str, Doc]]:
    """Do what takes commits of its own: prove unproven money, tell payouts, take payments back, in
    their order.

    Returns what became of those lines, and for the money that needs no proof its payment as it was read: that
    is booked with its chunk (``book``), as all other lines are.
    """
    claims = known_money(ports, business, [pair for pair in lines if pair[1].kind is Kind.MONEY_IN])
    found = dict.fromkeys(claims.values())
    payments = ports.store.get_many(business, [Key(PAYMENTS, known) for known in found])
    by_id = {doc.id: doc for doc in payments if doc is not None}
    sent = payouts_around(ports, business, lines)
    done: dict[str, Booked] = {}
    confirmed: dict[str, Doc] = {}
    for key, line in lines:
        payment = by_id.get(claims.get(key, ""))
        if line.kind is not Kind.MONEY_IN:
            booked = _tell(ports, business, key, line, sent)
            done |= {key: booked} if booked is not None else {}
        elif payment is not None and agrees(payment, line):
            confirmed[key] = payment
        else:
            done[key] = _prove(ports, business, key, line, form, known=key in claims)
    return done, confirmed


def _tell(ports: Ports, business: str, key: str, line: StatementLine, sent: Payouts) -> Booked | None:
    if line.currency != KES:
        return None
    match line.kind:
        case Kind.PAYOUT:
            return payout_line(ports, business, key, line, sent)
        case Kind.FEE:
            return charge_line(ports, business, line, sent)
        case Kind.REVERSAL:
            return reversal_line(ports, business, key, line)
    return None


def known_money(ports: Ports, business: str, lines: Sequence[Keyed]) -> dict[str, str]:
    """Line key -> the payment that is known by its receipt."""
    keys = [_claim(key, line) for key, line in lines]
    claims = ports.store.get_many(business, [claim for claim in keys if claim is not None])
    by_key = {doc.key: str(doc.data["payment_id"]) for doc in claims if doc is not None}
    pairs = zip(lines, keys, strict=True)
    return {key: by_key[claim] for (key, _), claim in pairs if claim is not None and claim in by_key}


def _claim(key: str, line: StatementLine) -> Key | None:
    try:
        return money.money_key(provider_of(line.account), receipt_of(key, line))
    except Permanent:
        return None


def agrees(payment: Doc, line: StatementLine) -> bool:
    """Whether a line only confirms what is booked: this amount, no rival, no attempt that still waits
    for proof."""
    data = payment.data
    certain = not data.get("rivals") and (not data["attempt_id"] or bool(data.get("proofs")))
    return money.booked(payment) and certain and bool(data["amount_cents"] == line.amount_cents)


def _prove(ports: Ports, business: str, key: str, line: StatementLine, form: str, *, known: bool) -> Booked:
    if line.currency != KES:
        return Booked("review", reasons=("other_currency",))
    if line.account.startswith(BANK) and _has_lookalike(ports, business, key, line, form):
        return Booked("review", reasons=("may_be_known_line",))
    channel = "bank" if line.account.startswith(BANK) else "paybill"
    if channel == "paybill" and ports.settings.daraja_till:
        channel = "till"
    try:
        prove(ports, business, evidence_of(key, line), key, channel)
    except Permanent as refusal:
        logs.warn("a statement's line cannot be booked", line=key, code=refusal.code, why=refusal.message)
        return Booked("review", reasons=(refusal.code,))
    found = known_money(ports, business, [(key, line)]).get(key, "")
    return Booked("proved" if known else "found", found)


def _has_lookalike(ports: Ports, business: str, key: str, line: StatementLine, form: str) -> bool:
    """Whether the same money may have been imported from another form of this account's statement.

    A bank gives no receipt numbers, and writes the references of one line differently in CSV, MT940 and CAMT.
    """
    where = (Where("business_day", "==", line.business_day),)
    same_day = ports.store.all(business, Query(LINES, where, "at"))
    told = (line.account, line.amount_cents)
    return any(
        (doc.data["account"], doc.data["amount_cents"]) == told and doc.data["form"] != form and doc.id != key
        for doc in same_day
    )


def charges_of(lines: Sequence[Keyed]) -> list[Key]:
    """The entries that charges among these lines are looked for under, to be read at once."""
    fees = [pair for pair in lines if pair[1].kind is Kind.FEE and pair[1].currency == KES]
    return [charge_entry(_movement(key, line)) for key, line in fees]


def book(tx: Tx, key: str, line: StatementLine, payment_id: str, proven: Booked | None) -> Booked:
    """Book one line in this transaction; what was proven before is only confirmed.

    Args:
        payment_id: of the booked payment that a money-in line speaks of.
        proven: what proving it alone came to, None when there was nothing to prove.
    """
    if proven is not None:
        return proven
    if line.currency != KES and line.kind is not Kind.INTERNAL:
        return Booked("review", reasons=("other_currency",))
    match line.kind:
        case Kind.MONEY_IN:
            done = _confirm(tx, key, line, payment_id)
        case Kind.MONEY_OUT | Kind.PAYOUT:
            done = _spend(tx, key, line)
        case Kind.FEE:
            done = Booked("fee" if post_charge(tx, _movement(key, line)) else "fee_known")
        case Kind.TO_BANK | Kind.FROM_BANK:
            post_transfer(tx, _movement(key, line))
            done = Booked("moved")
        case Kind.INTERNAL:
            done = Booked("internal")
        case Kind.REVERSAL:
            done = Booked("review", reasons=("reversal",))  # told alone, above; never reached in shillings
    return done


def _confirm(tx: Tx, key: str, line: StatementLine, payment_id: str) -> Booked:
    payment = tx.require(Key(PAYMENTS, payment_id))
    money.add_evidence(tx, payment, evidence_of(key, line), key)
    return Booked("confirmed", payment.id)


def _spend(tx: Tx, key: str, line: StatementLine) -> Booked:
    try:
        new = NewTransaction(
            provider=provider_of(line.account),
            receipt=receipt_of(key, line)[:60],
            amount_cents=abs(line.amount_cents),
            currency=line.currency,
            party=line.party[:200],
            details=line.details[:2000],
            paid_at=line.at,
        )
        record_transaction(tx, new, otherwise=key)
    except ValidationError:
        return Booked("review", reasons=("line_invalid",))
    except Permanent as refusal:
        return Booked("review", reasons=(refusal.code,))
    return Booked("spending")


def _movement(key: str, line: StatementLine) -> Movement:
    return Movement(
        line=Key(LINES, key),
        account=journal_account(line.account),
        provider=provider_of(line.account),
        cents=line.amount_cents,
        currency=line.currency,
        at=line.at,
        receipt=line.receipt if line.kind is Kind.FEE and not line.account.startswith(BANK) else "",
    )
