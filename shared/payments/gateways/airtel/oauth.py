"""Airtel's token endpoint; a token lives three minutes (reference: payments 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.core.clock import Clock
from shared.payments.gateways.airtel.account import AirtelAccount
from shared.payments.gateways.airtel.transport import AirtelTransport
from shared.payments.gateways.tokens import Token, TokenRefused, lifetime
from shared.payments.gateways.transport import NoHttpAnswer


@dataclass(frozen=True, slots=True)
class AirtelOAuth:
    """Fetches a token for one app."""

    account: AirtelAccount
    transport: AirtelTransport
    clock: Clock

    def __call__(self) -> Token:
        """A new token. Raises TokenRefused: retryable unless Airtel refused the key itself."""
        asked_at = self.clock.now()
        named = {"client_id": self.account.key, "client_secret": self.account.secret}
        answer = self.transport.token({**named, "grant_type": "client_credentials"})
        if isinstance(answer, NoHttpAnswer):
            raise TokenRefused("token_unreachable", retryable=True)
        value, seconds = answer.body.get("access_token"), lifetime(answer.body.get("expires_in"))
        if answer.status == 200 and isinstance(value, str) and value and seconds:
            return Token(value, asked_at + timedelta(seconds=seconds))
        ours = 400 <= answer.status < 500 and answer.status not in {408, 429}
        raise TokenRefused(f"token_http_{answer.status}", retryable=not ours)
