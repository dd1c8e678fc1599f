"""What the runtime knows about events that are on their way over Pub/Sub."""

from __future__ import annotations

import threading
from typing import Any

from local.ledger import Ledger

SUBSCRIPTIONS = {"settle": {"a.v1"}, "notify": {"a.v1", "b.v1"}}


def ledger() -> Ledger:
    return Ledger(SUBSCRIPTIONS, 3)


def event(identity: str = "e1", kind: str = "a.v1") -> dict[str, Any]:
    return {"id": identity, "type": kind, "business": "biz_a", "subject": "things/1"}


def figures(book: Ledger) -> dict[str, tuple[int, int, int]]:
    return {name: (d.waiting, d.in_flight, d.dead) for name, d in book.depths().items()}


def test_what_is_published_is_expected_until_every_subscriber_has_it() -> None:
    book = ledger()
    book.expect([event(), event("e2", "b.v1"), event("e3", "nobody.v1")])
    assert figures(book) == {"settle": (1, 0, 0), "notify": (2, 0, 0)}
    delivery = book.begin("settle", event())
    assert (delivery.attempt, delivery.business, delivery.type) == (1, "biz_a", "a.v1")
    assert figures(book) == {"settle": (0, 1, 0), "notify": (2, 0, 0)}
    book.end(delivery, 200)
    assert figures(book) == {"settle": (0, 0, 0), "notify": (2, 0, 0)}


def test_what_could_not_be_published_is_not_expected() -> None:
    book = ledger()
    book.expect([event()])
    keys = book.expect([event(), event("e2")])
    arrived = book.begin("settle", event("e2"))
    book.withdraw(keys)
    assert figures(book) == {"settle": (1, 1, 0), "notify": (1, 0, 0)}, (
        "one was there, one arrived all the same"
    )
    book.end(arrived, 200)
    assert figures(book)["settle"] == (1, 0, 0)


def test_what_others_published_is_seen_when_it_arrives() -> None:
    book = ledger()
    delivery = book.begin("notify", event("theirs", "b.v1"))
    assert figures(book)["notify"] == (0, 1, 0)
    book.end(delivery, 204)
    assert figures(book)["notify"] == (0, 0, 0)


def test_after_the_last_attempt_it_is_a_dead_letter() -> None:
    book = ledger()
    book.expect([event(kind="b.v1")])
    for _ in range(3):
        book.end(book.begin("notify", event(kind="b.v1")), 500)
    assert figures(book)["notify"] == (0, 0, 1)
    (letter,) = book.dead_letters()
    assert (letter.consumer, letter.event_id, letter.attempt) == ("notify", "e1", 3)
    assert letter.last_error == "the function answered 500"


def test_a_body_that_is_no_event_is_counted_too() -> None:
    book = ledger()
    delivery = book.begin("notify", {})
    book.end(delivery, 400)
    assert figures(book)["notify"] == (1, 0, 0)


def test_there_is_nothing_to_wait_for_where_nothing_is_due() -> None:
    book = ledger()
    assert book.wait_for_one(10) is False
    book.expect([event(kind="b.v1")])
    book.end(book.begin("notify", event(kind="b.v1")), 503)
    assert book.wait_for_one(10) is False, "what failed waits to be tried again"


def test_waiting_ends_with_a_delivery_or_with_patience() -> None:
    book = ledger()
    book.expect([event(kind="b.v1")])
    assert book.wait_for_one(0.01) is None
    delivery = book.begin("notify", event(kind="b.v1"))
    answering = threading.Timer(0.05, book.end, (delivery, 200))
    answering.start()
    assert book.wait_for_one(10) is True
    answering.join()
    assert book.wait_for_one(10) is False
