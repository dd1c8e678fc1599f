"""Calls of the matching routes without a server."""

from __future__ import annotations

import itertools
from typing import Any

from flask import Flask, request
from pydantic import SecretStr

from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.matching.api import api

FLASK = Flask("test")
SECRET = SecretStr("x" * 40)
_keys = itertools.count()


class Client:
    """Calls the routes as one user of one business; ``shop`` is the Shop of matching_world."""

    def __init__(self, shop: Any, role: str = "accountant", business: str | None = None) -> None:
        self.shop = shop
        shop.tokens = Tokens(Settings(auth_secret=SECRET, callback_secret=SECRET), shop.store.clock)
        self.token = shop.tokens.issue(Actor("usr_1", business or shop.business, role))

    def __call__(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        key = key or f"key-{next(_keys)}"
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        with FLASK.test_request_context(path, method=method, json=body, headers=headers):
            response = api.serve(self.shop, request)
        return response.status_code, response.get_json()
