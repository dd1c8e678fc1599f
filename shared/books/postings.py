"""Which legs an event has: pure functions from a fact to its journal entry (reference: stores 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.books.journal import JournalEntry, Leg, entry_id, merge
from shared.books.places import INVOICES, PAYMENTS
from shared.core.ids import derived_id
from shared.store import Key
from shared.store.values import encode

SUSPENSE = "suspense:unmatched"
SMALL_CHANGE = 100
"""Up to one shilling forgiven is rounding (M-Pesa moves whole shillings); more is a bad debt."""
_SAID = (
    *("number", "serial", "customer_id", "customer_name", "currency", "prices", "lines", "notes"),
    *("subtotal_cents", "vat_cents", "total_cents", "issued_on", "created_on"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One share of a payment: cents to an account, with cents forgiven on top of the money."""

    account: str
    cents: int
    writeoff: int = 0

    @property
    def legs(self) -> tuple[Leg, ...]:
        forgiven = "rounding" if self.writeoff <= SMALL_CHANGE else "bad_debt"
        return merge(
            (
                Leg(SUSPENSE, self.cents),
                Leg(forgiven, self.writeoff),
                Leg(self.account, -self.cents - self.writeoff),
            )
        )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Money that left one of our accounts, proven by the provider or a bank.

    Args:
        fact: what names it once and for ever: ``mpesa-SJ12ABC345``, a payout's id, a statement line's id.
        source: the document that proves or ordered it.
        account: where it left, ``clearing:mpesa:600123``; see ``clearing_of``.
        cents: above zero; what the provider charged is an entry of its own (``fee_charged``).
        at: when it left (RFC 3339); ``now`` is when it is written down.
    """

    fact: str
    source: Key
    account: str
    cents: int
    currency: str
    at: str
    now: str
    actor: str = "system"
    memo: str = ""

    def entry(self, prefix: str, kind: str, debits: Sequence[Leg]) -> JournalEntry:
        """An entry that takes the money out of its account; ``debits`` say what for, and sum to it."""
        return JournalEntry(
            id=entry_id(prefix, self.fact),
            kind=kind,
            currency=self.currency,
            effective_at=self.at,
            recorded_at=self.now,
            legs=merge((*debits, Leg(self.account, -self.cents))),
            source=self.source,
            actor=self.actor,
            memo=self.memo,
        )


def receivable(invoice_id: str) -> str:
    """What is owed on one invoice."""
    return f"ar:{invoice_id}"


def on_account(customer_id: str) -> str:
    """What a customer paid ahead."""
    return f"unapplied:{customer_id}"


def clearing(payment: dict[str, Any]) -> str:
    """Where the money of a payment lies until it is paid out to the business's bank."""
    return clearing_of(payment["provider"], payment.get("shortcode") or payment["channel"])


def clearing_of(provider: str, shortcode: str) -> str:
    """The account that holds a provider's money; a bank has no clearing of its own."""
    match provider:
        case "mpesa":
            return f"clearing:mpesa:{shortcode}"
        case "airtel":
            return "clearing:airtel"
        case _:
            return f"bank:{provider}"


def payment_id(payment: dict[str, Any]) -> str:
    """The id of a payment document, ``mpesa-SJ12ABC345``."""
    return f"{payment['provider']}-{_money_id(payment)}"


def fact_of(payment: dict[str, Any]) -> str:
    """How entries name a payment: M-Pesa receipts alone, others with their provider (numbers may meet)."""
    return _money_id(payment) if payment["provider"] == "mpesa" else payment_id(payment)


def _money_id(payment: dict[str, Any]) -> str:
    """The receipt, or the request id of money that was proven before its receipt was known."""
    return str(payment.get("money_id") or payment["receipt"])


def invoice_memo(invoice: dict[str, Any]) -> str:
    """What the books call an invoice, with the day that it was due when it was issued."""
    return f"invoice {invoice['number']}, due {invoice['due_date']}"


def invoice_proof(invoice: dict[str, Any]) -> str:
    """SHA-256 of what an issued invoice never says otherwise; instalments move the day it is due."""
    said = {name: invoice.get(name) for name in _SAID}
    return hashlib.sha256(encode(said).encode()).hexdigest()


def invoice_issued(invoice_id: str, invoice: dict[str, Any], now: str, actor: str) -> JournalEntry:
    """An invoice became due: the customer owes its total, sales and VAT are earned."""
    return JournalEntry(
        id=entry_id("issue", invoice_id),
        kind="invoice_issued",
        currency=invoice["currency"],
        effective_at=now,
        recorded_at=now,
        legs=merge(
            (
                Leg(receivable(invoice_id), invoice["total_cents"]),
                Leg("sales", -invoice["subtotal_cents"]),
                Leg("vat:output", -invoice["vat_cents"]),
            )
        ),
        source=Key(INVOICES, invoice_id),
        actor=actor,
        memo=invoice_memo(invoice),
        proof=invoice_proof(invoice),
    )


def payment_received(payment: dict[str, Any], now: str) -> JournalEntry:
    """Money is proven received; nobody has said yet what it is for."""
    cents = payment["amount_cents"]
    legs = (Leg(clearing(payment), cents), Leg(SUSPENSE, -cents))
    return _of_payment("pay", "payment_received", payment, legs, now)


def gateway_fee(payment: dict[str, Any], cents: int, now: str) -> JournalEntry:
    """The provider kept ``cents`` of a payment as its charge."""
    legs = (Leg(f"fees:{payment['provider']}", cents), Leg(clearing(payment), -cents))
    return _of_payment("fee", "gateway_fee", payment, legs, now)


def _of_payment(
    prefix: str, kind: str, payment: dict[str, Any], legs: tuple[Leg, ...], now: str
) -> JournalEntry:
    return JournalEntry(
        id=entry_id(prefix, fact_of(payment)),
        kind=kind,
        currency=payment["currency"],
        effective_at=payment["paid_at"],
        recorded_at=now,
        legs=legs,
        source=Key(PAYMENTS, payment_id(payment)),
        actor="system",
    )


def allocation(
    of: str, payment: dict[str, Any], parts: Sequence[Part], *, n: int, now: str, actor: str
) -> JournalEntry:
    """The ``n``-th time that money of payment ``of`` is given a purpose: out of suspense, to its parts."""
    return JournalEntry(
        id=entry_id("alloc", of, str(n)),
        kind="allocation",
        currency=payment["currency"],
        effective_at=now,
        recorded_at=now,
        legs=merge(leg for part in parts for leg in part.legs),
        source=Key(PAYMENTS, of),
        actor=actor,
    )


def reversal(original: JournalEntry, now: str, actor: str, *, part: Part | None = None) -> JournalEntry:
    """The negated legs of an entry, or of one part of an allocation; ``reverses`` names the original."""
    what = () if part is None else (part.account.split(":", 1)[1],)
    legs = original.legs if part is None else part.legs
    return replace(
        original,
        id=entry_id("rev", original.id, *what),
        kind=f"{original.kind}_reversed",
        effective_at=now,
        recorded_at=now,
        legs=tuple(Leg(leg.account, -leg.amount) for leg in legs),
        actor=actor,
        reverses=original.id,
    )


def fee_charged(out: Outgoing, provider: str) -> JournalEntry:
    """The provider charged for something that is no payment received: a payout, a withdrawal, a month."""
    return out.entry("fee", "gateway_fee", (Leg(f"fees:{provider}", out.cents),))


def paid_out_to_bank(out: Outgoing, bank: str) -> JournalEntry:
    """Money moved from a provider to the business's own bank account ``bank:{bank}``."""
    return out.entry("bank", "paid_out_to_bank", (Leg(f"bank:{bank}", out.cents),))


def payout_sent(out: Outgoing, purpose: str) -> JournalEntry:
    """Money paid for ``purpose``: ``expense:{category}``, ``payable:{supplier}`` or ``equity:owner``."""
    return out.entry("payout", "payout_sent", (Leg(purpose, out.cents),))


def refund_sent(out: Outgoing, parts: Sequence[Leg]) -> JournalEntry:
    """Money given back: out of ``unapplied:{customer}``, suspense, or an ``ar:{invoice}`` owed again."""
    return out.entry("refund", "refund_sent", parts)


def opening_balance(
    account: str, cents: int, *, currency: str, at: str, now: str, actor: str
) -> JournalEntry:
    """What an account held (debit positive) when the books began, once an account and currency."""
    return JournalEntry(
        id=derived_id("open", currency, account),
        kind="opening_balance",
        currency=currency,
        effective_at=at,
        recorded_at=now,
        legs=(Leg(account, cents), Leg("equity:opening", -cents)),
        source=Key("profile", "business"),
        actor=actor,
    )


def correction(
    original: JournalEntry, legs: Sequence[Leg], now: str, actor: str, *, memo: str
) -> tuple[JournalEntry, JournalEntry]:
    """An entry that was wrong: its exact reversal, and the entry that should have been, of the same day.

    A second correction corrects the right entry, whose id is ``right-{original}``.
    """
    right = replace(
        original,
        id=entry_id("right", original.id),
        recorded_at=now,
        legs=tuple(legs),
        actor=actor,
        memo=memo,
    )
    undone = replace(reversal(original, now, actor), effective_at=original.effective_at, memo=memo)
    return undone, right
