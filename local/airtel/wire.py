"""Airtel's answers: one envelope for success and failure alike, and the ways an answer can be lost."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from local.airtel.faults import Fault, take_fault
from local.airtel.sim import Sim
from local.safaricom.envelope import damaged

_HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
SUCCESS, DUPLICATE, INVALID, BAD_NUMBER, FAILED = (
    "ESB000010",
    "ESB000041",
    "ESB000008",
    "ESB000033",
    "ESB000011",
)


def told(
    transaction: dict[str, Any] | None, result: str, response: str, success: bool, message: str
) -> Response:
    """``{"data": {"transaction": …}, "status": …}``; a refusal has HTTP 200 as well."""
    status = {"code": "200", "message": message, "result_code": result, "response_code": response}
    data = {"transaction": transaction} if transaction is not None else {}
    return jsonify({"data": data, "status": {**status, "success": success}})


def refused(result: str, response: str, message: str) -> Response:
    """A failure, said with HTTP 200."""
    return told(None, result, response, False, message)


def unauthorized() -> Response:
    """What a missing, wrong or ended token is answered."""
    answer = jsonify(error="unauthorized", error_description="Invalid access token")
    answer.status_code = 401
    return answer


def outage(sim: Sim, route: str) -> Response | None:
    """The broken answer that a fault asks for on this route, before anything has happened."""
    request.get_data()  # an unread body would keep a server from closing the connection
    fault = take_fault(sim, "outage", route=route)
    return broken(fault) if fault else None


def broken(fault: Fault) -> Response:
    """An answer that arrives damaged, late or not at all."""
    return damaged(fault.mode, fault.seconds, _HTML)
