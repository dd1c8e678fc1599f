"""Kenyan phone numbers: every form people type, one stored form, masked and hashed views."""

from __future__ import annotations

import hashlib
import re

from shared.core.errors import FieldError, Invalid

_KENYAN = re.compile(r"(?:(?:\+|00)?2540?|0)?([17][0-9]{8})")
_MASK = re.compile(r"\+?([0-9]{2,9})[*xX•]+([0-9]{2,4})", re.ASCII)
_SEPARATORS = re.compile(r"[\s()./-]")


def parse_phone(text: str, pointer: str = "") -> str:
    """Read ``07…``, ``01…``, ``7…``, ``254…``, ``00254…``, ``+254 (0)7…`` as twelve digits.

    Raises Invalid ``phone_invalid``, about the field ``pointer`` (``/phone``) where one is named. The prefix
    never rejects: numbers are ported and new ranges open.
    """
    match = _KENYAN.fullmatch(_SEPARATORS.sub("", text)) if len(text) <= 30 else None
    if match is None or not text.isascii():
        why = "give a Kenyan mobile number, for example 0712 345 678"
        raise Invalid("phone_invalid", why, [FieldError(pointer, why)] if pointer else ())
    return f"254{match[1]}"


def national9(phone: str) -> str:
    """The nine digits Airtel wants, without the country code."""
    return phone[3:]


def mask(phone: str) -> str:
    """``254712345678`` -> ``2547*****678``, the form Safaricom shows to tills."""
    return f"{phone[:4]}*****{phone[-3:]}"


def plain_mask(masked: str) -> str:
    """One form for every spelling of a masked number, its shown digits kept; "" for what is no such number.

    ``2547 ***** 126``, ``+2547***126`` and ``07xxxx126`` are ``2547*****126``. Forms: C2B v2, messages of
    tills and paybills, statements (reference: payments 1.5, 1.9).
    """
    match = _MASK.fullmatch(_SEPARATORS.sub("", masked)) if len(masked) <= 30 else None
    if match is None:
        return ""
    before = "254" + match[1][1:] if match[1].startswith("0") else match[1]
    return f"{before}*****{match[2]}"


def fits_mask(masked: str, phone: str) -> bool:
    """Whether ``2547*****678`` may hide ``phone``: the digits shown before and after the stars agree."""
    before, _, after = plain_mask(masked).partition("*****")
    return bool(after) and phone.startswith(before) and phone.endswith(after)


def phone_hash(phone: str) -> str:
    """SHA-256 hex of ``2547…``: how C2B v1 hides a payer (reference: payments 1.5)."""
    return hashlib.sha256(phone.encode()).hexdigest()
