"""What the demo shop offers its customers: a page to pay an invoice on, and rent asked for each month."""

from __future__ import annotations

from datetime import timedelta

from local.demo.people import BUSINESS, EVERYBODY
from local.demo.summary import LINK, unpaid
from local.system import System
from shared.app import App
from shared.core.clock import EAT
from shared.payments.paylinks.making import point, write_link
from shared.payments.paylinks.model import NewPaymentLink
from shared.payments.places import SUBSCRIPTIONS
from shared.payments.subscriptions.making import write_subscription
from shared.payments.subscriptions.model import NewSubscription
from shared.store import Key

RENT = Key(SUBSCRIPTIONS, "sub_storage")
ACTOR = "demo"


def offer(system: System) -> None:
    """Make both where they are missing; a second call changes nothing."""
    app = system.app
    if app.store.get(BUSINESS, LINK) is None:
        _link(app)
    if app.store.get(BUSINESS, RENT) is None:
        _rent(app)


def _link(app: App) -> None:
    """A link to the newest open invoice, if there is one."""
    owed = unpaid(app.store)
    if owed is None:
        return
    new = NewPaymentLink(invoice_id=owed.id)
    token = point(app, BUSINESS, LINK.id, new)
    app.store.transaction(BUSINESS, lambda tx: write_link(tx, LINK.id, token, new, ACTOR).id)


def _rent(app: App) -> None:
    """From the first of next month on: nobody's phone rings while somebody looks around."""
    today = app.clock.now().astimezone(EAT).date()
    start = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    who = EVERYBODY["wanjiku"]
    new = NewSubscription(
        customer_id=who.id,
        phone=who.msisdn,
        amount_cents=150_000,
        lines=[],
        description="Storage, each month",
        reference="STORAGE",
        unit="month",
        start=start.isoformat(),
    )
    app.store.transaction(BUSINESS, lambda tx: write_subscription(tx, RENT.id, new, ACTOR).id)
