"""What our accounts at M-Pesa hold, out of the one text that tells it (D3 AccountBalance)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.errors import FieldError, HesabuError, Invalid
from shared.core.money import parse_cents
from shared.payments.gateways.daraja.payloads import AsyncResult

MOST = 50


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account of a shortcode, in cents; the charges account is negative."""

    name: str
    currency: str
    current_cents: int
    available_cents: int
    reserved_cents: int
    uncleared_cents: int


def read_balances(result: AsyncResult) -> list[AccountBalance]:
    """``Name|KES|current|available|reserved|uncleared&…``.

    Raises Invalid ``balance_invalid`` naming the account that cannot be read: half a balance is none.
    """
    text = result.value("AccountBalance")
    rows = [row for row in text.split("&") if row.strip()]
    if not rows or len(rows) > MOST:
        raise Invalid("balance_invalid", "the answer names no accounts")
    return [_read(number, row.split("|")) for number, row in enumerate(rows)]


def _read(number: int, parts: list[str]) -> AccountBalance:
    try:
        name, currency, *amounts = (part.strip() for part in parts)
        current, available, reserved, uncleared = (parse_cents(amount) for amount in amounts)
    except (ValueError, HesabuError):
        fault = FieldError(f"/AccountBalance/{number}", "is not name, currency and four amounts")
        raise Invalid("balance_invalid", "the balance cannot be read", [fault]) from None
    return AccountBalance(name[:60], currency[:3], current, available, reserved, uncleared)
