"""The operator that Daraja knows as the initiator, and its password as Daraja takes it.

SecurityCredential is base64(RSA PKCS#1 v1.5 (password)) under the key of Safaricom's certificate, which
differs between sandbox and production and is replaced when it ends (D3 B2C, "Security Credential").
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shared.core.clock import Clock, rfc3339
from shared.core.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

_ASKED = "is missing, and sending money or asking for the balance needs it"
_PADDING_BYTES = 11
"""PKCS#1 v1.5 needs so many bytes of the key's length for itself (RFC 8017, 7.2.1)."""


@dataclass(frozen=True, slots=True)
class Initiator:
    """An API operator of the organisation portal: its name, its password and Safaricom's certificate.

    ``certificate`` is PEM text, the path of a PEM or DER file, or base64 of DER on one line.
    """

    name: str = ""
    password: str = field(default="", repr=False)
    certificate: str = ""


class Credentials:
    """Makes SecurityCredentials; the certificate is read on first use and its end is watched on every use."""

    def __init__(self, initiator: Initiator, clock: Clock) -> None:
        self._initiator = initiator
        self._clock = clock
        self._certificate: Certificate | None = None

    def encrypted(self) -> str:
        """A SecurityCredential, another one each time.

        Raises Invalid ``settings_invalid``, whose message begins with the setting at fault.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        given = self._initiator
        for name, value in (("DARAJA_INITIATOR", given.name), ("DARAJA_INITIATOR_PASSWORD", given.password)):
            if not value:
                raise _unusable(name, _ASKED)
        key = self._key()
        if len(given.password.encode()) > key.key_size // 8 - _PADDING_BYTES:
            raise _unusable("DARAJA_INITIATOR_PASSWORD", "is too long for the key of DARAJA_CERTIFICATE")
        return base64.b64encode(key.encrypt(given.password.encode(), PKCS1v15())).decode()

    def _key(self) -> RSAPublicKey:
        if self._certificate is None:
            self._certificate = read_certificate(self._initiator.certificate)
        return public_key(self._certificate, self._clock)


def read_certificate(given: str) -> Certificate:
    """The certificate that a setting holds or names; raises Invalid ``settings_invalid``."""
    from cryptography import x509

    raw = _bytes(given)
    try:
        if raw.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(raw.strip())
        return x509.load_der_x509_certificate(raw)
    except ValueError:
        raise _unusable("DARAJA_CERTIFICATE", "is not an X.509 certificate in PEM or DER form") from None


def public_key(certificate: Certificate, clock: Clock) -> RSAPublicKey:
    """The key of a certificate that is valid now; raises Invalid ``settings_invalid``."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    now = clock.now()
    if now > certificate.not_valid_after_utc:
        raise _unusable("DARAJA_CERTIFICATE", f"ended on {rfc3339(certificate.not_valid_after_utc)}")
    if now < certificate.not_valid_before_utc:
        raise _unusable("DARAJA_CERTIFICATE", f"begins on {rfc3339(certificate.not_valid_before_utc)}")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise _unusable("DARAJA_CERTIFICATE", "holds no RSA key")
    return key


def _bytes(given: str) -> bytes:
    text = given.strip().replace("\\n", "\n")
    if not text:
        raise _unusable("DARAJA_CERTIFICATE", _ASKED)
    if text.startswith("-----BEGIN"):
        return text.encode()
    try:
        if _is_file(text):
            return Path(text).read_bytes()
        return base64.b64decode(text, validate=True)
    except OSError as error:
        raise _unusable("DARAJA_CERTIFICATE", f"cannot be read ({error.strerror})") from None
    except (binascii.Error, ValueError):
        raise _unusable("DARAJA_CERTIFICATE", "names no file, and is no certificate itself") from None


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False  # too long for a name, or not one at all


def _unusable(setting: str, why: str) -> Invalid:
    return Invalid("settings_invalid", f"{setting}: {why}")
