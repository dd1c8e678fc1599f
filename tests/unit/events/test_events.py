"""The catalogue: one model a type, one envelope, and nothing else is let in."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from shared.core.errors import Invalid, Permanent
from shared.events import (
    CATALOGUE,
    Elsewhere,
    Event,
    EventData,
    ObjectFinalized,
    PaymentSettled,
    ReceiptMatched,
    new_event,
    parse,
)

TIME = "2026-03-01T09:00:00.000Z"


def example(model: type[EventData]) -> EventData:
    values = {
        name: f"receipts/biz_1/{name}" if name == "name" else f"some_{name}" for name in model.model_fields
    }
    return model(**values)


@pytest.mark.parametrize("model", CATALOGUE.values(), ids=lambda model: model.TYPE)
def test_every_type_survives_its_envelope(model: type[EventData]) -> None:
    event = new_event("biz_1", "things/Wanjikũ", 3, TIME, example(model))
    wire = json.loads(json.dumps(event.to_cloud_event()))
    read = parse(wire)
    assert (read.business, read.data, read.type) == ("biz_1", event.data, model.TYPE)
    if model is not ObjectFinalized:
        assert read == event
    assert wire["specversion"] == "1.0"
    assert wire["datacontenttype"] == "application/json"


def test_types_are_versioned_and_unique() -> None:
    assert all(re.fullmatch(r"[a-z.]+\.v\d+(\.[a-z]+)?", name) for name in CATALOGUE)
    assert all(name == model.TYPE for name, model in CATALOGUE.items())
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)


def test_events_do_not_change() -> None:
    event = new_event("biz_1", "p/1", 1, TIME, PaymentSettled(payment_id="p"))
    with pytest.raises(ValidationError):
        event.data.payment_id = "q"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        event.id = "other"  # type: ignore[misc]


def test_an_id_says_what_happened_to_whom_and_not_when() -> None:
    data = PaymentSettled(payment_id="p")
    base = new_event("biz_1", "p/1", 1, TIME, data).id
    assert new_event("biz_1", "p/1", 1, "2027-01-01T00:00:00.000Z", data).id == base
    others = [
        new_event("biz_2", "p/1", 1, TIME, data),
        new_event("biz_1", "p/2", 1, TIME, data),
        new_event("biz_1", "p/1", 2, TIME, data),
        new_event("biz_1", "p/1", 1, TIME, ReceiptMatched(receipt_id="r", transaction_id="t")),
    ]
    assert len({base, *(other.id for other in others)}) == 5


def settled(**changes: Any) -> dict[str, Any]:
    event = new_event("biz_1", "payments/p", 1, TIME, PaymentSettled(payment_id="p")).to_cloud_event()
    return {**event, **changes}


@pytest.mark.parametrize(
    "data", ['{"payment_id": "p"}', b'{"payment_id": "p"}', {"payment_id": "p", "later": 1}]
)
def test_data_may_arrive_as_text_and_with_fields_of_the_future(data: Any) -> None:
    assert parse(settled(data=data)).data == PaymentSettled(payment_id="p")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "payment.settled.v2"}, {"type": None}, {"type": ["payment.settled.v1"]},
        {"data": None}, {"data": {}},
        {"data": []}, {"data": "{"}, {"data": b"\xff"}, {"data": {"payment_id": 7}},
        {"data": {"payment_id": None}},
        {"data": "[" * 100_000}, {"business": ""}, {"business": None},
        {"business": "../x"}, {"business": "a/b"}, {"business": 7}, {"id": ""}, {"id": None},
        {"id": "x" * 513},
        {"subject": None}, {"time": 7},
    ],
)  # fmt: skip
def test_what_is_no_event_of_ours_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        parse(settled(**changes))
    for key in changes:
        whole = settled()
        del whole[key]
        with pytest.raises(Permanent):
            parse(whole)


@pytest.mark.parametrize("event", [None, 7, "text", [], [settled()], b"{}"])
def test_what_is_no_object_is_refused(event: Any) -> None:
    with pytest.raises(Invalid):
        parse(event)


def stored(**data: Any) -> dict[str, Any]:
    """A finished upload as Eventarc tells it: no business, numbers sometimes as numbers."""
    given = {
        "bucket": "b",
        "name": "receipts/biz_1/photo 1.jpg",
        "generation": "17",
        "size": "7",
        "metadata": {"a": "b"},
    }
    return {
        "specversion": "1.0", "id": "1234", "source": "//storage.googleapis.com/projects/_/buckets/b",
        "type": ObjectFinalized.TYPE, "subject": "objects/receipts/biz_1/photo 1.jpg", "time": TIME,
        "data": {**given, **data},
    }  # fmt: skip


def test_an_upload_names_its_business_in_its_path() -> None:
    event = parse(stored())
    assert event.business == "biz_1"
    assert event.data == ObjectFinalized(bucket="b", name="receipts/biz_1/photo 1.jpg", generation="17")
    assert parse(stored(generation=17)) == event
    assert parse({**stored(), "id": "another delivery"}).id == event.id
    assert parse(stored(generation="18")).id != event.id


@pytest.mark.parametrize(
    "data",
    [
        {"name": "photo.jpg"}, {"name": "receipts/photo.jpg"}, {"name": "statement-files/biz_1/a.csv"},
        {"name": None},
        {"name": "receipts/../x"}, {"name": "receipts//x"}, {"name": "receipts/a b/x"}, {"name": {"a": 1}},
        {"bucket": None}, {"generation": None}, {"generation": [1]}, {"generation": 1.5},
    ],
)  # fmt: skip
def test_uploads_elsewhere_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        parse(stored(**data))


@pytest.mark.parametrize(
    "name", ["photo.jpg", "statement-files/biz_1/a.csv", "receipts/", "receipts/biz_1/", "receipts"]
)
def test_what_nobody_reads_is_told_apart_from_what_is_wrong(name: str) -> None:
    with pytest.raises(Elsewhere):
        parse(stored(name=name))
    for wrong in ("receipts/photo.jpg", "receipts//x", "receipts/../x"):
        with pytest.raises(Permanent) as refusal:
            parse(stored(name=wrong))
        assert not isinstance(refusal.value, Elsewhere)


def test_the_envelope_is_plain_json() -> None:
    event: Event[EventData] = new_event("biz_1", "p/é\n", 1, TIME, PaymentSettled(payment_id="é\u2028😀"))
    text = json.dumps(event.to_cloud_event(), ensure_ascii=False)
    assert parse(json.loads(base64.b64decode(base64.b64encode(text.encode())))) == event
