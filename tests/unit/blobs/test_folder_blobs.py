"""The folder as a bucket: whole files or none, names that stay inside, a generation for every write."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from shared.blobs import Blob
from shared.blobs.folder import FolderBlobs
from shared.core.errors import AlreadyExists, Conflict, Invalid, NotFound, Refused, Unavailable
from tests.support.box import together

NAME = "receipts/biz_1/photo.jpg"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "bucket"


@pytest.fixture
def blobs(root: Path) -> FolderBlobs:
    return FolderBlobs(root, "bucket")


def files(root: Path) -> list[str]:
    """Everything on the disk, hidden files too."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_file_comes_back_whole(blobs: FolderBlobs, root: Path) -> None:
    content = bytes(range(256)) * 5000
    blob = blobs.put(NAME, content)
    assert (blob.name, blob.size, blobs.bucket) == (NAME, len(content), "bucket")
    assert blobs.get(NAME) == blobs.get(NAME, blob.generation) == content
    assert blobs.size(NAME) == len(content)
    assert list(blobs.list()) == [blob]
    assert files(root) == [NAME], "no temporary file is left"
    assert blobs.put("receipts/biz_1/empty.pdf", b"").size == 0
    assert blobs.get("receipts/biz_1/empty.pdf") == b""


def test_every_write_is_a_new_generation(blobs: FolderBlobs) -> None:
    generations = [blobs.put(NAME, b"same").generation for _ in range(50)]
    assert sorted(set(generations), key=int) == generations
    with pytest.raises(Conflict):
        blobs.get(NAME, generations[0])
    assert blobs.get(NAME, generations[-1]) == b"same"
    blobs.delete(NAME)
    assert int(blobs.put(NAME, b"again").generation) > int(generations[-1])


def test_a_generation_from_the_future_is_outdone(blobs: FolderBlobs, root: Path) -> None:
    blobs.put(NAME, b"one")
    future = 4_000_000_000_000_000_000
    os.utime(root / NAME, ns=(future, future))
    assert int(blobs.put(NAME, b"two").generation) > future


def test_absent_files(blobs: FolderBlobs) -> None:
    blobs.put(NAME, b"x")
    for name in (
        "receipts/biz_1/other.jpg",
        "receipts/biz_2/photo.jpg",
        f"{NAME}/deeper",
        "receipts/biz_1/a/b",
    ):
        with pytest.raises(NotFound):
            blobs.get(name)
        with pytest.raises(NotFound):
            blobs.size(name)
        blobs.delete(name)
    blobs.delete(NAME)
    blobs.delete(NAME)
    assert list(blobs.list()) == []


def test_only_if_absent_keeps_the_first(blobs: FolderBlobs, root: Path) -> None:
    blobs.put(NAME, b"first", only_if_absent=True)
    with pytest.raises(AlreadyExists):
        blobs.put(NAME, b"second", only_if_absent=True)
    assert blobs.get(NAME) == b"first"
    assert files(root) == [NAME]


def test_of_many_writers_one_is_first(blobs: FolderBlobs, root: Path) -> None:
    def write(number: int) -> bool:
        try:
            blobs.put(NAME, b"%d" % number * 10_000, only_if_absent=True)
        except AlreadyExists:
            return False
        return True

    won = together(*[lambda n=n: write(n) for n in range(8)])
    assert won.count(True) == 1
    assert blobs.get(NAME) == b"%d" % won.index(True) * 10_000
    assert files(root) == [NAME]


def test_readers_never_see_half_of_a_replaced_file(blobs: FolderBlobs) -> None:
    versions = {bytes([number]) * 200_000 for number in range(10)}
    blobs.put(NAME, min(versions))
    seen: set[bytes] = set()

    def replace() -> None:
        for version in sorted(versions):
            blobs.put(NAME, version)

    def look() -> None:
        for _ in range(60):
            seen.add(blobs.get(NAME))

    together(replace, look)
    assert seen <= versions


@pytest.mark.parametrize(
    "name",
    [
        "", "photo.jpg", "receipts/photo.jpg", "/etc/passwd", "/receipts/biz_1/x", "../receipts/biz_1/x",
        "receipts/../../x", "receipts/biz_1/..", "receipts/biz_1/../../../x", "receipts/./x", "receipts//x",
        "receipts/biz_1/", "receipts/biz_1/.hidden", ".git/biz_1/x", "receipts/.biz/x", "receipts/biz_1/a\\b",
        "receipts/biz_1/a\x00b", "receipts/biz_1/a\nb", "receipts/biz_1/ x", "receipts/biz_1/x ",
        "receipts/biz_1/\u202egnp.exe", "receipts/biz_1/\ud800", "receipts/biz_1/a\u2028b",
        "receipts/biz_1/" + "x" * 200, "receipts/biz_1/" + "\U0001f600" * 64,
    ],
)  # fmt: skip
def test_names_that_are_refused(blobs: FolderBlobs, root: Path, name: str) -> None:
    for use in (blobs.get, blobs.size, blobs.delete, lambda n: blobs.put(n, b"x")):
        with pytest.raises(Invalid):
            use(name)
    assert files(root.parent) == []


@pytest.mark.parametrize(
    "name",
    [
        "receipts/biz_1/WhatsApp Image 2026-03-01 at 10.00.00 (1).jpeg",
        "receipts/biz_1/Risiti ya duka – Wanjikũ.png",
        "receipts/biz_1/Screenshot 10.00.00\u202fAM.png",
        "receipts/biz_1/a/b/c.pdf",
        "statements/biz_1/x..y",
        "receipts/biz_1/" + "x" * 185,
    ],
)
def test_names_people_use(blobs: FolderBlobs, name: str) -> None:
    blob = blobs.put(name, b"x")
    assert list(blobs.list()) == [blob]
    assert blobs.get(name) == b"x"


def test_lists_by_prefix_in_the_order_of_bytes(blobs: FolderBlobs) -> None:
    names = ["receipts/a/1", "receipts/a.b/1", "receipts/a-b/1", "receipts/a/é", "receipts/b/1", "other/a/1"]
    for name in names:
        blobs.put(name, b"x")
    assert [blob.name for blob in blobs.list()] == sorted(names, key=str.encode)
    assert [blob.name for blob in blobs.list("receipts/a/")] == ["receipts/a/1", "receipts/a/é"]
    assert len(list(blobs.list("receipts/a"))) == 4
    assert len(list(blobs.list("rec"))) == 5
    assert list(blobs.list("receipts/absent/")) == []
    for prefix in ("../", "receipts/../", "/etc/"):
        with pytest.raises(Invalid):
            blobs.list(prefix)


def test_files_dropped_by_hand_are_listed_and_hidden_ones_are_not(blobs: FolderBlobs, root: Path) -> None:
    (root / "receipts" / "biz_1" / ".tmp").mkdir(parents=True)
    (root / NAME).write_bytes(b"by hand")
    (root / "receipts/biz_1/.photo.jpg.part").write_bytes(b"not yet")
    (root / "receipts/biz_1/.tmp/x").write_bytes(b"hidden")
    (root / "readme.txt").write_bytes(b"too high up")
    os.mkfifo(root / "receipts/biz_1/pipe")
    found = list(blobs.list())
    assert found == [Blob(NAME, str((root / NAME).stat().st_mtime_ns), 7)]
    assert blobs.get(NAME, found[0].generation) == b"by hand"
    with pytest.raises(NotFound):
        blobs.get("receipts/biz_1/pipe")


def test_a_file_that_is_still_being_written_changes_its_listing(blobs: FolderBlobs, root: Path) -> None:
    (root / "receipts/biz_1").mkdir(parents=True)
    with open(root / NAME, "wb") as slow:
        slow.write(b"x" * 10)
        slow.flush()
        first = list(blobs.list())
        slow.write(b"x" * 10)
        slow.flush()
        second = list(blobs.list())
    assert first != second
    assert list(blobs.list()) == list(blobs.list()), "unchanged for two scans: it may be announced"


def test_links_lead_nowhere(blobs: FolderBlobs, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / "outside" / "biz_1").mkdir(parents=True)
    (tmp_path / "outside" / "biz_1" / "x").write_text("outside")
    (root / "receipts" / "biz_1").mkdir(parents=True)
    (root / "receipts/biz_1/link").symlink_to(secret)
    (root / "linked").symlink_to(tmp_path / "outside")
    assert list(blobs.list()) == []
    for name in ("receipts/biz_1/link", "linked/biz_1/x"):
        for use in (blobs.get, blobs.size, blobs.delete, lambda n: blobs.put(n, b"overwritten")):
            with pytest.raises((Invalid, NotFound)):
                use(name)
    assert secret.read_text() == "secret"
    assert (tmp_path / "outside/biz_1/x").read_text() == "outside"


def test_a_file_where_a_folder_should_be(blobs: FolderBlobs) -> None:
    blobs.put(NAME, b"x")
    with pytest.raises(Refused):
        blobs.put(f"{NAME}/deeper", b"x")
    blobs.put("receipts/biz_1/folder/x", b"x")
    with pytest.raises(Refused):
        blobs.put("receipts/biz_1/folder", b"x")
    assert blobs.get(NAME) == b"x"


def test_a_failed_write_leaves_nothing(
    blobs: FolderBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs.put(NAME, b"before")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            blobs.put(NAME, b"after")
        with pytest.raises(Unavailable):
            blobs.put("receipts/biz_1/new.jpg", b"after")
    assert files(root) == [NAME]
    assert blobs.get(NAME) == b"before"


def test_a_bucket_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        FolderBlobs(tmp_path / "file" / "bucket", "bucket")
