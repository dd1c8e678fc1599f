"""Loading the demo: the past replayed step by step, then today's receipts through the bucket.

Nothing is loaded twice: the day of the first load is kept, ids follow from the story, and what is in the
books already is passed over. A load that was cut off goes on at the next start.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from local.demo.acts import done, perform
from local.demo.offers import offer
from local.demo.people import BUSINESS, EVERYBODY, NAME, OWNER, PASSWORD, PIN, VIEWER
from local.demo.plan import Step, history
from local.demo.receipts import demo_specs, draw_receipt
from local.demo.spending import CATEGORIES
from local.demo.summary import DemoSummary, summarise
from local.demo.timemachine import Past, past
from local.system import System
from shared.access import Membership, add_business, add_user
from shared.books import Expense, write_expense
from shared.core import logs
from shared.core.clock import EAT, parse_rfc3339, rfc3339
from shared.core.errors import AlreadyExists
from shared.store import Doc, Key, Once, Query

LOADED = Key("demo", "loaded")
IDLE_SECONDS = 180
"""How long the last events may take; a slow machine then gets the counts that it has so far."""
BALANCE_CENTS = 500_000_00
Say = Callable[[str], None]


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def load(system: System, say: Say = _to_stderr, *, receipts: bool = True) -> DemoSummary:
    """Bring the demo business into a started system, or find it there; returns what there is now.

    Args:
        system: started; its functions do the work in this call, whether it runs by itself or not.
        say: takes a line of progress now and then.
        receipts: False leaves the photos out, which take most of the time.
    """
    began = time.perf_counter()
    store = system.app.store
    today = parse_rfc3339(
        store.transaction(BUSINESS, lambda tx: tx.now, once=Once("demo/began", "the day of the first load"))
    )
    if store.get(BUSINESS, LOADED) is None:
        _found(system)
        _replay(system, history(today), say)
        if receipts:
            _hand_in(system, today, say)
        settled = _come_to_rest(system)
        _categorise(system)
        system.register()  # it is a new business: the simulated Safaricom does not know its addresses yet
        if settled:
            store.put(BUSINESS, LOADED, {"at": rfc3339(system.clock.now()), "receipts": receipts})
    offer(system)
    _fill_phones(system)
    return summarise(system, time.perf_counter() - began)


def _found(system: System) -> None:
    """The business and who may sign in; writing it again changes nothing that matters."""
    profile = {
        "name": NAME,
        "currency": "KES",
        "kra_pin": PIN,
        "phone": "",
        "email": OWNER,
        "shortcode": system.settings.daraja_shortcode,
        "till": system.settings.daraja_till,
        "trust_callback_cents": 0,
        "created_on": rfc3339(system.clock.now()),
    }
    store = system.app.store
    add_business(store, BUSINESS, profile)
    add_user(store, OWNER, PASSWORD, [Membership(BUSINESS, "owner")])
    add_user(store, VIEWER, PASSWORD, [Membership(BUSINESS, "viewer")])


def _replay(system: System, steps: list[Step], say: Say) -> None:
    """Perform the steps that are missing, each followed by all that the functions make of it.

    Events that a cut-off load left behind belong to the step before the first missing one.
    """
    missing = [step for step in steps if not done(system.app, step.act)]
    if not missing:
        return
    say(f"demo: replaying 90 days of sales and payments ({len(missing)} steps)")
    before = {after.act.writes: step.at for step, after in pairwise(steps)}
    with past(system, before.get(missing[0].act.writes, missing[0].at)) as machine:
        machine.deliver()
        for step in missing:
            _relive(machine, step)


def _relive(machine: Past, step: Step) -> None:
    machine.travel(step.at)
    perform(machine.app, step.act)
    machine.deliver()


def _hand_in(system: System, today: datetime, say: Say) -> None:
    """Put the drawn photos into the bucket, as a person's phone would."""
    folder = f"receipts/{BUSINESS}/"
    there = {blob.name for blob in system.app.blobs.list(folder)}
    specs = demo_specs(today.astimezone(EAT).date())
    say(f"demo: reading {len(specs)} receipt photos")
    for seed, spec in enumerate(specs):
        name = f"{folder}{spec.name}.jpg"
        if name in there:
            continue
        try:
            system.app.blobs.put(name, draw_receipt(spec, seed), only_if_absent=True)
        except AlreadyExists:
            logs.info("a photo came between", object=name)


def _come_to_rest(system: System) -> bool:
    """Let everything that is due happen; False when it took longer than ``IDLE_SECONDS``."""
    give_up = system.clock.now() + timedelta(seconds=IDLE_SECONDS)
    while system.clock.now() < give_up:
        system.settle()
        if not any(depth.waiting or depth.in_flight for depth in system.bus.depths().values()):
            return True
        system.clock.sleep(0.2)
    return False


def _categorise(system: System) -> None:
    """The owner has filed the receipts; what the engine asks about is not filed yet."""
    store = system.app.store
    receipts = {doc.id: doc for doc in store.all(BUSINESS, Query("receipts", (), "received_at"))}
    for expense in store.all(BUSINESS, Query("expenses", (), "business_day")):
        receipt = receipts.get(expense.data["receipt_id"])
        if receipt is not None and expense.data["category"] == "uncategorised":
            _file(system, expense, receipt)


def _file(system: System, expense: Doc, receipt: Doc) -> None:
    name = receipt.data["object"].rsplit("/", 1)[-1].removesuffix(".jpg")
    if name not in CATEGORIES:
        return
    known = {field: expense.data[field] for field in Expense.__dataclass_fields__}
    filed = replace(Expense(**known), category=CATEGORIES[name])
    system.app.store.transaction(BUSINESS, lambda tx: write_expense(tx, filed))


def _fill_phones(system: System) -> None:
    """Everybody's phone exists at the simulated Safaricom, with money on it; known ones stay as they are."""
    if system.safaricom is None:
        return
    sim = system.safaricom.sim
    for person in EVERYBODY.values():
        if sim.state.get("account", person.msisdn) is None:
            account = sim.account(person.msisdn)
            account.name, account.balance_cents = person.on_phone, BALANCE_CENTS
            sim.save_account(account)
