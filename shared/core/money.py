"""Money: integer minor units and a currency code; Decimal only where text is read or written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from shared.core.errors import Invalid

KES = "KES"
MAX_CENTS = 2**53
_DECORATION = re.compile(r"(?i)\b(?:kes|kshs?|sh|shs)\.?|/[=-]|\s|,")


def parse_cents(value: str | int | Decimal) -> int:
    """Read an amount in units (``"1,234.50"``, ``"KSh 10/="``, ``Decimal("10")``) as cents.

    Raises Invalid ``amount_invalid`` for text that is no amount, a third decimal, or a size no store holds.
    """
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or len(text) > 40:
        raise Invalid("amount_invalid", "that is not an amount")
    try:
        amount = Decimal(_DECORATION.sub("", text))
        cents = amount * 100
        whole = cents == cents.to_integral_value()
    except InvalidOperation:
        raise Invalid("amount_invalid", f"'{text}' is not an amount") from None
    if not cents.is_finite() or not whole or abs(cents) > MAX_CENTS:
        raise Invalid("amount_invalid", f"'{text}' is not an amount in shillings and cents")
    return int(cents)


def format_units(cents: int) -> str:
    """Cents as a plain decimal string, ``123450`` -> ``"1234.50"``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def format_kes(cents: int) -> str:
    """Cents as people read them, ``123450`` -> ``"KES 1,234.50"``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}KES {abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def is_whole_shillings(cents: int) -> bool:
    """M-Pesa moves whole shillings only."""
    return cents % 100 == 0


def share(cents: int, numerator: int, denominator: int) -> int:
    """``cents * numerator / denominator``, rounded half to even (tax, discounts, charges)."""
    exact = Decimal(cents) * numerator / denominator
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
