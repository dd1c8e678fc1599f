"""The blob port: whole files by name, each write a new generation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """One stored file as listed: its name in the bucket, generation and size in bytes."""

    name: str
    generation: str
    size: int


class Blobs(Protocol):
    """Where files live. Names are ``room/business/file``; raises Unavailable when it cannot be reached."""

    @property
    def bucket(self) -> str: ...

    def put(self, name: str, content: bytes, *, only_if_absent: bool = False) -> Blob:
        """Store a whole file; with ``only_if_absent`` raises AlreadyExists instead of replacing."""

    def get(self, name: str, generation: str | None = None) -> bytes:
        """Read a whole file; raises NotFound, and Conflict when another generation took its place."""

    def size(self, name: str) -> int:
        """Bytes of a file without reading it; raises NotFound."""

    def list(self, prefix: str = "") -> Iterator[Blob]:
        """Every file whose name starts with ``prefix``, by name."""

    def delete(self, name: str) -> None:
        """Remove a file; removing an absent one changes nothing."""
