"""Simulated Airtel as one WSGI app, and the work it does when time passes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

from local.airtel import control, phone, products
from local.airtel.due import run_due
from local.airtel.model import Merchant, Options
from local.airtel.sim import Sim
from local.safaricom.delivery import http_deliver
from local.safaricom.sim import Deliver
from local.safaricom.state import State
from shared.core.clock import Clock
from shared.core.ids import Ids, SystemIds

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1 << 20


class Airtel:
    """The WSGI app (call it) and its due list (``deliver_due``), over one ``Sim``."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self._app = _flask(sim)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._app(environ, start_response)

    def deliver_due(self) -> int:
        """Do everything that is due by the injected clock; returns how many jobs were done."""
        return run_due(self.sim)

    def close(self) -> None:
        """Close the state."""
        self.sim.state.close()


def build_airtel(
    state: State,
    clock: Clock,
    deliver: Deliver = http_deliver,
    *,
    ids: Ids | None = None,
    merchant: Merchant | None = None,
    options: Options | None = None,
) -> Airtel:
    """Put an Airtel together; ``deliver`` posts callbacks, over real HTTP unless a test says otherwise."""
    return Airtel(
        Sim(state, clock, ids or SystemIds(), deliver, merchant or Merchant(), options or Options())
    )


def _flask(sim: Sim) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for part in (products, phone, control):
        app.register_blueprint(part.routes(sim))
    app.register_error_handler(404, lambda error: _error(404))
    app.register_error_handler(405, lambda error: _error(405))
    return app


def _error(status: int) -> Response:
    answer = jsonify(error="not_found" if status == 404 else "method_not_allowed")
    answer.status_code = status
    return answer
