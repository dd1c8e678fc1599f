"""Reviewing what was read: what it teaches, what is found again, what is shown, and what is refused."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Request
from PIL import Image
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder

from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.receipts import labels, review
from shared.receipts.api import api
from shared.receipts.places import CHANGES, LABELS, WORDS
from shared.store import Doc, Query, Where
from tests.unit.receipts.intake_world import BUSINESS, RECEIPT, World
from tests.unit.receipts.support import ScriptedEngine, image_bytes

SECRET = SecretStr("0123456789abcdef" * 4)
NAME = "Maji Plumbing"
UNSURE = ("MAJI PLUMBING SUPPLIES LTD", "PIN: P052204618B", "DATE: 21/02/2026", "VALVE 8,775.00")


class Client:
    """The API as a person of a business uses it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.tokens = Tokens(Settings(auth_secret=SECRET, callback_secret=SECRET), world.clock)

    def raw(
        self, method: str, path: str, body: Any = None, role: str = "owner", business: str = BUSINESS
    ) -> Any:
        token = self.world.tokens.issue(Actor("usr_owner", business, role))
        path, _, query = path.partition("?")
        builder = EnvironBuilder(
            method=method,
            path=path,
            query_string=query,
            headers={"Authorization": f"Bearer {token}"},
            json=body,
        )
        return api.serve(self.world, Request(builder.get_environ()))  # type: ignore[arg-type]

    def __call__(self, method: str, path: str, body: Any = None, **who: str) -> tuple[int, dict[str, Any]]:
        answer = self.raw(method, path, body, **who)
        return answer.status_code, json.loads(answer.get_data())


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def read(world: World, *lines: str, height: int = 600) -> Doc:
    """A receipt of a file; another height is another file."""
    world.engines = [ScriptedEngine(*lines)]
    return world.take(world.drop(f"{height}.png", image_bytes("PNG", (400, height))))


def docs(world: World, collection: str, order: str, *where: Where) -> list[dict[str, Any]]:
    return [doc.data for doc in world.store.all(BUSINESS, Query(collection, where, order))]


def test_a_correction_is_a_label_a_name_to_remember_and_a_change(world: World, client: Client) -> None:
    unsure = read(world, *UNSURE)
    assert unsure.data["status"] == "needs_review"
    path = f"/v1/receipts/{unsure.id}"
    body = {"fields": {"merchant": NAME, "total_cents": 877_500, "tax_cents": 121_034}, "version": 0}
    status, answer = client("POST", f"{path}/correct", body)
    assert (status, answer["status"], answer["total_cents"], answer["version"]) == (
        200,
        "accepted",
        877_500,
        1,
    )
    taught = {label["field"]: (label["read"], label["right"]) for label in docs(world, LABELS, "told_at")}
    assert taught["merchant"] == ("MAJI PLUMBING SUPPLIES LTD", NAME)
    assert taught["kra_pin"] == ("P052204618B", "P052204618B"), "left as it was: confirmed"
    exported = [json.loads(line) for line in labels.export(world.store, BUSINESS)]
    assert {"field", "read", "right", "features", "confidence"} <= exported[0].keys()
    _, history = client("GET", f"{path}/history")
    assert [(c["what"], c["by"], c["before"]["merchant"]) for c in history["data"]] == [
        ("corrected", "usr_owner", "MAJI PLUMBING SUPPLIES LTD")
    ]
    again = read(world, *RECEIPT, height=601)
    assert (again.data["merchant"], again.data["merchant_alias"]) == (NAME, "MAJI PLUMBING SUPPLIES LTD")


def test_undoing_a_correction_forgets_what_it_taught(world: World, client: Client) -> None:
    unsure = read(world, *UNSURE)
    path = f"/v1/receipts/{unsure.id}"
    client("POST", f"{path}/correct", {"fields": {"merchant": NAME, "total_cents": 877_500}})
    assert client("GET", "/v1/receipts?merchant=plumbing&min_cents=877500")[1]["data"]
    status, answer = client("POST", f"{path}/undo", {})
    assert (status, answer["status"], answer["merchant"]) == (
        200,
        "needs_review",
        "MAJI PLUMBING SUPPLIES LTD",
    )
    assert docs(world, LABELS, "told_at") == []
    assert read(world, *RECEIPT, height=601).data["merchant"] == "MAJI PLUMBING SUPPLIES LTD"
    assert client("POST", f"{path}/undo", {})[1]["code"] == "nothing_to_undo"
    assert [
        change["what"] for change in docs(world, CHANGES, "number", Where("receipt_id", "==", unsure.id))
    ] == [
        "corrected",
        "undone",
    ]


def test_two_people_do_not_overwrite_each_other(world: World, client: Client) -> None:
    path = f"/v1/receipts/{read(world, *UNSURE).id}"
    first = {"fields": {"total_cents": 100_00}, "version": 0}
    assert client("POST", f"{path}/correct", first)[0] == 200
    status, answer = client("POST", f"{path}/correct", {"fields": {"total_cents": 200_00}, "version": 0})
    assert (status, answer["code"]) == (409, "receipt_changed")


@pytest.mark.parametrize(
    ("action", "body", "told"),
    [
        ("correct", {"fields": {"total_cents": 0}}, (422, "total_missing")),
        ("correct", {"fields": {"total_cents": 100, "tax_cents": 101}}, (422, "tax_exceeds_total")),
        ("correct", {"fields": {"receipt_date": "2026-02-30", "total_cents": 100}}, (422, "date_invalid")),
        ("correct", {"fields": {"total": 100}}, (422, "body_invalid")),
        ("correct", {"fields": {"kra_pin": "X"}}, (422, "body_invalid")),
        ("accept", {}, (422, "total_missing")),
        ("reject", {}, (422, "body_invalid")),
        ("unlink", {}, (409, "not_a_duplicate")),
        ("link", {"original": "rcp_none"}, (404, "not_found")),
        ("category", {"category": "No Such!"}, (422, "body_invalid")),
    ],
)
def test_what_is_refused_changes_nothing(
    world: World, client: Client, action: str, body: dict[str, Any], told: tuple[int, str]
) -> None:
    before = read(world, "MAJI PLUMBING SUPPLIES LTD", "PIN: P052204618B")
    status, answer = client("POST", f"/v1/receipts/{before.id}/{action}", body)
    assert (status, answer["code"]) == told
    assert world.store.require(BUSINESS, before.key).data == before.data


def test_what_was_rejected_is_closed_until_that_is_undone(world: World, client: Client) -> None:
    path = f"/v1/receipts/{read(world, *RECEIPT).id}"
    assert client("POST", f"{path}/reject", {"note": "private shopping"})[1]["status"] == "rejected"
    assert client("POST", f"{path}/accept", {})[1]["code"] == "receipt_closed"
    assert client("POST", f"{path}/undo", {})[1]["status"] == "accepted"
    assert (
        client("POST", f"{path}/category", {"category": "premises_upkeep"})[1]["category"]
        == "premises_upkeep"
    )


def test_another_business_sees_and_changes_nothing(world: World, client: Client) -> None:
    path = f"/v1/receipts/{read(world, *RECEIPT).id}"
    for method, part, body in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("GET", "/file", None),
        ("GET", "/crops/total", None),
        ("POST", "/accept", {}),
        ("POST", "/undo", {}),
        ("POST", "/reject", {"note": "not mine"}),
    ):
        assert client(method, path + part, body, business="biz_b")[0] == 404
    assert client("GET", "/v1/receipts?merchant=plumbing", business="biz_b")[1]["data"] == []


def test_the_place_of_a_field_is_cut_out_of_the_original(world: World, client: Client) -> None:
    receipt = read(world, *RECEIPT)
    answer = client.raw("GET", f"/v1/receipts/{receipt.id}/crops/total")
    piece = Image.open(BytesIO(answer.get_data()))
    assert (answer.status_code, answer.mimetype, piece.format) == (200, "image/jpeg", "JPEG")
    whole = Image.open(BytesIO(world.blobs.get(receipt.data["object"])))
    assert piece.height < whole.height / 3
    assert client("GET", f"/v1/receipts/{receipt.id}/crops/buyer_pin")[0] == 404
    file = client.raw("GET", f"/v1/receipts/{receipt.id}/file")
    assert file.get_data() == world.blobs.get(receipt.data["object"])
    assert file.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("merchant=maji", True),
        ("merchant=PLUMBING%20supplies", True),
        ("merchant=hardware", False),
        ("kra_pin=P052204618B", True),
        ("kra_pin=P0522O46I8B", True),
        ("receipt_number=007702", True),
        ("since=2026-02-01&until=2026-02-28", True),
        ("since=2026-03-01", False),
        ("min_cents=877500&max_cents=877500", True),
        ("min_cents=877501", False),
        ("merchant=maji&until=2026-02-20", False),
        ("status=accepted&order=value", True),
        ("status=needs_review&merchant=maji", False),
    ],
)
def test_receipts_are_found(world: World, client: Client, query: str, found: bool) -> None:
    receipt = read(world, *RECEIPT)
    status, answer = client("GET", f"/v1/receipts?{query}")
    assert status == 200, answer
    assert [one["id"] for one in answer["data"]] == ([receipt.id] if found else [])


def test_the_queue_shows_the_largest_first(world: World, client: Client) -> None:
    for height, total in ((600, "120.00"), (601, "9,120.00"), (602, "750.00")):
        read(world, "SHOP", f"VALVE {total}", height=height)
    queue = client("GET", "/v1/receipts?status=needs_review&order=value")[1]["data"]
    assert [one["total_cents"] for one in queue] == [912_000, 75_000, 12_000]


def test_a_business_draws_its_own_lines(world: World, client: Client) -> None:
    path = "/v1/receipts/policy/review"
    known = client("GET", path)[1]
    lines = {name: known[name] for name in ("merchant", "date", "total", "proof_from_cents")}
    assert client("PUT", path, {**lines, "note": "mine"}, role="viewer")[0] == 403
    strict = {**lines, "merchant": 1000, "kra_pin": "P051365947M", "note": "we look at every name"}
    assert client("PUT", path, strict)[0] == 200
    receipt = read(world, *RECEIPT)
    assert (receipt.data["status"], receipt.data["reasons"]) == ("needs_review", ["merchant_unsure"])
    assert receipt.data["tax"]["deductible"] == "unlikely"
    assert client("GET", path)[1]["changes"][0]["by"] == "usr_owner"


def test_a_large_total_wants_arithmetic(world: World, client: Client) -> None:
    path = "/v1/receipts/policy/review"
    body = {
        "merchant": 500,
        "date": 500,
        "total": 500,
        "proof_from_cents": 100_00,
        "note": "loose, with proof",
    }
    client("PUT", path, body)
    plain = read(world, RECEIPT[0], RECEIPT[1], RECEIPT[3], "TOTAL KES 9,999.00")
    assert "proof_wanted" in plain.data["reasons"]
    assert read(world, *RECEIPT, height=601).data["status"] == "accepted"


def test_words_go_with_what_they_were_of(world: World) -> None:
    receipt = read(world, *UNSURE)
    world.outbox.run(
        BUSINESS,
        lambda tx: review.correct(tx, receipt.id, {"merchant": "ANOTHER", "total_cents": 5}, actor="usr"),
    )
    words = {
        doc["word"]
        for word in ("another", "maji")
        for doc in docs(world, WORDS, "on", Where("word", "==", word))
    }
    assert words == {"another"}
