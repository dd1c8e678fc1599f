"""Bodies from outside are read up to a limit, whatever their sender says about their size."""

from __future__ import annotations

from collections.abc import Iterable


def read_capped(chunks: Iterable[bytes], most: int) -> bytes:
    """The joined chunks; empty once they hold more than ``most`` bytes, and the rest is not read."""
    raw = b""
    for chunk in chunks:
        raw += chunk
        if len(raw) > most:
            return b""
    return raw
