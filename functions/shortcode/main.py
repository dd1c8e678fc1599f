"""The M-Pesa shortcode over HTTPS: its balance, QR codes, standing orders and bills."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.shortcode.api import api


@functions_framework.http
def shortcode(request: Request) -> Response:
    return serve(api, request)
