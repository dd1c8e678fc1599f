"""Whose work a thread is doing: nothing leaks from one to another, and ids from outside are checked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.core import context
from shared.core.context import Context, Trace, trace_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_outside_of_any_work_there_are_no_ids_and_nothing_is_kept() -> None:
    context.note(lost=1)
    context.follow("req_somebody1")
    context.belongs_to("biz_1")
    assert (context.current().ids(), context.current().notes) == ({}, {})


def test_work_inside_of_work_has_a_context_of_its_own() -> None:
    with context.entered(Context("outer", "req_outer-1", business="biz_1")):
        context.note(seen=1)
        with context.entered(Context("inner", "req_inner-1")) as inner:
            context.belongs_to("biz_2")
            assert inner.ids() == {"request_id": "req_inner-1", "business": "biz_2", "function": "inner"}
        assert context.current().ids()["business"] == "biz_1"
        assert context.current().notes == {"seen": 1}
    assert context.current().ids() == {}


def test_a_failure_inside_puts_the_context_back() -> None:
    with pytest.raises(ZeroDivisionError), context.entered(Context("f", "req_fails-01")):
        raise ZeroDivisionError
    assert context.current().ids() == {}


def test_threads_know_nothing_of_each_other() -> None:
    gate = threading.Barrier(8)

    def work(number: int) -> tuple[str, str]:
        gate.wait(20)
        with context.entered(Context("f", f"req_thread-{number}")):
            gate.wait(20)
            context.follow(f"req_other-{number:02}")
            gate.wait(20)
            return context.current().request_id, f"req_other-{number:02}"

    with ThreadPoolExecutor(8) as threads:
        assert all(found == expected for found, expected in threads.map(work, range(8)))


@pytest.mark.parametrize("given", ["req_1234", "g" * 64, "A-b_c.d-1"])
def test_an_id_from_outside_may_go_on(given: str) -> None:
    with context.entered(Context("f", "req_mine-0001")) as here:
        context.follow(given)
        assert here.request_id == given
        with context.continued("req_deeper-1", "biz_1"):
            assert context.current().ids() == {
                "request_id": "req_deeper-1",
                "business": "biz_1",
                "function": "f",
            }
        assert here.request_id == given


@pytest.mark.parametrize(
    "given", [None, "", 12345678, "short", "a" * 65, "line\nbreak", "spa ces-1", "254712345678",
              "0712345678", "a" * 20 + "é", "f" * 64],
)  # fmt: skip
def test_what_is_no_id_or_somebodys_number_changes_nothing(given: object) -> None:
    with context.entered(Context("f", "req_mine-0001")) as here:
        context.follow(given)
        with context.continued(given, "biz_1"):
            assert context.current().request_id == "req_mine-0001"
        assert here.request_id == "req_mine-0001"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": f"00-{TRACE}-{SPAN}-01"}, Trace(TRACE, SPAN, True)),
        ({"traceparent": f"00-{TRACE}-{SPAN}-00"}, Trace(TRACE, SPAN, False)),
        ({"traceparent": f"cc-{TRACE}-{SPAN}-03-later"}, Trace(TRACE, SPAN, True)),
        ({"traceparent": f"00-{'0' * 32}-{SPAN}-01"}, Trace()),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, Trace()),
        ({"traceparent": "nonsense"}, Trace()),
        ({"X-Cloud-Trace-Context": f"{TRACE}/255;o=1"}, Trace(TRACE, "00000000000000ff", True)),
        ({"X-Cloud-Trace-Context": f"{TRACE.upper()}/0;o=0"}, Trace(TRACE, "", False)),
        ({"X-Cloud-Trace-Context": TRACE}, Trace(TRACE, "", False)),
        ({"X-Cloud-Trace-Context": f"{TRACE}/{1 << 64}"}, Trace(TRACE, "", False)),
        ({"X-Cloud-Trace-Context": "x" * 5000}, Trace()),
        ({"traceparent": "", "X-Cloud-Trace-Context": f"{TRACE}/1"}, Trace(TRACE, f"{1:016x}", False)),
        ({}, Trace()),
    ],
)
def test_a_trace_is_read_from_either_header(headers: dict[str, str], expected: Trace) -> None:
    assert trace_of(headers) == expected
