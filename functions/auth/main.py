"""Sign in over HTTPS: POST /v1/auth/token."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.access.api import api
from shared.app import serve


@functions_framework.http
def auth(request: Request) -> Response:
    return serve(api, request)
