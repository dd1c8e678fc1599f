"""Ids: random where nothing natural exists, derived from the natural key where one does."""

from __future__ import annotations

import hashlib
import random
import re
import secrets
import threading
from typing import Protocol

from shared.core.errors import InvalidDocument

_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")


class Ids(Protocol):
    """Where random ids come from: ``new("inv")`` gives ``inv_`` and 24 lower-case hex digits."""

    def new(self, prefix: str) -> str: ...
    def fraction(self) -> float: ...


class SystemIds:
    """Ids and jitter from the operating system's randomness."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(12)}"

    def fraction(self) -> float:
        return secrets.randbelow(1 << 30) / (1 << 30)


class SeededIds:
    """The same ids in the same order for the same seed: simulation and tests."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        with self._lock:
            return f"{prefix}_{self._random.getrandbits(96):024x}"

    def fraction(self) -> float:
        with self._lock:
            return self._random.random()


def derived_id(prefix: str, *parts: str) -> str:
    """The id of a fact that has a natural key: the same parts always give the same id, others another."""
    text = "\x1f".join(parts)
    if text.count("\x1f") >= len(parts) or "\x1e" in text:  # the separator stands in a part
        text = "\x1f".join(part.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1") for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}_{digest[:32]}"


def check_id(value: str, what: str = "id") -> str:
    """Return ``value`` if every store accepts it as an id (reference: stores 4.2 rule 4).

    Raises InvalidDocument: other characters, over 128 long, ``.``, ``..`` or a leading ``__``.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value) or value in {".", ".."} or value[:2] == "__":
        raise InvalidDocument(f"{what} {str(value)[:40]!a} is not a valid id", code="invalid_id")
    return value
