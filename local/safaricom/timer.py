"""The thread that lets time pass for a running simulator."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Timer:
    """Calls ``work`` again and again, ``seconds`` apart, until stopped."""

    def __init__(self, work: Callable[[], object], seconds: float = 0.1) -> None:
        self._work = work
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="safaricom-timer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the work at hand."""
        self._stop.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._work()
            except Exception:  # noqa: BLE001 - time must go on when one job fails; its trace is in the log
                _log.exception("a due job failed")
