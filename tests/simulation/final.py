"""What must be true at the end, when the trouble is over and the timer has ticked long enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from shared.books import seal_journal
from shared.books.blocks import last_block
from shared.core.clock import ManualClock, business_day
from shared.core.ids import SeededIds
from shared.insights.daysums.counting import NAMES, PER_CUSTOMER, counted
from shared.insights.daysums.folding import fold
from shared.insights.daysums.reading import day_sums
from shared.insights.plan import Period
from shared.insights.scope import Scope
from shared.payments.states import UNDECIDED
from shared.store import Doc, Key, Store
from shared.store.indexes import SCHEMA
from tests.simulation.setting import BUSINESS

if TYPE_CHECKING:
    from tests.simulation.world import World

_UNPAID = {"expired", "cancelled"}
"""What the provider is asked about for an hour, though nobody waits for it any longer."""


def loose_ends(world: World) -> list[str]:
    """What still waits for something: empty when the system is at rest."""
    return [*_waiting_rows(world), *_waiting_money(world), *_waiting_payouts(world)]


def _docs(world: World, collection: str) -> list[Doc]:
    return list(world.memory.collection(BUSINESS, collection).values())


def _waiting_rows(world: World) -> Iterator[str]:
    if not world.kernel.idle or world.bus.waiting or world.bus.dead:
        yield "the bus is not empty"
    for row in _docs(world, "outbox"):
        yield f"an event waits in the outbox: {row.data['event']['type']}"
    undecided = {state.value for state in UNDECIDED}
    asked = {doc.id for doc in _docs(world, "payments") if doc.data["status"] == "review"}
    for attempt in _docs(world, "attempts"):
        decided = attempt.data["status"] not in undecided or attempt.data["payment_id"] in asked
        asked_again = attempt.data["polling"] and (world.to_the_end or attempt.data["status"] not in _UNPAID)
        if asked_again or not decided:
            yield f"attempt {attempt.id} is {attempt.data['status']}, polling {attempt.data['polling']}"
    for payment in _docs(world, "payments"):
        if payment.data["polling"] or payment.data["status"] == "claimed":
            yield f"payment {payment.id} is {payment.data['status']}"
        elif payment.data["matching"] == "waiting" and payment.data["status"] == "settled":
            yield f"payment {payment.id} waits to be matched"


def _waiting_payouts(world: World) -> Iterator[str]:
    """What was let go out has an end, or a person is asked; what went is booked."""
    asked = {doc.data["subject_id"] for doc in _docs(world, "review") if doc.data["status"] == "open"}
    for payout in _docs(world, "payouts"):
        if payout.data["status"] in {"approved", "sending", "sent", "unknown"} and payout.id not in asked:
            yield f"payout {payout.id} is {payout.data['status']}"
    for payout_id, sent in world.provider.sender.went.items():
        if sent.code == "0" and payout_id not in world.monitors.paid_out and payout_id not in asked:
            yield f"lost: {payout_id} went and is not booked"


def _waiting_money(world: World) -> Iterator[str]:
    asked = {doc.data["receipt"] for doc in _docs(world, "payments") if doc.data["status"] == "review"}
    for receipt in world.provider.ledger:
        if receipt not in world.monitors.booked and receipt not in asked:
            yield f"lost: {receipt} is neither booked nor in review"


def settled_wrongly(world: World) -> list[str]:
    """Promises about the end that were not kept."""
    return [
        *_money(world),
        *_blocks(world),
        *_attempts(world),
        *_messages(world),
        *_letters(world),
        *_events(world),
        *_sums_by_day(world, world.app.store),
        *_summed_later(world),
    ]


def _money(world: World) -> Iterator[str]:
    sums: Counter[str] = Counter()
    for entry in _docs(world, "journal"):
        for leg in entry.data["legs"]:
            sums[leg["account"]] += leg["amount"]
    if sum(sums.values()) != 0:
        yield f"the trial balance is {sum(sums.values())}"
    if +sums != +world.monitors.accounts:
        yield "the journal is not what was committed"
    booked = sum(world.provider.ledger[receipt].cents for receipt in world.monitors.booked)
    cleared = sum(cents for account, cents in sums.items() if account.startswith("clearing:"))
    out = sum(world.monitors.paid_out.values())
    if booked - out != cleared:
        yield f"clearing holds {cleared} cents, {booked} were received and {out} sent"
    for payment in _docs(world, "payments"):
        items = [d for d in _docs(world, "review") if d.data["subject_id"] == payment.id]
        asked = any(item.data["status"] == "open" for item in items)
        data = payment.data
        if data["status"] == "review" and not asked:
            yield f"nobody is asked about {payment.id}"
        if data["status"] == "settled" and data["matching"] == "review" and not asked:
            yield f"nobody is asked whose {payment.id} is"


def _summed_later(world: World) -> Iterator[str]:
    """The same once the day is over and the timer has summed it."""
    later = ManualClock(world.app.store.clock.now() + timedelta(hours=30))
    store = Store(world.memory, SCHEMA, later, SeededIds("later"))
    if not _docs(world, "payments"):
        return
    if not fold(store, BUSINESS):
        yield "a day that is over was not summed"
    if _docs(world, "stale_days"):
        yield "a day that was summed is still marked"
    yield from _sums_by_day(world, store)


def _sums_by_day(world: World, store: Store) -> Iterator[str]:
    """What is summed by day is what the payments come to, whoever crashed between the two."""
    books = counted("payments", sorted(_docs(world, "payments"), key=lambda d: (d.data["paid_at"], d.id)))
    today = date.fromisoformat(business_day(store.clock.now()))
    sums = day_sums(Scope(store, BUSINESS, today))
    period = Period(start=today - timedelta(days=60), end=today + timedelta(days=1))
    for name in NAMES["payments"]:
        if name not in PER_CUSTOMER:
            told = {
                (line.day, line.key): (line.n, line.cents, line.mark) for line in sums.lines(name, period)
            }
            true = {
                (day, key): (cell.sum.n, cell.sum.cents, cell.sum.mark)
                for day, book in books.items()
                for key, cell in book.get((name, "KES"), {}).items()
            }
            if told != true:
                yield f"{name} by day is {told}, the payments say {true}"


def _blocks(world: World) -> Iterator[str]:
    """All that is written gets sealed, and the last block is the trial balance."""
    seal_journal(world.app.store, BUSINESS)
    written = {doc.id for doc in _docs(world, "journal")}
    if world.monitors.sealed != written:
        yield f"not sealed: {sorted(written - world.monitors.sealed)[:3]}"
    last = last_block(world.app.store, BUSINESS)
    if last is not None and sum(last.data["balances"]["KES"].values()) != 0:
        yield "the last block does not balance"


def _attempts(world: World) -> Iterator[str]:
    """What a callback told of an attempt is known of it, or somebody is asked about that money."""
    questions = {doc.data["subject_id"] for doc in _docs(world, "review")}
    for prompt in world.provider.prompts.values():
        attempt = world.memory.find(BUSINESS, Key("attempts", prompt.request.attempt_id))
        if attempt is None:
            yield f"prompted and not written: {prompt.request.attempt_id}"
        elif prompt.told_paid and attempt.data["status"] not in {"succeeded", "review"}:
            if {world.monitors.booked.get(prompt.receipt), f"mpesa-{prompt.receipt}"} & questions:
                continue  # a notice was taken for another prompt of its kind, and a person knows
            yield f"told as paid, and {attempt.data['status']}: {attempt.id}"


def _messages(world: World) -> Iterator[str]:
    told = Counter(doc.data["subject"] for doc in _docs(world, "messages"))
    for payment in _docs(world, "payments"):
        data = payment.data
        reachable = data["matching"] == "review" or data["payer_phone"] or data["customer_id"]
        asked = data["matching"] in {"auto", "review"} and reachable
        if asked and not told[f"payments/{payment.id}"]:
            yield f"nobody was told about {payment.id} ({data['matching']})"
    for message in _docs(world, "messages"):
        times, status = world.sms.sent[message.id], message.data["status"]
        if times > 1 or (status == "sent" and times != 1) or (status in {"failed", "suppressed"} and times):
            yield f"message {message.id} is {status} and went out {times} times"


def _letters(world: World) -> Iterator[str]:
    """Only what was unreadable may end as a dead letter."""
    for business in (BUSINESS, "system"):
        for letter in world.memory.collection(business, "dead_letters").values():
            honest = any(identity in letter.data["event"] for identity in world.monitors.emitted)
            if honest and letter.data["code"] not in {"json_invalid", "callback_invalid"}:
                yield f"an event of ours was refused: {letter.data['code']} {letter.data['message'][:80]}"


def _events(world: World) -> Iterator[str]:
    for identity in world.monitors.emitted:
        if not world.bus.published[identity]:
            yield f"never published: {identity}"
