"""The value rules: what every store keeps exactly, and nothing else (reference: stores 4.2 rule 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from shared.core.errors import InvalidDocument, TooLarge
from shared.core.ids import check_id
from shared.store.model import Data, Key

MAX_INT = 2**53
MAX_BYTES = 900_000
MAX_DEPTH = 20
MAX_INDEXED_BYTES = 1_400
_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)
"""It need not look for circles: what is checked before it ends at ``MAX_DEPTH``."""
_ZERO_BYTE = "\\u0000"
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def check_key(key: Key) -> Key:
    """Return the key if its collection and id are valid in every store; raises InvalidDocument."""
    _check_collection(key.collection)
    check_id(key.id)
    return key


@lru_cache(maxsize=256)
def _check_collection(name: str) -> str:
    """There are few of them, and every read names one for each of its keys."""
    return check_id(name, "collection")


def encode(data: Data) -> str:
    """Canonical JSON of a document's data.

    Raises InvalidDocument for floats, integers past 2^53, lists in lists, other types or field names, and
    depth over 20; TooLarge over 900 kB.
    """
    if not isinstance(data, dict):
        raise InvalidDocument("a document is an object")
    _check_object(data, "", 0)
    text = _CANONICAL.encode(data)
    if _ZERO_BYTE in text:  # or a backslash and what looks like one
        _check_text(data, "")
    if (size := _bytes(text)) is None:
        raise InvalidDocument("text holds half a character (a lone surrogate)")
    if size > MAX_BYTES:
        raise TooLarge(f"the document has {size} bytes, {MAX_BYTES} are allowed")
    return text


def _bytes(text: str) -> int | None:
    """How long text is in UTF-8; None for half a character."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return None


def _check_object(data: dict[str, Any], path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InvalidDocument(f"{path}: deeper than {MAX_DEPTH} levels")
    if not _are_fields(tuple(data), depth == 0):
        name = next(name for name in data if not _is_field(name, depth == 0))
        raise InvalidDocument(f"{path}/{name!a} is not a field name")
    for name, value in data.items():
        kind = type(value)  # nearly all values are of these kinds, and every commit looks at all of them
        if kind is str or value is None or kind is bool or (kind is int and -MAX_INT <= value <= MAX_INT):
            continue
        _check_value(value, f"{path}/{name}", depth, in_list=False)


@lru_cache(maxsize=1024)
def _are_fields(names: tuple[str, ...], top: bool) -> bool:
    return all(_is_field(name, top) for name in names)


def _is_field(name: object, top: bool) -> bool:
    """Names that start with two underscores are Firestore's own; deeper names may be any other text."""
    if not isinstance(name, str) or name.startswith("__"):
        return False
    return bool(_FIELD.fullmatch(name)) if top else bool(name) and "\x00" not in name


def _check_value(value: Any, path: str, depth: int, *, in_list: bool) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > MAX_INT:
                raise InvalidDocument(f"{path}: integers end at 2^53")
        case dict():
            _check_object(value, path, depth + 1)
        case list():
            if in_list:
                raise InvalidDocument(f"{path}: a list may not hold a list")
            for item in value:
                if type(item) is not str:
                    _check_value(item, path, depth + 1, in_list=True)
        case _:
            raise InvalidDocument(f"{path}: {type(value).__name__} is not stored (money is integer cents)")


def _check_text(value: Any, path: str) -> None:
    """Refuse zero bytes, in a value that is checked otherwise."""
    match value:
        case str() if "\x00" in value:
            raise InvalidDocument(f"{path}: text holds a zero byte")
        case dict():
            for name, one in value.items():
                _check_text(one, f"{path}/{name}")
        case list():
            for one in value:
                _check_text(one, path)


def check_indexed(data: Data, fields: AbstractSet[str]) -> None:
    """Indexed fields must be present, of one scalar type, never null, and short (rule 5)."""
    for name in fields:
        if fault := indexable_fault(data.get(name)):
            raise InvalidDocument(f"/{name} is indexed: {fault}")


def indexable_fault(value: Any) -> str | None:
    """Why a value can stand in no index, and so in no condition of a query; None when it can."""
    if isinstance(value, int):
        return None if abs(value) <= MAX_INT else "integers end at 2^53"
    if not isinstance(value, str):
        return "it must be text, a number or a boolean"
    if (size := _bytes(value)) is None:
        return "text holds half a character (a lone surrogate)"
    if "\x00" in value:
        return "text holds a zero byte"
    return None if size <= MAX_INDEXED_BYTES else f"at most {MAX_INDEXED_BYTES} bytes"
