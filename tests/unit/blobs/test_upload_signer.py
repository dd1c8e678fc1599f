"""Upload addresses of the folder bucket: good for exactly what was signed, and no longer than that."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.blobs.folder import FolderBlobs
from shared.blobs.signed import FIELDS, Upload, UploadSigner
from shared.core.clock import ManualClock
from shared.core.errors import Forbidden, Invalid

NAME = "receipts/biz_1/upl_1.jpeg"
BASE = "https://books.example.co.ke/uploads"
SECRET = "c" * 32


@pytest.fixture
def signer(clock: ManualClock) -> UploadSigner:
    return UploadSigner(BASE, SECRET, clock)


def given_by(signer: UploadSigner, name: str = NAME, seconds: int = 900) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(signer.target(name, "image/jpeg", 1000, seconds).url).query))


def refused(signer: UploadSigner, name: str, given: dict[str, str]) -> str:
    with pytest.raises(Forbidden) as refusal:
        signer.check(name, given)
    return refusal.value.code


def test_an_address_allows_what_it_was_made_for(signer: UploadSigner) -> None:
    target = signer.target(NAME, "image/jpeg", 1000, 900)
    parts = urlsplit(target.url)
    assert target.url.startswith(f"{BASE}/{NAME}?")
    assert (target.method, target.headers) == ("PUT", {"Content-Type": "image/jpeg"})
    assert target.expires_at == "2026-03-01T09:15:00.000Z"
    assert sorted(dict(parse_qsl(parts.query))) == sorted(FIELDS)
    assert signer.check(NAME, given_by(signer)) == Upload(NAME, "image/jpeg", 1000)


def test_it_ends_at_its_second(signer: UploadSigner, clock: ManualClock) -> None:
    given = given_by(signer, seconds=60)
    clock.advance(59.999)
    assert signer.check(NAME, given).limit == 1000
    clock.advance(0.001)
    assert refused(signer, NAME, given) == "upload_expired"


@pytest.mark.parametrize(
    "change",
    [{"expires": "9999999999"}, {"type": "text/html"}, {"limit": "1001"}, {"limit": ""}, {"signature": ""},
     {"signature": "0" * 64}, {"signature": "é"}, {"signature": "\ud800"}, {"expires": "never"},
     {"expires": "\ud800"}],
)  # fmt: skip
def test_any_other_word_is_refused_before_it_is_believed(
    signer: UploadSigner, change: dict[str, str]
) -> None:
    assert refused(signer, NAME, {**given_by(signer), **change}) == "upload_signature_invalid"
    assert refused(signer, NAME, {}) == "upload_signature_invalid"


def test_a_signature_is_of_one_name_one_secret_and_one_purpose(
    signer: UploadSigner, clock: ManualClock
) -> None:
    given = given_by(signer)
    for name in ("receipts/biz_2/upl_1.jpeg", f"{NAME}x", "", "receipts/biz_1/../biz_2/x", NAME.upper()):
        assert refused(signer, name, given) == "upload_signature_invalid"
    assert refused(UploadSigner(BASE, "d" * 32, clock), NAME, given) == "upload_signature_invalid"


@given(
    st.lists(st.text(max_size=6), min_size=4, max_size=4),
    st.lists(st.text(max_size=6), min_size=4, max_size=4),
)
def test_two_different_addresses_never_sign_alike(one: list[str], other: list[str]) -> None:
    signer: Any = UploadSigner(BASE, SECRET, None)  # type: ignore[arg-type]

    def signature(parts: list[str]) -> str:
        return str(signer._sign(parts[0], dict(zip(FIELDS, parts[1:], strict=False))))

    assert (signature(one) == signature(other)) == (one == other)
    shifted = [one[0] + one[1], "", one[2], one[3]]
    assert (signature(one) == signature(shifted)) == (one == shifted)


def test_the_folder_checks_the_name_first(tmp_path: Path, signer: UploadSigner) -> None:
    blobs = FolderBlobs(tmp_path / "bucket", "bucket", signer)
    with pytest.raises(Invalid):
        blobs.upload_url("receipts/../x/y", "image/jpeg", 10, 60)
    url = blobs.upload_url("receipts/biz_1/Wanjikũ 1%.jpeg", "image/jpeg", 10, 60).url
    assert unquote(urlsplit(url).path) == "/uploads/receipts/biz_1/Wanjikũ 1%.jpeg"
    assert url.isascii()
