"""Money: integer minor units and a currency code; Decimal only where text is read or written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from shared.core.errors import Invalid

KES = "KES"
MAX_CENTS = 2**53
_CURRENCY = r"(?:kes|kshs?|shs?)\.?"
_AMOUNT = re.compile(
    rf"(?i)\s*([+-]?)\s*(?:{_CURRENCY}\s*)?([+-]?)"
    r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)?(\.[0-9]+)?"
    rf"\s*(?:/[=-])?\s*(?:{_CURRENCY})?\s*",
    re.ASCII,
)
"""Commas and blanks part groups of three and nothing else: ``1,50`` is a typing error, not 150 shillings."""


def parse_cents(value: str | int | Decimal) -> int:
    """Read an amount in units (``"1,234.50"``, ``"KSh 10/="``, ``Decimal("10")``) as cents.

    Raises Invalid ``amount_invalid`` for text that is no amount, a third decimal, or a size no store holds.
    """
    text = _plain(value)
    match = _AMOUNT.fullmatch(text) if len(text) <= 40 else None
    if match is None or not (match[3] or match[4]) or (match[1] and match[2]):
        raise Invalid("amount_invalid", f"{text[:40]!a} is not an amount")
    digits = re.sub("[ ,]", "", match[3] or "0")
    cents = Decimal(f"{match[1]}{match[2]}{digits}{match[4] or ''}") * 100
    if cents != int(cents) or abs(cents) > MAX_CENTS:
        raise Invalid("amount_invalid", f"{text[:40]!a} is not an amount in shillings and cents")
    return int(cents)


def _plain(value: object) -> str:
    match value:
        case str():
            return value
        case int() if not isinstance(value, bool) and abs(value) <= MAX_CENTS:
            return str(value)
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 40:
            return format(value, "f")
    raise Invalid("amount_invalid", "that is not an amount")  # floats too: they are not exact


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


def up_to_shillings(cents: int) -> int:
    """The smallest whole shillings that cover an amount."""
    return -(-cents // 100) * 100


def share(cents: int, numerator: int, denominator: int) -> int:
    """``cents * numerator / denominator``, rounded half to even (tax, discounts, charges)."""
    exact = Decimal(cents) * numerator / denominator
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
