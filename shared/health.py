"""Is the process alive, is it of use: /healthz and /readyz, answered before any route and without a token.

Cloud Run's front end answers /healthz itself on ``run.app`` addresses and asks to avoid paths that end in z
(Google Cloud, "Known issues in Cloud Run": reserved URL paths), so each has a second spelling.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
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


class _Asker:
    """Asks one dependency from a thread of its own, because one that hangs must not hang whoever looks.

    The thread stays: stores keep a connection for every thread that ever read.
    """

    def __init__(self, ask: Callable[[], object], name: str) -> None:
        self._ask = ask
        self._name = name
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._pending = False
        self._fault = ""

    def within(self, seconds: float) -> str:
        """The fault, "" for none; a question that is still open is not asked again."""
        with self._news:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"readyz-{self._name}", daemon=True)
                self._thread.start()
            self._pending = True
            self._news.notify_all()
            answered = self._news.wait_for(lambda: not self._pending, seconds)
            return self._fault if answered else "no answer in time"

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._pending)
            fault = self._try()
            with self._news:
                self._fault, self._pending = fault, False
                self._news.notify_all()

    def _try(self) -> str:
        try:
            self._ask()
        except HesabuError as error:
            return error.code
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency is not ready
            return type(error).__name__
        return ""


class Readiness:
    """Whether store and bus answer, each within ``seconds``, and what else a function cannot do without."""

    def __init__(
        self,
        checked: Checked,
        seconds: float = SECONDS,
        also: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        asks: dict[str, Callable[[], object]] = {
            "store": lambda: checked.store.get(SYSTEM, _NOTHING),
            "bus": lambda: checked.bus,
            **(also or {}),
        }
        self._askers = {name: _Asker(ask, name) for name, ask in asks.items()}
        self._seconds = seconds

    @property
    def names(self) -> tuple[str, ...]:
        """What is looked at."""
        return tuple(self._askers)

    def faults(self) -> dict[str, str]:
        """Which dependency is not ready, and why in one word that holds no secret; {} when all are."""
        found = {name: asker.within(self._seconds) for name, asker in self._askers.items()}
        return {name: fault for name, fault in found.items() if fault}


def healthz() -> Response:
    """The process answers."""
    return _careful(Response(json.dumps({"status": "ok"}), mimetype="application/json"))


def readyz(readiness: Readiness, request_id: str, path: str) -> Response:
    """200 when this function can do its work, else a problem that names what it cannot reach."""
    faults = readiness.faults()
    if not faults:
        checks: dict[str, Any] = dict.fromkeys(("settings", *readiness.names), "ok")
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
