"""The outbox: an event is a row of the commit that causes it, and is published under one id for ever."""

from __future__ import annotations

import pytest

from shared.bus import Outbox, emit
from shared.bus.outbox import GRACE_SECONDS, OUTBOX
from shared.core import context, measures
from shared.core.clock import ManualClock
from shared.core.context import Context
from shared.core.ids import SeededIds
from shared.core.metrics import REGISTRY
from shared.events import AttemptFailed, PaymentSettled, new_event, parse
from shared.store import Key, Once, Query, Store, Tx
from shared.store.indexes import SCHEMA
from tests.support.bus import RecordingBus
from tests.support.faults import Fault, Faulty

BUSINESS = "biz_1"
PAYMENT = Key("payments_seen", "mpesa-A1")


def settle(tx: Tx) -> str:
    tx.create(PAYMENT, {"cents": 100})
    emit(tx, PaymentSettled(payment_id=PAYMENT.id), PAYMENT)
    return PAYMENT.id


def rows(store: Store) -> list[str]:
    return [doc.id for doc in store.all(BUSINESS, Query(OUTBOX, (), "created_on"))]


def test_an_event_is_published_after_its_commit(outbox: Outbox, store: Store, bus: RecordingBus) -> None:
    seen: list[bool] = []
    publish = bus.publish

    def watching(events: list[dict[str, object]]) -> None:
        seen.append(store.get(BUSINESS, PAYMENT) is not None)
        publish(events)

    bus.publish = watching  # type: ignore[method-assign, assignment]
    assert outbox.run(BUSINESS, settle) == PAYMENT.id
    assert seen == [True]
    event = parse(bus.events[0])
    assert (event.business, event.subject, event.type) == (
        BUSINESS,
        "payments_seen/mpesa-A1",
        "payment.settled.v1",
    )
    assert rows(store) == []


def test_a_transaction_that_fails_publishes_nothing(outbox: Outbox, store: Store, bus: RecordingBus) -> None:
    def fails(tx: Tx) -> None:
        settle(tx)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outbox.run(BUSINESS, fails)
    assert (bus.events, rows(store), store.get(BUSINESS, PAYMENT)) == ([], [], None)


def test_a_bus_that_is_down_fails_nobody(
    outbox: Outbox, store: Store, bus: RecordingBus, clock: ManualClock
) -> None:
    bus.down = True
    assert outbox.run(BUSINESS, settle) == PAYMENT.id
    waiting = rows(store)
    assert len(waiting) == 1
    bus.down = False
    assert outbox.relay(BUSINESS) == 0, "young rows belong to a publisher that is still at work"
    clock.advance(GRACE_SECONDS)
    assert outbox.relay("biz_2") == 0
    assert outbox.relay(BUSINESS) == 1
    assert bus.ids == waiting
    assert (outbox.relay(BUSINESS), rows(store)) == (0, [])


def test_relaying_into_a_bus_that_is_still_down_keeps_the_rows(
    outbox: Outbox, store: Store, bus: RecordingBus, clock: ManualClock
) -> None:
    bus.down = True
    outbox.run(BUSINESS, settle)
    clock.advance(60)
    with pytest.raises(Exception, match="down"):
        outbox.relay(BUSINESS)
    assert len(rows(store)) == 1


def test_a_replay_publishes_nothing_again(outbox: Outbox, bus: RecordingBus) -> None:
    for _ in range(3):
        assert outbox.run(BUSINESS, settle, once=Once("callback-1")) == PAYMENT.id
    assert len(bus.events) == 1


def test_a_conflict_publishes_once(store: Store, bus: RecordingBus) -> None:
    assert published_with(store, bus, ["conflict", "before"]) == 1


def test_a_lost_answer_leaves_the_event_to_the_relay(
    store: Store, bus: RecordingBus, clock: ManualClock
) -> None:
    assert published_with(store, bus, ["after"]) == 0
    clock.advance(GRACE_SECONDS)
    assert Outbox(store, bus).relay(BUSINESS) == 1
    assert len(bus.events) == 1


def published_with(store: Store, bus: RecordingBus, faults: list[Fault]) -> int:
    faulty = Store(Faulty(store._adapter, faults), SCHEMA, store.clock, SeededIds("other"))
    Outbox(faulty, bus).run(BUSINESS, settle, once=Once("callback-1"))
    return len(bus.events)


def test_the_same_fact_has_one_event_id_and_the_next_version_another(
    outbox: Outbox, bus: RecordingBus
) -> None:
    failed = AttemptFailed(attempt_id="att_1")
    subject = Key("attempts", "att_1")
    for version in (1, 1, 2):
        outbox.run(BUSINESS, lambda tx, v=version: emit(tx, failed, subject, v))
    outbox.run("biz_2", lambda tx: emit(tx, failed, subject))
    first, again, second, other = bus.ids
    assert first == again
    assert len({first, second, other}) == 3
    assert first == new_event(BUSINESS, "attempts/att_1", 1, "any time", failed).id


def test_events_of_one_commit_are_published_in_their_order(outbox: Outbox, bus: RecordingBus) -> None:
    def several(tx: Tx) -> None:
        for number in range(5):
            emit(tx, PaymentSettled(payment_id=f"p{number}"), Key("payments", f"p{number}"))

    outbox.run(BUSINESS, several)
    assert [event["data"]["payment_id"] for event in bus.events] == [f"p{number}" for number in range(5)]


def test_the_relay_takes_the_oldest_first_and_not_all_at_once(
    outbox: Outbox, bus: RecordingBus, clock: ManualClock
) -> None:
    bus.down = True
    for number in range(5):
        clock.advance(1)
        outbox.run(
            BUSINESS, lambda tx, n=number: emit(tx, PaymentSettled(payment_id=f"p{n}"), Key("p", f"p{n}"))
        )
    bus.down = False
    clock.advance(60)
    assert [outbox.relay(BUSINESS, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [event["data"]["payment_id"] for event in bus.events] == [f"p{number}" for number in range(5)]


def test_a_bus_in_the_same_file_takes_the_rows_itself(
    outbox: Outbox, store: Store, bus: RecordingBus
) -> None:
    bus.collects_outbox = True
    outbox.run(BUSINESS, settle)
    assert (bus.woken, bus.events, len(rows(store))) == (1, [], 1)
    assert outbox.relay(BUSINESS) == 0
    outbox.run(BUSINESS, lambda tx: tx.get(PAYMENT) and None)
    assert bus.woken == 1, "nothing was emitted"


def test_an_event_goes_back_to_the_request_that_caused_it_whoever_publishes_it(
    outbox: Outbox, bus: RecordingBus, clock: ManualClock
) -> None:
    bus.down = True
    with context.entered(Context("stk_push", "req_first-one")):
        outbox.run(BUSINESS, settle)
    bus.down = False
    clock.advance(GRACE_SECONDS)
    with context.entered(Context("sweep", "req_a-timers-own")):
        assert outbox.relay(BUSINESS) == 1
    (published,) = bus.events
    assert published["requestid"] == "req_first-one"
    assert parse(published).request_id == "req_first-one"
    unasked = new_event(BUSINESS, "payments_seen/mpesa-A1", 1, "any time", PaymentSettled(payment_id="x"))
    assert published["id"] == unasked.id, "the request is no part of what happened"
    assert "requestid" not in unasked.to_cloud_event()


def test_an_event_may_go_back_further_than_the_work_at_hand(outbox: Outbox, bus: RecordingBus) -> None:
    with context.entered(Context("sweep", "req_a-timers-own")):
        outbox.run(
            BUSINESS, lambda tx: emit(tx, PaymentSettled(payment_id="p"), PAYMENT, request_id="req_earlier-1")
        )
    assert bus.events[0]["requestid"] == "req_earlier-1"


def test_what_waits_for_the_sweep_and_what_it_publishes_are_counted(
    outbox: Outbox, bus: RecordingBus, clock: ManualClock
) -> None:
    before = REGISTRY.value(measures.UNPUBLISHED), REGISTRY.value(measures.RELAYED)
    bus.down = True
    outbox.run(BUSINESS, settle)
    bus.down = False
    clock.advance(GRACE_SECONDS)
    outbox.relay(BUSINESS)
    outbox.relay(BUSINESS)
    after = REGISTRY.value(measures.UNPUBLISHED), REGISTRY.value(measures.RELAYED)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


def test_only_the_run_that_commits_is_counted(store: Store) -> None:
    labels = {"channel": "test", "outcome": "settled"}
    before = REGISTRY.value(measures.PAYMENTS, **labels)
    retried = REGISTRY.value(measures.STORE_RETRIES, cause="conflict")
    runs: list[int] = []

    def work(tx: Tx) -> str:
        runs.append(1)
        tx.tally(measures.PAYMENTS, **labels)
        return settle(tx)

    faulty = Store(Faulty(store._adapter, ["conflict"]), SCHEMA, store.clock, SeededIds("other"))
    faulty.transaction(BUSINESS, work, once=Once("counted-1"))
    faulty.transaction(BUSINESS, work, once=Once("counted-1"))
    with pytest.raises(ZeroDivisionError):
        store.transaction(BUSINESS, lambda tx: tx.tally(measures.PAYMENTS, **labels) or 1 / 0)  # type: ignore[func-returns-value]
    assert (len(runs), REGISTRY.value(measures.PAYMENTS, **labels) - before) == (2, 1)
    assert REGISTRY.value(measures.STORE_RETRIES, cause="conflict") - retried == 1
