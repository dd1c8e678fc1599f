"""Consumers: every delivered event ends handled, buried with a reason, or raised to be delivered again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.bus import Consumer
from shared.bus.consume import DEAD_LETTERS
from shared.core.errors import Invalid, Permanent, Retryable, Unavailable
from shared.core.ids import check_id
from shared.events import CATALOGUE, SYSTEM, Event, ObjectFinalized, PaymentSettled, ReceiptRead, new_event
from shared.store import Doc, Query, Store

BUSINESS = "biz_1"


@dataclass
class Ports:
    store: Store
    error: Exception | None = None
    handled: list[Event[PaymentSettled]] = field(default_factory=list)


consumer: Consumer[Ports] = Consumer("tested")


@consumer.on(PaymentSettled)
def settled(ports: Ports, event: Event[PaymentSettled]) -> None:
    if ports.error:
        raise ports.error
    ports.handled.append(event)


@pytest.fixture
def ports(store: Store) -> Ports:
    return Ports(store)


def delivered(payment: str = "mpesa-A1") -> dict[str, Any]:
    subject = f"payments/{payment}"
    return new_event(
        BUSINESS, subject, 1, "2026-03-01T09:00:00.000Z", PaymentSettled(payment_id=payment)
    ).to_cloud_event()


def letters(ports: Ports, business: str = BUSINESS) -> list[Doc]:
    return ports.store.all(business, Query(DEAD_LETTERS, (), "recorded_at"))


def test_an_event_reaches_its_handler(ports: Ports) -> None:
    consumer.handle(ports, delivered())
    assert [event.data.payment_id for event in ports.handled] == ["mpesa-A1"]
    assert consumer.types == {"payment.settled.v1"}
    assert letters(ports) == []


def test_a_permanent_error_is_buried_with_the_event(ports: Ports) -> None:
    ports.error = Invalid("amount_invalid", "no such amount")
    consumer.handle(ports, delivered())
    (letter,) = letters(ports)
    assert (letter.data["consumer"], letter.data["code"], letter.data["message"]) == (
        "tested",
        "amount_invalid",
        "no such amount",
    )
    assert json.loads(letter.data["event"]) == delivered()


def test_a_letter_delivered_twice_is_one_letter(ports: Ports) -> None:
    ports.error = Permanent("never")
    for payment in ("mpesa-A1", "mpesa-A1", "mpesa-A2"):
        consumer.handle(ports, delivered(payment))
    assert len(letters(ports)) == 2


@pytest.mark.parametrize("error", [Retryable("later"), Unavailable("down"), KeyError("a bug")])
def test_any_other_error_comes_again(ports: Ports, error: Exception) -> None:
    ports.error = error
    with pytest.raises(type(error)):
        consumer.handle(ports, delivered())
    assert letters(ports) == []


def test_events_without_a_handler_are_buried_in_their_business(ports: Ports) -> None:
    other = new_event(BUSINESS, "receipts/r", 1, "2026-03-01T09:00:00.000Z", ReceiptRead(receipt_id="r"))
    consumer.handle(ports, other.to_cloud_event())
    assert [letter.data["code"] for letter in letters(ports)] == ["event_unrouted"]


def test_what_belongs_to_no_business_is_buried_for_the_system(ports: Ports) -> None:
    consumer.handle(ports, {**delivered(), "type": "unheard.of.v9"})
    consumer.handle(ports, "not an event")
    assert {letter.data["code"] for letter in letters(ports, SYSTEM)} == {"event_unknown", "event_invalid"}


def test_what_nobody_reads_is_acknowledged_without_a_letter(ports: Ports) -> None:
    data = {"bucket": "b", "name": "statement-files/biz_1/march.csv", "generation": "1"}
    consumer.handle(ports, {"type": ObjectFinalized.TYPE, "time": "", "data": data})
    assert letters(ports) == letters(ports, SYSTEM) == []


def test_letters_cannot_break_the_letter_box(ports: Ports) -> None:
    circle: dict[str, Any] = {"id": "evt_1", "type": "circle"}
    circle["self"] = circle
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    poison = [
        {**delivered(), "type": "\ud800 \x00"}, {**delivered(), "business": "../../other"}, {1: 2, "a": 3},
        circle,
        {**delivered(), "data": b"\xff\xfe"}, {**delivered(), "data": "[" * 100_000},
        {**delivered(), "id": "\ud800"},
        {**delivered(), "data": {"payment_id": deep}}, {"type": "payment.settled.v1", "data": deep},
        None, [], 7,
        {**delivered(), "data": {"payment_id": "x" * 1_000_000}}, {**delivered(), "subject": "x" * 513},
        object(),
        {"type": "google.cloud.storage.object.v1.finalized", "data": {"name": deep, "bucket": "b"}},
    ]  # fmt: skip
    ports.error = Permanent("bad \ud800 \x00 text" * 1000)
    for event in poison:
        consumer.handle(ports, event)
    assert len(letters(ports, SYSTEM)) + len(letters(ports)) == len(poison)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=4)
    ),
    max_leaves=12,
)
ATTRIBUTES = ["id", "source", "type", "subject", "time", "business", "specversion", "datacontenttype", "data"]
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        **{name: JSON | st.just("biz_1") for name in ATTRIBUTES if name != "data"},
        "type": st.sampled_from(sorted(CATALOGUE)) | JSON,
        "data": JSON
        | st.fixed_dictionaries({"payment_id": JSON})
        | st.fixed_dictionaries(
            {"bucket": JSON, "name": JSON | st.just("receipts/biz_1/x"), "generation": JSON}
        ),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS | JSON | EVENTS.map(lambda changes: {**delivered(), **changes}))
def test_no_event_does_anything_but_end(ports: Ports, event: Any) -> None:
    ports.handled.clear()
    before = len(letters(ports)) + len(letters(ports, SYSTEM))
    consumer.handle(ports, event)
    buried = len(letters(ports)) + len(letters(ports, SYSTEM)) - before
    assert len(ports.handled) + buried <= 1
    assert ports.handled or buried or any_letter_is(ports, event)


def any_letter_is(ports: Ports, event: Any) -> bool:
    """The same poison drawn before has its letter already, perhaps in the business it names."""
    business = event.get("business") if isinstance(event, dict) else None
    places = {BUSINESS, SYSTEM} | ({business} if isinstance(business, str) else set())
    raw = json.dumps(event, sort_keys=True)
    return any(
        letter.data["event"] == raw for place in places if valid(place) for letter in letters(ports, place)
    )


def valid(business: str) -> bool:
    try:
        return bool(check_id(business))
    except Permanent:
        return False
