"""Calls to Firestore that fail on the way: exactly once with a key, an honest `unknown` without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import grpc
import pytest

from shared.core.clock import SystemClock
from shared.core.errors import Contended, Unavailable, UnknownOutcome
from shared.core.ids import SystemIds
from shared.store import Key, Once, Store, Tx
from shared.store.firestore import FirestoreAdapter
from shared.store.firestore_wire import Wire
from shared.store.model import Schema
from tests.support.box import count_up
from tests.support.cut_line import Cut, CutLine

pytestmark = pytest.mark.emulator
Code = grpc.StatusCode
COUNTER = Key("notes", "counter")


class Fault(NamedTuple):
    """What a commit meets: a status, and whether it was applied all the same."""

    code: grpc.StatusCode
    applied: bool


UNKNOWN = [
    Fault(code, applied)
    for code, applied in product(
        (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.INTERNAL, Code.UNKNOWN, Code.CANCELLED), (False, True)
    )
]
CERTAIN = [Fault(Code.ABORTED, False), Fault(Code.FAILED_PRECONDITION, False)]


class Failed(grpc.RpcError):  # type: ignore[misc]
    """A call that ended with a status, as gRPC raises it."""

    def __init__(self, code: grpc.StatusCode) -> None:
        super().__init__(code)
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "injected"


class Injector(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]
    """Lets commits meet the given faults one after the other, then all goes well."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.commits = 0

    def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        assert details.method == "/google.firestore.v1.Firestore/Commit"
        self.commits += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault.applied:
            call = continuation(details, request)
            if fault is None:
                return call
            call.result()
        raise Failed(fault.code)


class InReads(grpc.UnaryStreamClientInterceptor):  # type: ignore[misc]
    """Lets reads fail with the given statuses, one after the other."""

    def __init__(self) -> None:
        self.codes: list[grpc.StatusCode] = []

    def intercept_unary_stream(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        if self.codes:
            raise Failed(self.codes.pop(0))
        return continuation(details, request)


def over(project: str, channel: Any) -> Store:
    opened = Store(
        FirestoreAdapter(Wire(project, "(default)", channel)), Schema(), SystemClock(), SystemIds()
    )
    opened.ensure_indexes()
    return opened


@pytest.fixture
def injector() -> Injector:
    return Injector()


@pytest.fixture
def in_reads() -> InReads:
    return InReads()


@pytest.fixture
def store(firestore_emulator: str, project: str, injector: Injector, in_reads: InReads) -> Iterator[Store]:
    with grpc.insecure_channel(firestore_emulator) as channel:
        opened = over(project, grpc.intercept_channel(channel, injector, in_reads))
        opened.create("biz", COUNTER, {"n": 0})
        injector.commits = 0
        yield opened


def count(store: Store) -> int:
    value: int = store.require("biz", COUNTER).data["n"]
    return value


def test_with_a_key_every_fault_is_applied_exactly_once(store: Store, injector: Injector) -> None:
    schedules = [[fault] for fault in UNKNOWN + CERTAIN] + [
        list(pair) for pair in product(UNKNOWN[:4], CERTAIN)
    ]
    schedules += [[CERTAIN[0], *UNKNOWN[:4], CERTAIN[1]], [*CERTAIN, *CERTAIN, UNKNOWN[1]]]
    for number, faults in enumerate(schedules, start=1):
        injector.faults = list(faults)
        once = Once(f"delivery-{number}", "body")
        assert store.transaction("biz", lambda tx: count_up(tx, COUNTER), once=once) == number, faults
        assert count(store) == number, faults
    assert len(schedules) == 22


@pytest.mark.parametrize("fault", UNKNOWN, ids=[f"{f.code.name}-{f.applied}" for f in UNKNOWN])
def test_without_a_key_it_surfaces_and_is_not_sent_again(
    store: Store, injector: Injector, fault: Fault
) -> None:
    injector.faults = [fault]
    with pytest.raises(UnknownOutcome):
        store.transaction("biz", lambda tx: count_up(tx, COUNTER))
    assert injector.commits == 1
    assert count(store) == int(fault.applied)


def test_a_conflict_runs_the_function_again(store: Store, injector: Injector) -> None:
    injector.faults = [*CERTAIN, *CERTAIN]
    assert store.transaction("biz", lambda tx: count_up(tx, COUNTER)) == 1
    assert injector.commits == 5
    injector.faults = CERTAIN * 500
    with pytest.raises(Contended):
        store.transaction("biz", lambda tx: count_up(tx, COUNTER), deadline=0.2)
    assert count(store) == 1


def test_reads_are_tried_again_and_end_as_unavailable(store: Store, in_reads: InReads) -> None:
    in_reads.codes = [Code.UNAVAILABLE, Code.INTERNAL]
    assert count(store) == 0
    assert in_reads.codes == []
    in_reads.codes = [Code.UNAVAILABLE] * 4
    with pytest.raises(Unavailable):
        count(store)
    assert count(store) == 0


@pytest.fixture
def line(firestore_emulator: str) -> Iterator[CutLine]:
    opened = CutLine(firestore_emulator, marker=b'{"n":')  # only commits send the text of a document
    yield opened
    opened.close()


def cutting(line: CutLine, where: list[Cut]) -> Callable[[Tx], int]:
    """Count up, and lose the line at the commit that follows: once for each entry."""

    def work(tx: Tx) -> int:
        value = count_up(tx, COUNTER)
        line.cut = where.pop(0) if where else ""
        return value

    return work


def test_a_cut_line_with_a_key_is_applied_exactly_once(line: CutLine, project: str) -> None:
    with grpc.insecure_channel(line.address) as channel:
        store = over(project, channel)
        store.create("biz", COUNTER, {"n": 0})
        schedules: list[list[Cut]] = [
            ["before"],
            ["after"],
            ["before", "after"],
            ["after"],
            ["before", "before"],
        ]
        for number, where in enumerate(schedules, start=1):
            work = cutting(line, list(where))
            assert store.transaction("biz", work, once=Once(f"d{number}", "body")) == number
            assert count(store) == number, where
    assert line.cuts == sum(map(len, schedules))


@pytest.mark.parametrize(("where", "applied"), [("before", 0), ("after", 1)])
def test_a_cut_line_without_a_key_surfaces(line: CutLine, project: str, where: Cut, applied: int) -> None:
    with grpc.insecure_channel(line.address) as channel:
        store = over(project, channel)
        store.create("biz", COUNTER, {"n": 0})
        with pytest.raises(UnknownOutcome, match="project test-"):
            store.transaction("biz", cutting(line, [where]))
        assert line.cuts == 1
        assert count(store) == applied
