"""Reports over HTTPS: made now, saved and scheduled, downloaded."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.reports.api import api


@functions_framework.http
def reports(request: Request) -> Response:
    return serve(api, request)
