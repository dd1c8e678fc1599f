"""The shared access token: each new one may kill the one before, so all instances must use the same.

Source: D3 Authorization, FAQ. One caller fetches under a lease while the others wait for its result.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.core.clock import Clock

EARLY = timedelta(seconds=60)
LEASE = timedelta(seconds=35)
LONGEST_SECONDS = 86_400
"""No token is believed to live longer than a day."""
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when it ends, UTC."""

    value: str
    expires_at: datetime

    def fresh(self, now: datetime) -> bool:
        """Usable for at least another minute."""
        return now + EARLY <= self.expires_at


class TokenStore(Protocol):
    """Where the token of one app lives, seen by every instance."""

    def get(self, app: str) -> Token | None:
        """The token kept last, fresh or not."""

    def put(self, app: str, token: Token | None) -> None:
        """Keep a token, or forget it, and end the lease."""

    def claim(self, app: str, now: datetime, until: datetime) -> bool:
        """Take the lease to fetch a token; True for one caller until ``put`` or ``until``."""


class MemoryTokens:
    """The token store of a single process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._leases: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def get(self, app: str) -> Token | None:
        with self._lock:
            return self._tokens.get(app)

    def put(self, app: str, token: Token | None) -> None:
        with self._lock:
            self._leases.pop(app, None)
            if token is None:
                self._tokens.pop(app, None)
            else:
                self._tokens[app] = token

    def claim(self, app: str, now: datetime, until: datetime) -> bool:
        with self._lock:
            held = self._leases.get(app)
            if held is not None and held > now:
                return False
            self._leases[app] = until
            return True


class TokenRefused(Exception):
    """No token could be had; nothing else was sent. ``retryable`` when the cause is not our key."""

    def __init__(self, code: str, retryable: bool) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable


def lifetime(value: object) -> int:
    """``expires_in`` comes as number or text; anything else is no lifetime."""
    text = str(value)
    return min(int(text), LONGEST_SECONDS) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class TokenSource(Protocol):
    """Asks the provider for a new token; raises TokenRefused."""

    def __call__(self) -> Token: ...


class SharedToken:
    """The one token of one app, fetched by one caller at a time."""

    def __init__(self, app: str, store: TokenStore, clock: Clock, fetch: TokenSource) -> None:
        self._app = app
        self._store = store
        self._clock = clock
        self._fetch = fetch

    def current(self, refused: str = "") -> str:
        """The token to use now; ``refused`` is one that the provider has just called invalid.

        Raises TokenRefused when the provider gives none.
        """
        give_up = self._clock.now() + LEASE
        while (now := self._clock.now()) <= give_up:
            token = self._store.get(self._app)
            if token is not None and token.fresh(now) and token.value != refused:
                return token.value
            if self._store.claim(self._app, now, now + LEASE):
                return self._renew(refused)
            self._clock.sleep(_PAUSE_SECONDS)
        raise TokenRefused("token_wait_too_long", retryable=True)

    def _renew(self, refused: str) -> str:
        token = self._store.get(self._app)
        if token is not None and token.fresh(self._clock.now()) and token.value != refused:
            self._store.put(self._app, token)
            return token.value
        try:
            token = self._fetch()
        except TokenRefused:
            if token is not None and self._clock.now() < token.expires_at and token.value != refused:
                self._store.put(self._app, token)  # its last minute is better than nothing
                return token.value
            self._store.put(self._app, None)
            raise
        self._store.put(self._app, token)
        return token.value
