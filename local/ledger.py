"""What is on its way over Pub/Sub: counted here, since Pub/Sub tells nobody how much it holds.

Everything that this process publishes is expected at each function that subscribes to it, until that function
has taken it. What other processes publish is seen when it arrives.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from shared.bus.local import DeadLetter, Delivery, Depth


@dataclass(slots=True)
class Parcel:
    """One event on its way to one function; ``failed`` says what its last delivery ended with."""

    consumer: str
    event: Mapping[str, Any]
    attempt: int = 0
    working: int = 0
    failed: str = ""

    @property
    def due(self) -> bool:
        """Whether something should happen to it now: a failed one waits for a while."""
        return self.working > 0 or not self.failed


class Ledger:
    """Thread-safe; ``most`` is how often a delivery is tried before it becomes a dead letter."""

    def __init__(self, subscriptions: Mapping[str, Collection[str]], most: int) -> None:
        self.most = most
        self._subscriptions = subscriptions
        self._parcels: dict[tuple[str, str], Parcel] = {}
        self._dead: list[DeadLetter] = []
        self._numbers = count(1)
        self._news = threading.Condition()
        self._endings = 0

    # --- publishing
    def expect(self, events: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
        """Events are about to be published; returns what ``withdraw`` takes when that fails."""
        with self._news:
            ways = {
                (consumer, str(event.get("id"))): Parcel(consumer, event)
                for event in events
                for consumer, types in self._subscriptions.items()
                if event.get("type") in types
            }
            fresh = {key: parcel for key, parcel in ways.items() if key not in self._parcels}
            self._parcels |= fresh
            return list(fresh)

    def withdraw(self, keys: Sequence[tuple[str, str]]) -> None:
        """They could not be published; those that arrived all the same stay."""
        with self._news:
            for key in keys:
                parcel = self._parcels.get(key)
                if parcel is not None and not parcel.attempt:
                    del self._parcels[key]
            self._tell()

    # --- delivering
    def begin(self, consumer: str, event: Mapping[str, Any]) -> Delivery:
        """An event has arrived for a function."""
        identity = str(event.get("id", ""))
        with self._news:
            parcel = self._parcels.setdefault((consumer, identity), Parcel(consumer, event))
            parcel.attempt += 1
            parcel.working += 1
            attempt = parcel.attempt
        type_, business = str(event.get("type", ""))[:200], str(event.get("business", ""))[:200]
        return Delivery(0, consumer, type_, identity, business, attempt, dict(event))

    def end(self, delivery: Delivery, status: int) -> None:
        """The function answered ``status``; Pub/Sub forgets the event at 2xx and tries again otherwise."""
        key = (delivery.consumer, delivery.event_id)
        with self._news:
            parcel = self._parcels.get(key)
            if parcel is not None:
                parcel.working -= 1
                parcel.failed = f"the function answered {status}"
                if 200 <= status < 300:
                    del self._parcels[key]
                elif parcel.attempt >= self.most:
                    del self._parcels[key]
                    self._dead.append(self._letter(delivery, parcel.failed))
            self._tell()

    def _letter(self, delivery: Delivery, error: str) -> DeadLetter:
        return DeadLetter(
            next(self._numbers),
            delivery.consumer,
            delivery.type,
            delivery.event_id,
            delivery.business,
            delivery.attempt,
            error,
            delivery.event,
        )

    # --- looking
    def depths(self) -> dict[str, Depth]:
        """Every subscriber's parcels."""
        with self._news:
            found: dict[str, list[Parcel]] = {name: [] for name in self._subscriptions}
            for parcel in self._parcels.values():
                found.setdefault(parcel.consumer, []).append(parcel)
            dead = [letter.consumer for letter in self._dead]
        return {
            name: Depth(
                sum(not parcel.working for parcel in parcels),
                sum(bool(parcel.working) for parcel in parcels),
                dead.count(name),
            )
            for name, parcels in found.items()
        }

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """What was tried in vain, oldest first."""
        with self._news:
            return self._dead[:limit]

    def wait_for_one(self, seconds: float) -> bool | None:
        """Wait until a delivery ends: True; False when none is due, None when none ended in time."""
        with self._news:
            if not any(parcel.due for parcel in self._parcels.values()):
                return False
            seen = self._endings
            return self._news.wait_for(lambda: self._endings != seen, seconds) or None

    def _tell(self) -> None:
        self._endings += 1
        self._news.notify_all()
