"""The sweep's part: open what is due, prompt once a period, follow it to its end.

A period is opened in one commit (its run, its invoice, the subscription's place in the calendar) and then
prompted under the key (subscription, sequence number, try). A crash anywhere in between, or a second sweep at
the same moment, finds the run open and starts under the same key: one prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.books import NewInvoice, NewLine, draft_invoice, finalise_invoice
from shared.bus import emit
from shared.core import logs
from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import Permanent
from shared.core.ids import derived_id
from shared.events import SubscriptionPaused
from shared.payments.attempts import Ask, start
from shared.payments.places import ATTEMPTS, INVOICES, RUNS, SUBSCRIPTIONS
from shared.payments.ports import Ports
from shared.payments.subscriptions.calendar import by_day
from shared.payments.subscriptions.judging import CHECK, Step, judge
from shared.payments.subscriptions.making import waiting
from shared.payments.subscriptions.model import rhythm_of
from shared.store import Data, Doc, Key, Once, Query, Tx, Where

ACTOR = "subscription"
BATCH = 100
_SOON = timedelta(minutes=10)
"""After a refusal that says nothing about the payer: the phone was asked by somebody else just now."""
_BUSY = frozenset({"repeated_too_soon", "phone_rate_limited"})
_AT_WORK = frozenset({"idempotency_in_flight", "subscription_changed"})
_STUCK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Order:
    """One prompt to be made: which period, the how manieth try, and what to ask."""

    run: Key
    number: int
    ask: Ask


def run_key(subscription_id: str, sequence: int) -> Key:
    """The record of one period."""
    return Key(RUNS, f"{subscription_id}-{sequence}")


def run_due(ports: Ports, business: str, give_up: datetime) -> int:
    """Deal with every subscription whose time has come, until ``give_up``; returns how many.

    One that cannot be dealt with is put off and holds up no other. Raises Retryable when the store is away.
    """
    now = rfc3339(ports.clock.now())
    where = (Where("status", "==", "active"), Where("due_at", "<=", now))
    done = 0
    for subscription in ports.store.query(business, Query(SUBSCRIPTIONS, where, "due_at", BATCH)).docs:
        if ports.clock.now() > give_up:
            break
        try:
            step(ports, business, subscription.key)
        except Permanent as error:
            put_off = rfc3339(ports.clock.now() + _STUCK)
            ports.store.update(business, subscription.key, {"due_at": put_off})
            logs.warn("a subscription is stuck", subscription=subscription.id, code=error.code)
        done += 1
    return done


def step(ports: Ports, business: str, key: Key) -> None:
    """Do what is due for one subscription, at most one prompt."""
    told = ports.outbox.run(business, lambda tx: _advance(tx, key))
    if told is not None:
        _prompt(ports, business, key, told)


def _advance(tx: Tx, key: Key) -> Order | None:
    """Move a subscription on; returns the prompt that has to be made now, None for none."""
    subscription = tx.require(key)
    now = parse_rfc3339(tx.now)
    if subscription.data["status"] != "active" or subscription.data["due_at"] > tx.now:
        return None  # another sweep was here
    if (awake := by_day(now)) > now:
        tx.update(key, {"due_at": rfc3339(awake)})
        return None
    if subscription.data["open"]:
        return _follow(tx, subscription, tx.require(run_key(key.id, subscription.data["open"])))
    return _open(tx, subscription)


def _open(tx: Tx, subscription: Doc) -> Order | None:
    """Open the latest period that is due. Earlier ones that nobody looked after are passed over: a phone is
    asked once after an outage, not once for every period of it."""
    told = subscription.data
    latest = rhythm_of(told).latest(parse_rfc3339(tx.now))
    if latest <= told["sequence"]:
        tx.update(subscription.key, waiting(told, told["sequence"]))
        return None
    missed = latest - told["sequence"] - 1
    run = tx.create(
        run_key(subscription.id, latest),
        {
            "subscription_id": subscription.id,
            "sequence": latest,
            "day": rhythm_of(told).day(latest).isoformat(),
            "status": "collecting",
            "invoice_id": _invoice(tx, subscription, latest) if told["lines"] else "",
            "attempt_id": "",
            "tries": 0,
            "retry_at": "",
            "because": "",
            "missed": missed,
            "started_on": tx.now,
            "ended_on": "",
        },
    )
    changes: Data = {
        "sequence": latest,
        "open": latest,
        "missed": told["missed"] + missed,
        "due_at": _later(tx),
    }
    return _order(tx.update(subscription.key, changes), run)


def _later(tx: Tx, wait: timedelta = CHECK) -> str:
    return rfc3339(parse_rfc3339(tx.now) + wait)


def _invoice(tx: Tx, subscription: Doc, sequence: int) -> str:
    """The invoice of one period, due on its day, finalised in the commit that opens the period."""
    told = subscription.data
    invoice_id = derived_id("inv", subscription.id, str(sequence))
    lines = [NewLine.model_validate(line) for line in told["lines"]]
    due = rhythm_of(told).day(sequence).isoformat()
    new = NewInvoice(customer_id=told["customer_id"], lines=lines, due_date=due, notes=told["description"])
    draft_invoice(tx, invoice_id, new)
    finalise_invoice(tx, invoice_id, actor=ACTOR)
    return invoice_id


def _order(subscription: Doc, run: Doc) -> Order:
    told = subscription.data
    ask = Ask(told["phone"], told["amount_cents"], run.data["invoice_id"], told["reference"], "")
    return Order(run.key, run.data["tries"] + 1, ask)


def _follow(tx: Tx, subscription: Doc, run: Doc) -> Order | None:
    """Look after a period that is open: wait, try again, or close it."""
    attempt = tx.get(Key(ATTEMPTS, run.data["attempt_id"])) if run.data["attempt_id"] else None
    if attempt is None:  # whoever opened it did not come to prompt
        tx.update(subscription.key, {"due_at": _later(tx)})
        return _order(subscription, run)
    verdict = judge(attempt.data, run.data["tries"])
    match verdict.step:
        case Step.PAID:
            close(tx, subscription, run, "paid")
        case Step.WAIT:
            tx.update(subscription.key, {"due_at": _later(tx, verdict.wait)})
        case Step.OVER:
            close(tx, subscription, run, "failed", verdict.because)
        case Step.RETRY:
            return _retry(tx, subscription, run, verdict.wait, verdict.because)
    return None


def _retry(tx: Tx, subscription: Doc, run: Doc, wait: timedelta, because: str) -> Order | None:
    """Plan the next try of a period or, when its time has come, make it; the next period ends the trying."""
    if not run.data["retry_at"]:
        retry_at = rfc3339(by_day(parse_rfc3339(tx.now) + wait))
        if _next_comes_first(subscription, run, retry_at):
            close(tx, subscription, run, "failed", because)
            return None
        tx.update(run.key, {"retry_at": retry_at, "because": because})
        tx.update(subscription.key, {"due_at": retry_at})
        return None
    if run.data["retry_at"] > tx.now:
        tx.update(subscription.key, {"due_at": run.data["retry_at"]})
        return None
    tx.update(subscription.key, {"due_at": _later(tx)})
    return _order(subscription, run)


def _next_comes_first(subscription: Doc, run: Doc, moment: str) -> bool:
    rhythm, following = rhythm_of(subscription.data), run.data["sequence"] + 1
    return rhythm.exists(following) and rfc3339(rhythm.moment(following)) <= moment


def close(tx: Tx, subscription: Doc, run: Doc, status: str, because: str = "") -> None:
    """End a period, plan the next, and pause when too many in a row failed."""
    tx.update(run.key, {"status": status, "because": because, "ended_on": tx.now, "retry_at": ""})
    told = subscription.data
    failures = 0 if status == "paid" else told["failures"] + 1
    changes: Data = {"failures": failures, **waiting(told, run.data["sequence"])}
    if failures >= told["pause_after"] and "status" not in changes:
        changes |= {"status": "paused", "because": because}
        emit(tx, SubscriptionPaused(subscription_id=subscription.id), subscription.key, subscription.version)
    tx.update(subscription.key, changes)


def _prompt(ports: Ports, business: str, key: Key, order: Order) -> None:
    """Make one prompt under the key of its period and try."""
    once = Once(f"subscription|{business}|{order.run.id}|{order.number}")
    try:
        start(
            ports, business, ACTOR, order.ask, once, beside=lambda tx, attempt: _tie(tx, key, order, attempt)
        )
    except Permanent as error:
        refused = error.code
        ports.outbox.run(business, lambda tx: _refused(tx, key, order, refused))


def _tie(tx: Tx, key: Key, order: Order, attempt: Doc) -> None:
    """Tie an attempt to its period in the commit that writes it, unless somebody paused it meanwhile."""
    subscription, run = tx.require(key), tx.require(order.run)
    fits = subscription.data["open"] == run.data["sequence"] and run.data["tries"] == order.number - 1
    if subscription.data["status"] != "active" or not fits:
        raise Permanent("the subscription went on without this", code="subscription_changed")
    tx.update(run.key, {"attempt_id": attempt.id, "tries": order.number, "retry_at": ""})
    tx.update(attempt.key, {"subscription_id": key.id, "customer_id": subscription.data["customer_id"]})


def _refused(tx: Tx, key: Key, order: Order, code: str) -> None:
    """Nothing was prompted: look again, or end the period when it cannot be prompted at all."""
    subscription, run = tx.require(key), tx.require(order.run)
    if code in _AT_WORK or subscription.data["open"] != run.data["sequence"]:
        return
    if code in _BUSY:
        tx.update(key, {"due_at": _later(tx, _SOON)})
        return
    invoice = tx.get(Key(INVOICES, run.data["invoice_id"])) if run.data["invoice_id"] else None
    if code == "invoice_not_open" and invoice is not None and invoice.data["status"] == "paid":
        close(tx, subscription, run, "paid", "paid_otherwise")
    else:
        close(tx, subscription, run, "failed", code)
