"""A small API with one route of every kind, and requests to it without any server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from flask import Request
from pydantic import Field
from werkzeug.test import EnvironBuilder

from shared.core.clock import ManualClock
from shared.core.errors import FieldError, Invalid, Unavailable
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http import EVERYONE, OWNERS, READERS, Api, Args, Body, Call, ListView, Reply, View
from shared.http.auth import Actor, Tokens


class Wheel(Body):
    inches: Annotated[int, Field(ge=1, le=40)]


class NewCart(Body):
    name: Annotated[str, Field(min_length=1, max_length=20)]
    wheels: Annotated[list[Wheel], Field(max_length=4, default_factory=list)]
    note: str | None = None


class CartView(View):
    object: str = "cart"
    id: str
    name: str
    asked_by: str


class CartArgs(Args):
    colour: Annotated[str, Field(max_length=10)] = ""


@dataclass
class Ports:
    ids: SeededIds
    tokens: Tokens
    handled: list[str] = field(default_factory=list)


api: Api[Ports] = Api("carts", title="Carts")


@api.post(
    "/v1/carts", roles=OWNERS, body=NewCart, returns=CartView, status=201, idempotent=True, summary="Add"
)
def add_cart(call: Call[Ports], body: NewCart) -> CartView:
    """Adds one cart."""
    assert call.once is not None
    call.ports.handled.append(call.once.key)
    call.once.replayed = call.ports.handled.count(call.once.key) > 1
    return CartView(id="cart_1", name=body.name, asked_by=call.actor.user)


@api.get("/v1/carts", roles=READERS, query=CartArgs, lists=CartView, summary="List")
def list_carts(call: Call[Ports]) -> ListView[CartView]:
    carts = [CartView(id=f"cart_{call.args.limit}", name=call.args.colour, asked_by=call.business)]
    return ListView[CartView](data=carts, has_more=False, next_cursor=None)


@api.get("/v1/carts/{cart_id}", roles=READERS, returns=CartView, summary="Read")
def read_cart(call: Call[Ports]) -> CartView:
    return CartView(id=call.path["cart_id"], name="cart", asked_by=call.request_id)


@api.delete("/v1/carts/{cart_id}", roles=OWNERS, status=204, summary="Remove")
def remove_cart(call: Call[Ports]) -> Reply:
    return Reply(None, 204)


@api.post(
    "/open/{kind}",
    roles=EVERYONE,
    limit=100,
    consumes="application/octet-stream",
    summary="Fail in many ways",
)
def fail(call: Call[Ports]) -> Reply:
    kind = call.path["kind"]
    if kind == "crash":
        raise RuntimeError("a secret that nobody may see")
    if kind == "away":
        raise Unavailable("the store is away")
    if kind == "invalid":
        raise Invalid("amount_invalid", "whole shillings only", [FieldError("/amount", "has cents")])
    return Reply(call.raw, headers={"X-Own": kind})


@dataclass
class Answer:
    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed


class World:
    """The API with its ports; ``ask`` is one request."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.settings = Settings.model_validate({"auth_secret": "a" * 32, "callback_secret": "c" * 32})
        self.ports = Ports(SeededIds(1), Tokens(self.settings, clock))

    def bearer(self, role: str = "owner", business: str = "biz_a") -> str:
        return f"Bearer {self.ports.tokens.issue(Actor('usr_a', business, role))}"

    def ask(
        self, method: str, path: str, data: Any = None, *, role: str | None = "owner", **headers: str
    ) -> Answer:
        """``headers`` with underscores for dashes; a dict or list as ``data`` is sent as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if role is not None:
            named.setdefault("Authorization", self.bearer(role))
        if isinstance(data, dict | list):
            data = json.dumps(data)
            named.setdefault("Content-Type", "application/json")
        builder = EnvironBuilder(path, method=method, data=data, headers=named)
        answer = api.serve(self.ports, Request(builder.get_environ()))
        return Answer(answer.status_code, answer.headers, answer.get_data())
