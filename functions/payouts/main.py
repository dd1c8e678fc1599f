"""Send money over HTTPS: POST /v1/payouts and /v1/refunds, approved by a second person."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.payouts_api import api


@functions_framework.http
def payouts(request: Request) -> Response:
    return serve(api, request)
