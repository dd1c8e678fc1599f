"""Dead letters: events that ran out of attempts, and events that a consumer refused for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.access import businesses
from shared.bus.consume import DEAD_LETTERS
from shared.bus.local import LocalBus
from shared.core.errors import Invalid, NotFound
from shared.events import SYSTEM
from shared.store import Doc, Key, Query, Store

MOST = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter; ``id`` is ``q`` and a number for the queue's, ``dead_…`` for refused ones."""

    id: str
    business: str
    consumer: str
    type: str
    reason: str

    @property
    def queued(self) -> bool:
        """Whether it still lies in the queue, rather than in the store."""
        return self.id.startswith("q")


def dead_letters(bus: LocalBus, store: Store, most: int = MOST) -> list[Letter]:
    """Dead letters, the queue's first, ``most`` at most."""
    queued = [
        Letter(f"q{d.seq}", d.business, d.consumer, d.type, d.last_error) for d in bus.dead_letters(most)
    ]
    refused = (_refused(business, doc) for business, doc in _all_refused(store, most))
    return [*queued, *islice(refused, most - len(queued))]


def replay(bus: LocalBus, store: Store, id_: str | None = None) -> int:
    """Deliver one dead letter again, or all; returns how many. Raises NotFound for an unknown id."""
    queued = _replay_queued(bus, id_)
    refused = [(b, doc) for b, doc in _all_refused(store, MOST) if id_ is None or doc.id == id_]
    for business, doc in refused:
        bus.send(doc.data["consumer"], _event(doc))
        store.delete(business, Key(DEAD_LETTERS, doc.id))
    if id_ is not None and not queued + len(refused):
        raise NotFound(f"there is no dead letter '{id_[:60]}'")
    return queued + len(refused)


def _replay_queued(bus: LocalBus, id_: str | None) -> int:
    if id_ is None:
        return bus.replay()
    return bus.replay(int(id_[1:])) if id_[:1] == "q" and id_[1:].isdecimal() else 0


def _all_refused(store: Store, most: int) -> Iterator[tuple[str, Doc]]:
    for business in [SYSTEM, *(doc.id for doc in businesses(store))]:
        for doc in store.query(business, Query(DEAD_LETTERS, (), "recorded_at", most)).docs:
            yield business, doc


def _refused(business: str, doc: Doc) -> Letter:
    type_ = str(_attributes(doc).get("type", "unreadable"))
    return Letter(doc.id, business, doc.data["consumer"], type_, f"{doc.data['code']}: {doc.data['message']}")


def _event(doc: Doc) -> dict[str, Any]:
    event = _attributes(doc)
    if not event:
        raise Invalid("event_invalid", f"dead letter '{doc.id}' was too large to be kept whole")
    return event


def _attributes(doc: Doc) -> dict[str, Any]:
    try:
        event = json.loads(doc.data["event"])
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
