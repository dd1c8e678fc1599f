"""Payment links, their public page and subscriptions, over HTTPS."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.subscriptions.api import api


@functions_framework.http
def pay(request: Request) -> Response:
    return serve(api, request)
