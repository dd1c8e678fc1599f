"""Signed upload addresses of the folder bucket: what Google signs for Cloud Storage, we sign here.

``{base}/{name}?expires=…&type=…&limit=…&signature=…`` says by itself what may be sent: which file, of which
type, how large, until when. The signature is an HMAC over all of it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from shared.blobs.port import UploadTarget
from shared.core.clock import Clock, rfc3339
from shared.core.errors import Forbidden

FIELDS = ("expires", "type", "limit", "signature")
_PURPOSE = b"hesabu upload addresses, version 1"


@dataclass(frozen=True, slots=True)
class Upload:
    """What a verified address allows: one file of ``content_type``, ``limit`` bytes at most."""

    name: str
    content_type: str
    limit: int


class UploadSigner:
    """Makes and checks upload addresses.

    Args:
        base: where the gateway takes uploads, ``https://books.example.co.ke/uploads``.
        secret: of at least 32 characters; the signing key is derived from it, so that a signature made for
            another purpose with the same secret proves nothing here.
        clock: says when an address has expired.
    """

    def __init__(self, base: str, secret: str, clock: Clock) -> None:
        self._base = base.rstrip("/")
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self._clock = clock

    def target(self, name: str, content_type: str, limit: int, seconds: int) -> UploadTarget:
        """The address for one file, good for ``seconds``."""
        end = self._clock.now().replace(microsecond=0) + timedelta(seconds=seconds)
        given = {"expires": str(int(end.timestamp())), "type": content_type, "limit": str(limit)}
        query = urlencode({**given, "signature": self._sign(name, given)})
        url = f"{self._base}/{quote(name)}?{query}"
        return UploadTarget(url, "PUT", {"Content-Type": content_type}, rfc3339(end.astimezone(UTC)))

    def check(self, name: str, given: Mapping[str, str]) -> Upload:
        """What the address allows; raises Forbidden ``upload_signature_invalid`` or ``upload_expired``."""
        signature = self._sign(name, given).encode()
        if not hmac.compare_digest(signature, given.get("signature", "").encode("utf-8", "replace")):
            raise Forbidden("this is not an address that was given out", code="upload_signature_invalid")
        if self._clock.now() >= datetime.fromtimestamp(int(given["expires"]), UTC):
            raise Forbidden("this address has expired; ask for another", code="upload_expired")
        return Upload(name, given["type"], int(given["limit"]))

    def _sign(self, name: str, given: Mapping[str, str]) -> str:
        parts = (name, *(given.get(field, "") for field in FIELDS[:3]))
        # each part with its length: no two different addresses are the same text
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
