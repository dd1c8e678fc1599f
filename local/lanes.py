"""Two lanes of threads behind one HTTP port.

A function that asks the simulated Safaricom waits for an answer from its own port. If both shared one pool,
as many functions as there are threads would wait for each other until they time out.
"""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher


class Lanes:
    """A waitress dispatcher that serves paths under ``aside`` with threads of their own.

    Args:
        usual: serves everything else, started.
        aside: a path prefix, ``/safaricom/``.
        threads: how many serve ``aside``.
    """

    def __init__(self, usual: Any, aside: str, threads: int) -> None:
        self._usual, self._prefix = usual, aside
        self._aside: Any = ThreadedTaskDispatcher()
        self._aside.set_thread_count(threads)

    def add_task(self, channel: Any) -> None:
        """Queue a connection whose next request has arrived."""
        path = getattr(channel.requests[0], "path", "") if channel.requests else ""
        lane = self._aside if path.startswith(self._prefix) else self._usual
        lane.add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        """Stop the functions first: what they have begun still needs the other lane."""
        self._usual.shutdown(cancel_pending, timeout)
        self._aside.shutdown(cancel_pending, timeout)
