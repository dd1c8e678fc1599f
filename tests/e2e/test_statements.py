"""Statements in a running system: handed in, put into the bucket, sent to an address; Safaricom's own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.store import Key, Query
from tests.e2e.world import BUSINESS, PAYBILL, World, running
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import NOW
from tests.unit.payments.statement_files import charge, paid, with_balances
from tests.unit.payments.test_statement_profiles import FILES

FACTS = with_balances(
    [paid("UC2AAA0001", 116_000, NOW), charge("UC2AAA0001", 500, NOW), paid("UC2AAA0002", 5000, NOW)]
)


@pytest.fixture
def w(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as world:
        yield world


def send(
    w: World, content: bytes, expect: int = 202, headers: dict[str, str] | None = None, **args: str
) -> Any:
    answer = w.http.post(
        f"{w.system.url}/v1/statements",
        data=content,
        params=args,
        headers={**w.bearer(), **(headers or {})},
        timeout=30,
    )
    assert answer.status_code == expect, answer.text
    return answer.json()


def get(w: World, path: str, **args: str) -> Any:
    answer = w.http.get(w.system.url + path, params=args, headers=w.bearer(), timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def drop(w: World, name: str, content: bytes) -> None:
    place = Path(w.system.settings.blob_url.removeprefix("file:///")) / "statements" / BUSINESS / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    w.advance(30)


def buried(w: World) -> list[Any]:
    return w.system.app.store.query(BUSINESS, Query("dead_letters", (), "recorded_at")).docs


def test_a_statement_that_is_handed_in_is_in_the_books_a_moment_later(w: World) -> None:
    told = send(w, files.org_csv(FACTS), file="march.csv")
    assert (told["status"], told["imported"], told["lines"], told["file"]) == ("importing", 0, 3, "march.csv")
    w.advance(15)
    path = f"/v1/statements/{told['id']}"
    done = get(w, path)
    assert (done["status"], done["imported"], done["outcomes"]) == ("imported", 3, {"found": 2, "fee": 1})
    lines = get(w, f"{path}/lines", limit="2")
    assert [line["row"] for line in lines["data"]] == [5, 6]
    assert lines["has_more"]
    assert len(get(w, "/v1/payments")["data"]) == 2
    assert send(w, files.org_csv(FACTS))["id"] == told["id"], "the same file is the same statement"
    w.advance(15)
    day = get(w, "/v1/statements/completeness", day="2026-03-02")
    assert (day["counts"]["without_callback"], day["fee_cents"], day["accounts"]) == (
        2,
        500,
        [f"mpesa-{PAYBILL}"],
    )
    assert buried(w) == []


def test_what_is_wrong_is_answered_with_row_and_column_and_nothing_is_kept(w: World) -> None:
    problem = send(w, files.org_csv(FACTS).replace(b"1,160.00", b"1.160,00", 1), expect=422)
    assert problem["code"] == "statement_invalid"
    assert problem["detail"].startswith("row 7, column 'Paid In'")
    assert problem["errors"][0]["pointer"] == "/rows/7/Paid In"
    assert get(w, "/v1/statements")["data"] == []
    assert send(w, b"x" * (11 << 20), expect=413)["code"] == "body_too_large"
    assert send(w, b"", expect=422)["code"] == "statement_empty"


def test_a_locked_pdf_is_opened_with_its_password_which_nobody_keeps(w: World) -> None:
    locked = files.pdf(FACTS, "4321")
    assert send(w, locked, expect=422)["code"] == "statement_password_required"
    told = send(w, locked, headers={"X-Statement-Password": "4321"})
    w.advance(15)
    assert get(w, f"/v1/statements/{told['id']}")["status"] == "imported"
    text = str([doc.data for doc in w.system.app.store.all(BUSINESS, Query("statements", (), "received_at"))])
    assert "4321" not in text


def test_files_in_the_bucket_are_imported_and_refused_ones_wait_with_their_reason(w: World) -> None:
    drop(w, "march.csv", files.org_csv(FACTS))
    drop(w, "bank-equity-0123/march.csv", FILES["equity"])
    drop(w, "locked.pdf", files.pdf(FACTS[:1], "4321"))
    drop(w, "notes.txt", b"hello")
    drop(w, "twin.csv", files.org_csv(FACTS))
    rows = get(w, "/v1/statements")["data"]
    assert sorted((row["file"], row["status"]) for row in rows) == [
        ("locked.pdf", "refused"),
        ("march.csv", "imported"),
        ("march.csv", "imported"),
        ("notes.txt", "refused"),
    ], "the twin is the same statement"
    found = {row["file"]: row for row in rows}
    assert found["notes.txt"]["code"] == "statement_no_header"
    assert found["locked.pdf"]["code"] == "statement_password_required"
    assert {row["account"] for row in get(w, "/v1/statements")["data"]} >= {
        "bank-equity-0123",
        f"mpesa-{PAYBILL}",
    }
    again = f"/v1/statements/{found['locked.pdf']['id']}/again"
    wrong = w.post(again, {"password": "1234"}, expect=422)
    assert wrong["code"] == "statement_password"
    assert w.post(again, {"password": "4321"}, expect=200)["status"] == "importing"
    w.advance(15)
    opened = get(w, f"/v1/statements/{found['locked.pdf']['id']}")
    assert (opened["status"], opened["outcomes"]) == ("imported", {"known": 1})
    assert w.system.app.store.query(BUSINESS, Query("receipts", (), "received_at")).docs == []
    assert buried(w) == []


def test_a_file_can_be_sent_to_an_address(w: World) -> None:
    content = FILES["kcb"]
    wanted = {"content_type": "text/csv", "size_bytes": len(content), "account": "bank-kcb-77"}
    target = w.post("/v1/statements/uploads", wanted, expect=200)
    assert target["name"].startswith(f"statements/{BUSINESS}/bank-kcb-77/")
    sent = w.http.request(
        target["method"], target["url"], data=content, headers=target["headers"], timeout=20
    )
    assert sent.status_code == 200
    w.advance(30)
    (row,) = get(w, "/v1/statements")["data"]
    assert (row["status"], row["account"], row["lines"], row["profile_id"]) == (
        "imported",
        "bank-kcb-77",
        2,
        "kcb",
    )
    for bad in ({"content_type": "image/png"}, {"size_bytes": 0}, {"account": "../x"}):
        w.post("/v1/statements/uploads", {**wanted, **bad}, expect=422)


def test_profiles_are_saved_changed_used_and_removed(w: World) -> None:
    columns = {"date": ["Siku"], "details": ["Maelezo"], "debit": ["Nje"], "credit": ["Ndani"]}
    saved = w.post("/v1/statement-profiles", {"profile": {"name": "Yangu", "columns": columns}})
    path = f"/v1/statement-profiles/{saved['id']}"
    content = b"Siku,Maelezo,Nje,Ndani\n02/03/2026,INV7,,500.00\n"
    body = {"content": base64.b64encode(content).decode(), "profile_id": saved["id"]}
    seen = w.post("/v1/statements/preview", body, expect=200)
    assert [(line["row"], line["amount_cents"], line["kind"]) for line in seen["lines"]] == [
        (2, 50_000, "money_in")
    ]
    assert get(w, "/v1/statements")["data"] == [], "a preview stores nothing"
    w.post(
        "/v1/statement-profiles",
        {"profile": {"name": "x", "columns": {"date": ["D"], "details": ["T"]}}},
        expect=422,
    )
    assert get(w, "/v1/statement-profiles/equity")["built_in"]
    assert get(w, path)["profile"]["columns"]["date"] == ["Siku"]
    gone = w.http.delete(w.system.url + path, headers=w.bearer(), timeout=20)
    assert gone.status_code == 204
    w.post("/v1/statements/preview", body, expect=404)


def test_a_preview_proposes_a_profile_for_a_bank(w: World) -> None:
    body = {"content": base64.b64encode(FILES["coop"]).decode()}
    seen = w.post("/v1/statements/preview", body, expect=200)
    assert (seen["profile"]["name"], seen["profile"]["decimal"]) == ("Co-operative Bank", ",")
    assert len(seen["lines"]) == 2
    wrong = base64.b64encode(FILES["coop"].replace(b"500,00;1.5", b"5OO,00;1.5")).decode()
    assert (
        w.post("/v1/statements/preview", {"content": wrong}, expect=422)["errors"][0]["pointer"]
        == "/rows/2/Credit"
    )
    for made, account in (
        (files.org_csv, f"mpesa-{PAYBILL}"),
        (files.org_xls, f"mpesa-{PAYBILL}"),
        (files.ofx, "bank-preview"),
    ):
        content = base64.b64encode(made(FACTS)).decode()
        seen = w.post("/v1/statements/preview", {"content": content}, expect=200)
        assert (seen["account"], seen["profile"]) == (account, None)


def test_the_portal_of_the_simulated_safaricom_closes_the_loop(w: World) -> None:
    """Money whose callback and listing never came is found in the exported ledger."""
    w.fault("callback_lost", count=1)
    w.pay_by_hand(1160, "INV9")
    url = f"{w.system.url}/safaricom/control/statements/{PAYBILL}.csv"
    assert w.http.get(url.replace(PAYBILL, "600000"), timeout=20).status_code == 404
    assert w.http.get(url, params={"from": "soon"}, timeout=20).status_code == 404
    exported = w.http.get(url, params={"from": "2026-03-02", "to": "2026-03-02"}, timeout=20)
    told = send(w, exported.content)
    w.advance(30)
    done = get(w, f"/v1/statements/{told['id']}")
    assert (done["status"], done["lines"], done["breaks"]) == ("imported", 1, [])
    (payment,) = get(w, "/v1/payments")["data"]
    assert (payment["amount_cents"], payment["status"]) == (116_000, "settled")
    receipt = payment["receipt"]
    assert w.system.app.store.get(BUSINESS, Key("journal", f"pay-{receipt}")) is not None
