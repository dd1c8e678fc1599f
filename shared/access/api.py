"""Signing in over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.access.ports import Ports
from shared.access.users import PROFILE, sign_in
from shared.http import EVERYONE, READERS, Api, Body, Call, View

api: Api[Ports] = Api("auth", title="Signing in")


class SignIn(Body):
    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]
    business: Annotated[str | None, Field(max_length=128)] = None


class TokenView(View):
    object: str = "token"
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    business: str
    role: str


class MeView(View):
    object: str = "actor"
    user: str
    business: str
    business_name: str
    role: str


@api.post("/v1/auth/token", roles=EVERYONE, body=SignIn, returns=TokenView, summary="Sign in")
def create_token(call: Call[Ports], body: SignIn) -> TokenView:
    """Exchange an e-mail and password for a bearer token of one business."""
    ports = call.ports
    actor = sign_in(ports.store, ports.clock.now(), body.email, body.password, body.business)
    token = ports.tokens.issue(actor)
    return TokenView(
        access_token=token, expires_in=ports.tokens.lifetime, business=actor.business, role=actor.role
    )


@api.get("/v1/auth/me", roles=READERS, returns=MeView, summary="Who am I")
def read_me(call: Call[Ports]) -> MeView:
    """The caller as the token proves them."""
    profile = call.ports.store.get(call.business, PROFILE)
    name = profile.data["name"] if profile else ""
    actor = call.actor
    return MeView(user=actor.user, business=actor.business, business_name=name, role=actor.role)
