"""Lanes of threads behind one HTTP port.

A function that asks the simulated Safaricom waits for an answer from its own port. If both shared one pool,
as many functions as there are threads would wait for each other until they time out. Pushed events have a
lane too, so that a pile of receipts holds up nobody who asks for a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waitress.task import ThreadedTaskDispatcher


class Lanes:
    """A waitress dispatcher that serves some path prefixes with threads of their own.

    Args:
        usual: serves everything else, started.
        aside: path prefixes such as ``/safaricom/``, those first that wait for the later ones.
        threads: how many serve each of them.
    """

    def __init__(self, usual: Any, aside: Sequence[str], threads: int) -> None:
        self._usual = usual
        self._aside: dict[str, Any] = {prefix: _lane(threads) for prefix in aside}

    def add_task(self, channel: Any) -> None:
        """Queue a connection whose next request has arrived."""
        path = getattr(channel.requests[0], "path", "") if channel.requests else ""
        lanes = (lane for prefix, lane in self._aside.items() if path.startswith(prefix))
        next(lanes, self._usual).add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        """Stop the functions first: what they have begun still needs the other lanes."""
        for lane in (self._usual, *self._aside.values()):
            lane.shutdown(cancel_pending, timeout)


def _lane(threads: int) -> Any:
    lane: Any = ThreadedTaskDispatcher()
    lane.set_thread_count(threads)
    return lane
