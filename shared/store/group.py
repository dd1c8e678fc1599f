"""Group commit: work that arrives while a commit is on its way to the disk shares the next one.

The thread that finds nobody at work leads: it takes all that waits, commits it in one go and wakes their
owners. Everybody else sleeps until their own work is done, or until they are told to lead the next group, so
no thread queues for a lock just to learn that it has nothing left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from shared.core.errors import HesabuError, UnknownOutcome


class Job:
    """Work waiting for its turn; ``done`` carries its result or its own error.

    With ``waits`` False its submitter goes on at once, and whoever leads takes it along.
    """

    def __init__(self, *, waits: bool = True) -> None:
        self.waits = waits
        self.done: Future[object] = Future()
        self._gate = threading.Lock()
        self._gate.acquire()
        self.leads = False

    def sleep(self) -> bool:
        """Wait to be woken; True means: lead the next group."""
        self._gate.acquire()
        return self.leads

    def wake(self, *, to_lead: bool) -> None:
        """End the wait of this job's owner."""
        self.leads = to_lead
        if self._gate.locked():  # not when an owner who was to lead was interrupted instead
            self._gate.release()


J = TypeVar("J", bound=Job)


class GroupCommit(Generic[J]):
    """Calls ``apply`` with all that waits, one group at a time; ``apply`` settles every job's ``done``.

    A HesabuError that ``apply`` raises is the outcome of the whole group. Anything else, an interruption too,
    leaves the outcome unknown to its owners and surfaces in the thread that led; the others go on.
    """

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
            lead = self._wait(job)
        while lead:
            lead = self._lead()
        return job.done.result() if job.waits else None

    def _wait(self, job: J) -> bool:
        try:
            return job.sleep()
        except BaseException:  # the owner was interrupted: its work is done, but it will never lead
            with self._lock:
                job.waits = False
                led = job.leads
            if led:
                self._hand_over(go_on=False)
            raise

    def _lead(self) -> bool:
        """Commit one group; True when what is left has no owner who waits, so that we go on."""
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            self._apply(group)
        except HesabuError as error:
            _settle(group, error)
        except BaseException:
            _settle(group, UnknownOutcome("the commit was interrupted"))
            self._hand_over(go_on=False)
            raise
        _settle(group, UnknownOutcome("nobody said how the commit ended"))
        return self._hand_over(go_on=True)

    def _hand_over(self, *, go_on: bool) -> bool:
        """Make one who waits the next leader; True when nobody waits, work is left and we can ``go_on``."""
        with self._lock:
            heir = next((job for job in self._waiting if job.waits), None)
            self._led = heir is not None or (go_on and bool(self._waiting))
            if heir is not None:
                heir.wake(to_lead=True)
            return heir is None and self._led


def _settle(group: Sequence[Job], error: HesabuError) -> None:
    """Wake the owners of a group; those whose ``done`` says nothing yet get ``error``."""
    for job in group:
        if not job.done.done():
            job.done.set_exception(error)
        job.wake(to_lead=False)
