"""The blob port: whole files by name, each write a new generation, and addresses to upload to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """One stored file as listed: its name in the bucket, generation and size in bytes.

    ``stored_at`` is when it was written (RFC 3339); it says nothing that the generation does not.
    """

    name: str
    generation: str
    size: int
    stored_at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """Where one file may be sent, once, without a token of ours.

    Args:
        url: signed; whoever has it may upload until it expires.
        method: of the one request.
        headers: what the client must send besides the file, to the letter.
        expires_at: RFC 3339; a request that begins later is refused.
    """

    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: str


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

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        """Every file whose name starts with ``prefix`` and comes after ``after``, in the order of names."""

    def delete(self, name: str) -> None:
        """Remove a file; removing an absent one changes nothing."""

    def upload_url(
        self, name: str, content_type: str, size_limit: int, expires_in_seconds: int
    ) -> UploadTarget:
        """An address that takes one file of this type and ``size_limit`` bytes at most, if the name is free.

        Raises Invalid for the name, Unavailable where nothing can be signed.
        """
