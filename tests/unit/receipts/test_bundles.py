"""A zip of a period: every file inside ends as a receipt, whatever lies beside it, and once."""

from __future__ import annotations

import time
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import parse_rfc3339
from shared.core.errors import Invalid
from shared.receipts.archive import MOST_ENTRIES, open_archive
from shared.receipts.bundle import bundle_key, counted, standings
from shared.receipts.duplicates import fingerprint
from shared.receipts.headers import MAX_BYTES
from shared.receipts.intake import take_in
from shared.receipts.missed import GRACE, announce_missed
from shared.receipts.places import BUNDLES
from shared.store import Doc, Key
from tests.unit.receipts.intake_world import BUSINESS, World
from tests.unit.receipts.support import ScriptedEngine, image_bytes
from tests.unit.receipts.zips import bomb, claims, crowd, damaged, encrypted, linked, swollen, zipped

PHOTO, OTHER = image_bytes("PNG"), image_bytes("PNG", (410, 610))


def opened(world: World, content: bytes) -> Doc:
    return world.store.require(BUSINESS, bundle_key(fingerprint(content)))


def test_every_file_has_an_end_of_its_own_and_the_record_counts_them(world: World) -> None:
    content = zipped(
        {
            "march/a.png": PHOTO,
            "march/again.png": PHOTO,
            "march/notes.txt": b"remember the milk",
            "march/empty.jpg": b"",
            "march/inner.zip": zipped({"a.png": PHOTO}),
            "__MACOSX/march/._a.png": b"litter",
            "Thumbs.db": b"litter",
        }
    )
    world.drop("march.zip", content)
    world.spread()
    bundle = opened(world, content)
    entries = standings(world.store, BUSINESS, bundle)
    assert [(entry["name"], entry["status"]) for entry in entries] == [
        ("march/a.png", "accepted"),
        ("march/again.png", "duplicate"),
        ("march/notes.txt", "refused"),
        ("march/empty.jpg", "refused"),
        ("march/inner.zip", "refused"),
    ]
    assert counted(entries) == {"accepted": 1, "duplicate": 1, "refused": 3}
    assert bundle.data["ignored"] == 2
    refused = [doc.data for doc in world.receipts if doc.data["status"] == "refused"]
    reasons = {data["refusal"].partition(":")[0]: data["reasons"] for data in refused}
    assert reasons == {
        "march/notes.txt": ["receipt_unsupported_type"],
        "march/empty.jpg": ["receipt_empty"],
        "march/inner.zip": ["archive_nested"],
    }
    assert {doc.data["source_id"] for doc in world.receipts} == {bundle.id}


def test_before_its_files_are_read_they_wait(world: World) -> None:
    content = zipped({"a.png": PHOTO, "b.png": OTHER})
    take_in(world, BUSINESS, world.drop("march.zip", content))
    entries = standings(world.store, BUSINESS, opened(world, content))
    assert counted(entries) == {"waiting": 2}
    assert all(entry["receipt_id"] for entry in entries)


def test_a_file_that_is_taken_away_while_the_zip_is_opened_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped({"a.png": PHOTO, "b.png": OTHER})
    file = world.drop("march.zip", content)
    put = world.blobs.put

    def losing(name: str, content: bytes, *, only_if_absent: bool = False) -> None:
        put(name, content, only_if_absent=only_if_absent)
        if name.endswith("0000.png"):
            world.blobs.delete(name)

    monkeypatch.setattr(world.blobs, "put", losing)
    take_in(world, BUSINESS, file)
    assert counted(standings(world.store, BUSINESS, opened(world, content))) == {"gone": 1, "waiting": 1}


def test_a_zip_that_is_announced_or_handed_in_again_adds_nothing(world: World) -> None:
    content = zipped({"a.png": PHOTO, "b.txt": b"no picture"})
    first = world.drop("march.zip", content)
    world.spread()
    before, files = [doc.id for doc in world.receipts], len(list(world.blobs.list("receipts/")))
    take_in(world, BUSINESS, first)
    world.drop("the same.ZIP", content)
    world.spread()
    assert [doc.id for doc in world.receipts] == before
    assert len(list(world.blobs.list("receipts/"))) == files + 1, "the second zip itself"


def test_a_crash_in_the_middle_is_made_good(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({"a.png": PHOTO, "b.txt": b"no picture", "c.png": OTHER})
    file = world.drop("march.zip", content)
    put, left = world.blobs.put, [1]

    def dying(name: str, content: bytes, *, only_if_absent: bool = False) -> object:
        if not left[0]:
            raise ConnectionError("the instance is gone")
        left[0] -= 1
        return put(name, content, only_if_absent=only_if_absent)

    with monkeypatch.context() as patch:
        patch.setattr(world.blobs, "put", dying)
        with pytest.raises(ConnectionError):
            take_in(world, BUSINESS, file)
    assert world.store.get(BUSINESS, bundle_key(fingerprint(content))) is None
    world.engines = [ScriptedEngine("NO", "RECEIPT")]
    world.spread()
    entries = standings(world.store, BUSINESS, opened(world, content))
    assert counted(entries) == {"needs_review": 2, "refused": 1}
    assert len(world.receipts) == 3


def test_the_sweep_finds_a_zip_that_nobody_opened_and_no_other(world: World) -> None:
    file = world.drop("march.zip", zipped({"a.png": PHOTO}))
    (blob,) = world.blobs.list("receipts/")
    written = parse_rfc3339(blob.stored_at)  # the folder's clock is the machine's
    world.clock.advance((written + GRACE - world.clock.now()).total_seconds())
    later = world.clock.now() + timedelta(days=1)
    assert announce_missed(world, [BUSINESS], later) == 1
    assert world.bus.events[-1]["data"]["name"] == file.name
    take_in(world, BUSINESS, file)
    world.clock.advance(3600)
    assert announce_missed(world, [BUSINESS], later) == 1, "the file that came out of it, and not the zip"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (crowd(MOST_ENTRIES + 1), "archive_entries"),
        (claims(3, 10**9), "archive_entries"),
        (claims(0xFFFF, 100), "archive_entries"),
        (zipped({}), "archive_entries"),
        (zipped({"folder/": b"", ".DS_Store": b"x"}), "archive_entries"),
        (zipped({"a.png": PHOTO})[:-30], "archive_damaged"),
        (b"PK\x03\x04" + bytes(500), "archive_damaged"),
        (claims(3, 10), "archive_damaged"),
        (swollen(23, 9 << 20), "archive_unpacked"),
    ],
    ids=["crowd", "vast directory", "64 bit", "empty", "litter", "cut", "zeros", "no directory", "bomb"],
)
def test_a_zip_that_is_refused_is_refused_whole_and_at_once(world: World, content: bytes, code: str) -> None:
    file = world.drop("march.zip", content)
    begun = time.process_time()
    receipt = world.take(file)
    assert time.process_time() - begun < 0.2
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", [code])
    assert receipt.data["refusal"]
    assert [blob.name for blob in world.blobs.list("receipts/")] == [file.name]
    assert world.store.get(BUSINESS, bundle_key(fingerprint(content))) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"../../etc/passwd.png": PHOTO}), "archive_entry_name"),
        (zipped({"/etc/passwd.png": PHOTO}), "archive_entry_name"),
        (zipped({"C:\\windows\\a.png": PHOTO}), "archive_entry_name"),
        (zipped({"a\n.png": PHOTO}), "archive_entry_name"),
        (linked("/etc/passwd"), "archive_entry_name"),
        (encrypted({"a.png": PHOTO}), "receipt_password"),
        (zipped({"a.png": PHOTO}, zipfile.ZIP_LZMA), "archive_compression"),
        (zipped({"a.png": PHOTO}, zipfile.ZIP_BZIP2), "archive_compression"),
        (bomb(11), "receipt_too_large"),
        (damaged({"a.png": PHOTO}), "archive_entry_damaged"),
        (zipped({"run.exe": b"MZ" + bytes(60)}), "receipt_unsupported_type"),
    ],
)
def test_a_hostile_entry_is_a_refused_receipt_and_no_file(world: World, content: bytes, code: str) -> None:
    world.drop("march.zip", content)
    world.spread()
    (receipt,) = world.receipts
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", [code])
    assert receipt.data["object"].endswith("march.zip"), "the original is kept"
    assert len(list(world.blobs.list("receipts/"))) == 1


def test_a_zip_under_another_name_is_no_more_than_an_unreadable_file(world: World) -> None:
    receipt = world.take(world.drop("photo.jpg", zipped({"a.png": PHOTO})))
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", ["receipt_unsupported_type"])


def test_a_picture_that_is_called_zip_is_read_as_a_picture(world: World) -> None:
    assert world.take(world.drop("photo.zip", PHOTO)).data["status"] == "accepted"


def test_another_business_sees_no_bundle(world: World) -> None:
    content = zipped({"a.png": PHOTO})
    take_in(world, BUSINESS, world.drop("march.zip", content))
    assert world.store.get("biz_b", Key(BUNDLES, opened(world, content).id)) is None


def test_an_entry_gives_no_more_than_it_claims() -> None:
    content = bytearray(bomb(2))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.find(mark) + at
        content[place : place + 4] = (1000).to_bytes(4, "little")
    archive = open_archive(bytes(content))
    with pytest.raises(Invalid) as refusal:
        archive.read(archive.entries[0])
    assert refusal.value.code == "archive_entry_damaged"


SOUND = zipped({"a.png": PHOTO[:200], "b/c.jpg": b"x" * 50, "d.txt": b""})


@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=12), st.integers(0, 30))
def test_any_damage_to_a_zip_is_a_reason(at: int, noise: bytes, cut: int) -> None:
    broken = SOUND[:at] + noise + SOUND[at + len(noise) : len(SOUND) - cut]
    codes = set()
    try:
        archive = open_archive(broken)
    except Invalid as refusal:
        assert refusal.code.startswith("archive_")  # noqa: PT017 - either way is right, no other is
        return
    for entry in archive.entries:
        try:
            assert len(archive.read(entry)) <= MAX_BYTES
        except Invalid as refusal:
            codes.add(refusal.code.partition("_")[0])
    assert codes <= {"archive", "receipt"}
