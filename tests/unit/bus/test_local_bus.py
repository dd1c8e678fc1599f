"""The embedded bus: at least once, in order per business, retried, never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.bus.local import Delivery, Faults, LocalBus, Policy, read_subscriptions
from shared.bus.outbox import Outbox, emit
from shared.bus.sqlite_queue import SqliteQueue
from shared.core.clock import ManualClock, SystemClock
from shared.core.errors import Invalid, Unavailable, UnknownOutcome
from shared.core.ids import SeededIds
from shared.events import ReceiptRead
from shared.store import Key, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

PAID = "payment.settled.v1"
READ = "receipt.read.v1"
SUBSCRIPTIONS = {"reconcile": {PAID, READ}, "notify": {READ}}
POLICY = Policy(attempts=3, base_seconds=1, cap_seconds=5, lease_seconds=30)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 7, 0, tzinfo=UTC))


@pytest.fixture
def bus(tmp_path: Path, clock: ManualClock) -> Iterator[LocalBus]:
    bus = open_bus(tmp_path, clock)
    yield bus
    bus.close()


def open_bus(folder: Path, clock: ManualClock, **options: Any) -> LocalBus:
    return LocalBus(folder / "x.db", SUBSCRIPTIONS, clock, SeededIds(7), policy=POLICY, **options)


def event(name: str, type_: str = PAID, business: str = "biz_a") -> dict[str, Any]:
    return {"specversion": "1.0", "id": name, "type": type_, "business": business, "data": {"n": name}}


def take_all(bus: LocalBus, consumer: str | None = None) -> list[str]:
    taken = []
    while delivery := bus.claim(consumer):
        taken.append(delivery.event_id)
        bus.ack(delivery)
    return taken


def must_claim(bus: LocalBus, consumer: str | None = None) -> Delivery:
    delivery = bus.claim(consumer)
    assert delivery is not None
    return delivery


def test_every_subscriber_gets_its_own_copy_and_others_get_none(bus: LocalBus) -> None:
    bus.publish([event("e1"), event("e2", READ), event("e3", "unheard.of.v1")])
    assert take_all(bus, "notify") == ["e2"]
    assert take_all(bus, "reconcile") == ["e1", "e2"]
    assert bus.claim() is None


def test_the_event_arrives_unchanged(bus: LocalBus) -> None:
    sent = {
        **event("e1"),
        "subject": "payments/ñ\n✓",
        "data": {"name": "Wanjikũ", "deep": {"list": [1, None]}},
    }
    bus.publish([sent])
    assert must_claim(bus).event == sent


def test_an_event_that_still_waits_is_not_queued_again(bus: LocalBus) -> None:
    bus.publish([event("e1")])
    bus.publish([event("e1"), event("e1")])
    assert take_all(bus) == ["e1"]


def test_events_of_one_business_come_one_at_a_time_and_in_order(bus: LocalBus) -> None:
    bus.publish([event("a1"), event("a2"), event("b1", business="biz_b")])
    first = must_claim(bus, "reconcile")
    second = must_claim(bus, "reconcile")
    assert (first.event_id, second.event_id) == ("a1", "b1")
    assert bus.claim("reconcile") is None
    bus.ack(first)
    assert must_claim(bus, "reconcile").event_id == "a2"


def test_a_business_busy_at_one_consumer_is_free_at_another(bus: LocalBus) -> None:
    bus.publish([event("e1", READ)])
    assert must_claim(bus, "notify").event_id == "e1"
    assert must_claim(bus, "reconcile").event_id == "e1"


def test_a_failure_comes_back_later_and_lets_the_next_event_pass(bus: LocalBus, clock: ManualClock) -> None:
    bus.publish([event("bad"), event("good")])
    bus.nack(must_claim(bus), "503")
    assert take_all(bus) == ["good"]
    clock.advance(1.0)
    again = must_claim(bus)
    assert (again.event_id, again.attempt) == ("bad", 2)


def test_the_wait_doubles_up_to_the_cap_with_jitter_below_it() -> None:
    assert [POLICY.wait_ms(n, 1.0) for n in (1, 2, 3, 4, 5)] == [1000, 2000, 4000, 5000, 5000]
    assert [POLICY.wait_ms(n, 0.0) for n in (1, 2, 3)] == [500, 1000, 2000]
    assert POLICY.wait_ms(5000, 0.5) == 3750


def test_the_last_attempt_ends_as_a_dead_letter_that_can_be_replayed(
    bus: LocalBus, clock: ManualClock
) -> None:
    bus.publish([event("e1")])
    for attempt in (1, 2, 3):
        delivery = must_claim(bus)
        assert delivery.attempt == attempt
        bus.nack(delivery, f"answer {attempt}")
        clock.advance(10)
    assert bus.claim() is None
    (letter,) = bus.dead_letters()
    assert (letter.event_id, letter.last_error, letter.attempt) == ("e1", "answer 3", 3)
    assert letter.event == event("e1")
    assert bus.depths()["reconcile"].dead == 1
    assert bus.replay(letter.seq + 1) == 0
    assert bus.replay(letter.seq) == 1
    assert (must_claim(bus).attempt, bus.dead_letters()) == (1, [])


def test_replaying_everything_counts_what_it_replays(bus: LocalBus, clock: ManualClock) -> None:
    bus.publish([event(f"e{n}", business=f"biz_{n}") for n in range(4)])
    for _ in range(3):
        while delivery := bus.claim():
            bus.nack(delivery, "no")
        clock.advance(10)
    assert bus.replay() == 4
    assert len(take_all(bus)) == 4


def test_a_lease_that_ends_without_an_answer_is_delivered_again(bus: LocalBus, clock: ManualClock) -> None:
    bus.publish([event("e1")])
    lost = must_claim(bus)
    clock.advance(29.9)
    assert bus.claim() is None
    clock.advance(0.2)
    assert must_claim(bus).attempt == lost.attempt + 1


def test_an_event_that_kills_its_worker_every_time_becomes_a_dead_letter(
    bus: LocalBus, clock: ManualClock
) -> None:
    bus.publish([event("e1")])
    for _ in range(3):
        must_claim(bus)
        clock.advance(31)
    assert bus.claim() is None
    assert bus.dead_letters()[0].last_error == "no answer before the lease ended"


def test_a_late_failure_of_an_expired_lease_does_not_disturb_the_new_one(
    bus: LocalBus, clock: ManualClock
) -> None:
    bus.publish([event("e1")])
    slow = must_claim(bus)
    clock.advance(31)
    fresh = must_claim(bus)
    bus.nack(slow, "late")
    assert bus.depths()["reconcile"].in_flight == 1
    bus.ack(fresh)
    assert bus.depths()["reconcile"] == bus.depths()["notify"]


def test_the_queue_survives_the_process(tmp_path: Path, clock: ManualClock) -> None:
    first = open_bus(tmp_path, clock)
    first.publish([event("e1"), event("e2", business="biz_b")])
    must_claim(first)
    first.close()
    second = open_bus(tmp_path, clock)
    assert second.claim("notify") is None
    assert second.release() == 1
    assert sorted(take_all(second)) == ["e1", "e2"]
    second.close()


def test_duplicate_fault_delivers_twice(tmp_path: Path, clock: ManualClock) -> None:
    bus = open_bus(tmp_path, clock, faults=Faults(duplicate=1.0))
    bus.publish([event("e1")])
    assert take_all(bus) == ["e1", "e1"]
    bus.close()


def test_reorder_fault_takes_the_newest_first(tmp_path: Path, clock: ManualClock) -> None:
    bus = open_bus(tmp_path, clock, faults=Faults(reorder=1.0))
    bus.publish([event("e1"), event("e2"), event("e3")])
    assert take_all(bus) == ["e3", "e2", "e1"]
    bus.close()


def test_delay_fault_holds_events_back(tmp_path: Path, clock: ManualClock) -> None:
    bus = open_bus(tmp_path, clock, faults=Faults(delay_seconds=60))
    bus.publish([event(f"e{n}") for n in range(20)])
    early = take_all(bus)
    clock.advance(60)
    late = take_all(bus)
    assert len(early) < 5
    assert len(early) + len(late) == 20
    bus.close()


def test_crash_fault_loses_the_acknowledgement_not_the_event(tmp_path: Path, clock: ManualClock) -> None:
    bus = open_bus(tmp_path, clock, faults=Faults(crash_before_ack=1.0))
    bus.publish([event("e1")])
    bus.ack(must_claim(bus))
    assert bus.claim() is None
    clock.advance(31)
    assert must_claim(bus).attempt == 2
    bus.close()


@pytest.mark.parametrize("identity", [None, "", 7])
def test_an_event_without_an_id_is_refused_whole(bus: LocalBus, identity: object) -> None:
    with pytest.raises(Invalid, match="needs an id"):
        bus.publish([event("fine"), {**event("x"), "id": identity}])
    assert bus.claim() is None


def test_a_full_or_broken_file_is_unavailable_and_says_so(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "x.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_bus(tmp_path, clock)


def test_many_threads_and_two_processes_worth_of_buses_deliver_each_event_once(tmp_path: Path) -> None:
    buses = [
        LocalBus(tmp_path / "x.db", {"reconcile": {PAID}}, SystemClock(), SeededIds(n), policy=POLICY)
        for n in range(2)
    ]
    names = {f"{thread}-{n}" for thread in range(4) for n in range(50)}
    taken: list[str] = []

    def publish(thread: int) -> None:
        for n in range(50):
            name = f"{thread}-{n}"
            buses[thread % 2].publish([event(name, business=f"biz_{n % 5}")])

    def work(bus: LocalBus) -> None:
        while len(taken) < len(names):
            if delivery := bus.claim("reconcile"):
                taken.append(delivery.event_id)
                bus.ack(delivery)
            else:
                bus.wait(0.01)

    threads = [threading.Thread(target=publish, args=(n,), daemon=True) for n in range(4)]
    threads += [threading.Thread(target=work, args=(bus,), daemon=True) for bus in buses for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == sorted(names)
    for bus in buses:
        bus.close()


def test_the_queue_shares_the_file_with_the_store(tmp_path: Path, clock: ManualClock) -> None:
    store = SqliteAdapter(tmp_path / "x.db")
    bus = open_bus(tmp_path, clock)
    bus.publish([event("e1")])
    store.commit("biz_a", {}, {})
    assert take_all(bus) == ["e1"]
    bus.close()
    store.close()


def test_subscriptions_are_read_from_the_topology_or_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_subscriptions(tmp_path / "absent.json")
    topology = tmp_path / "functions.json"
    topology.write_text(
        '{"functions": {"a": {"trigger": {"kind": "event", "types": ["x.v1", "y.v1"]}},'
        ' "b": {"trigger": {"kind": "schedule", "type": "t.v1"}}, "c": {"trigger": {"kind": "http"}}}}'
    )
    assert read_subscriptions(topology) == {"a": {"x.v1", "y.v1"}, "b": {"t.v1"}}


def test_committed_outbox_rows_become_deliveries_and_leave_the_outbox(
    tmp_path: Path, clock: ManualClock
) -> None:
    store = Store(SqliteAdapter(tmp_path / "x.db"), SCHEMA, clock, SeededIds(2))
    store.ensure_indexes()
    bus = open_bus(tmp_path, clock)
    key = Key("receipts", "rcp_1")
    Outbox(store, bus).run("biz_a", lambda tx: emit(tx, ReceiptRead(receipt_id="rcp_1"), key))
    assert {name: depth.waiting for name, depth in bus.depths().items()} == {"reconcile": 1, "notify": 1}
    assert len(take_all(bus)) == 2
    assert store.query("biz_a", Query("outbox", (), "created_on", 5)).docs == []
    bus.close()
    store.close()


def test_one_broken_job_fails_its_group_and_the_next_works(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "x.db")

    def interrupted(_db: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queue.write(interrupted)
    with pytest.raises(Unavailable, match="could not be written"):
        queue.write(lambda db: db.execute("INSERT INTO nowhere VALUES (1)"))
    assert queue.write(lambda db: db.execute("SELECT 7").fetchone()[0]) == 7
    queue.close()
    queue.close()
    with pytest.raises(Unavailable, match="cannot be locked"):
        queue.write(lambda db: db.execute("SELECT 7"))


def test_waiters_of_an_interrupted_leader_are_told(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "x.db")
    inside, queued = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def first(_db: object) -> None:
        inside.set()
        queued.wait(5)

    def bad(_db: object) -> None:
        raise KeyboardInterrupt

    def call(job: Any) -> None:
        try:
            queue.write(job)
            outcomes.append("done")
        except (Unavailable, UnknownOutcome, KeyboardInterrupt) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=call, args=(job,)) for job in (first, bad, bad, bad)]
    threads[0].start()
    assert inside.wait(5)
    for thread in threads[1:]:
        thread.start()
    while len(queue._group._waiting) < 3:
        queued.wait(0.01)
    queued.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "Unavailable", "UnknownOutcome", "KeyboardInterrupt"}
    assert queue.write(lambda db: db.execute("SELECT 1").fetchone()[0]) == 1
    queue.close()
