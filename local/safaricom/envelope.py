"""Daraja's answers: the error envelope, and the ways in which an answer can go wrong on its way."""

from __future__ import annotations

import threading
from typing import Any

from flask import Response, jsonify, request

from local.safaricom.faults import Fault, take_fault
from local.safaricom.sim import Sim

_HTML = "<html><body><h1>Service Temporarily Unavailable</h1></body></html>"
_LONGEST_HOLD_SECONDS = 120.0


class Refusal(Exception):
    """Daraja says no: an HTTP status, an errorCode and an errorMessage."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid_field(name: str) -> Refusal:
    """``400.002.02 Bad Request - Invalid Amount``."""
    return Refusal(400, "400.002.02", f"Bad Request - Invalid {name}")


def overloaded(message: str) -> Refusal:
    """``500.001.1001``, which Daraja uses for wrong credentials, locks and queries in flight alike."""
    return Refusal(500, "500.001.1001", message)


def envelope(sim: Sim, refusal: Refusal, status: int | None = None) -> Response:
    """The error as JSON; ``status`` 200 is how a gateway in between sometimes passes it on."""
    body = {"requestId": request_id(sim), "errorCode": refusal.code, "errorMessage": refusal.message}
    response = jsonify(body)
    response.status_code = status or refusal.status
    return response


def request_id(sim: Sim) -> str:
    """``29115-34620561-1``: one of the two shapes Daraja's own request ids have."""
    digits = f"{int(sim.ids.new('r')[2:], 16):030d}"
    return f"{digits[-5:]}-{digits[-13:-5]}-1"


def read_body() -> dict[str, Any]:
    """The JSON object of the request; raises Refusal 400.002.05."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refusal(400, "400.002.05", "Invalid Request Payload")
    return body


def break_answer(sim: Sim, route: str) -> Response | None:
    """The broken answer that a fault asks for on this route, before anything has happened."""
    request.get_data()  # an unread body would keep a server from closing the connection
    fault = take_fault(sim, "broken_answer", route=route)
    return broken(sim, fault) if fault else None


def broken(sim: Sim, fault: Fault) -> Response:
    """An answer that arrives damaged, late or not at all."""
    if fault.mode == "envelope_200":
        return envelope(sim, overloaded("The transaction is being processed"), 200)
    return damaged(fault.mode, fault.seconds, _HTML)


def damaged(mode: str, seconds: float, html: str) -> Response:
    """What any provider may answer instead of its own words, by the name of the damage."""
    match mode:
        case "html_200":
            return Response(html, 200, content_type="text/html")
        case "empty_400":
            return Response(b"", 400)
        case "close":
            return cut_off()
        case "hold":
            threading.Event().wait(min(seconds, _LONGEST_HOLD_SECONDS))
            return cut_off()
        case _:
            return Response(html, 500, content_type="text/html")


def cut_off() -> Response:
    """A connection that closes in the middle: the length promises more than will ever come."""
    response = Response(iter([b'{"Merchant']), 200, content_type="application/json")
    response.headers["Content-Length"] = "512"
    return response
