"""The bench of duplicates counts what it says it counts."""

from __future__ import annotations

from datetime import date

from bench.receipt_duplicates import Shown, _links, chain_pair, figures
from shared.receipts import Signature

DAY = date(2026, 3, 1)


def shown(name: str, truth: str, way: str, chain: str = "", **known: object) -> Shown:
    sale = {"merchant": "Sanyu", "date": DAY, "total_cents": 500, **known}
    return Shown(name, truth, chain, way, Signature(name, **sale))  # type: ignore[arg-type]


def test_copies_are_found_or_not_and_other_links_are_false() -> None:
    files = [
        shown("a", "a", "original", "Sanyu", receipt_number="1"),
        shown("b", "b", "original", "Sanyu", receipt_number="2"),
        shown("a again", "a", "re-encoded", receipt_number="1"),
        shown("a photo", "a", "re-photographed", receipt_number="2"),
        shown("b photo", "b", "re-photographed", receipt_number="2"),
    ]
    told = figures(files, list(_links(files)))
    assert (told["re_encode_recall"], told["re_photo_recall"]) == (1.0, 0.5)
    assert told["same_chain_pairs"] == 1
    assert told["false_links"] == 2, "the photo of one was linked with another, and with that one's photo"
    assert told["false_certain"] == 0


def test_a_pair_is_drawn_the_same_each_time_and_its_two_receipts_differ() -> None:
    first, second = chain_pair(1, 0)
    assert (first, second) == chain_pair(1, 0)
    assert first != second
