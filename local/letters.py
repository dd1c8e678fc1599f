"""Dead letters of the embedded runtime: events that ran out of attempts, and events that were refused."""

from __future__ import annotations

from local.transport import KnownBus
from shared.access import businesses
from shared.bus.consume import DEAD_LETTERS
from shared.bus.letters import MOST, Letter, event_of, refused, refused_letters
from shared.bus.local import LocalBus
from shared.core.errors import NotFound
from shared.store import Key, Store


def dead_letters(bus: KnownBus, store: Store, most: int = MOST) -> list[Letter]:
    """Dead letters, the queue's first, ``most`` at most."""
    queued = [
        Letter(f"q{d.seq}", d.business, d.consumer, d.type, d.last_error) for d in bus.dead_letters(most)
    ]
    return [*queued, *refused_letters(store, _known(store), most - len(queued))]


def replay(bus: LocalBus, store: Store, id_: str | None = None) -> int:
    """Deliver one dead letter again, or all; returns how many. Raises NotFound for an unknown id."""
    queued = _replay_queued(bus, id_)
    found = [(b, doc) for b, doc in refused(store, _known(store)) if id_ in (None, doc.id)]
    for business, doc in found:
        bus.send(doc.data["consumer"], event_of(doc))
        store.delete(business, Key(DEAD_LETTERS, doc.id))
    if id_ is not None and not queued + len(found):
        raise NotFound(f"there is no dead letter '{id_[:60]}'")
    return queued + len(found)


def _known(store: Store) -> list[str]:
    return [doc.id for doc in businesses(store)]


def _replay_queued(bus: LocalBus, id_: str | None) -> int:
    if id_ is None:
        return bus.replay()
    return bus.replay(int(id_[1:])) if id_[:1] == "q" and id_[1:].isdecimal() else 0
