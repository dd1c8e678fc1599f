"""One store adapter under test, in a business that no other check uses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.core.clock import ManualClock, SystemClock
from shared.core.ids import SystemIds
from shared.store import Index, Key, Store, Tx
from shared.store.model import Adapter, Schema

SCHEMA = Schema(
    indexes=(
        Index("things", (), None),
        Index("things", (), "rank"),
        Index("things", ("kind",), "rank"),
        Index("things", ("kind", "open"), "rank"),
        Index("names", (), "name"),
    ),
    append_only=frozenset({"ledger"}),
    expiring=frozenset({"once"}),
)
"""The contract's own collections: ``things`` {kind, open, rank}, ``names`` {name}, ``ledger`` once."""

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def as_it_is(adapter: Adapter) -> Adapter:
    return adapter


@dataclass
class Box:
    """An adapter, a business of its own, a clock that we move, and a defect for negative controls.

    The adapter may be shared by many boxes: whatever a check writes lies under ``business``.
    """

    adapter: Adapter
    defect: Callable[[Adapter], Adapter] = as_it_is
    business: str = field(default_factory=lambda: SystemIds().new("biz"))
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))

    def __post_init__(self) -> None:
        self.store = self.over(self.adapter)

    def over(self, adapter: Adapter) -> Store:
        """A store over another adapter, for faults put in between."""
        return Store(self.defect(adapter), SCHEMA, self.clock, SystemIds())

    def racing(self) -> Store:
        """A store whose retries really wait: for threads."""
        return Store(self.defect(self.adapter), SCHEMA, SystemClock(), SystemIds())

    def another_business(self) -> str:
        return SystemIds().new("biz")

    def thing(
        self, id_: str, *, kind: str = "a", rank: int | str = 0, is_open: bool = True, **more: Any
    ) -> Key:
        """Write a thing and return its key."""
        key = Key("things", id_)
        self.store.put(self.business, key, {"kind": kind, "rank": rank, "open": is_open, **more})
        return key

    def data(self, key: Key) -> dict[str, Any] | None:
        """What is stored under a key, read afresh."""
        doc = self.store.get(self.business, key)
        return doc.data if doc else None


class Meanwhile:
    """Something another client does while a transaction is at work: on the first run only."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self.runs = 0

    def __call__(self) -> None:
        self.runs += 1
        if self.runs == 1:
            self._action()


def together(*work: Callable[[], object], seconds: float = 60) -> list[object]:
    """Run functions in threads at the same time; returns their results, raises the first error."""
    results: list[object] = [None] * len(work)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            results[number] = work[number]()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    if errors:
        raise errors[0]
    return results


def waiting_once(barrier: threading.Barrier) -> Callable[[], None]:
    """Meet the others at the barrier on the first run of a transaction; later runs go straight on."""
    return Meanwhile(lambda: barrier.wait(30))


def count_up(tx: Tx, key: Key, field_: str = "n") -> int:
    """Read a counter and write it plus one."""
    value: int = tx.require(key).data[field_] + 1
    tx.update(key, {field_: value})
    return value
