"""Upload addresses at the running gateway: a photo arrives and is read; nothing else gets in."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from local.bucket import SEEN, finalized
from local.demo.receipt_specs import demo_specs
from local.demo.receipts import draw_receipt
from shared.receipts.headers import MAX_BYTES
from shared.receipts.missed import ROUND
from shared.store import Key
from tests.e2e.world import BUSINESS, START, World, furnish, running

PATH = "/v1/receipts/uploads"
FILE = b"\xff\xd8\xff" + b"begins like a photo; " * 200
"""Refused when it is read, which costs less than a picture would."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("uploads")) as running_world:
        yield furnish(running_world)


def offer(
    world: World, content: bytes = FILE, content_type: str = "image/jpeg", **more: Any
) -> dict[str, Any]:
    body = {"content_type": content_type, "size_bytes": len(content), **more}
    return world.post(PATH, body, expect=200)


def send(world: World, target: dict[str, Any], content: bytes = FILE, **changes: str) -> requests.Response:
    headers = {**target["headers"], **{name.replace("_", "-"): value for name, value in changes.items()}}
    return world.http.request(target["method"], target["url"], data=content, headers=headers, timeout=20)


def stored(world: World) -> set[str]:
    return {blob.name for blob in world.system.app.blobs.list("receipts/")}


def refused(answer: requests.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*", "a page must be able to read why"
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["detail"]


@pytest.fixture
def untouched(world: World) -> Iterator[None]:
    before = stored(world)
    yield
    assert stored(world) == before


# --- the way it is meant
def test_a_photo_that_is_sent_to_its_address_is_read(world: World) -> None:
    photo = draw_receipt(demo_specs(START.date())[0], seed=1)
    target = offer(world, photo)
    assert target["name"].startswith(f"receipts/{BUSINESS}/upl_")
    assert target["url"].startswith(f"{world.system.url}/uploads/{target['name']}?")
    assert (target["object"], target["method"], target["already_there"]) == ("upload_target", "PUT", False)
    assert target["expires_at"] == "2026-03-02T07:15:00.000Z"
    answer = send(world, target, photo)
    assert (answer.status_code, answer.content) == (200, b"")
    assert world.system.app.blobs.get(target["name"]) == photo
    world.advance()
    (receipt,) = [r for r in world.get("/v1/receipts?limit=100")["data"] if r["file"] == target["name"]]
    assert receipt["status"] in ("accepted", "needs_review")
    assert receipt["total_cents"] == demo_specs(START.date())[0].total_cents


def test_what_a_client_says_of_its_file_is_not_believed(world: World) -> None:
    target = offer(world, b"<script>")
    assert send(world, target, b"<script>").status_code == 200
    world.advance()
    (receipt,) = [r for r in world.get("/v1/receipts?limit=100")["data"] if r["file"] == target["name"]]
    assert (receipt["status"], receipt["reasons"]) == ("refused", ["receipt_unsupported_type"])


def test_with_a_digest_the_same_file_has_one_name(world: World) -> None:
    content = FILE + b"digest"
    digest = hashlib.sha256(content).hexdigest()
    first, again = offer(world, content, sha256=digest), offer(world, content, sha256=digest)
    assert first["name"] == again["name"]
    assert not again["already_there"]
    assert send(world, first, content).status_code == 200
    there = offer(world, content, sha256=digest)
    assert (there["already_there"], there["name"]) == (True, first["name"])
    assert (there["url"], there["headers"], there["expires_at"]) == (None, {}, None)
    assert offer(world, content)["name"] != first["name"]


def test_a_false_claim_does_not_take_the_place_of_the_true_file(world: World) -> None:
    truth = FILE + b"the true file"
    claim = offer(world, b"another", sha256=hashlib.sha256(truth).hexdigest())
    assert send(world, claim, b"another").status_code == 200
    headers = {**world.bearer(), "Content-Type": "application/octet-stream"}
    answer = world.http.post(f"{world.system.url}/v1/receipts", data=truth, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["already_there"]) == (202, False)


def test_a_photo_whose_event_was_lost_is_found_by_the_sweep(world: World) -> None:
    target = offer(world)
    assert send(world, target).status_code == 200
    blobs, root = world.system.app.blobs, world.system.settings.blob_url.removeprefix("file:///")
    moment = int(world.clock.now().timestamp()) * 10**9
    os.utime(Path(root, target["name"]), ns=(moment, moment))  # the folder's time is the machine's, not ours
    (blob,) = blobs.list(target["name"])
    seen = finalized(blobs.bucket, blob, BUSINESS, "")["id"]
    world.system.app.store.put(BUSINESS, Key(SEEN, seen), {"object": blob.name})  # and nobody was told
    world.advance(30)
    assert target["name"] not in files(world)
    world.clock.advance(ROUND.total_seconds())
    world.advance(30)
    assert target["name"] in files(world)


def files(world: World) -> list[str]:
    return [row["file"] for row in world.get("/v1/receipts?limit=100")["data"]]


@pytest.mark.parametrize(
    ("content_type", "ending"),
    [("image/jpeg", "jpeg"), ("image/png", "png"), ("image/webp", "webp"), ("image/heic", "heic"),
     ("image/heif", "heic"), ("application/pdf", "pdf")],
)  # fmt: skip
def test_every_kind_that_is_read_may_be_sent(world: World, content_type: str, ending: str) -> None:
    target = offer(world, content_type=content_type)
    assert target["name"].endswith(f".{ending}")
    assert send(world, target).status_code == 200


# --- asking for an address
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content_type": "image/gif", "size_bytes": 5}, "receipt_unsupported_type"),
        ({"content_type": "image/svg+xml", "size_bytes": 5}, "receipt_unsupported_type"),
        ({"content_type": "text/html", "size_bytes": 5}, "receipt_unsupported_type"),
        ({"content_type": "image/jpeg; charset=x", "size_bytes": 5}, "receipt_unsupported_type"),
        (
            {"content_type": "image/jpeg\r\nx-goog-acl: public-read", "size_bytes": 5},
            "receipt_unsupported_type",
        ),
        ({"content_type": "image/jpeg", "size_bytes": MAX_BYTES + 1}, "receipt_too_large"),
        ({"content_type": "image/jpeg", "size_bytes": 0}, "receipt_empty"),
        ({"content_type": "image/jpeg", "size_bytes": -1}, "receipt_empty"),
        ({"content_type": "image/jpeg", "size_bytes": "5"}, "body_invalid"),
        ({"content_type": "image/jpeg", "size_bytes": 5.5}, "body_invalid"),
        ({"content_type": "image/jpeg", "size_bytes": True}, "body_invalid"),
        ({"content_type": "x" * 101, "size_bytes": 5}, "body_invalid"),
        ({"content_type": "image/jpeg"}, "body_invalid"),
        ({"content_type": "image/jpeg", "size_bytes": 5, "name": "receipts/biz_2/x.jpg"}, "body_invalid"),
        ({"content_type": "image/jpeg", "size_bytes": 5, "sha256": "../" * 20}, "body_invalid"),
        ({"content_type": "image/jpeg", "size_bytes": 5, "sha256": "A" * 64}, "body_invalid"),
    ],
)
def test_what_would_be_refused_when_read_gets_no_address(
    world: World, body: dict[str, Any], code: str
) -> None:
    problem = world.post(PATH, body, expect=422)
    assert problem["code"] == code
    assert problem["errors"][0]["pointer"].startswith("/")


def test_the_largest_file_that_is_read_may_be_announced(world: World) -> None:
    assert "limit=10485760&" in offer(world, size_bytes=MAX_BYTES)["url"]


# --- using an address in another way
@pytest.mark.usefixtures("untouched")
def test_an_address_that_was_changed_is_no_address(world: World) -> None:
    target = offer(world)
    url, invalid = target["url"], "upload_signature_invalid"
    query = url.partition("?")[2]
    base = f"{world.system.url}/uploads/"
    for changed in (
        url.replace(BUSINESS, "biz_other"),
        url.replace("upl_", "upl-"),
        url.replace("limit=", "limit=9"),
        url.replace("expires=1", "expires=9"),
        url.replace("image%2Fjpeg", "image%2Fpng"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url[:-1],
        url.partition("&signature")[0],
        url + "&signature=" + "0" * 64,
        url + "&limit=99999999",
        url + "&more=1",
        url.partition("?")[0],
        f"{base}?{query}",
        f"{base}receipts/{BUSINESS}/other.jpeg?{query}",
        f"{base}receipts/{BUSINESS}/..%2f..%2fx?{query}",
        f"{base}{quote('receipts/../../etc/passwd', safe='')}?{query}",
        f"{base}%2e%2e/%2e%2e/x?{query}",
        f"{base}/{target['name']}?{query}",
        f"{base}{target['name']}/?{query}",
        f"{base}{target['name']}%20?{query}",
        f"{base}%ff%fe?{query}",
    ):
        refused(send(world, {**target, "url": changed}), 403, invalid)


@pytest.mark.usefixtures("untouched")
def test_path_tricks_that_no_client_would_send(world: World) -> None:
    target = offer(world)
    query = urlsplit(target["url"]).query
    for path in (
        f"/uploads/../uploads/{target['name']}x",
        f"/uploads/receipts/{BUSINESS}/../../x",
        "/uploads",
    ):
        status, body = raw(world, "PUT", f"{path}?{query}", target["headers"], FILE)
        assert (status, body["code"]) == (403, "upload_signature_invalid"), path
    status, body = raw(world, "PUT", f"/uploads/{target['name']}%00?{query}", target["headers"], FILE)
    assert (status, body["code"]) == (400, "path_invalid")


@pytest.mark.usefixtures("untouched")
def test_the_announced_type_is_the_only_one(world: World) -> None:
    target = offer(world)
    for kind in ("image/png", "text/html", "", "image/jpeg; charset=utf-8", "IMAGE/JPEG"):
        refused(send(world, target, content_type=kind), 415, "upload_type_mismatch")
    refused(send(world, target, content_encoding="gzip"), 415, "upload_encoded")


@pytest.mark.usefixtures("untouched")
def test_more_than_was_announced_is_refused_however_it_is_sent(world: World) -> None:
    target = offer(world)
    refused(send(world, target, FILE + b"x"), 413, "body_too_large")
    for parts in ([FILE, b"x"], [b"x" * 70_000] * 20):
        refused(send(world, target, iter(parts)), 413, "body_too_large")  # type: ignore[arg-type]
    refused(send(world, target, b"x" * (MAX_BYTES + 1)), 413, "body_too_large")


@pytest.mark.usefixtures("untouched")
def test_no_body_is_no_file(world: World) -> None:
    target = offer(world)
    refused(send(world, target, b""), 422, "upload_empty")
    path = f"{urlsplit(target['url']).path}?{urlsplit(target['url']).query}"
    status, body = raw(world, "PUT", path, target["headers"], None)
    assert (status, body["code"]) == (422, "upload_empty")


def test_a_file_may_come_in_pieces_of_unknown_number(world: World) -> None:
    target = offer(world)
    halves = iter([FILE[:1000], FILE[1000:]])
    assert send(world, target, halves).status_code == 200  # type: ignore[arg-type]
    assert world.system.app.blobs.get(target["name"]) == FILE


def test_less_than_was_announced_is_accepted_as_it_is(world: World) -> None:
    target = offer(world)
    assert send(world, target, FILE[:100]).status_code == 200
    assert world.system.app.blobs.size(target["name"]) == 100


def test_an_address_is_good_once(world: World) -> None:
    target = offer(world)
    assert send(world, target).status_code == 200
    refused(send(world, target, FILE[:50]), 412, "already_exists")
    assert world.system.app.blobs.get(target["name"]) == FILE


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH", "HEAD"])
def test_it_is_good_for_putting_only(world: World, method: str) -> None:
    target = offer(world)
    answer = send(world, {**target, "method": method})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, PUT")


def test_an_address_ends(world: World) -> None:
    target = offer(world)
    world.clock.advance(15 * 60)
    before = stored(world)
    refused(send(world, target), 403, "upload_expired")
    assert stored(world) == before


# --- browsers
def test_a_page_of_another_site_may_send_a_file(world: World) -> None:
    target = offer(world)
    asks = {
        "Origin": "https://app.example.co.ke",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    ready = world.http.options(target["url"], headers=asks, timeout=20)
    assert (ready.status_code, ready.content) == (204, b"")
    assert ready.headers["Access-Control-Allow-Origin"] == "*"
    assert ready.headers["Access-Control-Allow-Methods"] == "PUT"
    assert ready.headers["Access-Control-Allow-Headers"] == "content-type"
    assert "Access-Control-Allow-Credentials" not in ready.headers
    answer = send(world, target, Origin="https://app.example.co.ke")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")


def raw(
    world: World, method: str, path: str, headers: dict[str, str], body: bytes | None
) -> tuple[int, dict[str, Any]]:
    """A request whose path is sent as it stands here."""
    connection = HTTPConnection("127.0.0.1", int(urlsplit(world.system.url).port or 0), timeout=20)
    try:
        connection.putrequest(method, path)
        for name, value in {**headers, **({"Content-Length": str(len(body))} if body else {})}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer: HTTPResponse = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_files_that_are_sent_lie_in_the_folder_of_their_business_only(world: World) -> None:
    root = Path(world.system.settings.blob_url.removeprefix("file:///"))
    assert [folder.name for folder in (root / "receipts").iterdir()] == [BUSINESS]
    assert [folder.name for folder in root.iterdir()] == ["receipts"]
    assert not [name for name in stored(world) if not name.startswith(f"receipts/{BUSINESS}/")]
