"""Eventarc's own requests, sent to ocr_receipt behind functions-framework."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from local.topology import load_topology
from tests.e2e.test_functions_alone import BUSINESS, Alone, alone

EVENTS = Path(__file__).parents[1] / "events"
(OCR,) = (function for function in load_topology() if function.name == "ocr_receipt")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(OCR, tmp_path_factory.mktemp("events")) as function:
        function.mend()
        assert send(function, *other("receipts/first.jpg")) in (200, 204)
        assert function.letters() == ["event_invalid"]
        yield function


def recorded(name: str) -> tuple[dict[str, str], dict[str, Any]]:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    return event["headers"], event["body"]


def send(served: Alone, headers: dict[str, str], body: Any) -> int:
    encoded = {name: value.encode() for name, value in headers.items()}
    data = json.dumps(body).encode()
    return served.ask("POST", "/", data=data, headers=encoded).status_code


def about(body: dict[str, Any]) -> dict[str, Any]:
    return dict(body.get("data", body))


def place(served: Alone, file: dict[str, Any], content: bytes) -> None:
    """Put the file of an event into the folder, in the very generation of the event."""
    path = served.folder / "bucket" / file["name"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(int(file["generation"]), int(file["generation"])))


def receipts(served: Alone, business: str = BUSINESS) -> dict[str, dict[str, Any]]:
    """The receipts of a business by the name of their file."""
    path = f"file:{served.folder}/data/hesabu.db?mode=ro"
    with closing(sqlite3.connect(path, uri=True)) as connection:
        rows = connection.execute("SELECT body FROM docs WHERE b = ? AND c = 'receipts'", (business,))
        found = [json.loads(body) for (body,) in rows]
    return {receipt["object"]: receipt for receipt in found}


@pytest.mark.parametrize("name", ["storage_finalized", "storage_finalized_numbers"])
def test_an_event_of_eventarc_is_read_for_the_business_in_its_name(served: Alone, name: str) -> None:
    headers, body = recorded(name)
    file = about(body)
    place(served, file, f"no picture: {name}".encode())
    letters = served.letters()
    for _ in range(2):
        assert send(served, headers, body) in (200, 204)
    receipt = receipts(served)[file["name"]]
    assert (receipt["status"], receipt["reasons"]) == ("refused", ["receipt_unsupported_type"])
    assert receipt["generation"] == str(file["generation"])
    assert served.letters() == letters


def other(name: Any) -> tuple[dict[str, str], dict[str, Any]]:
    headers, body = recorded("storage_finalized")
    return headers, {**body, "name": name}


@pytest.mark.parametrize(
    "name",
    [
        "photo.jpg",
        "statements/biz_alone/march.csv",
        "receipts",
        "receipts/",
        "receipts/biz_alone/",
        "/receipts/a/b",
    ],
)
def test_files_and_folders_elsewhere_are_ignored(served: Alone, name: str) -> None:
    letters, before = served.letters(), receipts(served)
    assert send(served, *other(name)) in (200, 204)
    assert (served.letters(), receipts(served)) == (letters, before)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("receipts/photo.jpg", "event_invalid"),
        ("receipts/a b/photo.jpg", "invalid_id"),
        ("receipts/../photo.jpg", "invalid_id"),
        ("receipts//photo.jpg", "invalid_id"),
        ("receipts/biz_alone/.hidden", "blob_name_invalid"),
        ("receipts/biz_alone/a//b", "blob_name_invalid"),
        ("receipts/biz_alone/../../x/y", "blob_name_invalid"),
        ("receipts/biz_alone/line\nbreak", "blob_name_invalid"),
        ("receipts/biz_alone/zero\x00", "blob_name_invalid"),
        ("receipts/biz_alone/\u202egnp.exe", "blob_name_invalid"),
        ("receipts/biz_alone/" + "x" * 1000, "blob_name_invalid"),
        ({"a": 1}, "event_invalid"),
        (None, "event_invalid"),
    ],
)
def test_an_impossible_name_ends_as_a_dead_letter(served: Alone, name: Any, code: str) -> None:
    letters, before = served.letters(), receipts(served)
    for _ in range(2):
        assert send(served, *other(name)) in (200, 204)
    assert served.letters() == [*letters, code]
    assert receipts(served) == before
