"""Read and correct matches over HTTPS: /v1/matches, /v1/review."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.matching.api import api


@functions_framework.http
def matching(request: Request) -> Response:
    return serve(api, request)
