"""The same program over Pub/Sub, every event function in a process of its own: the same books in the end."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from local.demo.receipt_specs import ReceiptSpec
from local.demo.receipts import demo_specs, draw_receipt
from local.pushed import furnish as furnish_emulator
from local.topology import read_topology
from shared import app as composition
from shared.core.clock import ManualClock, SystemClock
from shared.events import PaymentSettled, new_event
from shared.store import Query
from tests.e2e.final import Final, differences, final
from tests.e2e.test_stk_scenarios import collect, no_twin
from tests.e2e.world import World, furnish, running
from tests.emulator.chain import WAITS, Chain, Raw, running_chain
from tests.support.door import door

pytestmark = pytest.mark.emulator

TIME = "2026-03-01T09:00:00.000Z"
TODAY = date(2026, 3, 2)
SPECS = {spec.name: spec for spec in demo_specs(TODAY)}


class Embedded(World):
    """The reference: the same steps on the embedded system."""

    def hand_in(self, name: str, photo: bytes) -> None:
        self.system.app.blobs.put(f"receipts/{self.business}/{name}", photo)


Act = Callable[[World], None]


def collected(world: World) -> None:
    """Callback -> settle -> reconcile -> notify."""
    world.phone("pay", world.payer)
    no_twin(world)
    collect(world, phone=world.payer)


def photographed(world: World) -> None:
    """Photo -> ocr_receipt -> reconcile -> notify: one whose payment is in the books, and a doubtful one."""
    cement = SPECS["cement"]
    line = {
        "provider": "mpesa",
        "receipt": cement.mpesa_code,
        "amount_cents": cement.total_cents,
        "party": cement.merchant,
        "paid_at": f"{cement.day}T{cement.time}:00.000+03:00",
    }
    world.post("/v1/transactions", line)
    for spec in (cement, doubtful()):
        world.hand_in(f"{spec.name}.jpg", draw_receipt(spec, 1))  # type: ignore[attr-defined]


def doubtful() -> ReceiptSpec:
    return next(spec for spec in SPECS.values() if spec.layout == "note")


SCENARIOS: dict[str, Act] = {
    "biz_paid": collected,
    "biz_redelivered": collected,
    "biz_bystander": collected,
    "biz_shop": photographed,
}
"""By the business that lives through it."""
PAYERS = {"biz_paid": "254712345678", "biz_redelivered": "254712345679", "biz_bystander": "254712345680"}
"""One each: Safaricom refuses a second prompt for the same phone and amount within minutes (code 17)."""


def embedded(chain: Chain, folder: Path, business: str, *, listed: bool = False) -> Final:
    """What the business has in the end on the embedded system, before or after its money is listed."""
    with running(folder, ManualClock(SystemClock().now())) as started:
        world = Embedded(started.system, started.clock, business)
        world.payer = PAYERS.get(business, world.payer)
        furnish(world)
        SCENARIOS[business](world)
        world.advance()
        if listed:
            world.advance(16 * 60)
        found = final(world.system.app.store, business)
    composition.use(chain.system.app)  # this process serves the chain's HTTP functions again
    return found


@pytest.fixture(scope="module")
def chain(
    tmp_path_factory: pytest.TempPathFactory, pubsub_emulator: str, firestore_emulator: str
) -> Iterator[Chain]:
    project = f"chain-{uuid.uuid4().hex[:12]}"
    folder = tmp_path_factory.mktemp("chain")
    with running_chain(folder, project, store_url=f"firestore://{project}") as running_one:
        yield running_one


STRUCTURED = {"content-type": "application/cloudevents+json"}


REFUSED = [(b'{"specversion": "1.0", "id"', STRUCTURED), (b"no event at all", {})]
"""What the framework itself refuses: broken JSON that says it is an event, and one that says nothing."""


@contextmanager
def raw(project: str) -> Iterator[Raw]:
    made = Raw(project, PaymentSettled.TYPE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def loose(chain: Chain) -> Iterator[Raw]:
    """What the framework refuses, sent on its way early: its last attempt takes ten seconds to come."""
    project = f"{chain.project}-loose"
    # a door of its own: through the chain's it would use up the faults that other tests wish for
    with door(chain.addresses) as own, raw(project) as topic:
        furnish_emulator(project, read_topology(), own.endpoints(), replace(WAITS, ordered=False))
        for body, attributes in REFUSED:
            topic.publish(body, attributes)
        yield topic


@pytest.mark.usefixtures("loose")
def test_a_payment_ends_as_it_does_embedded(chain: Chain, tmp_path: Path) -> None:
    wanted = embedded(chain, tmp_path, "biz_paid")
    assert [payment[1]["matching"] for payment in wanted["payments"]] == ["auto"]
    collected(chain.world("biz_paid", PAYERS["biz_paid"]))
    chain.wait_for_documents("biz_paid", wanted)
    wanted = embedded(chain, tmp_path / "listed", "biz_paid", listed=True)
    chain.sweep()
    chain.wait_for_documents("biz_paid", wanted)
    found = final(chain.system.app.store, "biz_paid")
    wanted["payments"][0][1]["amount_cents"] += 1
    assert differences(found, wanted).count("payments: only in") == 2, "the comparison sees a cent"


def events_of(chain: Chain, business: str) -> Counter[str]:
    """Which events of a business were pushed, by id, and how often to whom."""
    return Counter(
        f"{one.function} {one.event['type']} {one.event['id']}"
        for one in chain.door.seen()
        if one.event.get("business") == business
    )


def test_what_is_delivered_again_changes_nothing(chain: Chain, tmp_path: Path) -> None:
    """Functions that are away, answers that are lost, and every message twice more when all is over."""
    wanted = embedded(chain, tmp_path, "biz_redelivered")
    for function in ("settle", "alerts", "reconcile", "notify"):
        chain.door.faults[function].extend(["away", "ack lost", "away"])
    collected(chain.world("biz_redelivered", PAYERS["biz_redelivered"]))
    chain.wait_for_documents("biz_redelivered", wanted)
    chain.wait_for(
        lambda: min(events_of(chain, "biz_redelivered").values()) >= 4, "three failures and a success each"
    )
    before = events_of(chain, "biz_redelivered")
    assert len(before) == 4
    pushed = (one.event for one in chain.door.seen())
    mine = {event["id"]: event for event in pushed if event.get("business") == "biz_redelivered"}
    twice = [event for event in reversed(mine.values()) for _ in range(2)]
    chain.system.bus.publish(twice)
    chain.wait_for(
        lambda: all(events_of(chain, "biz_redelivered")[key] >= n + 2 for key, n in before.items()),
        "the late duplicates did not arrive",
    )
    chain.wait_for_documents("biz_redelivered", wanted)


def test_poison_is_recorded_where_our_code_sees_it(chain: Chain) -> None:
    none = PaymentSettled(payment_id="none")
    good = new_event("biz_poisoned", "payments/none", 1, TIME, none).to_cloud_event()
    wrong = ({"type": "made.up.v1"}, {"business": None}, {"data": [1]}, {"data": {"payment_id": 7}})
    odd = {"subject": "payments/Wanjikũ 😀\nzweite “Zeile” \\ %41", "data": {"payment_id": "gone"}}
    bodies = [json.dumps({**good, **change}).encode() for change in (*wrong, odd)]
    binary = {f"ce-{name}": value for name, value in good.items() if name != "data"}
    with raw(chain.project) as topic:
        for body in bodies:
            topic.publish(body, STRUCTURED, "biz_poisoned")
        topic.publish(b"{broken", {**binary, "content-type": "application/json"}, "biz_poisoned")
        topic.publish(b"", {**binary, "content-type": "application/json", "ce-id": "empty"}, "biz_poisoned")
    chain.wait_for(lambda: chain.buried().total() >= 14, "not every poisonous event was recorded")
    assert chain.buried() == Counter(event_unknown=2, event_invalid=10, not_found=2), "by both who are told"
    letters = chain.system.app.store.all("biz_poisoned", Query("dead_letters", (), "recorded_at"))
    assert {letter.data["consumer"] for letter in letters} == {"alerts", "reconcile"}
    for letter in letters:
        assert json.loads(letter.data["event"])["subject"] == odd["subject"], "it arrived as it was sent"


def test_poison_that_the_framework_refuses_holds_up_nobody_and_ends(chain: Chain, tmp_path: Path) -> None:
    """It goes round as often as the topology allows, in its own business only."""
    wanted = embedded(chain, tmp_path, "biz_bystander")
    body, attributes = REFUSED[0]
    with raw(chain.project) as topic:
        topic.publish(body, attributes, "biz_poisoned")
    chain.wait_for(lambda: tries(chain, body), "it did not arrive")
    collected(chain.world("biz_bystander", PAYERS["biz_bystander"]))
    chain.wait_for_documents("biz_bystander", wanted)
    chain.wait_for(lambda: tries(chain, body) >= WAITS.attempts, "it was not tried as often as it should")
    chain.sweep()
    assert tries(chain, body) == WAITS.attempts


def test_what_is_refused_to_the_end_lies_on_the_dead_letter_topic(chain: Chain, loose: Raw) -> None:
    """Seen on subscriptions without order: with it, the emulator never hands a message on."""
    wanted = sorted(body for body, _ in REFUSED for _ in ("alerts", "reconcile"))
    chain.wait_for(lambda: len(loose.letters()) >= len(wanted), "the dead-letter topic did not get them")
    assert sorted(loose.letters()) == wanted


def tries(chain: Chain, body: bytes) -> int:
    """How often reconcile was given this body."""
    return sum(one.body == body for one in chain.door.seen("reconcile"))


def test_receipts_end_as_they_do_embedded(chain: Chain, tmp_path: Path) -> None:
    wanted = embedded(chain, tmp_path, "biz_shop")
    assert len(wanted["receipts"]) == 2
    photographed(chain.world("biz_shop"))
    chain.wait_for_documents("biz_shop", wanted)
