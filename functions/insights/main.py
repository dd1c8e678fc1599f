"""Questions about the business's money over HTTPS, POST /ai/ask, and what looks wrong in it, /v1/alerts."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.alerts.api import api as alerts
from shared.app import serve
from shared.insights.api import api as questions

api = questions.beside(alerts)


@functions_framework.http
def insights(request: Request) -> Response:
    return serve(api, request)
