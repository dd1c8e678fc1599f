"""The collections of this room, and what others keep that it reads."""

from __future__ import annotations

from shared.store import Key

ATTEMPTS, CALLBACKS, PAYMENTS = "attempts", "callbacks", "payments"
PROFILE = Key("profile", "business")
