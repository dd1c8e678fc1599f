"""Customers, invoices, outgoing money and the trial balance, over HTTPS."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.books.api import api


@functions_framework.http
def books(request: Request) -> Response:
    """Answer one request of the books' API."""
    return serve(api, request)
