"""HTTP: typed routes, problem details, bearer tokens, idempotency keys and the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.http.api import Api, Call, Reply
    from shared.http.models import Args, Body, ListView, View, page_view
    from shared.http.problems import problem
    from shared.http.roles import EVERYONE, MANAGERS, MONEY, OWNERS, READERS, WRITERS

__all__ = [
    "EVERYONE",
    "MANAGERS",
    "MONEY",
    "OWNERS",
    "READERS",
    "WRITERS",
    "Api",
    "Args",
    "Body",
    "Call",
    "ListView",
    "Reply",
    "View",
    "page_view",
    "problem",
]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("Api", "Call", "Reply"), "api"),
        **dict.fromkeys(("Args", "Body", "ListView", "View", "page_view"), "models"),
        "problem": "problems",
        **dict.fromkeys(("EVERYONE", "MANAGERS", "MONEY", "OWNERS", "READERS", "WRITERS"), "roles"),
    },
)
