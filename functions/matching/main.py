"""Matching for people over HTTPS: the review queue, confirming, undoing, rules, batches and figures."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

from shared.app import serve
from shared.matching.api import api


@functions_framework.http
def matching(request: Request) -> Response:
    return serve(api, request)
