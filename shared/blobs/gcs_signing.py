"""Who signs upload addresses: a key where there is one, else Google's IAM in the name of the function.

On Cloud Run the runtime account has no private key here. IAM signs for it (signBlob) when the account holds
roles/iam.serviceAccountTokenCreator on itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from google.auth.credentials import Signing
from google.auth.iam import Signer
from google.auth.transport.requests import Request

from shared.core.errors import Unavailable

SECONDS = 10
"""How long the metadata server or IAM may take to answer."""


def signing_credentials(credentials: Any) -> Any:
    """Credentials that can sign, from those that the process runs with.

    Raises Unavailable ``upload_url_unavailable`` for a user's or nobody's, google.auth's own for a refusal.
    """
    if isinstance(credentials, Signing):
        return credentials
    if not hasattr(credentials, "service_account_email"):
        raise Unavailable(
            "BLOB_URL: upload addresses are signed by a service account, and these credentials are none",
            code="upload_url_unavailable",
        )
    return _SignedByIam(credentials)


class _SignedByIam(Signing):
    """An account without a key: IAM is asked for each signature, with the account's own token."""

    def __init__(self, credentials: Any) -> None:
        request = partial(Request(), timeout=SECONDS)
        if not credentials.valid:
            credentials.refresh(request)  # until then an account of Cloud Run is called "default"
        self._email = credentials.service_account_email
        self._signer: Any = Signer(request, credentials, self._email)  # type: ignore[no-untyped-call]

    @property
    def signer(self) -> Any:
        return self._signer

    @property
    def signer_email(self) -> str:
        return str(self._email)

    def sign_bytes(self, message: bytes) -> bytes:
        signature: bytes = self._signer.sign(message)
        return signature
