"""Where Safaricom calls back; deployed under /ipn, because Daraja refuses the name."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.ipn import api


@functions_framework.http
def mpesa_callback(request: Request) -> Response:
    return serve(api, request)
