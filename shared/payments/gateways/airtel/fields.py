"""Members of Airtel's JSON, read without believing that they are there or of the right type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(body: Mapping[str, Any], name: str) -> str:
    """A member as text of at most 200 characters; "" when it is neither text nor a whole number."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:200]


def member(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
