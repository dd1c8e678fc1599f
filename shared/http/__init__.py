"""HTTP: typed routes, problem details, bearer tokens, idempotency keys and the OpenAPI document."""

from shared.core.context import Headers
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
    "Headers",
    "ListView",
    "Reply",
    "View",
    "page_view",
    "problem",
]
