"""Dead letters in the store: events that a consumer refused for good, each with what was wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.bus.consume import DEAD_LETTERS
from shared.bus.port import Bus
from shared.core.errors import Invalid, NotFound
from shared.events import SYSTEM
from shared.store import Doc, Key, Query, Store

MOST = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter; ``id`` is ``q`` and a number for a queue's own, ``dead_…`` for refused ones."""

    id: str
    business: str
    consumer: str
    type: str
    reason: str

    @property
    def queued(self) -> bool:
        """Whether it still lies in the queue, rather than in the store."""
        return self.id.startswith("q")


def refused_letters(store: Store, businesses: Iterable[str], most: int = MOST) -> list[Letter]:
    """Refused events of ``businesses`` and then of nobody's, oldest first in each, ``most`` in all."""
    return [_letter(business, doc) for business, doc in islice(refused(store, businesses), most)]


def refused(store: Store, businesses: Iterable[str]) -> Iterator[tuple[str, Doc]]:
    """The documents of refused events with the business each lies under, ``MOST`` a business.

    Those that belong to no business come last: whoever knows an address can send more of them than are shown.
    """
    for business in [*businesses, SYSTEM]:
        for doc in store.query(business, Query(DEAD_LETTERS, (), "recorded_at", MOST)).docs:
            yield business, doc


def republish(store: Store, bus: Bus, businesses: Iterable[str], id_: str | None = None) -> int:
    """Publish one refused event again, or all; returns how many.

    Every consumer of its type gets it once more, which changes nothing for those that were done with it.
    Raises NotFound for an unknown id, Invalid for an event that was too large to be kept whole.
    """
    found = [(business, doc) for business, doc in refused(store, businesses) if id_ in (None, doc.id)]
    if id_ is not None and not found:
        raise NotFound(f"there is no dead letter '{id_[:60]}'")
    for business, doc in found:
        bus.publish([event_of(doc)])
        store.delete(business, Key(DEAD_LETTERS, doc.id))
    return len(found)


def find(store: Store, businesses: Iterable[str], id_: str) -> tuple[str, Doc]:
    """One refused event and the business it lies under; raises NotFound."""
    for business, doc in refused(store, businesses):
        if doc.id == id_:
            return business, doc
    raise NotFound(f"there is no dead letter '{id_[:60]}'")


def event_of(doc: Doc) -> dict[str, Any]:
    """The event as it arrived; raises Invalid ``event_invalid``."""
    event = _attributes(doc)
    if not event:
        raise Invalid("event_invalid", f"dead letter '{doc.id}' was too large to be kept whole")
    return event


def _letter(business: str, doc: Doc) -> Letter:
    type_ = str(_attributes(doc).get("type", "unreadable"))
    return Letter(doc.id, business, doc.data["consumer"], type_, f"{doc.data['code']}: {doc.data['message']}")


def _attributes(doc: Doc) -> dict[str, Any]:
    try:
        event = json.loads(doc.data["event"])
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
