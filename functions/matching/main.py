"""Match payments over HTTPS: /v1/matches, /v1/review, /v1/reconcile, /v1/matching-rules and figures."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.matching.api import api


@functions_framework.http
def matching(request: Request) -> Response:
    return serve(api, request)
