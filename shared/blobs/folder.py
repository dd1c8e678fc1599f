"""A folder as the bucket: whole files appear at once, every write is a new generation.

A file is written beside its place under a hidden name, flushed, then renamed or linked, so that a reader or a
watcher never meets half of it and a crash leaves nothing but a hidden file that no listing shows. The
generation is the modification time in nanoseconds, so that files dropped by hand have one as well.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from shared.blobs.names import check_name, folder_of
from shared.blobs.port import Blob, UploadTarget
from shared.blobs.signed import UploadSigner
from shared.core import logs
from shared.core.clock import rfc3339
from shared.core.errors import AlreadyExists, Conflict, Invalid, NotFound, Refused, Unavailable

_LAST = 2**62
"""Nanoseconds, the year 2116: a file dropped by hand may claim any time, a calendar ends."""
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}


class FolderBlobs:
    """The blob port over one folder, shared by the threads and processes of one machine.

    Args:
        root: the folder; made when missing.
        bucket: the name it goes by in events.
        signer: makes the addresses that the gateway takes uploads at; without it there are none.
    """

    def __init__(self, root: Path, bucket: str, signer: UploadSigner | None = None) -> None:
        self._bucket = bucket
        self._signer = signer
        self._ignored: set[str] = set()
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._root = root.resolve(strict=True)
        except OSError as error:
            raise Unavailable(f"the bucket {root} cannot be reached: {error.strerror}") from None

    @property
    def bucket(self) -> str:
        return self._bucket

    def put(self, name: str, content: bytes, *, only_if_absent: bool = False) -> Blob:
        """Store a whole file, on disk before it returns; raises AlreadyExists, Invalid, Refused."""
        path = self._path(name)
        with _explained(name):
            if path.is_dir() or any(parent.is_file() for parent in path.parents):
                raise Refused(
                    f"'{name[:80]}' is where a folder or file stands already", code="blob_name_taken"
                )
            _make_folders(path.parent)
            temporary = _write_beside(path, content)
            try:
                generation = _stamp(temporary, path)
                _place(temporary, path, only_if_absent)
            finally:
                temporary.unlink(missing_ok=True)
            _flush_folder(path.parent)
        return _blob(name, generation, len(content))

    def get(self, name: str, generation: str | None = None) -> bytes:
        """Read a whole file; raises NotFound, Invalid, Unavailable, and Conflict for another generation."""
        with _explained(name), self._open(name) as file:
            before = os.fstat(file.fileno())
            if generation is not None and str(before.st_mtime_ns) != generation:
                raise Conflict(f"'{name}' has another generation by now")
            content: bytes = file.read()
            after = os.fstat(file.fileno())
        if (after.st_mtime_ns, after.st_size) != (before.st_mtime_ns, len(content)):
            raise Conflict(f"'{name}' was written to while it was read")
        return content

    def size(self, name: str) -> int:
        """Bytes of a file without reading it; raises NotFound, Invalid, Unavailable."""
        with _explained(name), self._open(name) as file:
            return os.fstat(file.fileno()).st_size

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        """Every regular file whose name starts with ``prefix`` and comes after ``after``, in byte order.

        Hidden files are not listed; what has a name that no caller could read back is logged once.
        """
        start = self._root / folder_of(prefix)
        with _explained(prefix):
            found = [blob for blob in self._walk(start) if blob.name.startswith(prefix)]
        later = (blob for blob in found if blob.name.encode() > after.encode())
        return iter(sorted(later, key=lambda blob: blob.name.encode()))

    def delete(self, name: str) -> None:
        """Remove a file; removing an absent one changes nothing."""
        path = self._path(name)
        with _explained(name), contextlib.suppress(NotFound):
            self.size(name)  # a folder or a link is not a file of ours
            path.unlink(missing_ok=True)
            _flush_folder(path.parent)

    def upload_url(
        self, name: str, content_type: str, size_limit: int, expires_in_seconds: int
    ) -> UploadTarget:
        """An address of the gateway; raises Invalid, and Unavailable where the bucket has no signer."""
        check_name(name)
        if self._signer is None:
            raise Unavailable("this bucket gives out no upload addresses", code="upload_url_unavailable")
        return self._signer.target(name, content_type, size_limit, expires_in_seconds)

    def _path(self, name: str) -> Path:
        path = self._root / check_name(name)
        with _explained(name):
            if path.resolve() != path:
                raise Invalid("blob_name_invalid", f"'{name[:80]}' leads through a link")
        return path

    def _open(self, name: str) -> BinaryIO:
        # no link is followed, and a pipe put there by somebody does not hang us
        handle = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        file = os.fdopen(handle, "rb")
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            file.close()
            raise NotFound(f"'{name[:80]}' is not a file")
        return file

    def _walk(self, start: Path) -> Iterator[Blob]:
        for folder, folders, files in os.walk(start):
            folders[:] = [each for each in folders if not each.startswith(".")]
            for file in files:
                if not file.startswith("."):
                    yield from self._listed(Path(folder, file))

    def _listed(self, path: Path) -> Iterator[Blob]:
        name = path.relative_to(self._root).as_posix()
        try:
            found = path.lstat()
            check_name(name)
        except FileNotFoundError:
            return  # removed since the folder was read
        except Invalid as error:
            self._ignore(name, error)
            return
        if stat.S_ISREG(found.st_mode):
            yield _blob(name, found.st_mtime_ns, found.st_size)

    def _ignore(self, name: str, error: Invalid) -> None:
        if name not in self._ignored:
            self._ignored.add(name)
            logs.warn("a file in the bucket is ignored", object=ascii(name[:80]), why=error.message)


def _blob(name: str, generation: int, size: int) -> Blob:
    seconds = min(max(generation, 0), _LAST) / 1e9
    return Blob(name, str(generation), size, rfc3339(datetime.fromtimestamp(seconds, UTC)))


def _write_beside(path: Path, content: bytes) -> Path:
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        os.unlink(temporary)
        raise
    return Path(temporary)


def _stamp(temporary: Path, path: Path) -> int:
    """Give the file its generation: now, and later than the one it replaces.

    The kernel's own stamp moves in steps of milliseconds: two writes could share it.
    """
    generation = time.time_ns()
    with contextlib.suppress(FileNotFoundError):
        generation = max(generation, path.stat().st_mtime_ns + 1)
    os.utime(temporary, ns=(generation, generation))
    return generation


def _place(temporary: Path, path: Path, only_if_absent: bool) -> None:
    if not only_if_absent:
        os.replace(temporary, path)
        return
    try:
        os.link(temporary, path)  # unlike rename, a link never replaces
    except FileExistsError:
        raise AlreadyExists(f"there is a file '{path.name}' already") from None


def _make_folders(folder: Path) -> None:
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """Without this a power failure may forget the name, though the bytes are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """No error of the operating system leaves this adapter."""
    try:
        yield
    except OSError as error:
        if error.errno in _ABSENT:
            raise NotFound(f"there is no file '{name[:80]}'") from None
        raise Unavailable(f"'{name[:80]}' cannot be reached: {error.strerror}") from None
