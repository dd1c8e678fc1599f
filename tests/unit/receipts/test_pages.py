"""Several pictures as one receipt: read in order, kept as one file, refused together."""

from __future__ import annotations

import pytest

from shared.core.errors import Invalid
from shared.receipts.pages import MOST_PAGES, pack, unpack
from tests.unit.receipts.intake_world import RECEIPT, World
from tests.unit.receipts.support import ScriptedEngine, image_bytes, pdf_with_text
from tests.unit.receipts.zips import encrypted, zipped

FIRST, SECOND = image_bytes("PNG"), image_bytes("JPEG", (410, 610))


class PageByPage:
    """An engine that reads one script after the other, as the pages come."""

    name = "scripted"

    def __init__(self, *pages: tuple[str, ...]) -> None:
        self._pages = [ScriptedEngine(*page) for page in pages]

    def read(self, picture: object) -> object:
        return self._pages.pop(0).read(picture)  # type: ignore[arg-type]


def test_pages_are_one_receipt_in_their_order(world: World) -> None:
    world.engines = [PageByPage(RECEIPT[:4], RECEIPT[4:])]
    receipt = world.take(world.drop("long.pages.zip", pack([FIRST, SECOND])))
    assert (receipt.data["status"], receipt.data["total_cents"]) == ("accepted", 877_500)
    assert receipt.data["reading"]["pages"] == 2
    assert receipt.data["reading"]["text"].split("\n") == list(RECEIPT)


def test_the_same_pages_are_the_same_file_in_another_order_another() -> None:
    assert pack([FIRST, SECOND]) == pack([FIRST, SECOND])
    assert pack([FIRST, SECOND]) != pack([SECOND, FIRST])
    assert unpack(pack([SECOND, FIRST])) == (SECOND, FIRST)


def test_names_count_as_people_count() -> None:
    content = zipped({"page 10.jpg": SECOND, "page 2.png": FIRST, "page 1.jpg": SECOND})
    assert unpack(content) == (SECOND, FIRST, SECOND)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"1.png": FIRST, "2.png": b"no picture"}), "receipt_unsupported_type"),
        (zipped({"1.png": FIRST, "2.png": b""}), "receipt_empty"),
        (zipped({"1.png": FIRST, "2.pdf": pdf_with_text("x")}), "receipt_unsupported_type"),
        (zipped({f"{n}.png": FIRST for n in range(MOST_PAGES + 1)}), "receipt_pages"),
        (zipped({"1.png": FIRST, "../2.png": SECOND}), "archive_entry_name"),
        (encrypted({"1.png": FIRST}), "receipt_password"),
        (zipped({}), "archive_entries"),
    ],
)
def test_one_page_that_is_refused_refuses_the_receipt(world: World, content: bytes, code: str) -> None:
    receipt = world.take(world.drop("long.pages.zip", content))
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", [code])
    assert world.engines[0].calls == 0


def test_too_many_pages_cannot_be_packed() -> None:
    with pytest.raises(Invalid) as refusal:
        pack([FIRST] * (MOST_PAGES + 1))
    assert refusal.value.code == "receipt_pages"
