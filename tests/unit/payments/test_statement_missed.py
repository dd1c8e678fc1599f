"""Statement files whose event was lost are found by the sweep, as receipts are, and read once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.access import add_business
from shared.core.clock import parse_rfc3339
from shared.core.errors import Invalid
from shared.events import ObjectFinalized, ObjectMissed
from shared.payments.statements import consumer as statements
from shared.payments.statements.consumer import statement_consumer, take_in
from shared.payments.statements.places import file_trace
from shared.payments.sweep import sweep
from shared.receipts.missed import GRACE, ROUND
from tests.unit.payments.collecting import Desk

CSV = b"Short Code:,174379\nnothing that can be read\n"


def drop(desk: Desk, name: str, content: bytes = CSV) -> ObjectFinalized:
    """A file in the bucket that nobody was told of, long enough ago."""
    blob = desk.blobs.put(name, content)
    later = parse_rfc3339(blob.stored_at) + GRACE - desk.clock.now()  # the folder's time is the machine's
    desk.clock.advance(max(0.0, later.total_seconds()))
    return ObjectFinalized(bucket="bucket", name=blob.name, generation=blob.generation)


def swept(desk: Desk) -> list[str]:
    """What one sweep announces; the next round is due after it."""
    before = len(desk.bus.events)
    sweep(desk)
    desk.clock.advance(ROUND.total_seconds())
    return [e["data"]["name"] for e in desk.bus.events[before:] if e["type"] == ObjectMissed.TYPE]


@pytest.fixture
def shop(desk: Desk) -> Desk:
    add_business(desk.store, desk.business, {"name": "Duka", "currency": "KES", "shortcode": "174379"})
    return desk


def test_a_lost_statement_is_announced_until_it_is_read(shop: Desk) -> None:
    file = drop(shop, f"statements/{shop.business}/bank-equity-0123/march.csv")
    assert swept(shop) == [file.name]
    assert swept(shop) == [file.name]
    (event, _) = [e for e in shop.bus.events if e["type"] == ObjectMissed.TYPE]
    statement_consumer.handle(shop, event)
    (statement,) = shop.docs("statements", "received_at")
    assert (statement["status"], statement["object"]) == ("refused", file.name)
    assert swept(shop) == []


def test_a_receipt_and_a_statement_are_found_in_one_sweep(shop: Desk) -> None:
    names = [f"receipts/{shop.business}/a.jpg", f"statements/{shop.business}/a.csv"]
    for name in names:
        drop(shop, name)
    assert swept(shop) == names


def test_what_was_handed_in_over_http_is_not_looked_for(shop: Desk) -> None:
    drop(shop, f"statement-files/{shop.business}/a.csv")
    assert swept(shop) == []


def test_a_missed_receipt_is_nothing_to_the_importer(shop: Desk) -> None:
    file = drop(shop, f"receipts/{shop.business}/a.jpg")
    assert swept(shop) == [file.name]
    statement_consumer.handle(shop, shop.bus.events[-1])
    assert shop.docs("dead_letters", "recorded_at") == []


def test_one_that_is_too_large_is_told_of_once(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MAX_BYTES", 10)
    file = drop(shop, f"statements/{shop.business}/vast.csv")
    with pytest.raises(Invalid) as refusal:
        take_in(shop, shop.business, file)
    assert refusal.value.code == "statement_too_large"
    assert shop.store.get(shop.business, file_trace(file)) is not None
    assert swept(shop) == []
    shop.clock.advance(timedelta(days=1).total_seconds())
    assert swept(shop) == []
