"""Simulated Safaricom as one WSGI app, and the work it does when time passes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from flask import Flask, Response

from local.safaricom import c2b, control, oauth, phone, products, pull, questions, sending, statement, stk
from local.safaricom.delivery import http_deliver
from local.safaricom.due import recover, run_due
from local.safaricom.envelope import Refusal, envelope
from local.safaricom.model import Merchant, Options
from local.safaricom.sim import Deliver, Sim
from local.safaricom.state import State
from shared.core.clock import Clock
from shared.core.ids import Ids, SystemIds

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1 << 20
_log = logging.getLogger(__name__)


class Safaricom:
    """The WSGI app (call it) and its due list (``deliver_due``), over one ``Sim``."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self._app = _flask(sim)
        if lost := recover(sim):
            _log.warning("%d deliveries were cut off by the last stop", lost)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._app(environ, start_response)

    def deliver_due(self) -> int:
        """Do everything that is due by the injected clock; returns how many jobs were done."""
        return run_due(self.sim)

    def close(self) -> None:
        """Close the state."""
        self.sim.state.close()


def build_safaricom(
    state: State,
    clock: Clock,
    deliver: Deliver = http_deliver,
    *,
    ids: Ids | None = None,
    merchants: Sequence[Merchant] = (Merchant(),),
    options: Options | None = None,
) -> Safaricom:
    """Put a Safaricom together; ``deliver`` posts callbacks, over real HTTP unless a test says otherwise."""
    sim = Sim(state, clock, ids or SystemIds(), deliver, tuple(merchants), options or Options())
    return Safaricom(sim)


def _flask(sim: Sim) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for part in (oauth, stk, c2b, pull, sending, questions, products, phone, control, statement):
        app.register_blueprint(part.routes(sim))
    app.register_error_handler(Refusal, _refuser(sim))
    app.register_error_handler(404, _refuser(sim, Refusal(404, "404.001.01", "Resource not found")))
    app.register_error_handler(405, _refuser(sim, Refusal(405, "405.001", "Method Not Allowed")))
    return app


def _refuser(sim: Sim, fixed: Refusal | None = None) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        refusal = fixed or error
        if not isinstance(refusal, Refusal):
            raise error
        return envelope(sim, refusal)

    return answer
