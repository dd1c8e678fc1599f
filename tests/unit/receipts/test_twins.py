"""Twins at their arrival: found by the strongest evidence, linked to what counts, never for a likeness."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from shared.receipts.credit import Credit, find_credit
from shared.receipts.duplicates import Signature, compare, signed_part
from shared.receipts.extract.etims import read_qr
from shared.receipts.intake import take_in
from shared.receipts.lookalike import BITS, NEAR, bands, distance
from shared.receipts.picture_hash import picture_hash
from shared.receipts.twins import marks_of
from shared.store import Doc
from tests.unit.receipts.intake_world import BUSINESS, RECEIPT, World
from tests.unit.receipts.support import ScriptedEngine, image_bytes

CU, NEXT = "0040804130000058920", "0040804130000058921"
TIMS = (*RECEIPT, f"CU INVOICE NO: {CU}")
NOTE = (
    "MAJI PLUMBING SUPPLIES LTD",
    "CREDIT NOTE",
    "DATE: 22/02/2026 09:10",
    "GATE VALVE 15 585.00 8,775.00",
    "TOTAL KES 8,775.00",
    f"ORIGINAL CU INVOICE NO: {CU}",
    f"CU INVOICE NO: {NEXT}",
)


@pytest.fixture
def sizes() -> Iterator[int]:
    """Other pictures each time, so that no two files are one."""
    return iter(range(400, 500))


def arrive(world: World, sizes: Iterator[int], *rows: str) -> Doc:
    world.engines = [ScriptedEngine(*rows)]
    size = next(sizes)
    return world.take(world.drop(f"{size}.png", image_bytes("PNG", (size, 600))))


def told(receipt: Doc) -> tuple[str, str, list[str]]:
    return receipt.data["status"], receipt.data["duplicate_of"], receipt.data["reasons"]


def test_a_copy_is_linked_to_its_original(world: World, sizes: Iterator[int]) -> None:
    first = arrive(world, sizes, *TIMS)
    copy = arrive(world, sizes, "COPY", *TIMS[:2], *TIMS[4:])
    assert told(copy) == ("duplicate", first.id, ["same_cu_invoice"])


def test_a_third_copy_is_linked_to_the_first_receipt(world: World, sizes: Iterator[int]) -> None:
    first = arrive(world, sizes, *TIMS)
    arrive(world, sizes, "COPY", *TIMS)
    assert told(arrive(world, sizes, "COPY", "COPY", *TIMS)) == ("duplicate", first.id, ["same_cu_invoice"])


@pytest.mark.parametrize("sale_first", [True, False])
def test_a_credit_note_meets_its_sale_in_any_order(
    world: World, sizes: Iterator[int], sale_first: bool
) -> None:
    order = (TIMS, NOTE) if sale_first else (NOTE, TIMS)
    receipts = [arrive(world, sizes, *rows) for rows in order]
    sale, note = receipts if sale_first else reversed(receipts)
    note = world.store.require(BUSINESS, note.key)
    assert note.data["credit_note_of"] == sale.id
    assert (note.data["status"], note.data["duplicate_of"]) == ("needs_review", "")
    assert "credit_note" in note.data["reasons"]
    assert (sale.data["duplicate_of"], sale.data["credit_note"]) == ("", False)


def test_a_copy_of_a_credit_note_is_its_copy(world: World, sizes: Iterator[int]) -> None:
    arrive(world, sizes, *TIMS)
    note = arrive(world, sizes, *NOTE)
    assert told(arrive(world, sizes, "COPY", *NOTE)) == ("duplicate", note.id, ["same_cu_invoice"])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (NOTE, Credit(CU, NEXT)),
        ((f"CU INVOICE NO: {NEXT}", "ORIGINAL CU INVOICE NO.", CU), Credit(CU, NEXT)),
        (("SCU INFORMATION", "ORIG SCU INV: KRACU0400001074/9", "KRACU0400001074/12"),
         Credit("KRACU0400001074/9", "KRACU0400001074/12")),
        (("CREDIT NOTE", "TOTAL 5.00"), Credit()),
        (("REFUND RECEIPT",), Credit()),
        (("RECEIPT LABEL: NC",), Credit()),
        (TIMS, None),
        (("CREDIT CARD 5.00", "ORIGINAL RECIPE CHICKEN", "NO REFUND WITHOUT RECEIPT"), None),
        ((), None),
    ],
)  # fmt: skip
def test_what_a_credit_note_says_of_itself(rows: tuple[str, ...], found: Credit | None) -> None:
    assert find_credit(rows) == found


def test_a_misread_code_of_a_payment_still_finds_its_receipt(world: World, sizes: Iterator[int]) -> None:
    first = arrive(world, sizes, *RECEIPT[:-2], "M-PESA 8,775.00", "M-PESA CODE: TBL2O7Y5QX")
    again = arrive(world, sizes, *RECEIPT[:2], *RECEIPT[3:-2], "M-PESA 8,775.00", "M-PESA CODE: TBL207Y5QX")
    assert told(again) == ("duplicate", first.id, ["same_mpesa_code"])


def test_one_payment_may_pay_for_two_receipts(world: World, sizes: Iterator[int]) -> None:
    arrive(world, sizes, *RECEIPT[:-2], "M-PESA 8,775.00", "M-PESA CODE: TBL207Y5QX")
    other = ("TOTAL KES 1,200.00", "M-PESA 1,200.00", "M-PESA CODE: TBL207Y5QX")
    receipt = arrive(world, sizes, "NYUMBA HARDWARE LTD", *RECEIPT[3:4], "NAILS 1,200.00", *other)
    assert receipt.data["duplicate_of"] == ""


def test_a_receipt_number_begins_anew(world: World, sizes: Iterator[int]) -> None:
    first = arrive(world, sizes, *RECEIPT)
    other = [row.replace("21/02/2026", "22/02/2026").replace("8,775", "8,700") for row in RECEIPT]
    assert arrive(world, sizes, *other).data["duplicate_of"] == ""
    without_date = [row for row in RECEIPT if "DATE" not in row]
    found = arrive(world, sizes, *without_date)
    assert (found.data["status"], found.data["duplicate_of"]) == ("needs_review", first.id)
    assert "same_receipt_number" in found.data["reasons"]


def test_two_uploads_at_once_are_one_receipt_and_one_duplicate(world: World) -> None:
    """Both are read before either is kept: the marks decide."""
    barrier = threading.Barrier(2)

    class Together:
        name = "together"

        def read(self, picture: Any) -> Any:
            barrier.wait(20)
            return ScriptedEngine(*RECEIPT).read(picture)

    world.engines = [Together()]
    files = [world.drop(name, image_bytes("PNG")) for name in ("a.png", "b.png")]
    threads = [threading.Thread(target=take_in, args=(world, BUSINESS, file)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    receipts = {doc.data["status"]: doc for doc in world.receipts}
    assert set(receipts) == {"accepted", "duplicate"}
    assert told(receipts["duplicate"]) == ("duplicate", receipts["accepted"].id, ["same_file"])


TEN = {"time": "10:00", "receipt_number": "CS-1001"}
SALE = Signature("a", "Sanyu Stationery", total_cents=500, text="SANYU STATIONERY\nPEN 5.00\nTOTAL 5.00")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({}, {}, "same_picture"),
        ({"time": "10:00"}, {"time": "10:01"}, None),
        ({"receipt_number": "1"}, {"receipt_number": "2"}, None),
        ({"cu_invoice": CU}, {"cu_invoice": NEXT}, None),
        ({"qr_texts": ("x",)}, {"qr_texts": ("y",)}, None),
        ({"mpesa_code": "TBL207Y5QX"}, {"mpesa_code": "TBK9XXY5QX"}, None),
        ({}, {"total_cents": 600}, None),
        ({}, {"text": "QUITE OTHER WORDS"}, None),
        ({}, {"picture": "f" * 64}, None),
        ({}, {"credits": ""}, None),
        (TEN, {**TEN, "receipt_number": "CS-1003"}, "same_picture"),
        (TEN, {**TEN, "receipt_number": "CS-100"}, "same_picture"),
        (TEN, {**TEN, "receipt_number": "CS-1023"}, None),
        (TEN, {"receipt_number": "CS-1003"}, None),
    ],
)
def test_a_like_picture_links_only_what_says_the_same(
    one: dict[str, Any], other: dict[str, Any], reason: str | None
) -> None:
    picture = "0f" * 32
    first = replace(SALE, **{"picture": picture, **one})
    found = compare(first, replace(SALE, **{"sha256": "b", "picture": picture, **other}))
    assert (found.reason if found else None) == reason


AT = {"time": "10:15"}
PAPER = """SANYU STATIONERY
ORDERED 10:00 PAID 10:15
ORDER 5513 NO 7741
SUM 1,004.98
TOTAL 1,005.20 CASH 2,000.00"""


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"time": "10:00"}, {"time": "10:15"}, "same_text"),
        ({"time": "10:00"}, {"time": "10:30"}, None),
        ({"receipt_number": "5513"}, {"receipt_number": "7741"}, "same_text"),
        ({"receipt_number": "5513"}, {"receipt_number": "5514"}, None),
        ({**AT, "receipt_number": "5513"}, {**AT, "receipt_number": "5518"}, "same_text"),
        ({**AT, "receipt_number": "5513"}, {"time": "10:16", "receipt_number": "5518"}, None),
        ({**AT, "receipt_number": "5513"}, {**AT, "receipt_number": "5518", "total_cents": 9}, None),
        ({"total_cents": 100_498}, {"total_cents": 100_520}, "same_text"),
        ({"total_cents": 100_520}, {"total_cents": 100_522}, "same_text"),
        ({"total_cents": 100_520}, {"total_cents": 100_600}, None),
        ({"total_cents": 100_520}, {"total_cents": 520}, None),
    ],
)
def test_two_rows_of_one_paper_are_no_two_receipts(
    one: dict[str, Any], other: dict[str, Any], reason: str | None
) -> None:
    """What was read on one, and stands on the other as well, speaks against nothing."""
    sale = replace(SALE, date=date(2026, 3, 1), total_cents=100_520, text=PAPER)
    found = compare(replace(sale, **one), replace(sale, **{"sha256": "b", **other}))
    assert (found.reason if found else None) == reason


def test_a_link_to_the_pages_of_kra_is_no_proof() -> None:
    portal = "https://itax.kra.go.ke/KRA-Portal/invoiceChk.htm"
    assert signed_part(read_qr(portal)) == ""
    assert signed_part(read_qr(f"{portal}?actionCode=loadPage&invoiceNo={CU}")) == CU
    assert signed_part(read_qr(f"https://itax.kra.example/x?invoiceNo={CU}")) == ""


def test_a_picture_that_was_saved_again_shares_a_mark_and_blank_paper_has_none() -> None:
    picture = Image.new("L", (600, 900), 245)
    pen = ImageDraw.Draw(picture)
    for row in range(30):
        pen.text((20 + 37 * row % 200, 20 + 29 * row), "RECEIPT 1,234.00 KES " * 2, fill=20)
    buffer = BytesIO()
    picture.resize((480, 720)).save(buffer, "JPEG", quality=60)
    again = picture_hash(Image.open(buffer))
    first = picture_hash(picture)
    assert distance(first, again) <= NEAR
    assert set(bands(first)) & set(bands(again))
    assert bands(picture_hash(Image.new("L", (600, 900), 245))) == ()
    assert distance("", first) == BITS


def test_a_receipt_leaves_one_mark_for_each_proof(world: World, sizes: Iterator[int]) -> None:
    signature = Signature("a", "M", None, None, 500, CU, (CU, "signed"), "TBL207Y5QX", "7")
    assert len(marks_of("a", signature)) == len({"file", "cu", "qr", "qr2", "mpesa", "number"})
    assert marks_of("", None) == []
