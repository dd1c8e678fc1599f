"""Daraja's token endpoint (D3 Authorization)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.core.clock import Clock
from shared.payments.gateways.daraja.line import Calls
from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import error_code
from shared.payments.gateways.tokens import Token, TokenRefused, lifetime
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

PATH = "/oauth/v1/generate?grant_type=client_credentials"


@dataclass(frozen=True, slots=True)
class OAuth:
    """Fetches a token for one account; calling it kills the account's previous token."""

    account: DarajaAccount
    transport: Calls
    clock: Clock

    def __call__(self) -> Token:
        """A new token. Raises TokenRefused: retryable unless Daraja refused the key itself."""
        asked_at = self.clock.now()
        answer = self.transport.get_basic(PATH, self.account.key, self.account.secret)
        if isinstance(answer, NoHttpAnswer):
            raise TokenRefused("token_unreachable", retryable=True)
        value, seconds = answer.body.get("access_token"), lifetime(answer.body.get("expires_in"))
        if answer.status != 200 or not isinstance(value, str) or not value or not seconds:
            raise _refused(answer)
        return Token(value, asked_at + timedelta(seconds=seconds))


def _refused(answer: HttpAnswer) -> TokenRefused:
    # A wrong key is often answered 400 or 401 with an empty body, so the status speaks where no code does.
    ours = 400 <= answer.status < 500 and answer.status not in {408, 429}
    return TokenRefused(error_code(answer) or f"token_http_{answer.status}", retryable=not ours)
