"""What the status page shows, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.feed import Feed
from local.functions import Functions
from local.letters import dead_letters
from local.transport import Transport
from shared.access import businesses
from shared.bus.local import Depth
from shared.core.clock import Clock, rfc3339
from shared.core.money import format_kes
from shared.store import Key, Query, Store, Where

MESSAGES = 12
LETTERS = 20


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of a running system that the status looks at."""

    functions: Functions
    transport: Transport
    feed: Feed
    clock: Clock
    outbox: Path
    about: Mapping[str, str]
    links: Mapping[str, str]
    store: Store


def status(runtime: Runtime) -> dict[str, Any]:
    """Everything at once: functions, queues, dead letters, the feed and messages, newest first."""
    bus = runtime.transport.bus
    depths = bus.depths()
    letters = dead_letters(bus, runtime.store, LETTERS)
    refused = sum(not letter.queued for letter in letters)
    return {
        "as_of": rfc3339(runtime.clock.now()),
        "about": dict(runtime.about),
        "links": dict(runtime.links),
        "unpaid": unpaid(runtime.store),
        "functions": [_function(runtime, name) for name in runtime.functions.topology],
        "remark": runtime.transport.remark,
        "replay": runtime.transport.replay,
        "queues": [{"consumer": name, **asdict(depth)} for name, depth in sorted(depths.items())],
        "totals": asdict(_total([*depths.values(), Depth(dead=refused)])),
        "dead_letters": [asdict(letter) for letter in letters],
        "feed": runtime.feed.latest(),
        "messages": messages(runtime.outbox),
    }


def messages(folder: Path) -> list[dict[str, str]]:
    """The newest messages that the embedded channel wrote instead of sending."""
    from shared.messages.channels.folder import letters

    return [asdict(letter) for letter in letters(folder, MESSAGES)]


def unpaid(store: Store) -> dict[str, str] | None:
    """The open invoice that is due last, of the first business that has any, and what asking for it needs."""
    for business in businesses(store):
        query = Query("invoices", (Where("status", "==", "open"),), "-due_date", 1)
        for doc in store.query(business.id, query).docs:
            invoice = doc.data
            return {
                "invoice_id": doc.id,
                "number": invoice["number"],
                "customer": invoice["customer_name"],
                "owed": format_kes(invoice["balance_cents"]),
                "due": invoice["due_date"],
                "phone": _phone_of(store, business.id, invoice["customer_id"]),
            }
    return None


def _phone_of(store: Store, business: str, customer_id: str) -> str:
    """A phone to ask: the customer's, or any where the book has none."""
    customer = store.get(business, Key("customers", customer_id))
    return next(iter(customer.data["phones"] if customer else []), "254712345678")


def _function(runtime: Runtime, name: str) -> dict[str, Any]:
    function = runtime.functions.topology[name]
    calls, failures = runtime.feed.calls(name)
    return {
        "name": name,
        "description": function.description,
        "kind": function.trigger.kind,
        "starts_on": function.starts_on,
        "loaded": name in runtime.functions.loaded(),
        "calls": calls,
        "failures": failures,
    }


def _total(depths: list[Depth]) -> Depth:
    return Depth(
        sum(depth.waiting for depth in depths),
        sum(depth.in_flight for depth in depths),
        sum(depth.dead for depth in depths),
    )
