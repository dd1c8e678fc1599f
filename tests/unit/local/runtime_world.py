"""A small runtime for tests: functions written on the spot, a bucket in memory, settings in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.functions import Functions
from local.topology import Function
from shared.blobs import Blob
from shared.core.errors import NotFound
from shared.core.settings import Settings

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
HTTP = """
import functions_framework

@functions_framework.http
def {name}(request):
    {body}
"""
EVENT = """
import functions_framework

@functions_framework.cloud_event
def {name}(event):
    {body}
"""


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(
        store_url=f"sqlite:///{folder}/hesabu.db",
        blob_url=f"file:///{folder}/bucket",
        outbox_folder=str(folder / "outbox"),
        auth_secret="a" * 32,
        callback_secret="c" * 32,
        daraja_key="key",
        daraja_secret="secret",
        daraja_passkey="passkey",
        **given,
    )


def function(name: str, *paths: str, **trigger: Any) -> Function:
    return Function.model_validate(
        {
            "name": name,
            "description": f"the function {name}",
            "trigger": trigger or {"kind": "http", "paths": paths},
            "memory": "256Mi",
            "cpu": 1,
            "timeout_seconds": 30,
            "concurrency": 8,
            "min_instances": 0,
            "max_instances": 1,
            "secrets": [],
            "roles": [],
            "publishes": [],
        }
    )


def write_function(folder: Path, name: str, body: str, template: str = HTTP) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "main.py").write_text(template.format(name=name, body=body))


def one_function(folder: Path, name: str, body: str, *paths: str) -> Functions:
    write_function(folder, name, body)
    return Functions([function(name, *(paths or (f"/{name}",)))], folder)


class MemoryBlobs:
    """The blob port in a dictionary; every write is a new generation."""

    bucket = "test-bucket"

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self._generation = 0

    def put(self, name: str, content: bytes, *, only_if_absent: bool = False) -> Blob:
        self._generation += 1
        self.files[name] = (str(self._generation), content)
        return self._blob(name)

    def get(self, name: str, generation: str | None = None) -> bytes:
        if name not in self.files:
            raise NotFound(name)
        return self.files[name][1]

    def size(self, name: str) -> int:
        return len(self.get(name))

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        return (self._blob(name) for name in sorted(self.files) if name.startswith(prefix) and name > after)

    def delete(self, name: str) -> None:
        self.files.pop(name, None)

    def _blob(self, name: str) -> Blob:
        generation, content = self.files[name]
        return Blob(name, generation, len(content))
