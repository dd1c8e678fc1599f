"""The routes as callers meet them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pypdf
import pytest
from reports_world import Client, Ports, World, ports_of, seed

from shared.http.openapi import openapi
from shared.reports.api import api

WHOLE = {"from": "2026-01-01", "to": "2026-03-18"}
WANTED = {"kind": "profit_and_loss", "period": WHOLE}
SAVED: dict[str, Any] = {
    "name": "Every Monday",
    "kind": "ageing",
    "format": "xlsx",
    "language": "sw",
    "schedule": {"every": "week", "weekday": 1, "hour": 7},
    "deliver_to": ["owner@duka.example"],
}


@pytest.fixture
def duka(fresh: World) -> World:
    seed(fresh)
    return fresh


def test_kinds_say_what_they_take(client: Client) -> None:
    answer = client("GET", "/v1/reports/kinds")
    kinds = {kind["kind"]: kind for kind in answer.get_json()["data"]}
    assert len(kinds) == 7
    assert kinds["ageing"]["position"]
    assert kinds["customer_statement"]["required"] == ["period", "customer_id"]
    assert "zip" in kinds["receipts"]["formats"]


def test_a_json_report_is_in_the_answer_and_can_be_read_again(duka: World, client: Client) -> None:
    answer = client("POST", "/v1/reports", WANTED, key="one")
    made = answer.get_json()
    assert (answer.status_code, made["status"], made["format"]) == (201, "ready", "json")
    assert {total["id"]: total["value"] for total in made["totals"]}["net"] == "992.95"
    assert made["report"]["title"] == "Profit and loss"
    again = client("GET", f"/v1/reports/{made['id']}").get_json()
    assert again == {**made, "report": None}
    file = client("GET", f"/v1/reports/{made['id']}/file")
    assert json.loads(file.data) == made["report"]
    listed = client("GET", "/v1/reports").get_json()
    assert [one["id"] for one in listed["data"]] == [made["id"]]


@pytest.mark.parametrize(
    ("form", "mime", "begins"),
    [("pdf", "application/pdf", b"%PDF-"), ("csv", "text/csv", b"\xef\xbb\xbf"), ("xlsx", None, b"PK")],
)
def test_files_are_downloaded_in_their_own_type(
    duka: World, client: Client, form: str, mime: str | None, begins: bytes
) -> None:
    made = client("POST", "/v1/reports", {**WANTED, "format": form, "language": "sw"}, key=form).get_json()
    assert made["report"] is None
    file = client("GET", f"/v1/reports/{made['id']}/file")
    assert file.data.startswith(begins)
    assert len(file.data) == made["size_bytes"]
    assert mime is None or file.mimetype == mime
    name = f"profit-and-loss-2026-01-01-2026-03-18.{form}"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    if form == "pdf":
        assert "Faida na hasara" in pypdf.PdfReader(io.BytesIO(file.data)).pages[0].extract_text()


def test_the_receipts_of_a_period_come_as_a_zip(duka: World, client: Client) -> None:
    for id_, content in (("rcp_1", b"photo one"), ("rcp_3", b"photo three")):
        blob = client.ports.blobs.put(f"receipts/{duka.business}/{id_}.jpg", content)
        place = {"object": blob.name, "generation": blob.generation}
        duka.store.update(duka.business, _receipt(id_), place)
    duka.on("2026-03-17")
    duka.receipt("rcp_9", 700, 0, merchant="../../=Gone Ltd", object=f"receipts/{duka.business}/gone.jpg")
    duka.on("2026-03-18")
    wanted = {"kind": "receipts", "period": WHOLE, "format": "zip"}
    made = client("POST", "/v1/reports", wanted, key="zip").get_json()
    raw = client("GET", f"/v1/reports/{made['id']}/file").data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.namelist() == [
            "2026-01-15 Naivas 400.00 rcp_1.jpg",
            "2026-02-14 Rubis 80.00 rcp_3.jpg",
            "receipts.csv",
        ]
        assert archive.read(archive.namelist()[1]) == b"photo three"
        lines = list(csv.reader(io.StringIO(archive.read("receipts.csv").decode("utf-8-sig"), newline="")))
    assert ["1 files are not in the bucket any more."] in lines
    assert any(line and line[0] == "../../=Gone Ltd" for line in lines)
    other = client("POST", "/v1/reports", wanted, key="zip2").get_json()
    assert other["sha256"] == made["sha256"]


def _receipt(id_: str) -> Any:
    from shared.store import Key

    return Key("receipts", id_)


def test_a_repeat_gets_the_report_that_was_made(duka: World, client: Client) -> None:
    first = client("POST", "/v1/reports", WANTED, key="same")
    duka.spend("rcp_new", 50_000, "rent")
    again = client("POST", "/v1/reports", WANTED, key="same")
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client("POST", "/v1/reports", {**WANTED, "language": "sw"}, key="same")
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_mismatch")
    fresh = client("POST", "/v1/reports", WANTED, key="other").get_json()
    assert fresh["totals"][-1]["value"] == "492.95"


def test_a_key_is_needed(duka: World, client: Client) -> None:
    answer = client("POST", "/v1/reports", WANTED)
    assert answer.get_json()["code"] == "idempotency_key_required"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "salaries"}, "/kind"),
        ({"period": {"from": "2026-02-30", "to": "2026-03-01"}}, "/period/from"),
        ({"period": {"from": "2026-03-02", "to": "2026-03-01"}}, "/period"),
        ({"period": None}, "/period"),
        ({"format": "zip"}, "/format"),
        ({"customer_id": "../../x"}, "/customer_id"),
        ({"columns": ["=1+1"]}, "/columns/0"),
        ({"business": "biz_other"}, "/business"),
        ({"as_of": "2026-03-01"}, "/as_of"),
    ],
)
def test_what_is_wrong_is_named(duka: World, client: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = client("POST", "/v1/reports", {**WANTED, **changes}, key="x")
    assert answer.status_code == 422
    assert pointer in {fault["pointer"] for fault in answer.get_json()["errors"]}
    assert client("GET", "/v1/reports").get_json()["data"] == []


def test_definitions_are_kept_changed_and_forgotten(duka: World, client: Client) -> None:
    made = client("POST", "/v1/report-definitions", SAVED, key="a").get_json()
    assert made["next_at"] == "2026-03-23T04:00:00.000Z"
    assert client("POST", "/v1/report-definitions", SAVED, key="a").get_json() == made
    path = f"/v1/report-definitions/{made['id']}"
    assert client("GET", path).get_json() == made
    changed = client("PUT", path, {**SAVED, "name": "Daily", "schedule": {"every": "day"}, "version": 0})
    assert changed.status_code == 200
    assert (changed.get_json()["name"], changed.get_json()["version"]) == ("Daily", 1)
    assert changed.get_json()["next_at"] == "2026-03-19T03:00:00.000Z"
    stale = client("PUT", path, {**SAVED, "version": 0})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "definition_changed")
    assert [one["id"] for one in client("GET", "/v1/report-definitions").get_json()["data"]] == [made["id"]]
    assert client("DELETE", path).status_code == 204
    assert client("GET", path).status_code == client("DELETE", path).status_code == 404


def test_definitions_refuse_what_no_run_could_make(duka: World, client: Client) -> None:
    for changes in (
        {"format": "zip"},
        {"deliver_to": ["no address"]},
        {"schedule": {"every": "day", "hour": 24}},
    ):
        answer = client("POST", "/v1/report-definitions", {**SAVED, **changes}, key=json.dumps(changes)[:40])
        assert answer.status_code == 422, changes


def test_roles(duka: World, ports: Ports) -> None:
    viewer = Client(ports, role="viewer")
    assert viewer("POST", "/v1/reports", WANTED, key="v").status_code == 201
    assert viewer("POST", "/v1/report-definitions", SAVED, key="v").status_code == 403
    assert Client(ports, role="cashier")("DELETE", "/v1/report-definitions/rdf_1").status_code == 403


def test_another_business_finds_nothing(duka: World, ports: Ports, client: Client) -> None:
    made = client("POST", "/v1/reports", WANTED, key="mine").get_json()
    saved = client("POST", "/v1/report-definitions", SAVED, key="mine").get_json()
    other = Client(ports, business="biz_other")
    for path in (
        f"/v1/reports/{made['id']}",
        f"/v1/reports/{made['id']}/file",
        f"/v1/report-definitions/{saved['id']}",
    ):
        assert other("GET", path).status_code == 404
    assert other("DELETE", f"/v1/report-definitions/{saved['id']}").status_code == 404
    assert other("PUT", f"/v1/report-definitions/{saved['id']}", SAVED).status_code == 404
    assert other("GET", "/v1/reports").get_json()["data"] == []
    theirs = other("POST", "/v1/reports", WANTED, key="mine").get_json()
    assert theirs["id"] != made["id"]
    assert {total["value"] for total in theirs["totals"]} == {"0.00"}
    statement = {"kind": "customer_statement", "period": WHOLE, "customer_id": "cus_a"}
    assert other("POST", "/v1/reports", statement, key="s").status_code == 404


def test_a_file_that_is_not_there_yet_is_said_to_be(duka: World, client: Client) -> None:
    from shared.reports.making import blank
    from shared.store import Key

    waiting = {**blank("ageing", "pdf", actor="schedule"), "created_on": "2026-03-18T09:00:00.000Z"}
    duka.store.put(duka.business, Key("reports", "rpt_waiting"), waiting)
    answer = client("GET", "/v1/reports/rpt_waiting/file")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "report_not_ready")
    assert client("GET", "/v1/reports/rpt_waiting").get_json()["status"] == "making"


def test_everything_is_in_openapi() -> None:
    told = openapi([api], "https://books.example", "1")["paths"]
    assert set(told) == {
        "/v1/reports/kinds", "/v1/reports", "/v1/reports/{report_id}", "/v1/reports/{report_id}/file",
        "/v1/report-definitions", "/v1/report-definitions/{definition_id}",
    }  # fmt: skip
    assert set(told["/v1/report-definitions/{definition_id}"]) >= {"get", "put", "delete"}


def test_stores_apart_stay_apart(world: World, tmp_path: Any) -> None:
    """The room's read-only ledger serves the same figures through the routes."""
    made = Client(ports_of(world, tmp_path))("POST", "/v1/reports", WANTED, key="apart").get_json()
    assert made["totals"][-1]["value"] == "992.95"
