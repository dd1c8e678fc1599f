"""Bearer tokens: who calls, for which business, in which role. The business comes from nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core.clock import Clock
from shared.core.errors import HesabuError, Unauthorized
from shared.core.ids import check_id
from shared.http.roles import ROLES

if TYPE_CHECKING:
    from shared.core.settings import Settings

AUDIENCE = "hesabu-api"
ALGORITHM = "HS256"
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_.-]{20,4000})")


@dataclass(frozen=True, slots=True)
class Actor:
    """A proven caller."""

    user: str
    business: str
    role: str


class Tokens:
    """Issues and verifies access tokens: JWT, one pinned algorithm, every claim required."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def lifetime(self) -> int:
        """Seconds an access token lives."""
        return self._settings.access_minutes * 60

    def issue(self, actor: Actor) -> str:
        """A signed token for an actor."""
        import jwt

        now = self._clock.now()
        claims = {
            "sub": actor.user,
            "biz": actor.business,
            "role": actor.role,
            "iss": self._settings.auth_issuer,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=self.lifetime)).timestamp()),
        }
        return jwt.encode(claims, self._settings.auth_secret.get_secret_value(), algorithm=ALGORITHM)

    def verify(self, header: str | None) -> Actor:
        """The actor of an ``Authorization`` header; raises Unauthorized without saying which check failed."""
        match = _BEARER.fullmatch(header or "")
        if match is None:
            raise Unauthorized("send the header: Authorization: Bearer <access token>")
        claims = self._decode(match[1])
        if claims["exp"] <= self._clock.now().timestamp():
            raise Unauthorized("the access token has expired", code="token_expired")
        try:
            actor = Actor(str(claims["sub"]), check_id(str(claims["biz"]), "business"), str(claims["role"]))
        except HesabuError:
            raise Unauthorized("the access token is not valid") from None
        if actor.role not in ROLES:
            raise Unauthorized("the access token is not valid")
        return actor

    def _decode(self, token: str) -> dict[str, Any]:
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._settings.auth_secret.get_secret_value(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self._settings.auth_issuer,
                # expiry is checked against the injected clock, so that a simulated day expires tokens too
                options={
                    "require": ["exp", "iat", "sub", "biz", "role", "iss", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            raise Unauthorized("the access token is not valid") from None
        if not isinstance(claims["exp"], int | float):
            raise Unauthorized("the access token is not valid")
        return claims
