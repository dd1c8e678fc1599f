"""The Daraja token in our own store: one for all instances, because each new one kills the last."""

from __future__ import annotations

import hashlib
from datetime import datetime

from shared.core.clock import parse_rfc3339, rfc3339
from shared.events import SYSTEM
from shared.payments.gateways.tokens import Token
from shared.store import Data, Key, Store, Tx


class StoreTokens:
    """Keeps the token of each Daraja app as one document of the system tenant."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, app: str) -> Token | None:
        doc = self._store.get(SYSTEM, _key(app))
        if doc is None or not doc.data["token"]:
            return None
        return Token(doc.data["token"], parse_rfc3339(doc.data["expires_at"]))

    def put(self, app: str, token: Token | None) -> None:
        kept: Data = {"token": "", "expires_at": "", "lease_until": ""}
        if token is not None:
            kept |= {"token": token.value, "expires_at": rfc3339(token.expires_at)}
        self._store.put(SYSTEM, _key(app), kept)

    def claim(self, app: str, now: datetime, until: datetime) -> bool:
        def take(tx: Tx) -> bool:
            doc = tx.get(_key(app))
            held = doc.data["lease_until"] if doc else ""
            if held and parse_rfc3339(held) > now:
                return False
            before: Data = doc.data if doc else {"token": "", "expires_at": ""}
            tx.put(_key(app), {**before, "lease_until": rfc3339(until)})
            return True

        return self._store.transaction(SYSTEM, take)


def _key(app: str) -> Key:
    return Key("daraja_tokens", hashlib.sha256(app.encode()).hexdigest()[:40])
