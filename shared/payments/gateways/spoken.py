"""What was said to a provider and what it answered, at DEBUG: without secrets and people, and bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.core import logs
from shared.core.logs import redact
from shared.core.phone import mask

LONGEST_VALUE, LONGEST_TEXT = 200, 2000
_PHONES = frozenset({"PartyA", "PartyB", "PhoneNumber", "Msisdn", "msisdn", "billedPhoneNumber"})


def log_exchange(
    who: str, operation: str, said: Mapping[str, Any], status: str, answered: Mapping[str, Any]
) -> None:
    """One line for one call to ``who``; ``status`` is the HTTP status or why there is no answer."""
    if logs.debugging():
        logs.debug(
            f"{who} call", operation=operation, said=shown(said), status=status, answered=shown(answered)
        )


def shown(fields: Mapping[str, Any]) -> str:
    """A JSON object as one short text: secrets hidden, phones masked, long values cut."""
    text = json.dumps(redact({name: _short(name, value) for name, value in fields.items()}), default=str)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"


def _short(name: str, value: Any) -> Any:
    if name in _PHONES and not isinstance(value, bool) and isinstance(value, str | int):
        return mask(str(value)) if len(str(value)) >= 9 else value
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:20]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {key: _short(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(name, one) for one in value[:20]]
    return value
