"""What the reconcile function does with events."""

from __future__ import annotations

from matching_world import WANJIKU, Shop, own

from shared.bus.outbox import Outbox
from shared.events import EventData, PaymentReversed, PaymentSettled, ReceiptRead, RefundSent, new_event
from shared.matching.consumer import consumer
from shared.store import Key, Query, Where


def test_each_event_reaches_its_use_case(shop: Shop) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    shop.receipt("rcp_1", 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10")
    line = shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-10")
    told = [event for event in shop.bus.events if event["type"] == "transaction.recorded.v1"]
    assert len(told) == 1
    for data in (PaymentSettled(payment_id=payment), ReceiptRead(receipt_id="rcp_1")):
        event = new_event(shop.business, "x/1", 1, "2026-03-01T12:00:00.000Z", data).to_cloud_event()
        for _ in range(3):
            consumer.handle(shop, event)
    consumer.handle(shop, told[0])
    assert shop.doc("payments", payment)["matching"] == "auto"
    assert shop.doc("receipts", "rcp_1")["transaction_id"] == line
    assert isinstance(shop.outbox, Outbox)


def test_an_event_about_nothing_is_buried_not_repeated(shop: Shop) -> None:
    gone = PaymentSettled(payment_id="mpesa-GONE")
    consumer.handle(
        shop, new_event(shop.business, "x/1", 1, "2026-03-01T12:00:00.000Z", gone).to_cloud_event()
    )
    letters = shop.store.all(shop.business, Query("dead_letters", (), "recorded_at"))
    assert [letter.data["code"] for letter in letters] == ["not_found"]


def test_nobody_is_asked_any_longer_what_money_is_for_that_has_gone_back(shop: Shop) -> None:
    gone, left = shop.payment("SJA1", 97_000), shop.payment("SJA2", 98_000)
    shop.run(lambda tx: tx.create(Key("payouts", "pyo_1"), refund_of(left)))
    for payment in (gone, left):
        deliver(shop, PaymentSettled(payment_id=payment))
    shop.run(lambda tx: tx.update(Key("payments", gone), {"status": "reversed"}))
    deliver(shop, PaymentReversed(payment_id=gone))
    deliver(shop, RefundSent(payout_id="pyo_1"))
    assert dict(asked(shop)) == {gone: "done", left: "open"}
    shop.run(lambda tx: tx.update(Key("payments", left), {"status": "refunded"}))
    deliver(shop, RefundSent(payout_id="pyo_1"))
    assert dict(asked(shop)) == {gone: "done", left: "done"}


def refund_of(payment: str) -> dict[str, object]:
    created = "2026-03-01T12:00:00.000Z"
    plan = {"polling": False, "poll_at": created, "created_on": created}
    return {**plan, "payment_id": payment, "status": "succeeded", "kind": "refund"}


def deliver(shop: Shop, data: EventData) -> None:
    consumer.handle(
        shop, new_event(shop.business, "x/1", 1, "2026-03-01T12:00:00.000Z", data).to_cloud_event()
    )


def asked(shop: Shop) -> list[tuple[str, str]]:
    """What a person was asked about, and whether the question is open still."""
    queries = [Query("review", (Where("status", "==", one),), "created_on") for one in ("open", "done")]
    found = [doc.data for query in queries for doc in shop.store.all(shop.business, query)]
    return [(item["subject_id"], item["status"]) for item in found]
