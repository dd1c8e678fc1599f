"""What the texts say about records: amounts, invoices, balances and dates in words."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.core.clock import EAT, parse_rfc3339
from shared.core.errors import Invalid
from shared.core.money import KES, format_kes
from shared.messages.model import Language
from shared.store import Data

EN, SW = Language.ENGLISH, Language.SWAHILI
_ACCOUNT = {EN: "your account", SW: "akaunti yako"}
_CUSTOMER = {EN: "customer", SW: "mteja"}
_UNSURE = {EN: "unknown", SW: "haijulikani"}
_LEFT = {EN: "Balance {amount}.", SW: "Salio {amount}."}
_PAID = {EN: "Paid in full.", SW: "Deni limelipwa lote."}
_CREDIT = {EN: "Credit {amount}.", SW: "Akiba {amount}."}


def money(cents: int, currency: str = KES) -> str:
    """``123450`` -> ``KES 1,234.50``."""
    return format_kes(cents).replace(KES, currency, 1)


def local_time(text: str) -> str:
    """A stored time on the Nairobi clock, ``2026-03-01 13:00``; "" for no time."""
    try:
        return parse_rfc3339(text).astimezone(EAT).strftime("%Y-%m-%d %H:%M")
    except Invalid:
        return ""


def unsure(language: Language) -> str:
    """What stands for a value that nobody knows."""
    return _UNSURE[language]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as its receipt tells it; ``balance_cents`` None says nothing about what is left."""

    business: str
    customer: str
    amount: str
    receipt: str
    numbers: tuple[str, ...]
    paid_at: str
    code: str
    currency: str
    credit_cents: int
    balance_cents: int | None

    def without_balance(self) -> PaymentFacts:
        """The same payment as somebody else than the customer may know it."""
        return replace(self, balance_cents=None, credit_cents=0)

    def balance(self, language: Language) -> str:
        """What is left to pay, or kept as credit, in a sentence; "" when nothing may be said."""
        if self.credit_cents > 0:
            return _CREDIT[language].format(amount=money(self.credit_cents, self.currency))
        if self.balance_cents is None:
            return ""
        if self.balance_cents == 0:
            return _PAID[language]
        return _LEFT[language].format(amount=money(self.balance_cents, self.currency))

    def invoices(self, language: Language) -> str:
        """``INV-000007``, ``INV-000007 +2`` for three, or the account when there is no number."""
        if not self.numbers:
            return _ACCOUNT[language]
        more = f" +{len(self.numbers) - 1}" if len(self.numbers) > 1 else ""
        return self.numbers[0] + more

    def values(self, language: Language) -> dict[str, str]:
        """What the payment.received texts are filled with."""
        return {
            "business": self.business,
            "customer": self.customer or _CUSTOMER[language],
            "amount": self.amount,
            "receipt": self.receipt,
            "invoices": self.invoices(language),
            "balance": self.balance(language),
            "paid_at": self.paid_at,
            "code": self.code,
        }


def payment_facts(
    business: str, payment: Data, invoices: Sequence[Data], customer: Data, code: str
) -> PaymentFacts:
    """The facts of a payment from its records; ``invoices`` are those it was allocated to."""
    currency = str(payment.get("currency") or KES)
    left = sum(invoice.get("balance_cents", 0) for invoice in invoices) if invoices else None
    return PaymentFacts(
        business=business,
        customer=str(customer.get("name") or payment.get("payer_name") or ""),
        amount=money(payment["amount_cents"], currency),
        receipt=str(payment.get("receipt") or ""),
        numbers=tuple(str(i["number"]) for i in invoices if i.get("number")),
        paid_at=local_time(str(payment.get("paid_at") or "")),
        code=code,
        currency=currency,
        credit_cents=payment.get("unallocated_cents", 0),
        balance_cents=left,
    )


def verification_code(secret: str, business: str, payment_id: str, amount_cents: int) -> str:
    """Eight characters that only this installation can make for this payment and amount, ``K7QM-2P4X``.

    A receipt whose amount or reference was edited does not verify: the business makes the code again.
    """
    facts = "\x1f".join(("receipt-code", business, payment_id, str(amount_cents)))
    digest = hmac.new(secret.encode(), facts.encode(), hashlib.sha256).digest()
    code = base64.b32encode(digest[:5]).decode()
    return f"{code[:4]}-{code[4:]}"
