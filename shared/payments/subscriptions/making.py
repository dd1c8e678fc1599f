"""What people do with a subscription: make, pause, resume, cancel."""

from __future__ import annotations

from datetime import timedelta

from shared.books.lines import add_up, price
from shared.core.clock import business_day, parse_rfc3339, rfc3339
from shared.core.errors import FieldError, Invalid, Refused
from shared.core.money import up_to_shillings
from shared.core.phone import parse_phone
from shared.payments.gateways.daraja.request import MAX_CENTS
from shared.payments.places import CUSTOMERS, SUBSCRIPTIONS
from shared.payments.subscriptions.model import NewSubscription, rhythm_of
from shared.store import Data, Doc, Key, Tx

FARTHEST = timedelta(days=5 * 366)
"""A start later than this is a typing error."""


def write_subscription(tx: Tx, subscription_id: str, new: NewSubscription, actor: str) -> Doc:
    """Write a subscription; nothing is asked for before its first day.

    A start on an earlier day is fine, and what would have been asked for before today is passed over. Raises
    NotFound for an unknown customer, Invalid ``phone_invalid``, ``start_invalid``, ``no_period``,
    ``amount_out_of_range`` for lines that come to nothing or to more than one payment carries.
    """
    _check_lines(new)
    customer = tx.require(Key(CUSTOMERS, new.customer_id))
    now = parse_rfc3339(tx.now)
    today = business_day(now)
    if not business_day(now - FARTHEST) <= new.start <= business_day(now + FARTHEST):
        raise _wrong("start", "start_invalid", "that is more than five years away")
    record: Data = {
        **new.model_dump(),
        "phone": _phone(new.phone),
        "customer_id": customer.id,
        "status": "active",
        "open": 0,
        "failures": 0,
        "missed": 0,
        "because": "",
        "created_on": tx.now,
        "created_by": actor,
    }
    passed = _before(record, today)
    if not rhythm_of(record).exists(passed + 1):
        raise _wrong("start", "no_period", "no period of it lies ahead")
    return tx.create(Key(SUBSCRIPTIONS, subscription_id), {**record, **waiting(record, passed)})


def _check_lines(new: NewSubscription) -> None:
    total = add_up([price(line.item(), "inclusive") for line in new.lines]).total_cents
    if new.lines and not 0 < up_to_shillings(total) <= MAX_CENTS:
        raise _wrong("lines", "amount_out_of_range", "the lines come to 1 to 250,000 shillings together")


def _phone(text: str) -> str:
    try:
        return parse_phone(text)
    except Invalid as error:
        raise _wrong("phone", error.code, error.message) from None


def _wrong(field: str, code: str, why: str) -> Invalid:
    return Invalid(code, why, [FieldError(f"/{field}", why)])


def _before(subscription: Data, today: str) -> int:
    """How many periods lie on days before ``today``."""
    rhythm = rhythm_of(subscription)
    sequence = 0
    while rhythm.exists(sequence + 1) and rhythm.day(sequence + 1).isoformat() < today:
        sequence += 1
    return sequence


def waiting(subscription: Data, sequence: int) -> Data:
    """The changes of a subscription whose ``sequence``-th period is dealt with: the next one, or the end."""
    rhythm = rhythm_of(subscription)
    if not rhythm.exists(sequence + 1):
        over = {"status": "finished"} if subscription["status"] == "active" else {}
        return {"sequence": sequence, "next_day": "", "due_at": "", "open": 0, **over}
    due_at = rfc3339(rhythm.moment(sequence + 1))
    return {
        "sequence": sequence,
        "next_day": rhythm.day(sequence + 1).isoformat(),
        "due_at": due_at,
        "open": 0,
    }


def pause(tx: Tx, subscription_id: str) -> Doc:
    """Ask for nothing until it is resumed; a prompt that is out is still booked when it is paid.

    Raises NotFound, Refused ``subscription_not_active``.
    """
    subscription = _in(tx, subscription_id, "active")
    return tx.update(subscription.key, {"status": "paused", "because": "person"})


def resume(tx: Tx, subscription_id: str) -> Doc:
    """Go on with the next period that falls due; those that passed meanwhile are not asked for.

    Raises NotFound, Refused ``subscription_not_paused``.
    """
    subscription = _in(tx, subscription_id, "paused")
    again: Data = {**subscription.data, "status": "active", "because": "", "failures": 0}
    if again["open"]:
        return tx.update(subscription.key, {**again, "due_at": tx.now})
    passed = max(again["sequence"], rhythm_of(again).latest(parse_rfc3339(tx.now)))
    again["missed"] += passed - again["sequence"]
    return tx.update(subscription.key, {**again, **waiting(again, passed)})


def cancel(tx: Tx, subscription_id: str) -> Doc:
    """End a subscription for good; twice changes nothing. Raises NotFound."""
    key = Key(SUBSCRIPTIONS, subscription_id)
    if tx.require(key).data["status"] == "cancelled":
        return tx.require(key)
    return tx.update(key, {"status": "cancelled", "because": "person", "next_day": "", "due_at": ""})


def _in(tx: Tx, subscription_id: str, status: str) -> Doc:
    subscription = tx.require(Key(SUBSCRIPTIONS, subscription_id))
    if subscription.data["status"] != status:
        raise Refused(f"the subscription is {subscription.data['status']}", code=f"subscription_not_{status}")
    return subscription
