"""Subscriptions over HTTP, in one list of routes with the payment links and their page."""

from __future__ import annotations

from collections.abc import Callable

from shared.http import MANAGERS, MONEY, READERS, Call, ListView, page_view
from shared.payments.paylinks.pages import api
from shared.payments.places import RUNS, SUBSCRIPTIONS
from shared.payments.ports import Ports
from shared.payments.subscriptions import making
from shared.payments.subscriptions.model import (
    NewSubscription,
    SubscriptionArgs,
    SubscriptionView,
    subscription_view,
)
from shared.store import Doc, Key, Query, Tx, Where

__all__ = ["api"]
RUNS_SHOWN = 50


def _commit(call: Call[Ports], change: Callable[[Tx], Doc]) -> SubscriptionView:
    answer = call.ports.store.transaction(
        call.business, lambda tx: subscription_view(change(tx)).model_dump(mode="json"), once=call.once
    )
    return SubscriptionView.model_validate(answer)


@api.post(
    "/v1/subscriptions",
    roles=MONEY,
    body=NewSubscription,
    returns=SubscriptionView,
    status=201,
    idempotent=True,
    summary="Ask a customer for money every so often, or once on a later day",
)
def make_subscription(call: Call[Ports], body: NewSubscription) -> SubscriptionView:
    """Days are Nairobi's; a month without a 31st uses its last day. `count` 1 is one scheduled payment.

    A period is asked for once. While it is not known how that ended, nothing else is asked for; after an
    outage the latest period is asked for and earlier ones are counted as `missed`.
    """
    subscription_id = call.ports.ids.new("sub")
    return _commit(call, lambda tx: making.write_subscription(tx, subscription_id, body, call.actor.user))


@api.get(
    "/v1/subscriptions",
    roles=READERS,
    query=SubscriptionArgs,
    lists=SubscriptionView,
    summary="List subscriptions",
)
def list_subscriptions(call: Call[Ports]) -> ListView[SubscriptionView]:
    args: SubscriptionArgs = call.args
    where = (Where("status", "==", args.status),) if args.status else ()
    order = "due_at" if args.status else "-created_on"
    query = Query(SUBSCRIPTIONS, where, order, args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), subscription_view)


@api.get(
    "/v1/subscriptions/{subscription_id}",
    roles=READERS,
    returns=SubscriptionView,
    summary="Read a subscription with its latest periods",
)
def read_subscription(call: Call[Ports]) -> SubscriptionView:
    doc = call.ports.store.require(call.business, Key(SUBSCRIPTIONS, call.path["subscription_id"]))
    where = (Where("subscription_id", "==", doc.id),)
    runs = call.ports.store.query(call.business, Query(RUNS, where, "-sequence", RUNS_SHOWN)).docs
    return subscription_view(doc, runs)


@api.post(
    "/v1/subscriptions/{subscription_id}/pause",
    roles=MONEY,
    returns=SubscriptionView,
    summary="Ask for nothing until it is resumed",
)
def pause_subscription(call: Call[Ports]) -> SubscriptionView:
    return _commit(call, lambda tx: making.pause(tx, call.path["subscription_id"]))


@api.post(
    "/v1/subscriptions/{subscription_id}/resume",
    roles=MONEY,
    returns=SubscriptionView,
    summary="Go on with the next period",
)
def resume_subscription(call: Call[Ports]) -> SubscriptionView:
    """Periods that passed while it was paused are not asked for."""
    return _commit(call, lambda tx: making.resume(tx, call.path["subscription_id"]))


@api.post(
    "/v1/subscriptions/{subscription_id}/cancel",
    roles=MANAGERS,
    returns=SubscriptionView,
    summary="End a subscription for good",
)
def cancel_subscription(call: Call[Ports]) -> SubscriptionView:
    """A prompt that is out is still booked when it is paid."""
    return _commit(call, lambda tx: making.cancel(tx, call.path["subscription_id"]))
