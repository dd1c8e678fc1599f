"""A scheduled report reaches each of its addresses once, with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.providers.model import Fault, Trouble
from shared.core.errors import Retryable
from shared.events import ReportReady
from shared.messages import report_mail

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

EVENT = ReportReady(report_id="rpt_1")
CONTENT = b"%PDF-1.4 a report"


def ready(shop: World, **fields: Any) -> None:
    blob = shop.blobs.put("reports/biz_1/rpt_1-clm.pdf", CONTENT)
    told = {
        "status": "ready",
        "title": "Customer statement: Evil\r\nBcc: x@y.example {how}",
        "days": "1–31 March 2026",
        "ask": {"language": "en"},
        "totals": [{"label": "Net profit", "formatted": "-KES 176.55"}],
        "deliver_to": ["owner@duka.example", "book@keeper.example"],
        "file": blob.name,
        "generation": blob.generation,
        "size_bytes": len(CONTENT),
        "media_type": "application/pdf",
        "shown_name": "statement.pdf",
        "created_on": "2026-03-02T09:00:00.000Z",
        **fields,
    }
    shop.put("reports", "rpt_1", **told)


def test_each_address_gets_the_file_once(shop: World) -> None:
    ready(shop)
    for _ in range(3):
        shop.deliver(EVENT)
    letters = shop.email_fake.desk.taken
    assert sorted(letter["to"] for letter in letters) == ["book@keeper.example", "owner@duka.example"]
    for letter in letters:
        (file,) = letter["attachments"]
        assert (file["filename"], file["content"]) == ("statement.pdf", CONTENT)
        assert "-KES 176.55" in letter["text"]
        assert "Jenga Hardware" in letter["text"]
        assert "\n" not in letter["subject"]
        assert "{how}" in letter["text"]  # a name is text, whatever it looks like
    assert shop.sms_fake.desk.taken == []


def test_without_addresses_the_business_gets_it(shop: World) -> None:
    ready(shop, deliver_to=[], ask={"language": "sw"})
    shop.deliver(EVENT)
    (letter,) = shop.email_fake.desk.taken
    assert letter["to"] == "shop@jenga.example"
    assert "Faili limeambatishwa." in letter["text"]


def test_what_may_have_been_sent_is_not_sent_again(shop: World) -> None:
    ready(shop, deliver_to=["owner@duka.example"])
    shop.email_fake.desk.faults.append(Fault(Trouble.TAKEN_THEN_CUT))
    for _ in range(2):
        shop.deliver(EVENT)
    assert len(shop.email_fake.desk.taken) == 1
    assert shop.statuses() == {"email": "unknown"}


def test_a_refusal_for_now_is_tried_again(shop: World) -> None:
    ready(shop, deliver_to=["owner@duka.example"])
    shop.email_fake.desk.faults.append(Fault(Trouble.STATUS, 503))
    with pytest.raises(Retryable):
        shop.deliver(EVENT)
    shop.deliver(EVENT)
    assert len(shop.email_fake.desk.taken) == 1


def test_a_large_file_is_said_where_to_find(shop: World) -> None:
    ready(shop, size_bytes=report_mail.LARGEST + 1)
    shop.deliver(EVENT)
    letter = shop.email_fake.desk.taken[0]
    assert letter["attachments"] == []
    assert "/v1/reports/rpt_1/file" in letter["text"]


def test_a_report_that_failed_since_is_not_sent(shop: World) -> None:
    ready(shop, status="failed")
    shop.deliver(EVENT)
    assert shop.messages() == []
