"""What every bucket must do: the folder, and Cloud Storage in front of an emulator and of our stand-in.

The emulator is somebody else's reading of Google's documentation, and overwrites whatever preconditions say.
The stand-in is our own reading, and keeps to them: files written only once, and read only in the generation
that was asked for, are tried there (docs/decisions/0015).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.blobs import Blob, Blobs
from shared.blobs.folder import FolderBlobs
from shared.blobs.gcs import open_gcs
from shared.core.clock import parse_rfc3339
from shared.core.errors import AlreadyExists, Conflict, Invalid, NotFound, Unavailable
from tests.support.box import together
from tests.support.gcs_stand_in import standing_in

NAME = "receipts/biz_1/photo.jpg"


HONEST = ["folder", "stand-in"]
EVERY = [*HONEST, pytest.param("emulator", marks=pytest.mark.emulator)]


@pytest.fixture(params=EVERY)
def blobs(request: pytest.FixtureRequest) -> Iterator[Blobs]:
    """An empty bucket."""
    with opened(request) as bucket:
        yield bucket


@pytest.fixture(params=HONEST)
def honest(request: pytest.FixtureRequest) -> Iterator[Blobs]:
    """An empty bucket that keeps to preconditions."""
    with opened(request) as bucket:
        yield bucket


@contextmanager
def opened(request: pytest.FixtureRequest) -> Iterator[Blobs]:
    if request.param == "folder":
        yield FolderBlobs(request.getfixturevalue("tmp_path") / "bucket", "bucket")
        return
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    if request.param == "stand-in":
        with standing_in(name) as server:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
            yield open_gcs(f"gs://{name}")
        return
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{request.getfixturevalue('storage_emulator')}")
    bucket = open_gcs(f"gs://{name}")
    bucket._client.create_bucket(name)
    yield bucket


@pytest.mark.parametrize("size", [0, 1, 70_000, 9 * 2**20], ids=["empty", "a byte", "a photo", "in parts"])
def test_a_file_comes_back_whole(blobs: Blobs, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    blob = blobs.put(NAME, content)
    assert (blob.name, blob.size) == (NAME, size)
    assert blobs.get(NAME) == blobs.get(NAME, blob.generation) == content
    assert blobs.size(NAME) == size
    assert list(blobs.list()) == [blob]


def test_a_write_is_a_new_generation_and_says_when(blobs: Blobs) -> None:
    first, second = blobs.put(NAME, b"one"), blobs.put(NAME, b"two")
    assert int(second.generation) > int(first.generation)
    assert parse_rfc3339(second.stored_at) >= parse_rfc3339(first.stored_at)
    (listed,) = blobs.list()
    assert (listed, listed.stored_at) == (second, second.stored_at)
    assert blobs.get(NAME) == b"two"


def test_what_is_absent_is_not_found_and_may_be_deleted(blobs: Blobs) -> None:
    for _ in range(2):
        for look in (blobs.get, blobs.size, lambda name: blobs.get(name, "17")):
            with pytest.raises(NotFound):
                look(NAME)
        blobs.delete(NAME)
        blobs.put(NAME, b"x")
        blobs.delete(NAME)
    assert list(blobs.list()) == []


def test_lists_by_prefix_and_from_a_name_on_in_the_order_of_bytes(blobs: Blobs) -> None:
    names = ["receipts/a/1", "receipts/a.b/1", "receipts/a-b/1", "receipts/a/é", "receipts/b/1", "other/a/1"]
    for name in names:
        blobs.put(name, b"x")
    ordered = sorted(names, key=str.encode)
    assert [blob.name for blob in blobs.list()] == ordered
    for at, name in enumerate(ordered):
        assert [blob.name for blob in blobs.list("", name)] == ordered[at + 1 :]
    assert [blob.name for blob in blobs.list("receipts/a/")] == ["receipts/a/1", "receipts/a/é"]
    assert [blob.name for blob in blobs.list("receipts/a/", "receipts/a/1")] == ["receipts/a/é"]
    assert [blob.name for blob in blobs.list("receipts/a", "receipts/a/")] == ["receipts/a/1", "receipts/a/é"]
    assert list(blobs.list("receipts/absent/")) == []


@pytest.mark.parametrize(
    "name",
    [
        "receipts/biz_1/a photo (1) 100%.jpg",
        "receipts/biz_1/Wanjikũ – risiti.png",
        "receipts/biz_1/a/b/c.pdf",
    ],
)
def test_names_people_use(blobs: Blobs, name: str) -> None:
    blob = blobs.put(name, b"x")
    assert list(blobs.list()) == [blob]
    assert (blobs.get(name), blobs.size(name)) == (b"x", 1)
    blobs.delete(name)
    assert list(blobs.list()) == []


@pytest.mark.parametrize(
    "name", ["", "photo.jpg", "/receipts/b/x", "receipts/../b/x", "receipts/b/.x", "receipts/b/a\nb", "a/b/"]
)
def test_names_that_are_refused_are_refused_by_every_call(blobs: Blobs, name: str) -> None:
    calls: list[Callable[[str], Any]] = [blobs.get, blobs.size, blobs.delete, lambda n: blobs.put(n, b"x")]
    for call in [*calls, lambda n: blobs.upload_url(n, "image/png", 1, 60)]:
        with pytest.raises(Invalid):
            call(name)
    for prefix in ("../", "receipts/../", "/etc/"):
        with pytest.raises(Invalid):
            blobs.list(prefix)
    assert list(blobs.list()) == []


def test_without_a_key_no_upload_address_is_given_out(blobs: Blobs) -> None:
    with pytest.raises(Unavailable) as refusal:
        blobs.upload_url(NAME, "image/jpeg", 1, 60)
    assert refusal.value.code == "upload_url_unavailable"


def test_threads_share_a_bucket(blobs: Blobs) -> None:
    names = [f"receipts/biz_1/{number}.jpg" for number in range(8)]
    together(*[lambda name=name: blobs.put(name, name.encode()) for name in names])
    assert together(*[lambda name=name: blobs.get(name) for name in names]) == [n.encode() for n in names]


def test_only_the_first_of_two_is_kept_when_asked(honest: Blobs) -> None:
    first = honest.put(NAME, b"first", only_if_absent=True)
    for content in (b"second", b"first"):
        with pytest.raises(AlreadyExists):
            honest.put(NAME, content, only_if_absent=True)
    assert list(honest.list()) == [Blob(NAME, first.generation, 5)]


def test_of_many_writers_one_is_first(honest: Blobs) -> None:
    def write() -> bool:
        try:
            honest.put(NAME, b"the same photo", only_if_absent=True)
        except AlreadyExists:
            return False
        return True

    assert together(*[write] * 8).count(True) == 1


def test_another_generation_is_a_conflict(honest: Blobs) -> None:
    first = honest.put(NAME, b"first")
    honest.put(NAME, b"second")
    for generation in (first.generation, "0", "not a number"):
        with pytest.raises(Conflict):
            honest.get(NAME, generation)
