"""Ask payers for money over HTTPS: POST /v1/attempts."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.api import api


@functions_framework.http
def stk_push(request: Request) -> Response:
    return serve(api, request)
