"""A file in the bucket becomes one receipt in a final state, once, however often it is announced."""

from __future__ import annotations

import pytest

from shared.core.errors import Unavailable
from shared.receipts.api import receipt_view
from shared.receipts.intake import take_in
from shared.receipts.places import receipt_key
from tests.unit.receipts.intake_world import BUSINESS, RECEIPT, Absent, World
from tests.unit.receipts.support import ScriptedEngine, image_bytes


def test_a_photo_is_read_once_however_often_it_is_announced(world: World) -> None:
    file = world.drop("a.png", image_bytes("PNG"))
    receipt = world.take(file)
    assert (receipt.data["status"], receipt.data["total_cents"]) == ("accepted", 877_500)
    assert receipt.data["business_day"] == "2026-02-21"
    assert world.take(file) == receipt
    assert (world.engines[0].calls, world.announced) == (1, 1)


def test_an_mpesa_code_of_another_day_is_shown_and_changes_no_decision(world: World) -> None:
    world.engines = [ScriptedEngine(*RECEIPT[:-2], "M-PESA 8,775.00", "M-PESA CODE: TKM2D7Y5QX")]
    view = receipt_view(world.take(world.drop("a.png", image_bytes("PNG"))))
    assert (view.status, view.reasons, view.warnings) == ("accepted", [], ["mpesa_receipt_day_differs"])


def test_the_view_names_the_file_and_keeps_its_own_object(world: World) -> None:
    view = receipt_view(world.take(world.drop("a.png", image_bytes("PNG"))))
    assert (view.object, view.file) == ("receipt", f"receipts/{BUSINESS}/a.png")
    assert view.fields["total_cents"]["confidence_milli"] > 0


def test_the_same_file_under_another_name_is_a_duplicate_and_is_not_read_again(world: World) -> None:
    first = world.take(world.drop("a.png", image_bytes("PNG")))
    second = world.take(world.drop("b.png", image_bytes("PNG")))
    assert (second.data["status"], second.data["duplicate_of"]) == ("duplicate", first.id)
    assert (second.data["reasons"], second.data["matching"]) == (["same_file"], "none")
    assert world.engines[0].calls == 1


def test_another_photo_of_the_same_receipt_is_found(world: World) -> None:
    first = world.take(world.drop("a.png", image_bytes("PNG")))
    again = world.take(world.drop("b.png", image_bytes("PNG", (410, 610))))
    assert again.data["duplicate_of"] == first.id
    assert again.data["status"] in {"duplicate", "needs_review"}


def test_another_receipt_is_no_duplicate(world: World) -> None:
    world.take(world.drop("a.png", image_bytes("PNG")))
    world.engines = [ScriptedEngine(*RECEIPT[:2], "RECEIPT NO: 007703", "DATE: 22/02/2026", *RECEIPT[4:])]
    other = world.take(world.drop("b.png", image_bytes("PNG", (410, 610))))
    assert (other.data["status"], other.data["duplicate_of"]) == ("accepted", "")


def test_what_is_no_receipt_is_refused_with_the_reason(world: World) -> None:
    receipt = world.take(world.drop("a.png", b"not a picture at all"))
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", ["receipt_unsupported_type"])
    assert receipt.data["refusal"]
    assert (world.engines[0].calls, world.announced) == (0, 1)


def test_a_file_that_is_too_large_is_refused_without_being_read(world: World) -> None:
    receipt = world.take(world.drop("a.png", image_bytes("PNG") + b"\0" * 10 * 1024 * 1024))
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", ["receipt_too_large"])
    assert receipt.data["sha256"] == ""


def test_a_file_that_was_removed_is_refused(world: World) -> None:
    file = world.drop("a.png", image_bytes("PNG"))
    world.blobs.delete(file.name)
    assert world.take(file).data["reasons"] == ["receipt_gone"]


def test_a_file_that_was_replaced_leaves_the_reading_to_the_newer_one(world: World) -> None:
    older = world.drop("a.png", image_bytes("PNG"))
    newer = world.drop("a.png", image_bytes("PNG", (410, 610)))
    assert world.take(older).data["reasons"] == ["receipt_replaced"]
    assert world.take(newer).data["status"] == "accepted"


def test_with_no_engine_nothing_is_kept_and_the_event_comes_again(world: World) -> None:
    file = world.drop("a.png", image_bytes("PNG"))
    world.engines = [Absent()]
    with pytest.raises(Unavailable):
        take_in(world, BUSINESS, file)
    assert world.store.get(BUSINESS, receipt_key(file)) is None
    assert world.announced == 0
    world.engines = [ScriptedEngine(*RECEIPT)]
    assert world.take(file).data["status"] == "accepted"


def test_what_was_refused_is_refused_again_and_called_no_duplicate(world: World) -> None:
    world.take(world.drop("a.png", b"not a picture at all"))
    again = world.take(world.drop("b.png", b"not a picture at all"))
    assert (again.data["status"], again.data["reasons"]) == ("refused", ["receipt_unsupported_type"])
    assert (again.data["duplicate_of"], bool(again.data["refusal"])) == ("", True)
