"""Payment links, their public page and subscriptions, over HTTPS: /pay, /v1/payment-links."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.paylinks.pages import api


@functions_framework.http
def pay(request: Request) -> Response:
    return serve(api, request)
