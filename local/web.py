"""Answers of the gateway itself: pages, JSON, assets and problems, all with the same careful headers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

PAGES = Path(__file__).resolve().parent / "pages"
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_TITLES = {
    400: "The request is not valid",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    412: "This already exists",
    413: "Too large",
    415: "Not of the announced type",
    421: "Not served under this name",
    422: "The request is not valid",
    431: "Too large",
    500: "Something went wrong",
    501: "Not possible here",
    503: "Try again later",
}


def page(html: str) -> Response:
    """An HTML page that may load nothing from elsewhere and be framed by nobody."""
    return _careful(Response(html, mimetype="text/html"))


def data(body: Any) -> Response:
    """A JSON answer."""
    return _careful(Response(json.dumps(body, ensure_ascii=False), mimetype="application/json"))


def metrics(exposition: str) -> Response:
    """The Prometheus text format; its version is part of the media type."""
    return _careful(Response(exposition, content_type="text/plain; version=0.0.4; charset=utf-8"))


def problem(status: int, code: str, detail: str, request_id: str) -> Response:
    """Problem details (RFC 9457) in the shape that functions use."""
    body = {
        "type": f"urn:hesabu:problem:{code}",
        "title": _TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        "errors": [],
    }
    response = Response(json.dumps(body), status, mimetype="application/problem+json")
    response.headers["X-Request-Id"] = request_id
    return _careful(response)


def asset(name: str) -> Response | None:
    """A file of ``local/pages`` that browsers may load; None for any other name."""
    file = PAGES / name
    if "/" in name or file.suffix not in _TYPES or not file.is_file():
        return None
    return _careful(Response(file.read_bytes(), mimetype=_TYPES[file.suffix]))


def render(template: str, **values: Any) -> Response:
    """A page from a template of ``local/pages``; every value is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    return page(environment.get_template(template).render(**values))


def _careful(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
