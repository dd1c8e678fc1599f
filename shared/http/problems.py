"""Problem details (RFC 9457): one shape for every error, with a stable ``code`` and the ``request_id``."""

from __future__ import annotations

import json

from flask import Response

from shared.core.errors import HesabuError

PROBLEM_TYPE = "application/problem+json"


def problem(error: HesabuError, request_id: str, instance: str = "") -> Response:
    """The answer for an error; 5xx messages are ours, never a stack or a driver's words."""
    body = {
        "type": f"urn:hesabu:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id,
        "errors": [{"pointer": e.pointer, "detail": e.detail} for e in error.errors],
    }
    if instance:
        body["instance"] = instance
    response = Response(json.dumps(body, ensure_ascii=False), error.status, mimetype=PROBLEM_TYPE)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
