"""The bus worker: takes due events and posts them to the functions, as Pub/Sub push does in the cloud."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from local.feed import Feed
from local.functions import Functions
from local.transport import Notes
from shared.bus.local import Delivery, LocalBus
from shared.core import logs
from shared.core.clock import Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

IDLE_SECONDS = 0.5
"""How long a worker sleeps without news; retries, and what other processes publish, wait this long."""
THREADS = 2
"""Threads a consumer at most; one business is served by one of them at a time."""


class Worker:
    """Delivers events: ``step`` by hand, or threads of its own between ``start`` and ``stop``."""

    def __init__(self, bus: LocalBus, functions: Functions, feed: Feed, clock: Clock) -> None:
        self._bus, self._functions = bus, functions
        self._notes = Notes(functions, feed, clock)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def step(self, consumer: str | None = None) -> bool:
        """Deliver one due event, of one consumer or of any; False when none was due."""
        delivery = self._bus.claim(consumer)
        if delivery is None:
            return False
        began = time.perf_counter()
        status = self._post(delivery)
        if 200 <= status < 300:
            self._bus.ack(delivery)
        else:
            self._bus.nack(delivery, f"the function answered {status}")
        self._notes.add(delivery, status, began, self._bus.policy.attempts)
        return True

    def start(self) -> None:
        """Begin delivering in threads, each consumer with its own, so that a slow one holds up no other."""
        for function in self._functions.topology.values():
            for n in range(0 if function.paths else min(function.concurrency, THREADS)):
                name = f"{function.name}-{n}"
                thread = threading.Thread(target=self._run, args=(function.name,), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self, seconds: float = 30) -> bool:
        """Take no more events and let those at hand finish; True when all did within ``seconds``."""
        self._stop.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, consumer: str) -> None:
        while not self._stop.is_set():
            seen = self._bus.news
            try:
                busy = self.step(consumer)
            except Exception:  # noqa: BLE001 - the queue may be locked or full for a while; the worker outlives it
                logs.error("the bus worker stumbled", exc_info=True, consumer=consumer)
                busy = False
            if not busy:
                self._bus.wait(IDLE_SECONDS, since=seen)

    def _post(self, delivery: Delivery) -> int:
        try:
            return post_event(self._functions.app(delivery.consumer), delivery)
        except Exception:  # noqa: BLE001 - a function that cannot be loaded answers like one that crashed
            logs.error("a function could not be called", exc_info=True, consumer=delivery.consumer)
            return 500


def post_event(app: WSGIApplication, delivery: Delivery) -> int:
    """POST a structured CloudEvent to a function's WSGI app; returns the status it answered."""
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    builder = EnvironBuilder(
        method="POST",
        path="/",
        data=json.dumps(delivery.event, ensure_ascii=False).encode(),
        content_type="application/cloudevents+json",
        headers=[("X-Delivery-Attempt", str(delivery.attempt))],
    )
    body, status, _ = run_wsgi_app(app, builder.get_environ(), buffered=True)
    for _chunk in body:
        continue
    builder.close()
    return int(status.split(" ", 1)[0])
