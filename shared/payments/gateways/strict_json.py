"""JSON from outside: bounded in size, depth and number length, and with one meaning only.

Parsers differ on repeated keys, NaN and huge numbers; here they are refused before a model
sees them. Decimals stay exact, no float is ever made.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from shared.core.errors import Invalid, TooLarge

MAX_BYTES = 1 << 20
MAX_DEPTH = 24
_MAX_DIGITS = 24
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(raw: bytes) -> dict[str, Any]:
    """Read one JSON object, numbers with a fraction as Decimal.

    Raises TooLarge above 1 MiB, and Invalid ``json_invalid`` for anything that is not one plain object:
    broken text, NaN, repeated keys, numbers over 24 characters, more than 24 levels, lone surrogates.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"a payload may have at most {MAX_BYTES} bytes")
    value = _load(raw)
    if not isinstance(value, dict):
        raise _invalid("the payload is not a JSON object")
    _check(value)
    return value


def _load(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise _invalid("the payload is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _invalid(f"the payload is not JSON: {error.msg} at {error.pos}") from None
    except RecursionError:
        raise _invalid("the payload is nested too deeply") from None


def _check(root: Any) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        for text in level:
            if isinstance(text, str) and _LONE_SURROGATE.search(text):
                raise _invalid("the payload holds half a character")
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _invalid("the payload is nested too deeply")


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [*node.keys(), *node.values()]
    return node if isinstance(node, list) else []


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _invalid("the payload names the same field twice")
    return value


def _decimal(text: str) -> Decimal:
    value = Decimal(_bounded(text))
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and abs(exponent) > _MAX_DIGITS:
        raise _invalid("the payload holds a number that is too large")
    return value


def _integer(text: str) -> int:
    return int(_bounded(text))


def _bounded(text: str) -> str:
    if len(text) > _MAX_DIGITS:
        raise _invalid("the payload holds a number that is too long")
    return text


def _constant(text: str) -> Any:
    raise _invalid(f"{text} is not JSON")


def _invalid(message: str) -> Invalid:
    return Invalid("json_invalid", message)
