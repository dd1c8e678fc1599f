"""Questions about the business's money over HTTPS: POST /ai/ask."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.insights.api import api


@functions_framework.http
def insights(request: Request) -> Response:
    return serve(api, request)
