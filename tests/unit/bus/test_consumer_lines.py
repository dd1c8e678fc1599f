"""What every delivery leaves behind: one line, one count, under the id of the request it goes back to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import pytest

from shared.bus import Consumer
from shared.core import context, measures
from shared.core.errors import Invalid, Unavailable
from shared.core.metrics import REGISTRY
from shared.events import Event, ObjectFinalized, PaymentSettled, SweepDue, new_event
from shared.store import Store
from tests.support.log_lines import captured

KIND = PaymentSettled.TYPE


@dataclass
class Ports:
    store: Store
    error: Exception | None = None


consumer: Consumer[Ports] = Consumer("told_about")


@consumer.on(PaymentSettled)
@consumer.on(SweepDue)
@consumer.on(ObjectFinalized)
def handled(ports: Ports, event: Event[Any]) -> None:
    context.note(payment="p")
    if ports.error:
        raise ports.error


def delivered(**changes: Any) -> dict[str, Any]:
    data = PaymentSettled(payment_id="p")
    return {
        **new_event("biz_1", "payments/p", 1, "2026-03-01T09:00:00.000Z", data).to_cloud_event(),
        **changes,
    }


def counted(outcome: str, kind: str = KIND) -> float:
    return REGISTRY.value(measures.EVENTS, function="told_about", type=kind, outcome=outcome)


def test_a_line_says_whose_it_was_and_how_it_ended(store: Store) -> None:
    before = counted("done")
    with captured() as lines:
        consumer.handle(Ports(store), delivered(requestid="req_asked-once"))
    (line,) = lines.all
    assert line.pop("duration_ms") >= 0
    assert line == {
        "severity": "INFO",
        "message": "event handled",
        "request_id": "req_asked-once",
        "business": "biz_1",
        "event_id": delivered()["id"],
        "function": "told_about",
        "payment": "p",
        "step": KIND,
        "outcome": "done",
    }
    assert counted("done") - before == 1
    assert context.current().ids() == {}


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (Unavailable("away"), "again", "unavailable"),
        (RuntimeError("no customer called X"), "again", "crashed"),
        (Invalid("amount_invalid", "no such amount"), "buried", None),
    ],
)
def test_every_ending_has_its_line_and_its_count(
    store: Store, error: Exception, outcome: str, code: str | None
) -> None:
    before, letters = (
        counted(outcome),
        REGISTRY.value(measures.DEAD_LETTERS, function="told_about", code="amount_invalid"),
    )
    with captured() as lines, contextlib.suppress(Unavailable, RuntimeError):
        consumer.handle(Ports(store, error), delivered())
    last = lines.all[-1]
    assert (last["outcome"], last.get("code")) == (outcome, code)
    assert last["severity"] == ("WARNING" if outcome == "again" else "INFO")
    assert "customer" not in str(lines.all), "what a crash says may hold anything: its type is enough here"
    assert counted(outcome) - before == 1
    after = REGISTRY.value(measures.DEAD_LETTERS, function="told_about", code="amount_invalid")
    assert after - letters == (outcome == "buried")


def test_what_nobody_asked_for_is_named_by_its_event_and_so_are_its_redeliveries(store: Store) -> None:
    timer = new_event("system", "timers/sweep", 7, "2026-03-01T09:00:00.000Z", SweepDue()).to_cloud_event()
    other = {**timer, "id": "evt_other"}
    with captured() as lines:
        for event in (timer, timer, other):
            consumer.handle(Ports(store), event)
    first, again, another = (line["request_id"] for line in lines.all)
    assert first == again != another
    assert first.startswith("req_")


@pytest.mark.parametrize("odd", ["254712345678", "x", 7, None, "a b c d e f", "eyJhbGciOi.eyJzdWIiOi.sig"])
def test_an_odd_request_id_is_not_believed(store: Store, odd: Any) -> None:
    with captured() as lines:
        consumer.handle(Ports(store), delivered(requestid=odd))
    assert lines.all[0]["request_id"].startswith("req_")


@pytest.mark.parametrize(
    "junk", [None, 7, [], "text", {}, {"id": {"deep": [1]}}, {"type": ["x"], "id": "\ud800"}]
)
def test_junk_has_a_line_too_and_does_not_become_a_label(store: Store, junk: Any) -> None:
    before = counted("buried", "unknown")
    with captured() as lines:
        consumer.handle(Ports(store), junk)
    assert lines.all[-1]["outcome"] == "buried"
    assert counted("buried", "unknown") - before == 1


def test_a_line_finds_the_trace_of_its_delivery(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with captured() as lines:
        monkeypatch.setattr(lines.formatter, "project", "duka-prod")
        consumer.handle(Ports(store), delivered(), {"X-Cloud-Trace-Context": f"{trace}/255;o=1"})
        consumer.handle(Ports(store), delivered())
    first, second = lines.all
    assert first["logging.googleapis.com/trace"] == f"projects/duka-prod/traces/{trace}"
    assert first["logging.googleapis.com/spanId"] == "00000000000000ff"
    assert first["logging.googleapis.com/trace_sampled"] is True
    assert not [name for name in second if name.startswith("logging.")]
