"""The simulated readers as one WSGI app: both services' real paths, and /control for who tests with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request

from local.readers import gemini, vision
from local.readers.desk import Desk
from local.readers.eyes import Eyes, see
from local.readers.faults import FAULTS, Fault, add_fault, fault_errors
from local.safaricom.envelope import damaged
from local.safaricom.state import State
from shared.core.clock import EAT, Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 24 << 20
_HTML = "<html><body><h1>Error 502 (Server Error)!!1</h1></body></html>"
_NAMES = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


class Readers:
    """The WSGI app (call it), over one ``Desk``."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self.closing = threading.Event()
        self._app = _flask(self, clock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._app(environ, start_response)

    def deliver_due(self) -> int:
        """Nothing ever becomes due: who reads is asked, and does not call back."""
        return 0

    def close(self) -> None:
        """Let go of whoever is held, and of the state."""
        self.closing.set()
        self.desk.state.close()


def build_readers(state: State, clock: Clock, *, key: str = "", eyes: Eyes = see) -> Readers:
    """Put both services together; ``key`` is the API key that Gemini wants, "" for any."""
    return Readers(Desk(state, eyes, key, {}), clock)


def _flask(readers: Readers, clock: Clock) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES

    @app.post("/v1/images:annotate")
    def annotate() -> Response:
        return _serve(readers, "vision", lambda body, fault: vision.annotate(readers.desk, body, fault))

    @app.post("/v1beta/models/<model>:generateContent")
    def generate(model: str) -> Response:
        if readers.desk.key and request.headers.get("x-goog-api-key") != readers.desk.key:
            return error(400, "API key not valid. Please pass a valid API key.")
        today = clock.now().astimezone(EAT).date()
        return _serve(
            readers, "gemini", lambda body, fault: gemini.generate(readers.desk, body, fault, today)
        )

    _control(app, readers)
    app.register_error_handler(404, lambda _: error(404, "no such method"))
    app.register_error_handler(413, lambda _: error(400, "Request payload size exceeds the limit"))
    return app


def _serve(readers: Readers, route: str, answer: Callable[[Any, Fault | None], dict[str, Any]]) -> Response:
    raw = request.get_data()
    fault = readers.desk.fault(route)
    if fault is not None and (broken := _broken(readers, fault)) is not None:
        return broken
    if route == "vision" and len(raw) > vision.MAX_JSON_BYTES:
        return error(400, "Request payload size exceeds the limit: 10485760 bytes.")
    try:
        body = answer(request.get_json(force=True, silent=True), fault)
    except (vision.Refusal, gemini.Refusal) as refusal:
        return error(400, str(refusal))
    return _cut(jsonify(body)) if fault is not None and fault.name == "cut_json" else jsonify(body)


def _broken(readers: Readers, fault: Fault) -> Response | None:
    """What goes wrong before anything is read."""
    match fault.name:
        case "status":
            return error(fault.code, "told to fail")
        case "close":
            return damaged("close", 0, _HTML)
        case "hold":
            readers.closing.wait(fault.seconds)
            return damaged("close", 0, _HTML)
        case "html_200":
            return damaged("html_200", 0, _HTML)
        case _:
            return None


def _cut(whole: Response) -> Response:
    """A whole answer as far as its clients can see, with half of its JSON."""
    text = whole.get_data()
    return Response(text[: len(text) // 2], 200, content_type="application/json")


def error(status: int, message: str) -> Response:
    """Google's error form (google.rpc.Status in JSON)."""
    name = _NAMES.get(status, "INTERNAL" if status == 500 else "UNAVAILABLE")
    answer = jsonify(error={"code": status, "message": message, "status": name})
    answer.status_code = status
    return answer


def _control(app: Flask, readers: Readers) -> None:
    """Endpoints that exist only here: what is to go wrong, and what was asked."""

    @app.get("/control/faults")
    def faults() -> Response:
        return jsonify(known=FAULTS, on=dict(readers.desk.state.all("fault")))

    @app.post("/control/faults")
    def add() -> tuple[Response, int]:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            return jsonify(errors=["send a JSON object"]), 400
        if errors := fault_errors(body):
            return jsonify(errors=errors), 400
        return jsonify(id=add_fault(readers.desk.state, Fault(**body))), 201

    @app.delete("/control/faults")
    def clear() -> Response:
        with readers.desk.state.unit():
            for id_, _ in readers.desk.state.all("fault"):
                readers.desk.state.delete("fault", id_)
        return jsonify(on={})

    @app.get("/control/requests")
    def requests() -> Response:
        return jsonify({name: readers.desk.requests(name) for name in ("vision", "gemini")})
