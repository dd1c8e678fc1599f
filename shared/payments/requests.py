"""Whose payment a provider speaks of, where its one callback address is the same for all businesses.

The id that we gave the payment leads to its business and attempt; written before the provider hears of it, so
that no callback can come too early to be understood.
"""

from __future__ import annotations

from typing import NamedTuple

from shared.events import SYSTEM
from shared.store import Key, Store


class Asked(NamedTuple):
    """Who asked a payer for money."""

    business: str
    attempt_id: str


def remember_request(store: Store, provider: str, request_id: str, business: str, attempt_id: str) -> None:
    """Let a payment be found by our own id of it; again changes nothing."""
    store.put(SYSTEM, _key(provider, request_id), {"business": business, "attempt_id": attempt_id})


def asked_by(store: Store, provider: str, request_id: str) -> Asked | None:
    """Who asked for this payment; None when nobody did."""
    found = store.get(SYSTEM, _key(provider, request_id)) if request_id else None
    return Asked(found.data["business"], found.data["attempt_id"]) if found else None


def _key(provider: str, request_id: str) -> Key:
    return Key("requests", f"{provider}-{request_id}")
