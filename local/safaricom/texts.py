"""The words on the payer's phone: the prompt and the confirmation SMS."""

from __future__ import annotations

from local.safaricom.model import Merchant, Push, Transaction
from shared.core.clock import EAT, parse_rfc3339
from shared.core.money import format_units

LONGEST_PROMPT = 182


def ksh(cents: int) -> str:
    """``Ksh1,234.00``, as M-Pesa writes it."""
    whole, fraction = format_units(cents).split(".")
    return f"Ksh{int(whole):,}.{fraction}"


def prompt_text(push: Push, merchant: Merchant) -> str:
    """What the prompt asks; over 182 characters Daraja cannot send it (result 1025)."""
    account = f" Account no. {push.reference}" if push.reference else ""
    return f"Do you want to pay {ksh(push.amount_cents)} to {merchant.name}{account}?"


def paid_text(transaction: Transaction, merchant: Merchant, balance_cents: int) -> str:
    """The payer's confirmation SMS. Dates carry no padding: ``3/2/26 at 9:05 AM``."""
    at = parse_rfc3339(transaction.at).astimezone(EAT)
    day = f"{at.day}/{at.month}/{at.year % 100:02d}"
    time = f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"
    to = f"sent to {merchant.name} for account {transaction.reference}"
    if merchant.till:
        to = f"paid to {merchant.name}."
    return (
        f"{transaction.receipt} Confirmed. {ksh(transaction.amount_cents)} {to} on {day} at {time} "
        f"New M-PESA balance is {ksh(balance_cents)}. Transaction cost, Ksh0.00."
    )
