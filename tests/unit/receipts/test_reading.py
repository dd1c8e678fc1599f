"""The document that is stored, the decision with its reasons, and how alike two receipts are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.core.errors import Invalid
from shared.receipts import (
    Signature,
    build_engines,
    compare,
    fingerprint,
    merchant_key,
    read_receipt,
    signature_of,
)
from shared.receipts.confidence import Evidence, decide, probability
from tests.unit.receipts.support import TODAY, ScriptedEngine, image_bytes

_RECEIPT = (
    "MAJI PLUMBING SUPPLIES LTD",
    "PIN: P052204618B",
    "RECEIPT NO: 007702",
    "DATE: 21/10/2026 11:31",
    "GATE VALVE 15 585.00 8,775.00",
    "TOTAL KES 8,775.00",
    "CASH 9,000.00",
    "CHANGE 225.00",
)


def _reading(*texts: str, trusted: bool = True) -> Any:
    return read_receipt(image_bytes("PNG"), engines=[ScriptedEngine(*texts, trusted=trusted)], today=TODAY)


def _kinds(value: Any) -> set[type]:
    if isinstance(value, dict):
        return set().union(*(_kinds(one) for one in value.values())) if value else set()
    if isinstance(value, list):
        assert not any(isinstance(one, list) for one in value), "no store holds lists of lists"
        return set().union(*(_kinds(one) for one in value)) if value else set()
    return {type(value)}


def test_a_clear_receipt_is_accepted() -> None:
    reading = _reading(*_RECEIPT)
    assert (reading.decision, reading.reasons) == ("accept", ())


def test_the_document_holds_only_what_every_store_holds() -> None:
    document = _reading(*_RECEIPT).to_document()
    assert _kinds(document) <= {str, int, bool, type(None)}
    assert json.loads(json.dumps(document)) == document
    assert (document["total_cents"], document["date"], document["merchant"]) == (
        877_500,
        "2026-10-21",
        "MAJI PLUMBING SUPPLIES LTD",
    )
    assert document["items"][0]["amount_cents"] == 877_500
    assert document["text"].startswith("MAJI PLUMBING")
    assert document["sha256"] == fingerprint(image_bytes("PNG"))


def test_the_same_receipt_from_an_untrusted_engine_is_reviewed() -> None:
    reading = _reading(*_RECEIPT, trusted=False)
    assert (reading.decision, reading.reasons) == ("review", ("engine_untrusted",))


def test_what_is_missing_is_named() -> None:
    assert _reading("TOTAL 10.00").reasons == ("merchant_missing", "date_missing", "total_unsure")


def test_a_total_without_arithmetic_is_reviewed() -> None:
    assert _reading(*_RECEIPT[:4], "TOTAL KES 8,775.00").reasons == ("total_unsure",)


def test_more_evidence_is_more_confidence_and_contradiction_less() -> None:
    label = {"label": 1.0, "margin": 1.0, "clear": 1.0}
    plain = probability(Evidence("total", label))
    assert probability(Evidence("total", label | {"tender": 1.0})) > plain
    assert probability(Evidence("total", label | {"contradicted": 1.0})) < plain
    with pytest.raises(KeyError):
        probability(Evidence("total", {"wishful": 1.0}))


def test_flags_stand_among_the_reasons() -> None:
    sure = {"merchant": 999, "date": 999, "total": 999}
    assert decide(sure, [], trusted=True) == ("accept", ())
    assert decide(sure, ["qr_pin_differs"], trusted=True) == ("review", ("qr_pin_differs",))


_SALE = Signature(
    sha256="a",
    merchant="Sanyu Stationery Ltd",
    date=date(2026, 3, 1),
    total_cents=500,
    text="SANYU STATIONERY\nPEN 5.00\nTOTAL 5.00\nINV 0074397",
)


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        ({"sha256": "a"}, "certain", "same_file"),
        ({"cu_invoice": "0040804130000058920"}, "certain", "same_cu_invoice"),
        ({"qr_texts": ("https://x",)}, "certain", "same_qr"),
        ({"mpesa_code": "TKM2D7Y5QX"}, "certain", "same_mpesa_code"),
        ({"receipt_number": "CS-1"}, "likely", "same_receipt_number"),
        ({}, "likely", "same_text"),
        ({"text": "QUITE OTHER WORDS", "time": "10:15"}, "likely", "same_merchant_date_time_total"),
    ],
)
def test_one_purchase_seen_twice(change: dict[str, Any], kind: str, reason: str) -> None:
    one = replace(_SALE, **{name: value for name, value in change.items() if name != "text"})
    other = replace(one, merchant="SANYU STATIONERY LIMITED", **{"sha256": "b", **change})
    found = compare(one, other)
    assert found is not None
    assert (found.kind, found.reason) == (kind, reason)


@pytest.mark.parametrize(
    "change",
    [
        {"total_cents": 501},
        {"date": date(2026, 3, 2)},
        {"merchant": "Upeo Stationers"},
        {"receipt_number": "CS-2"},
        {"cu_invoice": "0040804130000058921"},
        {"time": "11:40"},
        {"total_cents": None},
    ],
)
def test_two_purchases_that_only_look_alike(change: dict[str, Any]) -> None:
    """Two receipts of one chain with the same day and total are common: they must stay two."""
    one = replace(_SALE, receipt_number="CS-1", cu_invoice="0040804130000058920", time="10:15")
    other = replace(one, **{"sha256": "b", "cu_invoice": None, "text": "X", "receipt_number": None, **change})
    assert compare(one, other) is None


def test_a_signature_comes_from_a_reading() -> None:
    signature = signature_of(_reading(*_RECEIPT))
    assert (signature.total_cents, signature.receipt_number, signature.time) == (877_500, "007702", "11:31")


def test_merchant_keys_ignore_case_signs_and_company_form() -> None:
    assert (
        merchant_key("Maji Plumbing (K) Ltd.") == merchant_key("MAJI PLUMBING K LIMITED") == "majiplumbingk"
    )
    assert merchant_key(None) == ""


def test_engines_are_built_by_name_and_unknown_ones_refused() -> None:
    assert [engine.name for engine in build_engines("rapidocr")] == ["rapidocr"]
    with pytest.raises(Invalid) as refused:
        build_engines("rapidocr,crystalball")
    assert refused.value.code == "settings_invalid"
