"""Forms with files (RFC 7578), taken apart strictly: what is ambiguous is refused, not guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from shared.core.errors import HesabuError, Invalid

FORM = "multipart/form-data"
MAX_FORM = 31 * 1024 * 1024
"""Bytes of a whole form: Cloud Run takes 32 MiB in one request, SendGrid sends 30 MB at most."""
MOST_PARTS = 100
_HEADER_BYTES = 8192
_BOUNDARY_LETTERS = 70
_UNCODED = frozenset({"", "binary", "8bit", "7bit"})


class NotAForm(HesabuError):
    """The body is said to be something else."""

    code = "unsupported_media_type"
    status = 415
    title = "Send a form"


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; ``filename`` is None for what is no file, and never a path."""

    name: str
    filename: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The value of a field in UTF-8; raises Invalid ``form_field_invalid``."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            raise Invalid("form_field_invalid", f"the field '{self.name[:40]}' is not in UTF-8") from None


def read_form(content_type: str, raw: bytes) -> tuple[Part, ...]:
    """The parts of a form in their order.

    Raises NotAForm, and Invalid ``form_boundary``, ``form_truncated``, ``form_part_invalid``,
    ``form_too_many_parts``, ``form_empty``.
    """
    pieces = (b"\r\n" + raw).split(b"\r\n--" + _boundary(content_type), MOST_PARTS + 2)
    if len(pieces) > MOST_PARTS + 2:
        raise Invalid("form_too_many_parts", f"a form may have at most {MOST_PARTS} parts")
    if len(pieces) < 2:
        raise Invalid("form_boundary", "the boundary of the Content-Type header is not in the body")
    if not pieces[-1].startswith(b"--"):
        raise Invalid("form_truncated", "the form ends before its closing boundary")
    parts = tuple(map(_part, pieces[1:-1]))
    if not parts:
        raise Invalid("form_empty", "there is nothing in the form")
    return parts


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind.lower() != FORM:
        raise NotAForm(f"send the header Content-Type: {FORM} with its boundary")
    boundary = options.get("boundary", "")
    if not 0 < len(boundary) <= _BOUNDARY_LETTERS or not boundary.isascii() or not boundary.isprintable():
        raise Invalid("form_boundary", "the Content-Type header names no usable boundary")
    return boundary.encode()


def _part(piece: bytes) -> Part:
    start = piece[:2]
    head, found, content = piece[2:].partition(b"\r\n\r\n")
    if start != b"\r\n" or not found or len(head) > _HEADER_BYTES:
        raise Invalid("form_part_invalid", "a part of the form has no headers, or too many")
    headers = dict(_headers(head.decode("utf-8", "replace")))
    if headers.get("content-transfer-encoding", "").lower() not in _UNCODED:
        raise Invalid("form_part_invalid", "send files as they are, without Content-Transfer-Encoding")
    kind, options = parse_options_header(headers.get("content-disposition", ""))
    name = options.get("name", "")
    if kind.lower() != "form-data" or not name:
        raise Invalid("form_part_invalid", "a part of the form has no name")
    filename = options.get("filename")
    return Part(name, None if filename is None else filename.replace("\\", "/").rpartition("/")[2], content)


def _headers(text: str) -> Iterator[tuple[str, str]]:
    """Names in lower case; a header that comes twice has no meaning that all programs agree on."""
    seen: set[str] = set()
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name in seen:
            raise Invalid("form_part_invalid", "a part of the form has headers that cannot be read")
        seen.add(name)
        yield name, value.strip()
