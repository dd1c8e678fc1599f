"""Is the process alive, is it of use: /healthz and /readyz, answered before any route and without a token.

Cloud Run's front end answers /healthz itself on ``run.app`` addresses and asks to avoid paths that end in z
(Google Cloud, "Known issues in Cloud Run": reserved URL paths), so each has a second spelling.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from flask import Response

from shared.core import logs
from shared.core.errors import FieldError, HesabuError
from shared.core.ids import Ids
from shared.events import SYSTEM
from shared.http.problems import problem
from shared.store import Key

if TYPE_CHECKING:
    from shared.bus import Bus
    from shared.store import Store

LIVE, READY = ("/healthz", "/health"), ("/readyz", "/ready")
PATHS = frozenset((*LIVE, *READY))
SECONDS = 2.0
"""How long a dependency may take to answer; load balancers give up after about five."""
_NOTHING = Key("businesses", "readyz")
"""A document that never exists: asking for it costs one read."""


class Checked(Protocol):
    """What is looked at."""

    @property
    def store(self) -> Store: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def ids(self) -> Ids: ...


class _NotReady(HesabuError):
    code = "not_ready"
    status = 503
    title = "Not ready"


class _Answer:
    """Who is asked, in a thread of its own, because a store that hangs must not hang the question."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self.fault = "no answer in time"
        self._thread = threading.Thread(target=self._run, name="readyz", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._ask()
            self.fault = ""
        except HesabuError as error:
            self.fault = error.code
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency is not ready
            self.fault = type(error).__name__

    def within(self, seconds: float) -> str:
        """The fault, "" for none; a question that is still open stays open."""
        self._thread.join(seconds)
        return self.fault

    @property
    def pending(self) -> bool:
        return self._thread.is_alive()


class Readiness:
    """Asks store and bus; a question that hangs is asked once, however often somebody looks."""

    def __init__(self, checked: Checked, seconds: float = SECONDS) -> None:
        self._asks = {
            "store": lambda: checked.store.get(SYSTEM, _NOTHING),
            "bus": lambda: checked.bus,
        }
        self._seconds = seconds
        self._open: dict[str, _Answer] = {}
        self._lock = threading.Lock()

    def faults(self) -> dict[str, str]:
        """Which dependency is not ready, and why in one word that holds no secret; {} when all are."""
        found = {name: self._answer(name).within(self._seconds) for name in self._asks}
        return {name: fault for name, fault in found.items() if fault}

    def _answer(self, name: str) -> _Answer:
        with self._lock:
            before = self._open.get(name)
            if before is None or not before.pending:
                before = self._open[name] = _Answer(self._asks[name])
            return before


def healthz() -> Response:
    """The process answers."""
    return _careful(Response(json.dumps({"status": "ok"}), mimetype="application/json"))


def readyz(readiness: Readiness, request_id: str, path: str) -> Response:
    """200 when this function can do its work, else a problem that names what it cannot reach."""
    faults = readiness.faults()
    if not faults:
        checks: dict[str, Any] = {"settings": "ok", "store": "ok", "bus": "ok"}
        return _careful(
            Response(json.dumps({"status": "ready", "checks": checks}), mimetype="application/json")
        )
    logs.warn("not ready", request_id=request_id, faults=faults)
    errors = [FieldError(f"/{name}", why) for name, why in faults.items()]
    error = _NotReady(f"not ready: {', '.join(faults)}", errors=errors)
    return _careful(problem(error, request_id, path))


def _careful(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
