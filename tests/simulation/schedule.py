"""One schedule: trouble for an hour of virtual time, then quiet, then everything must be in order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from shared.books import seal_journal
from shared.matching.manual import undo_match
from shared.payments.attempts import Ask, cancel
from shared.payments.operator import decide
from shared.payments.payout_requests import PayoutAsk
from shared.store import Key
from tests.simulation.faults import RATES, Faults
from tests.simulation.final import loose_ends, settled_wrongly
from tests.simulation.kernel import SECOND, Kernel, Violation, drawn
from tests.simulation.queue import CONSUMERS
from tests.simulation.setting import BUSINESS, PEOPLE, STRANGER, VARIANTS, Owed, setting
from tests.simulation.world import World

MOST_SWEEPS = 22
"""Sweeps after the trouble within which all must be quiet: nine of them are the poll plan itself."""
GAP, LONG_GAP, SHORT_GAPS = 8 * 60, 8 * 3600, 18
"""Seconds between them, and after how many they lie further apart: payouts are asked about for a day."""
_TIMER = (20, 45, 90, 200, 420, 900)


@dataclass(slots=True)
class Result:
    """How one schedule went; ``violation`` is "" when every promise was kept."""

    seed: int
    trace: str
    steps: int
    violation: str
    faults: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)


def run(seed: int, *, keep_lines: bool = False) -> Result:
    """Run the schedule of one seed."""
    faults = Faults(Random(seed))
    kernel = Kernel(faults)
    world = World(seed, setting(faults.random.randrange(VARIANTS)), faults, kernel)
    try:
        trouble(world)
        recover(world)
    except Violation as broken:
        violation = str(broken)
    else:
        violation = ""
    lines = kernel.lines if keep_lines or violation else []
    return Result(seed, kernel.digest(), kernel.steps, violation, faults.counts, lines)


def trouble(world: World) -> None:
    """Requests, payments, ticks and people, while everything may fail."""
    world.faults.begin()
    random, faults = world.random, world.faults
    first = _ask(world, 0, drawn(random, 0, 300), _wish(world))
    for n in range(1, random.randint(1, 3)):
        if faults.hit("same_again"):  # the same payer, amount and reference, as soon as that is allowed
            _ask(world, n, first[0] + drawn(random, 121, 300), first[1])
        else:
            _ask(world, n, drawn(random, 0, 400), _wish(world))
    for _ in range(random.choice((0, 1, 1, 2))):
        _pay_by_hand(world)
    if faults.hit("payout_asked"):
        ask = PayoutAsk(STRANGER, 100 * random.randint(10, 3000), "cement", "expense:materials", "", "")
        for n in range(random.randint(1, 3)):
            world.pay_out(f"out-{n}", ask, drawn(random, 0, 600))
    _people(world)
    if faults.hit("outage"):
        begin = drawn(random, 0, 600)
        world.provider.outage(begin, begin + drawn(random, 30, 1200))
    if faults.hit("store_outage"):
        begin = drawn(random, 0, 600)
        faults.plan_outage(begin, begin + drawn(random, 30, 3000))
    if faults.hit("poison_event"):
        _poison(world)
    if faults.hit("function_down"):
        world.bus.down = random.choice(sorted(CONSUMERS))
    for gap in _gaps(random):
        world.kernel.run(gap)
        if faults.hit("clock_jump"):
            world.kernel.drift = drawn(random, -100, 100)
        if faults.hit("sweep_missed"):
            continue
        world.sweep()
        if faults.hit("sweeps_overlap"):
            world.kernel.run(301 - world.kernel.time // SECOND % 300)  # when the journal is sealed, too
            world.sweep()
            world.sweep(delay=drawn(random, 0, 0.2))
            for _ in range(3):  # and an operator's command seals at the same time
                world.act("seal", lambda: seal_journal(world.app.store, BUSINESS), 0)
    if world.bus.down:
        world.kernel.run(2400)  # until the events that it cannot take are dead letters


def _gaps(random: Random) -> list[int]:
    return [random.choice(_TIMER) for _ in range(random.randint(3, 6))]


def _wish(world: World) -> Ask:
    random = world.random
    owed = random.choice(world.setting.invoices)
    draw = random.random()
    if draw < 0.55:
        return Ask(owed.phone, None, owed.id, "", "")
    if draw < 0.8:
        return Ask(owed.phone, 100 * random.randint(1, owed.cents // 100), owed.id, "", "")
    return Ask(random.choice((owed.phone, STRANGER)), 100 * random.randint(1, 900), "", "", "")


def _ask(world: World, n: int, delay: int, ask: Ask) -> tuple[int, Ask]:
    random = world.random
    world.collect(f"key-{n}", ask, delay)
    if world.faults.hit("request_repeated"):
        world.collect(f"key-{n}", ask, delay + drawn(random, 0, 2))
    if world.faults.hit("business_cancels"):
        attempt = world.attempt_id(f"key-{n}")
        world.act(
            "cancel", lambda: cancel(world.app, BUSINESS, attempt, "usr"), delay + drawn(random, 1, 200)
        )
    return delay, ask


def _pay_by_hand(world: World) -> None:
    random = world.random
    owed = random.choice(world.setting.invoices)
    phone = random.choice((owed.phone, owed.phone, PEOPLE[0][2], STRANGER))
    account = random.choice((owed.number, owed.number, owed.number[:-1] + "X", "rent", owed.customer.upper()))
    cents = random.choice((owed.cents, owed.cents - owed.cents % 100, 10_000, owed.cents + 5000))
    delay = drawn(random, 0, 900)
    world.kernel.at(delay, lambda: _paid(world, phone, cents, account))
    if world.faults.hit("payments_together"):  # somebody else pays for the same invoice at the same moment
        world.kernel.at(delay + drawn(random, 0, 0.1), lambda: _paid(world, phone, 20_000, account))


def _paid(world: World, phone: str, cents: int, account: str) -> None:
    world.provider.pay_by_hand(phone, cents, account)


def _people(world: World) -> None:
    if world.faults.hit("person_unmatches"):
        world.act("unmatch", lambda: _unmatch(world), drawn(world.random, 60, 1500))


def _unmatch(world: World) -> None:
    payments = world.memory.collection(BUSINESS, "payments").values()
    matched = sorted(doc.id for doc in payments if doc.data["matching"] == "auto")
    if matched:
        world.app.outbox.run(BUSINESS, lambda tx: undo_match(tx, matched[0], actor="usr"))


def _poison(world: World) -> None:
    """Events that nobody of ours wrote, or that lost something on the way."""
    random = world.random
    events = (
        ("settle", {"type": "callback.received.v1", "id": "evt_x", "business": BUSINESS}),
        (
            "settle",
            {
                "type": "callback.received.v1",
                "id": "evt_y",
                "business": BUSINESS,
                "subject": "s",
                "time": "t",
                "data": {"evidence_id": "evd_none"},
            },
        ),
        ("reconcile", {"type": "payment.settled.v1", "id": "evt_z", "business": "../x", "data": "{"}),
        ("notify", {"type": "who.knows.v9", "id": "evt_w"}),
    )
    for consumer, event in events:
        if random.random() < 0.7:
            world.poison.add(event["id"])
            world.bus.deliver(consumer, event)


def recover(world: World) -> None:
    """The trouble is over: within ``MOST_SWEEPS`` ticks nothing may be left to do. Raises Violation."""
    kernel = world.kernel
    world.faults.off()
    kernel.run()
    kernel.drift = 0
    ends: list[str] = []
    for n in range(MOST_SWEEPS):
        world.bus.revive()
        kernel.run(GAP if n < SHORT_GAPS else LONG_GAP)
        world.sweep()
        kernel.run()
        ends = loose_ends(world)
        if n + 1 == SHORT_GAPS and (
            late := [end for end in ends if "payout" not in end and "pyo_" not in end]
        ):
            kernel.broken(f"not quiet after {SHORT_GAPS} sweeps: {'; '.join(late[:6])}")
        if not ends:
            world.faults.counts[f"quiet_after_{n + 1:02d}"] += 1
            break
    if ends:
        kernel.broken(f"not quiet after {MOST_SWEEPS} sweeps: {'; '.join(ends[:6])}")
    _decide_all(world)
    if wrong := settled_wrongly(world):
        kernel.broken("; ".join(wrong[:6]))


def _decide_all(world: World) -> None:
    """An honest person answers every question about money, by what the provider's ledger says."""
    for payment in sorted(world.memory.collection(BUSINESS, "payments").values(), key=lambda doc: doc.id):
        if payment.data["status"] != "review":
            continue
        row = world.provider.truth(payment.data["receipt"] or payment.data["money_id"])
        received = row is not None and row.receipt not in world.monitors.booked
        if world.random.random() > RATES["person_decides"]:
            continue
        world.faults.counts["person_decides"] += 1
        cents = row.cents if row is not None else None
        world.app.outbox.run(
            BUSINESS,
            lambda tx, p=payment.id, r=received, c=cents: decide(  # type: ignore[misc]
                tx, p, received=r, cents=c if r else None, actor="usr", note="looked it up"
            ),
        )
    world.kernel.run()


__all__ = ["SECOND", "Key", "Owed", "Result", "run"]
