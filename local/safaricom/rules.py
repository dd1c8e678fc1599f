"""What Daraja checks in an STK push before a phone is prompted (D3 MpesaExpressSimulate)."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from shared.core.clock import EAT

FORBIDDEN = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
TYPES = ("CustomerPayBillOnline", "CustomerBuyGoodsOnline")
STALE = timedelta(minutes=15)
_PHONE = re.compile(r"254[17][0-9]{8}")
_SHORTCODE = re.compile(r"[0-9]{5,7}")


def text(body: Mapping[str, Any], name: str) -> str:
    """A field as text; numbers are taken as Daraja takes them, all else is ""."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)


def first_fault(body: Mapping[str, Any], now: datetime) -> str | None:
    """The first field Daraja would call invalid, in its own spelling, or None."""
    checks = {
        "BusinessShortCode": _SHORTCODE.fullmatch(text(body, "BusinessShortCode")) is not None,
        "Timestamp": timely(text(body, "Timestamp"), now),
        "Password": bool(text(body, "Password")),
        "TransactionType": text(body, "TransactionType") in TYPES,
        "Amount": amount(body) is not None,
        "PartyA": _PHONE.fullmatch(text(body, "PartyA")) is not None,
        "PartyB": _SHORTCODE.fullmatch(text(body, "PartyB")) is not None,
        "PhoneNumber": _PHONE.fullmatch(text(body, "PhoneNumber")) is not None,
        "CallBackURL": acceptable_url(text(body, "CallBackURL")),
        "AccountReference": 1 <= len(text(body, "AccountReference")) <= 12,
        "TransactionDesc": len(text(body, "TransactionDesc")) <= 13,
    }
    return next((name for name, passed in checks.items() if not passed), None)


def amount(body: Mapping[str, Any]) -> int | None:
    """Whole shillings from 1 to 250,000, sent as number or text; None otherwise."""
    given = text(body, "Amount")
    if not re.fullmatch(r"[0-9]{1,9}", given):
        return None
    return int(given) if 1 <= int(given) <= 250_000 else None


def timely(timestamp: str, now: datetime) -> bool:
    """Whether a timestamp, read as East Africa Time, is about now; UTC is three hours stale."""
    try:
        moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=EAT)
    except ValueError:
        return False
    return len(timestamp) == 14 and abs(moment - now) <= STALE


def right_password(body: Mapping[str, Any], passkey: str) -> bool:
    """Whether Password is base64(shortcode + passkey + timestamp) of this very body."""
    plain = text(body, "BusinessShortCode") + passkey + text(body, "Timestamp")
    return text(body, "Password") == base64.b64encode(plain.encode()).decode()


def acceptable_url(url: str) -> bool:
    """HTTPS, or HTTP to this machine, without the words Daraja refuses."""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
    except ValueError:
        return False
    if any(word in url.lower() for word in FORBIDDEN) or not host:
        return False
    return split.scheme == "https" or (split.scheme == "http" and _loopback(host))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
