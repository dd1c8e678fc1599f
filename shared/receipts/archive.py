"""Zip files from strangers: judged by their directory, then unpacked entry by entry within bounds.

Nothing is ever written under a name from inside; names are shown to people, no more. The directory at the end
is measured before ``zipfile`` reads it, because one of a few megabytes names a million entries.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from shared.core.errors import Invalid
from shared.receipts.headers import MAX_BYTES

MOST_ENTRIES = 500
MAX_ARCHIVE = 50 * 1024 * 1024
"""Bytes of a zip as it is handed in."""
MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes of the entries that are read, by what the directory claims; none gives more than it claims."""
_DIRECTORY = 512 * MOST_ENTRIES
_LONGEST_COMMENT = 65_535
_END, _END_BYTES, _FAR_LOCATOR = b"PK\x05\x06", 22, b"PK\x06\x07"
_ENCRYPTED, _LINK, _KIND_OF_FILE = 0x1, 0o120000, 0o170000
_PLAIN_WAYS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)
"""What ``zipfile`` raises on hostile bytes."""
_LITTER = frozenset({"thumbs.db", "desktop.ini"})


def is_zip(content: bytes) -> bool:
    """Whether the first bytes are those of a zip file, an empty one included."""
    return content.startswith((b"PK\x03\x04", _END))


@dataclass(frozen=True)
class Entry:
    """One file inside, by its place in the directory; ``name`` is safe to show and no path."""

    number: int
    name: str
    info: zipfile.ZipInfo

    @cached_property
    def refusal(self) -> Invalid | None:
        """Why it is not unpacked, as its directory entry says already."""
        info = self.info
        if _is_trick(info.filename) or (info.external_attr >> 16) & _KIND_OF_FILE == _LINK:
            return Invalid("archive_entry_name", "its name leads out of the zip, or it is a link")
        if info.flag_bits & _ENCRYPTED:
            return Invalid("receipt_password", "it is locked with a password")
        if info.compress_type not in _PLAIN_WAYS:
            return Invalid("archive_compression", "it is packed in a way that is not read")
        if info.file_size > MAX_BYTES:
            return Invalid("receipt_too_large", f"a receipt may hold at most {MAX_BYTES // 1024**2} MB")
        return None


class Archive:
    """An opened zip whose directory passed."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        found = [(number, info) for number, info in enumerate(file.infolist()) if not info.is_dir()]
        self.ignored = sum(_is_litter(info.filename) for _, info in found)
        """Files that no person put in, such as ``Thumbs.db``."""
        self.entries = tuple(
            Entry(number, shown(info.filename), info)
            for number, info in found
            if not _is_litter(info.filename)
        )

    def read(self, entry: Entry) -> bytes:
        """The bytes of an entry, never more than a receipt may have.

        Raises Invalid: its ``refusal``, ``archive_entry_damaged``, ``archive_nested``.
        """
        if entry.refusal is not None:
            raise entry.refusal
        try:
            with self._file.open(entry.info) as file:
                content = file.read(MAX_BYTES + 1)
        except _DAMAGE:
            raise Invalid("archive_entry_damaged", "it cannot be unpacked") from None
        if is_zip(content):
            raise Invalid("archive_nested", "a zip inside a zip is not opened")
        return content


def open_archive(content: bytes) -> Archive:
    """Judge a zip by its directory and open it.

    Raises Invalid ``archive_too_large``, ``archive_damaged``, ``archive_entries`` (too many, or none),
    ``archive_unpacked`` (a bomb).
    """
    if len(content) > MAX_ARCHIVE:
        raise Invalid("archive_too_large", f"a zip may hold at most {MAX_ARCHIVE // 1024**2} MB")
    _check_directory(content)
    try:
        archive = Archive(zipfile.ZipFile(BytesIO(content)))
    except _DAMAGE:
        raise _damaged() from None
    if not archive.entries:
        raise Invalid("archive_entries", "there is no file in the zip")
    if len(archive.entries) > MOST_ENTRIES:
        raise _too_many()
    if sum(e.info.file_size for e in archive.entries if e.refusal is None) > MAX_UNPACKED:
        raise Invalid("archive_unpacked", f"unpacked it would hold over {MAX_UNPACKED // 1024**2} MB")
    return archive


def shown(name: str) -> str:
    """A name from outside as people are shown it: printable, short, slashes one way."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name.replace("\\", "/"))
    return plain.encode("utf-8", "replace").decode()[-120:] or "?"


def _check_directory(content: bytes) -> None:
    """What the end of the file claims about the directory; the 64-bit form is for what is far too large."""
    at = content.rfind(_END, max(0, len(content) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or at + _END_BYTES > len(content):
        raise _damaged()
    _, entries, size = struct.unpack_from("<HHL", content, at + 8)
    if entries > MOST_ENTRIES or size > _DIRECTORY or content[max(0, at - 20) : at].startswith(_FAR_LOCATOR):
        raise _too_many()


def _is_trick(name: str) -> bool:
    """Absolute, by drive, upwards, or with characters that no file has."""
    parts = name.replace("\\", "/").split("/")
    odd = not name.isprintable()
    return odd or name.startswith(("/", "\\")) or ".." in parts or parts[0][1:2] == ":"


def _is_litter(name: str) -> bool:
    parts = name.replace("\\", "/").lower().split("/")
    hidden = parts[-1].startswith(".") and not parts[-1].startswith("..")
    return hidden or parts[0] == "__macosx" or parts[-1] in _LITTER


def _too_many() -> Invalid:
    return Invalid("archive_entries", f"a zip may hold at most {MOST_ENTRIES} files")


def _damaged() -> Invalid:
    return Invalid("archive_damaged", "the zip cannot be opened: it is damaged or was cut off")
