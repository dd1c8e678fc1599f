"""Statements over HTTPS: hand one in, read what became of it, compare a day."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.payments.statements.api import api


@functions_framework.http
def statements(request: Request) -> Response:
    return serve(api, request)
