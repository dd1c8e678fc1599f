"""Nobody's phone, name or secret in a log: hidden by field name first, then by shape inside any text."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

_HIDDEN = re.compile(
    r"(?i)phone|msisdn|name$|token|secret|credential|password|passkey|authorization|email|pin$|body|address"
)
_PHONE = re.compile(r"\b(?:\+?254|0)[17][0-9 -]{7,11}[0-9]\b")
_SHAPES = (
    (_PHONE, "[phone]"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"), "[email]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"), "[token]"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "[token]"),  # a callback address proves itself by one of these
    (re.compile(r"://[^/\s:@]{1,64}:[^/\s@]{1,128}@"), "://[secret]@"),
)
_SUSPECT = re.compile(r"@|eyJ|(?i:bearer|basic)|[0-9a-f]{64}|(?:254|0)[17]")
"""One look that finds whatever any shape begins with: most texts are ids and words, and hold none of it."""


def redact(fields: dict[str, Any]) -> dict[str, Any]:
    """Hide values whose field name says what they are, then what looks like a person or a secret in text."""
    return {
        str(key): "[hidden]" if _is_hidden(str(key)) else _redact_value(value)
        for key, value in fields.items()
    }


def redact_text(text: str) -> str:
    """Replace phone numbers, e-mail addresses, tokens and passwords inside a text."""
    if not _SUSPECT.search(text):
        return text
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


@lru_cache(maxsize=512)
def _is_hidden(field: str) -> bool:
    return bool(_HIDDEN.search(field))


def _redact_value(value: Any) -> Any:
    match value:
        case dict():
            return redact(value)
        case list() | tuple() | set() | frozenset():
            return [_redact_value(item) for item in value]
        case None | bool():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case int():
            return "[phone]" if _PHONE.fullmatch(str(value)) else value
        case _:
            return redact_text(str(value))
