"""The field types of Daraja payloads: tolerant of number or text, strict about what they must mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from shared.core.clock import EAT, parse_daraja_timestamp, parse_rfc3339
from shared.core.errors import HesabuError, Invalid
from shared.core.money import parse_cents
from shared.payments.gateways.port import HintKind, PayerHint

ValueT = TypeVar("ValueT")
_RECEIPT = re.compile(r"[A-Z0-9]{4,32}")
_MASKED = re.compile(r"[0-9]{3,6}[ *]*\*[ *]*[0-9]{2,4}")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_PHONE = re.compile(r"254[0-9]{9}")


class Payload(BaseModel):
    """A payload of Daraja: immutable, and unknown fields are let through, since Safaricom adds some."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)


def as_text(value: Any) -> str:
    """Text of a text or a number; None is "". Raises ValueError for anything else or over 1,000 long."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("must be text or a number")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if len(text) > 1000:
        raise ValueError("is too long")
    return text


def _cents(value: Any) -> int | None:
    text = as_text(value)
    if not text:
        return None
    cents = _known(parse_cents, text)
    if cents < 0:
        raise ValueError("must not be negative")
    return cents


def _moment(value: Any) -> datetime | None:
    text = as_text(value)
    return _known(parse_daraja_timestamp, text) if text else None


def _listed(value: Any) -> datetime | None:
    text = as_text(value)
    return _known(_read_listed, text) if text else None


def _read_listed(text: str) -> datetime:
    """A time of a listing: with its zone, or plain, which is East Africa Time."""
    if text.isdigit():
        return parse_daraja_timestamp(text)
    try:
        moment = datetime.fromisoformat(text)
        return parse_rfc3339((moment if moment.tzinfo else moment.replace(tzinfo=EAT)).isoformat())
    except ValueError:
        raise Invalid("time_invalid", "is not a time") from None


def _receipt(value: Any) -> str | None:
    text = as_text(value).upper()
    if text and not _RECEIPT.fullmatch(text):
        raise ValueError("is not an M-Pesa receipt number")
    return text or None


def _known(read: Callable[[str], ValueT], text: str) -> ValueT:
    try:
        return read(text)
    except HesabuError as error:
        raise ValueError(error.message) from None


def _present(value: ValueT | None) -> ValueT:
    if value is None or value in ("", 0):
        raise ValueError("is missing")
    return value


Text = Annotated[str, BeforeValidator(as_text)]
Cents = Annotated[int | None, BeforeValidator(_cents)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
ListedMoment = Annotated[datetime | None, BeforeValidator(_listed)]
Receipt = Annotated[str | None, BeforeValidator(_receipt)]
RequiredText = Annotated[str, BeforeValidator(lambda value: _present(as_text(value)))]
RequiredCents = Annotated[int, BeforeValidator(lambda value: _present(_cents(value)))]
RequiredReceipt = Annotated[str, BeforeValidator(lambda value: _present(_receipt(value)))]


def payer_hint(msisdn: str, name: str = "") -> PayerHint:
    """What a C2B MSISDN tells: the number, the masked form of v2, or the SHA-256 of v1.

    Source: D3 CustomerToBusiness, FAQ 3. Text of no known form is dropped, it identifies nobody.
    """
    for kind, form in ((HintKind.PHONE, _PHONE), (HintKind.MASKED, _MASKED), (HintKind.HASH, _HASH)):
        if form.fullmatch(msisdn):
            return PayerHint(kind, msisdn.lower(), name)
    return PayerHint(name=name)
