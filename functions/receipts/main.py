"""Receipts over HTTPS: upload a photo, list and read what was found in it."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.receipts.api import api


@functions_framework.http
def receipts(request: Request) -> Response:
    return serve(api, request)
