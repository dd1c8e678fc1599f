"""Group commit: who leads, who waits, and what an interrupted leader leaves behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from shared.core.errors import Refused, Unavailable, UnknownOutcome
from shared.store.group import GroupCommit, Job
from tests.support.box import together


class Slow:
    """An ``apply`` that waits at a gate, so that work piles up behind the first group."""

    def __init__(self, then: Callable[[int, list[Job]], None] | None = None) -> None:
        self.groups: list[list[Job]] = []
        self.gate = threading.Event()
        self._then = then or (lambda _number, _group: None)

    def __call__(self, group: list[Job]) -> None:
        self.groups.append(group)
        assert self.gate.wait(10)
        self._then(len(self.groups), group)
        for job in group:
            if not job.done.done():
                job.done.set_result(len(self.groups))


def submit_many(group: GroupCommit[Job], slow: Slow, count: int) -> list[object]:
    """Submit from ``count`` threads; the gate opens once all but the first wait behind it."""

    def one() -> object:
        try:
            return group.submit(Job())
        except BaseException as error:  # noqa: BLE001 - the error is what is looked at
            return error

    def opening() -> None:
        deadline = time.monotonic() + 10
        while len(group._waiting) + sum(map(len, slow.groups)) < count:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        slow.gate.set()

    return together(*[one] * count, opening)[:-1]


def test_work_that_waits_shares_the_next_group() -> None:
    slow = Slow()
    group = GroupCommit(slow)
    results = submit_many(group, slow, 24)
    assert sum(map(len, slow.groups)) == 24
    assert len(slow.groups) <= 3
    assert all(isinstance(result, int) for result in results)


def test_a_job_gets_its_own_error() -> None:
    def refuse_first(number: int, group: list[Job]) -> None:
        if number == 2:
            group[0].done.set_exception(Refused("not this one"))

    slow = Slow(refuse_first)
    results = submit_many(GroupCommit(slow), slow, 12)
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert sum(isinstance(result, int) for result in results) == 11


def test_an_error_of_ours_reaches_the_whole_group_and_the_next_goes_on() -> None:
    def unreachable(number: int, _group: list[Job]) -> None:
        if number == 2:
            raise Unavailable("the disk is gone")

    slow = Slow(unreachable)
    group = GroupCommit(slow)
    results = submit_many(group, slow, 12)
    assert sum(isinstance(result, Unavailable) for result in results) == len(slow.groups[1])
    assert isinstance(group.submit(Job()), int)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, SystemExit])
def test_an_interrupted_leader_leaves_nobody_waiting(interruption: type[BaseException]) -> None:
    def interrupt(number: int, _group: list[Job]) -> None:
        if number == 2:
            raise interruption

    slow = Slow(interrupt)
    group = GroupCommit(slow)
    results = submit_many(group, slow, 12)
    hurt = [result for result in results if not isinstance(result, int)]
    assert len(hurt) == len(slow.groups[1])
    assert sum(isinstance(result, interruption) for result in hurt) == 1, "the thread that led is told"
    assert sum(isinstance(result, UnknownOutcome) for result in hurt) == len(hurt) - 1
    assert isinstance(group.submit(Job()), int)


def test_a_job_that_nobody_settled_is_unknown() -> None:
    group: GroupCommit[Job] = GroupCommit(lambda _group: None)
    with pytest.raises(UnknownOutcome):
        group.submit(Job())


def test_a_job_that_does_not_wait_is_taken_along() -> None:
    slow = Slow()
    group = GroupCommit(slow)
    hurried = [Job(waits=False) for _ in range(5)]
    first = threading.Thread(target=group.submit, args=(Job(),))
    first.start()
    while not slow.groups:
        time.sleep(0.001)
    for job in hurried:
        assert group.submit(job) is None
    assert not any(job.done.done() for job in hurried)
    slow.gate.set()
    first.join(10)
    assert all(job.done.result(5) for job in hurried)
    assert group.submit(Job(waits=False)) is None


def test_a_leader_interrupted_with_hurried_work_behind_it_does_not_block_later_ones() -> None:
    def interrupt(number: int, _group: list[Job]) -> None:
        if number == 1:
            group.submit(Job(waits=False))  # nobody waits for it
            raise KeyboardInterrupt

    slow = Slow(interrupt)
    slow.gate.set()
    group: GroupCommit[Job] = GroupCommit(slow)
    with pytest.raises(KeyboardInterrupt):
        group.submit(Job())
    assert together(lambda: group.submit(Job()), seconds=5) == [2]
    assert len(slow.groups[1]) == 2


def test_a_waiter_that_is_interrupted_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(Job):
        def sleep(self) -> bool:
            if not self.leads:
                super().sleep()
            raise KeyboardInterrupt

    slow = Slow()
    group: GroupCommit[Job] = GroupCommit(slow)
    threads = [threading.Thread(target=group.submit, args=(Job(),), daemon=True)]
    threads[0].start()
    while not slow.groups:
        time.sleep(0.001)

    def impatient() -> None:
        with pytest.raises(KeyboardInterrupt):
            group.submit(Impatient())

    threads += [threading.Thread(target=impatient, daemon=True)]
    threads[1].start()
    while not group._waiting:
        time.sleep(0.001)
    threads += [threading.Thread(target=group.submit, args=(Job(),), daemon=True)]
    threads[2].start()
    while len(group._waiting) < 2:
        time.sleep(0.001)
    slow.gate.set()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)
    assert sum(map(len, slow.groups)) == 3
