"""The key pair of simulated Safaricom: initiators' passwords are encrypted for it, as for the real one.

Made once and kept with the other facts, so that a certificate handed out stays right after a restart.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from local.safaricom.state import State

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_BEGIN, _END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


def certificate_pem(state: State) -> str:
    """The certificate as PEM text, made on first use."""
    return str(_pair(state)["certificate"])


def decrypted(state: State, credential: str) -> str | None:
    """The password inside a SecurityCredential, None when it is not encrypted for us."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(_pair(state)["key"].encode(), None)
    try:
        raw = base64.b64decode(credential, validate=True)
        return key.decrypt(raw, PKCS1v15()).decode()  # type: ignore[union-attr]
    except (binascii.Error, ValueError):
        return None


def _pair(state: State) -> dict[str, str]:
    with state.unit():
        if (kept := state.get("certificate", "current")) is not None:
            return kept
        made = _made()  # finding two primes takes a while: one pair serves every state of a process
        state.put("certificate", "current", made)
        return made


@cache
def _made() -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"key": private, "certificate": _signed(key)}


def _signed(key: RSAPrivateKey) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simulated operator")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(_BEGIN).not_valid_after(_END)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
