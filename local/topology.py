"""infra/functions.json as typed records: what starts each function."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

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
    """Files that land under ``prefix``."""

    kind: Literal["bucket"]
    type: str
    prefix: str


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
    timeout_seconds: int
    concurrency: int
    min_instances: int
    secrets: tuple[str, ...]
    roles: tuple[str, ...]

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


class _File(_Record):
    schema_: str = Field(alias="$schema", default="")
    functions: dict[str, Function]


def load_topology(file: Path = FILE) -> tuple[Function, ...]:
    """Every function by name; raises pydantic's ValidationError or OSError for a broken file."""
    functions = _File.model_validate_json(file.read_bytes()).functions
    return tuple(functions[name].model_copy(update={"name": name}) for name in sorted(functions))
