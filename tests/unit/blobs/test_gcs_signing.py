"""Signed upload addresses of Cloud Storage: what is signed, and by whom, checked with the public key.

No request goes to Google: a key signs by itself, and what is sent to IAM and to the metadata server is led to
a server of this test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth import compute_engine
from google.cloud.storage import Client

from shared.blobs import UploadTarget
from shared.blobs.gcs import GcsBlobs, open_gcs
from shared.core.clock import parse_rfc3339
from shared.core.errors import Unavailable
from shared.core.ids import SeededIds

BUCKET = "receipts-test"
NAME = "receipts/biz_1/upl_1 ñ.jpeg"
ACCOUNT = "receipts@demo.iam.gserviceaccount.com"
SECONDS = 900


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def _no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)


def string_to_sign(method: str, target: UploadTarget) -> tuple[str, bytes]:
    """What the bucket hashes when the client sends exactly ``target.headers`` (V4), and the signature given.

    Source: Cloud Storage documentation, "Canonical requests" and "Signatures".
    """
    parts = urlsplit(target.url)
    query = dict(parse_qsl(parts.query, strict_parsing=True))
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    sent = {name.lower(): value.strip() for name, value in target.headers.items()} | {"host": parts.netloc}
    names = query["X-Goog-SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            method,
            parts.path,
            "&".join(f"{quote(n, safe='~')}={quote(v, safe='~')}" for n, v in sorted(query.items())),
            *(f"{name}:{sent[name]}" for name in names),
            "",
            ";".join(names),
            "UNSIGNED-PAYLOAD",
        ]
    )
    scope = query["X-Goog-Credential"].partition("/")[2]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join(["GOOG4-RSA-SHA256", query["X-Goog-Date"], scope, digest]), signature


def accepted(key: rsa.RSAPrivateKey, target: UploadTarget, method: str = "PUT") -> bool:
    text, signature = string_to_sign(method, target)
    try:
        key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def by_key(key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GcsBlobs:
    """A bucket opened with the key file of a service account."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": ACCOUNT,
        "token_uri": "https://oauth2.invalid/token",
    }
    (tmp_path / "key.json").write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    return open_gcs(f"gs://{BUCKET}")


def offer(blobs: GcsBlobs) -> UploadTarget:
    return blobs.upload_url(NAME, "image/jpeg", 350_000, SECONDS)


def test_the_address_is_signed_for_one_new_file_of_one_type_and_size(
    by_key: GcsBlobs, key: rsa.RSAPrivateKey
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    target = offer(by_key)
    parts = urlsplit(target.url)
    query = dict(parse_qsl(parts.query))
    assert (target.method, parts.scheme, parts.netloc) == ("PUT", "https", "storage.googleapis.com")
    assert parts.path == f"/{BUCKET}/{quote(NAME)}"
    assert target.headers == {
        "Content-Type": "image/jpeg",
        "x-goog-if-generation-match": "0",
        "x-goog-content-length-range": "0,350000",
    }
    assert query["X-Goog-SignedHeaders"] == (
        "content-type;host;x-goog-content-length-range;x-goog-if-generation-match"
    )
    assert query["X-Goog-Credential"].startswith(f"{ACCOUNT}/")
    assert query["X-Goog-Expires"] == str(SECONDS)
    end = parse_rfc3339(target.expires_at)
    assert before <= end - timedelta(seconds=SECONDS) <= datetime.now(UTC)
    assert accepted(key, target)


def test_any_change_breaks_the_signature(by_key: GcsBlobs, key: rsa.RSAPrivateKey) -> None:
    target = offer(by_key)
    for name, value in {
        "Content-Type": "text/html",
        "x-goog-if-generation-match": "17",
        "x-goog-content-length-range": "0,999999999",
    }.items():
        assert not accepted(key, UploadTarget(target.url, "PUT", {**target.headers, name: value}, ""))
    for old, new in {
        BUCKET: "another-bucket",
        "biz_1": "biz_2",
        "X-Goog-Expires=900": "X-Goog-Expires=9000",
        "%3Bx-goog-if-generation-match&": "&",
    }.items():
        assert old in target.url
        changed = UploadTarget(target.url.replace(old, new), "PUT", target.headers, "")
        assert not accepted(key, changed), old
    assert not accepted(key, target, method="DELETE")
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not accepted(stranger, target)


# --- without a key
@dataclass
class Google:
    """The metadata server and IAM of a function: what they were asked, and whether IAM signs."""

    key: rsa.RSAPrivateKey
    allowed: bool = True
    asked: list[requests.PreparedRequest] = field(default_factory=list)
    timeouts: list[Any] = field(default_factory=list)

    def answer(self, request: requests.PreparedRequest) -> tuple[int, Any]:
        url = str(request.url)
        if "iamcredentials.googleapis.com" in url:
            if not self.allowed:
                return 403, {
                    "error": {"code": 403, "message": "Permission iam.serviceAccounts.signBlob denied"}
                }
            message = base64.b64decode(json.loads(request.body or b"")["payload"])
            signature = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
            return 200, {"keyId": "1", "signedBlob": base64.b64encode(signature).decode()}
        if "universe" in url:
            return 404, {}
        if "/token" in url:
            return 200, {"access_token": "the-token", "expires_in": 3000, "token_type": "Bearer"}
        return 200, {"email": ACCOUNT, "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}


@pytest.fixture
def google(key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Every request of this process ends here, as on a machine of Google's without a key."""
    there = Google(key)

    def send(_adapter: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        there.asked.append(request)
        there.timeouts.append(options.get("timeout"))
        status, body = there.answer(request)
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, str(request.url)
        response.headers["Content-Type"] = "application/json"
        response.headers["Metadata-Flavor"] = "Google"
        response._content = json.dumps(body).encode()
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return there


@pytest.fixture
def by_iam(google: Google) -> GcsBlobs:
    credentials = compute_engine.Credentials(universe_domain="googleapis.com")
    return GcsBlobs(Client(project=None, credentials=credentials), BUCKET, SeededIds(1), 1)


def test_a_function_has_its_addresses_signed_by_iam_in_its_own_name(
    by_iam: GcsBlobs, google: Google, key: rsa.RSAPrivateKey
) -> None:
    target = offer(by_iam)
    assert accepted(key, target)
    assert f"X-Goog-Credential={quote(ACCOUNT, safe='')}%2F" in target.url
    (asked,) = [request for request in google.asked if "signBlob" in str(request.url)]
    assert re.search(rf"/serviceAccounts/{ACCOUNT}:signBlob$", str(asked.url))
    assert asked.headers["Authorization"] == "Bearer the-token"
    signing = google.timeouts[google.asked.index(asked)]
    assert signing == 10, "a browser waits for this"


def test_an_account_that_may_not_sign_is_told_what_it_needs(by_iam: GcsBlobs, google: Google) -> None:
    google.allowed = False
    with pytest.raises(Unavailable, match=r"BLOB_URL: .*roles/iam\.serviceAccountTokenCreator") as refusal:
        offer(by_iam)
    assert refusal.value.code == "upload_url_unavailable"
    assert "signBlob denied" not in refusal.value.message


def test_a_token_is_asked_for_with_a_scope_that_iam_accepts(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "google.auth.default", lambda scopes: (compute_engine.Credentials(scopes=scopes), "demo")
    )
    offer(open_gcs(f"gs://{BUCKET}"))
    (token,) = [request for request in google.asked if "/token" in str(request.url)]
    assert "scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform" in str(token.url)
