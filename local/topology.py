"""infra/functions.json as typed records: what starts each function."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "infra" / "functions.json"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpTrigger(_Record):
    """Requests whose path begins with one of ``paths``, by whole segments; the path is not stripped."""

    kind: Literal["http"]
    paths: tuple[str, ...]


class EventTrigger(_Record):
    """Events of these types."""

    kind: Literal["event"]
    types: tuple[str, ...]


class BucketTrigger(_Record):
    """Files that land under ``prefix``, and over the bus the events of ``types``."""

    kind: Literal["bucket"]
    type: str
    prefix: str
    types: tuple[str, ...] = ()


class ScheduleTrigger(_Record):
    """A timer: ``cron`` in the cloud, every ``local_seconds`` here."""

    kind: Literal["schedule"]
    type: str
    cron: str
    local_seconds: int


class Function(_Record):
    """One function; ``name`` is its folder and its entry point."""

    name: str = ""
    description: str
    trigger: Annotated[
        HttpTrigger | EventTrigger | BucketTrigger | ScheduleTrigger, Field(discriminator="kind")
    ]
    memory: str
    cpu: int
    timeout_seconds: int
    concurrency: int
    min_instances: int
    max_instances: int
    secrets: tuple[str, ...]
    roles: tuple[str, ...]
    publishes: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The path prefixes it answers; empty for what events start."""
        return self.trigger.paths if isinstance(self.trigger, HttpTrigger) else ()

    @property
    def starts_on(self) -> str:
        """What starts it, in words for a person."""
        match self.trigger:
            case HttpTrigger(paths=paths):
                return ", ".join(paths)
            case EventTrigger(types=types):
                return ", ".join(types)
            case BucketTrigger(prefix=prefix):
                return f"a file under {prefix}"
            case ScheduleTrigger(local_seconds=seconds):
                return f"every {seconds} seconds"


class Delivery(_Record):
    """How every push subscription delivers: attempts, waits between them, and where the rest goes."""

    max_attempts: int
    min_backoff_seconds: int
    max_backoff_seconds: int
    retention_days: int
    dead_letter_topic: str


class Secret(_Record):
    """A value that lives in Secret Manager and arrives as an environment variable."""

    description: str
    required: bool
    made_by: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type on its way to one function."""

    function: str
    topic: str
    ack_seconds: int

    @property
    def name(self) -> str:
        return f"{self.function}.{self.topic}"


class Topology(_Record):
    """The whole file."""

    schema_: str = Field(alias="$schema", default="")
    functions: dict[str, Function]
    topics: tuple[str, ...]
    delivery: Delivery
    secrets: dict[str, Secret]
    firestore: dict[str, tuple[dict[str, Any], ...]]

    def subscriptions(self) -> tuple[Subscription, ...]:
        """What is subscribed to what; Pub/Sub waits for an answer as long as the function may take."""
        return tuple(
            Subscription(name, topic, min(600, max(10, function.timeout_seconds)))
            for name, function in sorted(self.functions.items())
            if isinstance(function.trigger, EventTrigger | BucketTrigger)
            for topic in function.trigger.types
        )


def read_topology(file: Path = FILE) -> Topology:
    """The whole file; raises pydantic's ValidationError or OSError when it is broken."""
    return Topology.model_validate_json(file.read_bytes())


def load_topology(file: Path = FILE) -> tuple[Function, ...]:
    """Every function by name; raises like ``read_topology``."""
    functions = read_topology(file).functions
    return tuple(functions[name].model_copy(update={"name": name}) for name in sorted(functions))
