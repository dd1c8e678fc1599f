"""Airtel's callback: it may come before the end, or be made up, so it makes us ask and settles nothing.

``{"transaction": {"id", "message", "status_code": "TS"|"TF", "airtel_money_id"}, "hash": "…"}``. The hash is
optional: base64 of an HMAC-SHA256 with the app's private key, over bytes that Airtel does not document. Both
forms in use are taken: the ``transaction`` member as it stands in the body or written compactly, and the
whole body without its ``hash`` (reference: payments 2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.core.errors import FieldError, HesabuError, Invalid
from shared.payments.gateways.airtel.account import PROVIDER
from shared.payments.gateways.airtel.fields import text
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.gateways.strict_json import read_json

_ID = re.compile(r"[A-Za-z0-9]{4,64}")
_RECEIPT = re.compile(r"[A-Z0-9.]{4,40}")


def payment_named_in(raw: bytes) -> str:
    """The payment that a body speaks of, by the id we gave it; "" when nothing usable is named."""
    try:
        return _id(_transaction(read_json(raw)))
    except HesabuError:
        return ""


def parse_callback(raw: bytes, callback_key: str) -> Evidence:
    """The claim in a callback.

    Args:
        callback_key: the app's private key. With it the hash must be there and right, and TS is then a claim;
            without it nothing in the body is believed, and it only makes us ask.

    A failure is never taken from a callback, because it may be an intermediate state: outcome ``pending``.
    Raises Invalid ``callback_invalid`` or ``signature_invalid``.
    """
    body = read_json(raw)
    transaction = _transaction(body)
    if callback_key and not right_hash(raw, body, callback_key):
        raise Invalid("signature_invalid", "the callback's hash is missing or wrong")
    code, receipt = text(transaction, "status_code").upper(), text(transaction, "airtel_money_id").upper()
    paid = bool(callback_key) and code == "TS" and _RECEIPT.fullmatch(receipt) is not None
    return Evidence(
        provider=PROVIDER,
        kind="callback",
        outcome=Outcome.SUCCESS if paid else Outcome.PENDING,
        code=code,
        description=text(transaction, "message"),
        request_id=_id(transaction),
        receipt=receipt if paid else None,
    )


def right_hash(raw: bytes, body: Mapping[str, Any], callback_key: str) -> bool:
    """Whether the body's hash was made with our private key, over either form; compared in constant time."""
    given = text(body, "hash").encode()
    matches = [hmac.compare_digest(sign(form, callback_key), given) for form in _signed_forms(raw, body)]
    return any(matches)


def sign(signed: bytes, callback_key: str) -> bytes:
    """base64 of the HMAC-SHA256."""
    return base64.b64encode(hmac.new(callback_key.encode(), signed, hashlib.sha256).digest())


def _signed_forms(raw: bytes, body: Mapping[str, Any]) -> Iterator[bytes]:
    yield _compact(body["transaction"])
    yield _compact({name: value for name, value in body.items() if name != "hash"})
    if as_sent := _member_as_sent(raw):
        yield as_sent


def _member_as_sent(raw: bytes) -> bytes:
    """The bytes of the ``transaction`` member, braces included; "" when they cannot be told."""
    found = re.search(rb'"transaction"\s*:\s*(?=\{)', raw)
    if found is None:
        return b""
    try:
        _, length = json.JSONDecoder().raw_decode(raw[found.end() :].decode())
    except (ValueError, RecursionError):
        return b""
    return raw[found.end() :].decode()[:length].encode()


def _compact(value: Any) -> bytes:
    """As JavaScript and Java write it: no spaces, the order kept, letters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def _transaction(body: Mapping[str, Any]) -> Mapping[str, Any]:
    transaction = body.get("transaction")
    if not isinstance(transaction, dict) or not _id(transaction):
        fault = FieldError("/transaction/id", "must name a payment")
        raise Invalid("callback_invalid", "the callback cannot be read", [fault])
    return transaction


def _id(transaction: Mapping[str, Any]) -> str:
    given = text(transaction, "id")
    return given if _ID.fullmatch(given) else ""
