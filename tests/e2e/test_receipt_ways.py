"""Forms, zips and mails at the running gateway: what is meant arrives, what is hostile is explained."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from shared.receipts.mail_box import INBOUND, hook_token
from shared.receipts.multipart import MAX_FORM, MOST_PARTS
from tests.e2e.world import BUSINESS, World, furnish, running
from tests.unit.receipts.forms import BOUNDARY, KIND, form, part, sendgrid
from tests.unit.receipts.support import image_bytes
from tests.unit.receipts.zips import claims, zipped

FILES = "/v1/receipts/files"
HALF = b"\xff\xd8\xff" + b"begins like a photo; " * 20
"""Refused when it is read, which costs less than a picture would."""
PHOTO = [("f", "a.jpg", HALF)]
END = f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("ways")) as running_world:
        yield furnish(running_world)


def post(world: World, path: str, raw: bytes, kind: str = KIND, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told = {**world.bearer(), "Content-Type": kind, **named}
    return world.http.post(world.system.url + path, data=raw, headers=told, timeout=20)


def receipts(world: World) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in world.get("/v1/receipts?limit=100")["data"]}


def stored(world: World) -> set[str]:
    return {blob.name for blob in world.system.app.blobs.list("receipts/")}


# --- the way it is meant
def test_each_file_of_a_form_is_a_receipt(world: World) -> None:
    raw = form({}, [("file", "a.jpg", HALF + b"a"), ("photo", "b.jpg", HALF + b"b")])
    answer = post(world, FILES, raw)
    assert answer.status_code == 202, answer.text
    names = [row["name"] for row in answer.json()["data"]]
    world.advance()
    assert {receipts(world)[name]["status"] for name in names} == {"refused"}
    again = post(world, FILES, raw).json()["data"]
    assert [(row["name"], row["already_there"]) for row in again] == [(name, True) for name in names]


def test_the_files_of_a_form_may_be_the_pages_of_one_receipt(world: World) -> None:
    pages = [("page", "1.png", image_bytes("PNG")), ("page", "2.jpg", HALF)]
    (row,) = post(world, FILES, form({"one_receipt": "true"}, pages)).json()["data"]
    assert row["name"].endswith(".pages.zip")
    world.advance()
    receipt = receipts(world)[row["name"]]
    assert (receipt["status"], receipt["reasons"]) == ("refused", ["receipt_truncated"])


def test_a_zip_by_its_own_address_is_opened_and_counted(world: World) -> None:
    content = zipped({"march/a.jpg": HALF + b"zip", "march/b.exe": b"MZ" + bytes(60)})
    offer = {"content_type": "application/zip", "size_bytes": len(content)}
    target = world.post("/v1/receipts/uploads", offer, expect=200)
    assert target["name"].endswith(".zip")
    sent = world.http.put(target["url"], data=content, headers=target["headers"], timeout=20)
    assert sent.status_code == 200
    world.advance()
    (bundle,) = world.get("/v1/receipt-bundles")["data"]
    assert (bundle["file"], bundle["files"]) == (target["name"], 2)
    opened = world.get(f"/v1/receipt-bundles/{bundle['id']}")
    assert opened["counts"] == {"refused": 2}
    assert [entry["name"] for entry in opened["entries"]] == ["march/a.jpg", "march/b.exe"]
    (read,) = [row for row in receipts(world).values() if row["reasons"] == ["receipt_unsupported_type"]]
    assert read["source_id"] == bundle["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content_type": "image/jpeg", "size_bytes": 5, "one_receipt": True}, "receipt_unsupported_type"),
        ({"content_type": "application/zip", "size_bytes": 10**9}, "receipt_too_large"),
        ({"content_type": "application/zip", "size_bytes": 10**9, "one_receipt": True}, "receipt_too_large"),
        ({"content_type": "application/zip", "size_bytes": 0}, "receipt_empty"),
    ],
)
def test_a_zip_that_would_be_refused_gets_no_address(world: World, body: dict[str, Any], code: str) -> None:
    assert world.post("/v1/receipts/uploads", body, expect=422)["code"] == code


# --- hostile forms
HOSTILE: dict[str, tuple[str, bytes, int, str]] = {
    "no boundary named": ("multipart/form-data", END, 422, "form_boundary"),
    "boundary of another form": (KIND, b"--other\r\n\r\n--other--", 422, "form_boundary"),
    "json": ("application/json", b"{}", 415, "unsupported_media_type"),
    "nothing": (KIND, b"", 422, "form_boundary"),
    "nothing in it": (KIND, END, 422, "form_empty"),
    "no file in it": (KIND, form({"one_receipt": "true"}), 422, "form_files"),
    "cut off": (KIND, part("f", HALF, "a.jpg"), 422, "form_truncated"),
    "hundreds of parts": (
        KIND,
        form({}, [("f", "a.jpg", b"")] * (MOST_PARTS + 1)),
        422,
        "form_too_many_parts",
    ),
    "more files than one hands in": (KIND, form({}, [("f", "a.jpg", HALF)] * 21), 422, "form_files"),
    "huge headers": (
        KIND,
        part("f", HALF, "a.jpg", f"X-Odd: {'x' * 9000}\r\n") + END,
        422,
        "form_part_invalid",
    ),
    "coded": (
        KIND,
        part("f", b"AAAA", "a.jpg", "Content-Transfer-Encoding: base64\r\n") + END,
        422,
        "form_part_invalid",
    ),
    "wrong letters": (
        KIND,
        form({"one_receipt": b"\xff"}, [("f", "a.jpg", HALF)]),
        422,
        "form_field_invalid",
    ),
    "unknown field": (KIND, form({"business": "biz_2"}, [("f", "a.jpg", HALF)]), 422, "form_field_invalid"),
    "neither true nor false": (
        KIND,
        form({"one_receipt": "maybe"}, [("f", "a.jpg", HALF)]),
        422,
        "form_field_invalid",
    ),
    "empty file": (KIND, form({}, [("f", "a.jpg", HALF), ("f", "b.jpg", b"")]), 422, "receipt_empty"),
    "program": (
        KIND,
        form({}, [("f", "a.jpg", HALF), ("f", "b.jpg", b"MZ" + bytes(60))]),
        422,
        "receipt_unsupported_type",
    ),
    "zip of millions": (KIND, form({}, [("f", "a.zip", claims(0xFFFF, 10**9))]), 422, "archive_entries"),
    "page that is none": (
        KIND,
        form({"one_receipt": "true"}, [("f", "1.jpg", HALF), ("f", "2.jpg", b"?")]),
        422,
        "receipt_unsupported_type",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_form_is_explained_and_leaves_nothing(world: World, what: str) -> None:
    kind, raw, status, code = HOSTILE[what]
    before, begun = stored(world), time.perf_counter()
    answer = post(world, FILES, raw, kind)
    assert time.perf_counter() - begun < 2, "no engine is loaded to refuse"
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert stored(world) == before


def test_a_form_names_each_file_that_is_none(world: World) -> None:
    raw = form({}, [("f", "a.jpg", b""), ("f", "b.jpg", HALF), ("f", "c.jpg", b"?")])
    errors = post(world, FILES, raw).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/files/0", "/files/2"]


@pytest.mark.parametrize("path", [FILES, INBOUND + "0" * 40])
def test_a_form_over_the_limit_is_not_read(world: World, path: str) -> None:
    answer = post(world, path, b"x" * (MAX_FORM + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


# --- mails
@pytest.fixture(scope="module")
def address(world: World) -> str:
    """The business's address; Juma may write to it."""
    box = world.post("/v1/receipt-mail/address", expect=201)
    assert box["senders"] == ["juma@duka.example"], "the business's own address, to begin with"
    senders = {"senders": ["Juma@duka.example", "@shop.example"]}
    answer = world.http.put(
        world.system.url + "/v1/receipt-mail/senders", json=senders, headers=world.bearer(), timeout=20
    )
    assert answer.json()["senders"] == ["juma@duka.example", "@shop.example"]
    return str(box["address"])


def inbound(world: World, raw: bytes, hook: str = "", kind: str = KIND) -> requests.Response:
    """What the provider does: it has no token of ours."""
    url = f"{world.system.url}{INBOUND}{hook or hook_token(world.system.settings)}"
    return world.http.post(url, data=raw, headers={"Content-Type": kind}, timeout=20)


def test_a_mail_is_taken_in_read_and_answered(world: World, address: str) -> None:
    raw = sendgrid(
        ("a.jpg", HALF + b"mail"),
        ("b.txt", b"no picture"),
        to=address,
        sender="till@shop.example",
        dkim="{@shop.example : pass}",
        message_id="<answered@shop.example>",
    )
    for _ in range(2):  # the provider repeats what was answered too late
        assert inbound(world, raw).json() == {"object": "receipt_mail_received", "mails": 1}
    world.advance()
    (mail,) = [m for m in world.get("/v1/receipt-mail/messages?status=taken_in")["data"]
               if m["message_id"] == "<answered@shop.example>"]  # fmt: skip
    assert [file["code"] for file in mail["files"]] == ["", "receipt_unsupported_type"]
    ours = [row for row in receipts(world).values() if row["source_id"] == mail["id"]]
    assert [row["status"] for row in ours] == ["refused", "refused"]
    told = [doc.data for doc in world.docs("messages", "created_on") if doc.data["channel"] == "email"]
    assert "till@shop.example" in {message["recipient"] for message in told}


def test_a_stranger_is_kept_and_gets_no_answer(world: World, address: str) -> None:
    raw = sendgrid(("a.jpg", HALF + b"stranger"), to=address, sender="mallory@else.example")
    before = stored(world)
    assert inbound(world, raw).status_code == 200
    world.advance()
    (mail,) = [m for m in world.get("/v1/receipt-mail/messages?status=refused")["data"]
               if m["sender"] == "mallory@else.example"]  # fmt: skip
    assert (mail["reason"], stored(world)) == ("mail_sender_unknown", before)
    assert not [d for d in world.docs("messages", "created_on") if "mallory" in str(d.data["recipient"])]
    admitted = world.post(f"/v1/receipt-mail/messages/{mail['id']}/admit", expect=200)
    assert (admitted["status"], admitted["admitted_by"]) == ("taken_in", "usr_juma")
    assert len(stored(world)) == len(before) + 1


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (b"", KIND, "form_boundary"),
        (b"{}", "application/json", "unsupported_media_type"),
        (form({"envelope": "[" * 9000}), KIND, "mail_envelope_invalid"),
        (form({"from": "juma@duka.example"}), KIND, "mail_envelope_invalid"),
        (part("attachment1", b"", "a.jpg"), KIND, "form_truncated"),
        (form({str(n): "" for n in range(MOST_PARTS + 1)}), KIND, "form_too_many_parts"),
    ],
)
def test_a_forged_post_is_explained(world: World, raw: bytes, kind: str, code: str) -> None:
    answer = inbound(world, raw, kind=kind)
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)


def test_another_hook_is_no_address(world: World, address: str) -> None:
    raw = sendgrid(("a.jpg", HALF), to=address)
    for hook in ("0" * 40, hook_token(world.system.settings)[:-1], "x" * 150, "%C3%A9"):
        assert inbound(world, raw, hook).json()["code"] == "not_found"


def test_files_of_no_bytes_in_odd_encodings_are_told_of(world: World, address: str) -> None:
    raw = sendgrid(("a.jpg", b""), to=address, charsets='{"subject": "no-such"}', message_id="<zero@x>")
    assert inbound(world, raw).status_code == 200
    world.advance()
    mails = world.get("/v1/receipt-mail/messages?limit=100")["data"]
    (mail,) = [m for m in mails if m["message_id"] == "<zero@x>"]
    assert [file["code"] for file in mail["files"]] == ["receipt_empty"]
    assert BUSINESS not in str(mail)
