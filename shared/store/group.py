"""Group commit: work that arrives while a commit is on its way to the disk shares the next one.

The thread that finds nobody at work leads: it takes all that waits, commits it in one go and wakes their
owners. Everybody else sleeps until their own work is done, or until they are told to lead the next group, so
no thread queues for a lock just to learn that it has nothing left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar


class Job:
    """Work waiting for its turn; ``done`` carries its result or its own error.

    With ``waits`` False its submitter goes on at once, and whoever leads takes it along.
    """

    def __init__(self, *, waits: bool = True) -> None:
        self.waits = waits
        self.done: Future[object] = Future()
        self._gate = threading.Lock()
        self._gate.acquire()
        self._leads = False

    def sleep(self) -> bool:
        """Wait to be woken; True means: lead the next group."""
        self._gate.acquire()
        return self._leads

    def wake(self, *, to_lead: bool) -> None:
        """End the wait of this job's owner."""
        self._leads = to_lead
        self._gate.release()


J = TypeVar("J", bound=Job)


class GroupCommit(Generic[J]):
    """Calls ``apply`` with all that waits, one group at a time; ``apply`` settles every job's ``done``."""

    def __init__(self, apply: Callable[[list[J]], None]) -> None:
        self._apply = apply
        self._lock = threading.Lock()
        self._waiting: list[J] = []
        self._led = False

    def submit(self, job: J) -> object:
        """Have a job done with the next group; returns its result or raises its error."""
        with self._lock:
            self._waiting.append(job)
            lead = not self._led
            self._led = True
        if not lead and job.waits:
            lead = job.sleep()
        while lead:
            lead = self._lead()
        return job.done.result() if job.waits else None

    def _lead(self) -> bool:
        """Commit one group; True when what is left has no owner who waits, so that we go on."""
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            self._apply(group)
        finally:
            for job in group:
                if not job.done.done():
                    job.done.set_exception(RuntimeError("the commit was interrupted"))
                job.wake(to_lead=False)
            heir, more = self._hand_over()
            if heir is not None:
                heir.wake(to_lead=True)
        return more

    def _hand_over(self) -> tuple[J | None, bool]:
        with self._lock:
            heir = next((job for job in self._waiting if job.waits), None)
            self._led = bool(self._waiting)
            return heir, bool(self._waiting) and heir is None
