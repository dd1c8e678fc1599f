"""A Cloud Storage bucket as the blob port: preconditions instead of looking first, time limits everywhere.

What is sent again after a failure: reading, listing, and a put that can succeed only once. An overwriting put
and a delete are not: between two tries somebody else may have written what the second would destroy.

A put with ``only_if_absent`` carries a mark of its own in the file's metadata. When its answer was lost, the
next try finds the name taken, perhaps by itself: the mark tells, equal content would not (two writers may
hold the same photo, and only one of them was first).
"""

from __future__ import annotations

import contextlib
import mimetypes
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import google.auth
import requests
import urllib3
from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError, PreconditionFailed, RetryError
from google.api_core.exceptions import NotFound as Missing
from google.api_core.retry import Retry
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption

from shared.blobs.gcs_signing import signing_credentials
from shared.blobs.names import check_name, folder_of, is_hidden
from shared.blobs.port import Blob, UploadTarget
from shared.core import logs
from shared.core.clock import rfc3339
from shared.core.errors import AlreadyExists, Conflict, Invalid, NotFound, Unavailable
from shared.core.ids import Ids, SystemIds

T = TypeVar("T")
TIMEOUT = (5, 30)
"""Seconds to connect, and to wait for the next byte of an answer."""
PATIENCE = 15.0
"""Seconds during which what may pass is tried again."""
MARK = "hesabu-put"
_LISTED = "items(name,generation,size,timeCreated),nextPageToken"
_BUCKET = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])")
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""The library's own choice is storage alone: a token for which IAM signs nothing."""
_UNSIGNED = (
    "BLOB_URL: no upload address could be signed; "
    "the account of this function needs roles/iam.serviceAccountTokenCreator on itself"
)
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_LOST = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, TransportError)
"""The connection failed, before or after the request was carried out."""
_FAILURES = (GoogleAPIError, GoogleAuthError, DataCorruption, *_LOST)


def open_gcs(url: str, ids: Ids | None = None, *, patience: float = PATIENCE) -> GcsBlobs:
    """The bucket of ``BLOB_URL=gs://BUCKET``, with the credentials of the process; it is not asked yet.

    With STORAGE_EMULATOR_HOST set, that address is used and no credentials are.

    Args:
        ids: where marks of puts come from.
        patience: seconds during which what may pass is tried again.

    Raises Invalid ``settings_invalid`` for another URL, Unavailable without credentials; both name BLOB_URL.
    """
    match = _BUCKET.fullmatch(url)
    if match is None:
        raise Invalid("settings_invalid", f"BLOB_URL: '{url[:80]}' is not gs:// and the name of a bucket")
    with _explained(match[1]):
        emulated = os.environ.get("STORAGE_EMULATOR_HOST")
        credentials = None if emulated else google.auth.default(scopes=[_SCOPE])[0]
        client = Client(project=None, credentials=credentials)
    return GcsBlobs(client, match[1], ids or SystemIds(), patience)


class GcsBlobs:
    """The blob port over one bucket, shared by the threads of one process."""

    def __init__(self, client: Any, bucket: str, ids: Ids, patience: float = PATIENCE) -> None:
        self._client, self._bucket = client, client.bucket(bucket)
        self._name, self._ids = bucket, ids
        self._again = Retry(predicate=_may_pass, initial=0.1, maximum=2, multiplier=2, timeout=patience)
        self._ignored: set[str] = set()

    @property
    def bucket(self) -> str:
        return self._name

    def put(self, name: str, content: bytes, *, only_if_absent: bool = False) -> Blob:
        """Store a whole file, checked by the bucket against its checksum; raises AlreadyExists, Invalid."""
        blob = self._blob(name)
        with _explained(self._name):
            if only_if_absent:
                self._put_first(blob, content)
            else:
                _upload(blob, content)
        return Blob(name, str(blob.generation), len(content), _moment(blob.time_created))

    def _put_first(self, blob: Any, content: bytes) -> None:
        mark = self._ids.new("put")
        blob.metadata = {MARK: mark}
        lost: list[Exception] = []
        try:
            self._again(lambda: _upload(blob, content, if_generation_match=0), on_error=lost.append)()
        except PreconditionFailed:
            if not lost or not self._is_ours(blob, mark):
                raise AlreadyExists(f"there is a file '{blob.name[:80]}' already") from None

    def _is_ours(self, blob: Any, mark: str) -> bool:
        """Whether the file that is there came by a try whose answer was lost; ``blob`` then describes it."""
        with contextlib.suppress(Missing):
            self._patiently(lambda: blob.reload(timeout=TIMEOUT, retry=None))
            return (blob.metadata or {}).get(MARK) == mark
        return False

    def get(self, name: str, generation: str | None = None) -> bytes:
        """Read a whole file; raises NotFound, Invalid, Unavailable, and Conflict for another generation.

        The bytes are those that were stored: an upload that claims to be compressed is not unpacked here,
        where a few kilobytes could become gigabytes. A try that breaks off begins anew, so that the whole
        is always checked against the bucket's checksum.
        """
        blob = self._blob(name)
        match = None if generation is None else _number(generation)
        with _explained(self._name, name):
            try:
                if match != 0:
                    return self._patiently(lambda: _download(blob, match))
            except PreconditionFailed:
                pass
            self._stat(name)  # raises NotFound where there is no generation at all
        raise Conflict(f"'{name[:80]}' has another generation by now")

    def size(self, name: str) -> int:
        """Bytes of a file without reading it; raises NotFound, Invalid, Unavailable."""
        with _explained(self._name, name):
            return int(self._stat(name).size)

    def _stat(self, name: str) -> Any:
        blob = self._blob(name)
        self._patiently(lambda: blob.reload(timeout=TIMEOUT, retry=None))
        return blob

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        """Every file whose name starts with ``prefix`` and comes after ``after``, in the order of its bytes.

        Pages are fetched as they are needed. Hidden files are not listed; what has a name that no caller
        could read back (a folder made in the console) is logged once.
        """
        folder_of(prefix)
        return self._listed(prefix, after)

    def _listed(self, prefix: str, after: str) -> Iterator[Blob]:
        with _explained(self._name):
            found = self._client.list_blobs(
                self._name,
                prefix=prefix or None,
                start_offset=after or None,
                fields=_LISTED,
                timeout=TIMEOUT,
                retry=self._again,
            )
            for item in found:
                if item.name.encode() > after.encode() and self._may_be_read(item.name):
                    yield Blob(item.name, str(item.generation), int(item.size), _moment(item.time_created))

    def delete(self, name: str) -> None:
        """Remove a file; removing an absent one changes nothing."""
        blob = self._blob(name)
        with contextlib.suppress(NotFound), _explained(self._name, name):
            blob.delete(timeout=TIMEOUT, retry=None)

    def upload_url(
        self, name: str, content_type: str, size_limit: int, expires_in_seconds: int
    ) -> UploadTarget:
        """A V4 signed address: this type, at most ``size_limit`` bytes, only while there is no such file.

        Source: Cloud Storage documentation, "V4 signing process with your own program" and "XML API headers".
        Raises Invalid for the name, Unavailable where nothing can be signed.
        """
        blob = self._blob(name)
        headers = {
            "Content-Type": content_type,
            "x-goog-if-generation-match": "0",
            "x-goog-content-length-range": f"0,{size_limit}",
        }
        try:
            url = blob.generate_signed_url(
                version="v4",
                expiration=timedelta(seconds=expires_in_seconds),
                method="PUT",
                headers=dict(headers),  # the library adds to it
                credentials=signing_credentials(self._client._credentials),
            )
        except _FAILURES as error:
            logs.warn("an upload address could not be signed", why=str(error)[:300])
            raise Unavailable(_UNSIGNED, code="upload_url_unavailable") from None
        return UploadTarget(url, "PUT", headers, _expiry(url))

    def _blob(self, name: str) -> Any:
        return self._bucket.blob(check_name(name))

    def _patiently(self, call: Callable[[], T]) -> T:
        answer: T = self._again(call)()
        return answer

    def _may_be_read(self, name: str) -> bool:
        try:
            return not is_hidden(name) and bool(check_name(name))
        except Invalid as error:
            if name not in self._ignored:
                self._ignored.add(name)
                logs.warn("a file in the bucket is ignored", object=ascii(name[:80]), why=error.message)
            return False


def _upload(blob: Any, content: bytes, **only: int) -> None:
    kind = mimetypes.guess_type(blob.name)[0] or "application/octet-stream"
    blob.upload_from_string(content, content_type=kind, checksum="auto", timeout=TIMEOUT, retry=None, **only)


def _download(blob: Any, generation: int | None) -> bytes:
    content: bytes = blob.download_as_bytes(
        if_generation_match=generation, raw_download=True, checksum="auto", timeout=TIMEOUT, retry=None
    )
    return content


def _number(generation: str) -> int:
    """Generations of Cloud Storage are numbers; 0, which none has, for anything else."""
    return int(generation) if re.fullmatch(r"[0-9]{1,19}", generation) else 0


def _moment(stored: datetime | None) -> str:
    return rfc3339(stored) if stored is not None else ""


def _expiry(url: str) -> str:
    """When a signed address ends, as it says itself."""
    query = parse_qs(urlsplit(url).query)
    begin = datetime.strptime(query["X-Goog-Date"][0] + "+0000", "%Y%m%dT%H%M%SZ%z")
    return rfc3339(begin + timedelta(seconds=int(query["X-Goog-Expires"][0])))


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help: overload, an outage, a lost connection, damage on the way."""
    if isinstance(error, GoogleAPICallError):
        return error.code in _PASSING
    return isinstance(error, (DataCorruption, *_LOST))


@contextlib.contextmanager
def _explained(bucket: str, name: str = "") -> Iterator[None]:
    """No error of the library leaves this adapter; what an operator must mend names BLOB_URL.

    Without a ``name`` only the bucket can be missing.
    """
    try:
        yield
    except Missing as error:
        if not name or "bucket does not exist" in str(error):
            raise Unavailable(f"BLOB_URL: there is no bucket gs://{bucket}") from None
        raise NotFound(f"there is no file '{name[:80]}'") from None
    except _FAILURES as error:
        raise Unavailable(f"BLOB_URL: gs://{bucket} {_why(error)}") from None


def _why(error: BaseException) -> str:
    cause = error.cause if isinstance(error, RetryError) and error.cause is not None else error
    code = cause.code if isinstance(cause, GoogleAPICallError) else None
    if code in (401, 403):
        return "is closed to this account: it needs roles/storage.objectViewer and objectCreator there"
    if code == 429:
        return "takes no more requests for the moment"
    if isinstance(cause, DefaultCredentialsError):
        return "cannot be used: this process has no Google credentials"
    return f"cannot be reached ({code or type(cause).__name__})"
