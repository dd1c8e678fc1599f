"""The embedded bus: a persistent at-least-once queue with retries, dead letters and faults on demand.

One row per event and consumer, as Pub/Sub keeps one message per subscription. Events of one business reach a
consumer one at a time, in order; an event that waits to be tried again lets later ones pass, so that one bad
record does not stop a business. Consumers must accept both, here and in the cloud.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.bus.sqlite_queue import SqliteQueue
from shared.core.clock import Clock
from shared.core.errors import Invalid
from shared.core.ids import Ids
from shared.events import SYSTEM

if TYPE_CHECKING:
    from shared.core.settings import Settings

TOPOLOGY = Path(__file__).resolve().parents[2] / "infra" / "functions.json"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a failed delivery is tried again: ``attempts`` in all, then it is a dead letter.

    The wait after attempt n is half to all of ``min(cap, base * 2**(n-1))`` seconds. A delivery without an
    answer comes back when its lease ends, which must outlast the slowest handler.
    """

    attempts: int = 8
    base_seconds: float = 0.5
    cap_seconds: float = 60.0
    lease_seconds: float = 300.0

    def wait_ms(self, attempt: int, fraction: float) -> int:
        """Milliseconds until the next try, ``fraction`` in [0, 1) being the jitter."""
        seconds = min(self.cap_seconds, self.base_seconds * 2.0 ** min(attempt - 1, 60))
        return round(1000 * seconds * (0.5 + 0.5 * fraction))


@dataclass(frozen=True, slots=True)
class Faults:
    """What the network may do to us, each as a probability in [0, 1], for tests and simulation.

    Args:
        duplicate: a published event is queued twice for a consumer.
        reorder: the newest waiting event is claimed instead of the oldest.
        delay_seconds: every event becomes due up to this much later.
        crash_before_ack: the consumer finished, but its acknowledgement never arrives.
    """

    duplicate: float = 0.0
    reorder: float = 0.0
    delay_seconds: float = 0.0
    crash_before_ack: float = 0.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one consumer; ``attempt`` counts from 1."""

    seq: int
    consumer: str
    type: str
    event_id: str
    business: str
    attempt: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a consumer could not take, with what it answered last."""

    seq: int
    consumer: str
    type: str
    event_id: str
    business: str
    attempt: int
    last_error: str
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Depth:
    """How many events a consumer has: due or waiting, being handled, dead."""

    waiting: int = 0
    in_flight: int = 0
    dead: int = 0


_INSERT = """
INSERT OR IGNORE INTO queue (consumer, type, event_id, copy, business, body, due, published)
VALUES (:consumer, :type, :event_id, :copy, :business, :body, :due, :published)
"""
_HAS_STORE = "SELECT 1 FROM sqlite_master WHERE name = 'docs'"
_OUTBOX = """
SELECT b, id, json_extract(body, '$.event') AS event FROM docs WHERE c = 'outbox'
ORDER BY json_extract(body, '$.created_on') LIMIT :limit
"""
_EXPIRE = """
UPDATE queue SET state = CASE WHEN attempt >= :attempts THEN 'dead' ELSE 'ready' END, due = :now,
  last_error = 'no answer before the lease ended' WHERE state = 'leased' AND lease_until <= :until
"""
_CLAIMABLE = """
SELECT q.seq FROM queue q WHERE q.state = 'ready' AND q.due <= :now AND {whose} AND NOT EXISTS (
  SELECT 1 FROM queue o WHERE o.state = 'leased' AND o.consumer = q.consumer AND o.business = q.business)
ORDER BY q.seq {direction} LIMIT 1
"""
_OVERDUE = "SELECT seq FROM queue WHERE state = 'leased' AND lease_until <= :now LIMIT 1"
_CLAIM = """
UPDATE queue SET state = 'leased', attempt = attempt + 1, lease_until = :lease_until WHERE seq = ({claimable})
RETURNING seq, consumer, type, event_id, business, attempt, body
"""
_NACK = """
UPDATE queue SET state = CASE WHEN attempt >= :attempts THEN 'dead' ELSE 'ready' END, due = :due,
  last_error = :error WHERE seq = :seq AND state = 'leased' AND attempt = :attempt
"""
_REPLAY = """
UPDATE queue SET state = 'ready', attempt = 0, due = :now
WHERE state = 'dead' AND (:seq IS NULL OR seq = :seq)
"""
_DEPTHS = "SELECT consumer, state, count(*) AS n FROM queue GROUP BY consumer, state"
_DEAD = """
SELECT seq, consumer, type, event_id, business, attempt, last_error, body FROM queue
WHERE state = 'dead' ORDER BY seq LIMIT :limit
"""


class LocalBus:
    """The bus port over SQLite, and the worker's side of it.

    Args:
        path: the SQLite file; the store's own, so that its write order protects the queue.
        subscriptions: consumer -> the event types it takes.
        clock, ids: time, and the source of jitter and of the faults' dice.
        policy: retries and leases.
        faults: nothing goes wrong unless asked.
        shared: True when ``path`` is the store's file: committed outbox rows are then taken from there, and
            its write order makes the queue durable (see sqlite_queue).
    """

    def __init__(
        self,
        path: Path,
        subscriptions: Mapping[str, Collection[str]],
        clock: Clock,
        ids: Ids,
        *,
        policy: Policy | None = None,
        faults: Faults | None = None,
        shared: bool = True,
    ) -> None:
        self._queue = SqliteQueue(path, durable=not shared)
        self.collects_outbox = shared
        self._beside_store = False
        self._subscriptions = {name: frozenset(types) for name, types in subscriptions.items()}
        self._clock, self._ids = clock, ids
        self.policy = policy or Policy()
        self.faults = faults or Faults()
        self._news = threading.Condition()
        self._news_count = 0

    # --- publishing
    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """Queue each event for every consumer of its type, durably, or raise Unavailable.

        An event id that still waits for a consumer is not queued again. Raises Invalid for no CloudEvent.
        """
        self._insert([row for event in events for row in self._rows(event)])

    def _rows(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        takers = (name for name, types in self._subscriptions.items() if event.get("type") in types)
        return [self._row(consumer, event) for consumer in takers]

    def send(self, consumer: str, event: dict[str, Any]) -> None:
        """Queue one event for one consumer only: the replay of a letter that it alone refused."""
        self._insert([self._row(consumer, event)])

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        rows = self._with_copies(rows)
        if not rows:
            return
        self._queue.write(lambda db: db.executemany(_INSERT, rows))
        self._announce()

    def _with_copies(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return rows + [{**row, "copy": 1} for row in rows if self._strikes(self.faults.duplicate)]

    def _row(self, consumer: str, event: dict[str, Any]) -> dict[str, Any]:
        identity, now = event.get("id"), self._now()
        if not isinstance(identity, str) or not identity:
            raise Invalid("event_invalid", "an event needs an id")
        late = (
            round(1000 * self.faults.delay_seconds * self._ids.fraction()) if self.faults.delay_seconds else 0
        )
        return {
            "consumer": consumer,
            "type": event["type"],
            "event_id": identity,
            "copy": 0,
            "business": str(event.get("business") or SYSTEM),
            "body": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
            "due": now + late,
            "published": now,
        }

    def wake(self) -> None:
        """Outbox rows were committed: whoever waits should look."""
        self._announce()

    def collect(self, limit: int = 500) -> int:
        """Move committed outbox rows into the queue, one step; returns how many."""
        self._beside_store = self._beside_store or (
            self.collects_outbox and bool(self._queue.read(_HAS_STORE))
        )
        if not self._beside_store or not self._queue.read(_OUTBOX, {"limit": 1}):
            return 0

        def move(db: sqlite3.Connection) -> int:
            found = db.execute(_OUTBOX, {"limit": limit}).fetchall()
            events = [json.loads(row["event"]) for row in found]
            rows = self._with_copies([row for event in events for row in self._rows(event)])
            db.executemany(_INSERT, rows)
            db.executemany("DELETE FROM docs WHERE b = ? AND c = 'outbox' AND id = ?", [r[:2] for r in found])
            return len(found)

        return self._queue.write(move)

    # --- delivering
    def claim(self, consumer: str | None = None) -> Delivery | None:
        """Lease the oldest due event, of one consumer or of any; None when nothing is due."""
        self.collect()
        now = self._now()
        claimable = _claimable(consumer is None, newest=self._strikes(self.faults.reorder))
        values = {"now": now, "consumer": consumer}
        if not (self._queue.read(claimable, values) or self._queue.read(_OVERDUE, values)):
            return None  # looking takes no lock, so idle workers disturb nobody
        lease = {**values, "lease_until": now + round(1000 * self.policy.lease_seconds)}

        def take(db: sqlite3.Connection) -> list[sqlite3.Row]:
            db.execute(_EXPIRE, {"attempts": self.policy.attempts, "now": now, "until": now})
            return db.execute(_CLAIM.format(claimable=claimable), lease).fetchall()

        return next((_delivery(row) for row in self._queue.write(take)), None)

    def ack(self, delivery: Delivery) -> None:
        """The consumer dealt with it: forget the event."""
        if self._strikes(self.faults.crash_before_ack):
            return
        self._queue.write(lambda db: db.execute("DELETE FROM queue WHERE seq = ?", (delivery.seq,)))
        self._announce()

    def nack(self, delivery: Delivery, error: str) -> None:
        """The consumer failed: try again later, or keep the event as a dead letter."""
        wait = self.policy.wait_ms(delivery.attempt, self._ids.fraction())
        values = {
            "attempts": self.policy.attempts,
            "due": self._now() + wait,
            "error": error[:500],
            "seq": delivery.seq,
            "attempt": delivery.attempt,
        }
        self._queue.write(lambda db: db.execute(_NACK, values))
        self._announce()

    def release(self) -> int:
        """Take back every lease: only for a process that knows it is alone and has just started."""
        values = {"attempts": self.policy.attempts, "now": self._now(), "until": 1 << 62}
        return self._queue.write(lambda db: db.execute(_EXPIRE, values).rowcount)

    @property
    def news(self) -> int:
        """A number that changes whenever this process publishes or settles something."""
        return self._news_count

    def wait(self, seconds: float, since: int | None = None) -> None:
        """Block until there is news, at most ``seconds``.

        Args:
            since: ``news`` as read before the queue was looked at, so that nothing in between is missed.
        """
        with self._news:
            seen = self._news_count if since is None else since
            self._news.wait_for(lambda: self._news_count != seen, seconds)

    # --- looking
    def depths(self) -> dict[str, Depth]:
        """Every consumer's queue, subscribed or left over from an older topology."""
        self.collect()  # what is committed counts, even when nobody has claimed since
        counts: dict[str, dict[str, int]] = {name: {} for name in self._subscriptions}
        for row in self._queue.read(_DEPTHS):
            counts.setdefault(row["consumer"], {})[row["state"]] = row["n"]
        return {
            name: Depth(states.get("ready", 0), states.get("leased", 0), states.get("dead", 0))
            for name, states in counts.items()
        }

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Events that ran out of attempts, oldest first."""
        return [_letter(row) for row in self._queue.read(_DEAD, {"limit": limit})]

    def replay(self, seq: int | None = None) -> int:
        """Give one dead letter, or all of them, a full set of attempts again; returns how many."""
        values = {"now": self._now(), "seq": seq}
        replayed = self._queue.write(lambda db: db.execute(_REPLAY, values).rowcount)
        self._announce()
        return replayed

    def close(self) -> None:
        """Let go of the file; nothing may be published afterwards."""
        self._announce()
        self._queue.close()

    def _announce(self) -> None:
        with self._news:
            self._news_count += 1
            self._news.notify_all()

    def _strikes(self, probability: float) -> bool:
        return probability > 0 and self._ids.fraction() < probability

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _claimable(anyone: bool, *, newest: bool) -> str:
    whose = "1" if anyone else "q.consumer = :consumer"
    return _CLAIMABLE.format(whose=whose, direction="DESC" if newest else "ASC")


def _delivery(row: sqlite3.Row) -> Delivery:
    columns = ("seq", "consumer", "type", "event_id", "business", "attempt")
    return Delivery(**{name: row[name] for name in columns}, event=json.loads(row["body"]))


def _letter(row: sqlite3.Row) -> DeadLetter:
    columns = ("seq", "consumer", "type", "event_id", "business", "attempt", "last_error")
    return DeadLetter(**{name: row[name] for name in columns}, event=json.loads(row["body"]))


def open_local_bus(
    settings: Settings,
    clock: Clock,
    ids: Ids,
    *,
    policy: Policy | None = None,
    faults: Faults | None = None,
) -> LocalBus:
    """The bus of ``BUS_URL=local:``, in the store's file, or in its own for ``local:PATH``.

    Who takes what is read from infra/functions.json, the one description of the topology. Raises Invalid
    ``settings_invalid`` when it is missing: a bus without subscribers would lose events silently.
    """
    given = settings.bus_url.removeprefix("local:")
    shares = not given and settings.store_url.startswith("sqlite:///")
    path = settings.store_url.removeprefix("sqlite:///") if shares else given or "var/queue.db"
    subscriptions = read_subscriptions(TOPOLOGY)
    return LocalBus(Path(path), subscriptions, clock, ids, policy=policy, faults=faults, shared=shares)


def read_subscriptions(topology: Path) -> dict[str, frozenset[str]]:
    """Consumer -> event types, from functions.json; raises Invalid ``settings_invalid``."""
    try:
        functions = json.loads(topology.read_text())["functions"]
        triggers = {name: function["trigger"] for name, function in functions.items()}
    except (OSError, ValueError, KeyError) as error:
        raise Invalid("settings_invalid", f"BUS_URL: {topology.name} cannot be read: {error}") from None
    return {
        name: frozenset([*trigger.get("types", []), *([trigger["type"]] if "type" in trigger else [])])
        for name, trigger in triggers.items()
        if trigger["kind"] != "http"
    }
