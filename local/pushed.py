"""Events over Pub/Sub into this process: the bus that counts, and the addresses that Pub/Sub posts to."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from local import web
from local.feed import Feed
from local.functions import Functions
from local.ledger import Ledger
from local.pubsub import Emulator, Waits, stand_ins
from local.topology import BucketTrigger, HttpTrigger, ScheduleTrigger, Topology, read_topology
from local.transport import Notes, Transport, Ways
from shared.app import App
from shared.bus.local import DeadLetter, Depth
from shared.bus.pubsub import PubSubBus, open_pubsub
from shared.core import logs
from shared.core.ids import Ids

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATIENT_SECONDS = 60
"""How long an event may be on its way without any sign of life before nobody waits for it any more."""
WAITS = Waits(1, 60, 100)
"""People who try Hesabu do not wait for minutes; what holds in the cloud is in infra/functions.json."""
REMARK = "Counted since this start: Pub/Sub tells nobody what it holds."
REPLAY = "python -m tools.admin dead-letters replay"
"""For what a function refused; what was tried in vain lies on Pub/Sub's dead-letter topic."""


class TrackedBus:
    """The Pub/Sub bus, with everything that it publishes noted in the ledger."""

    collects_outbox = False

    def __init__(self, bus: PubSubBus, ledger: Ledger) -> None:
        self._bus, self._ledger = bus, ledger

    def wake(self) -> None:
        """See PubSubBus."""
        self._bus.wake()

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """See PubSubBus; expected before it is sent, since it may arrive before the call returns."""
        expected = self._ledger.expect(events)
        try:
            self._bus.publish(events)
        except BaseException:
            self._ledger.withdraw(expected)
            raise

    def depths(self) -> Mapping[str, Depth]:
        """What this process knows to be on its way."""
        return self._ledger.depths()

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Events that were tried in vain since the start; Pub/Sub keeps them on the dead-letter topic."""
        return self._ledger.dead_letters(limit)

    def close(self) -> None:
        """Let go of the connection."""
        self._bus.close()


class Pushes:
    """A WSGI app: ``POST /{function}`` hands a pushed event to that function, and watches.

    It takes calls from this machine only: a function believes what Pub/Sub tells it.
    """

    def __init__(self, functions: Functions, ledger: Ledger, notes: Notes, ids: Ids) -> None:
        self._functions, self._ledger, self._notes, self._ids = functions, ledger, notes, ids
        self._closed = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(environ)(environ, start_response)

    def _answer(self, environ: WSGIEnvironment) -> Response:
        name = environ.get("PATH_INFO", "").strip("/")
        function = self._functions.topology.get(name)
        if not _from_here(environ):
            return self._problem(403, "forbidden", "events are taken from this machine only")
        if function is None or isinstance(function.trigger, HttpTrigger):
            return self._problem(404, "not_found", "no such function takes events")
        if environ["REQUEST_METHOD"] != "POST":
            return self._problem(405, "method_not_allowed", "events are posted")
        if self._closed.is_set():
            return self._problem(503, "closing", "this system stops; send it again")
        return self._deliver(name, environ)

    def _deliver(self, name: str, environ: WSGIEnvironment) -> Response:
        body = environ["wsgi.input"].read()
        environ |= {"SCRIPT_NAME": "", "PATH_INFO": "/", "wsgi.input": io.BytesIO(body)}
        delivery, began, status = self._ledger.begin(name, _read(body)), time.perf_counter(), 500
        try:
            content, line, headers = run_wsgi_app(self._functions.app(name), environ, buffered=True)
            status = int(line.split(" ", 1)[0])
            return Response(content, status, headers)
        except Exception:  # noqa: BLE001 - a function that cannot be loaded answers like one that crashed
            logs.error("a function could not be called", exc_info=True, consumer=name)
            return self._problem(500, "internal", "Something went wrong")
        finally:
            self._ledger.end(delivery, status)
            self._notes.add(delivery, status, began, self._ledger.most)

    def _problem(self, status: int, code: str, detail: str) -> Response:
        return web.problem(status, code, detail, self._ids.new("req"))

    # --- the deliverer's side
    def start(self) -> None:
        """Pub/Sub pushes by itself."""

    def step(self) -> bool:
        """Wait for one delivery to end; False when none is due, or none ended in ``PATIENT_SECONDS``."""
        ended = self._ledger.wait_for_one(PATIENT_SECONDS)
        if ended is None:
            logs.warn("events do not arrive", seconds=PATIENT_SECONDS)
        return bool(ended)

    def stop(self, seconds: float = 30) -> bool:
        """Wait for what is on its way, which an emulator would forget, then take nothing more."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._ledger.wait_for_one(left) is False:
                break
        self._closed.set()
        return left > 0


def open_pushed(app: App, functions: Functions, feed: Feed, url: str, ways: Ways) -> Transport:
    """Furnish the emulator for this system; raises Invalid ``settings_invalid``, Unavailable."""
    topology = read_topology()
    bus = PubSubBus(open_pubsub(app.settings.bus_url).project, stand_ins(topology))
    ours = {f.name: f"{url}/events/{f.name}" for f in functions.topology.values() if not f.paths}
    waits = ways.waits or WAITS
    furnish(bus.project, topology, {**ours, **ways.endpoints}, waits)
    seen_here = {name: types for name, types in _types(topology).items() if name not in ways.endpoints}
    ledger = Ledger(seen_here, waits.attempts)
    pushes = Pushes(functions, ledger, Notes(functions, feed, app.clock), app.ids)
    return Transport(TrackedBus(bus, ledger), pushes, {"events": pushes}, REMARK, REPLAY)


def furnish(project: str, topology: Topology, endpoints: Mapping[str, str], waits: Waits | None) -> None:
    """Make topics and subscriptions on the emulator; raises Invalid, Unavailable."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError

    from shared.core.errors import Unavailable

    emulator = Emulator(project)
    try:
        emulator.furnish(topology, endpoints, waits)
    except (GoogleAPICallError, RetryError) as error:
        raise Unavailable(f"PUBSUB_EMULATOR_HOST: the emulator could not be furnished: {error}") from error
    finally:
        emulator.close()


def _types(topology: Topology) -> dict[str, frozenset[str]]:
    """Function -> the event types that reach it, however they travel in the cloud."""
    found: dict[str, set[str]] = {}
    for subscription in topology.subscriptions():
        found.setdefault(subscription.function, set()).add(subscription.topic)
    for name, function in topology.functions.items():
        if isinstance(function.trigger, BucketTrigger | ScheduleTrigger):
            found.setdefault(name, set()).add(function.trigger.type)
    return {name: frozenset(types) for name, types in found.items()}


def _from_here(environ: WSGIEnvironment) -> bool:
    try:
        return ip_address(environ.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _read(body: bytes) -> dict[str, Any]:
    """The event, for the books of this process only; the function judges the body itself."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
