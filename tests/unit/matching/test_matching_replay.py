"""The replay benchmark speaks the scorer's protocol and posts only what is right on a small fair set."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bench.reconcile import main
from shared.core.phone import phone_hash

CUSTOMERS = [
    {"customer_id": "C1", "name": "Grace Wanjiku", "phones": ["254712345678"], "account_no": "HW-17A"},
    {"customer_id": "C2", "name": "Peter Otieno", "phones": [], "account_no": None},
]


def invoice(id_: str, number: str, customer: str, cents: int, issued: str = "2026-01-01") -> dict[str, Any]:
    return {
        "invoice_id": id_,
        "number": number,
        "customer_id": customer,
        "issued_at": f"{issued}T08:00:00+03:00",
        "due_at": f"{issued}T09:00:00+03:00",
        "total_cents": cents,
        "opening_cents": cents,
        "currency": "KES",
    }


def payment(id_: str, cents: int, **fields: Any) -> dict[str, Any]:
    return {
        "payment_id": id_,
        "received_at": "2026-02-01T10:00:00+03:00",
        "paid_at": "2026-02-01T10:00:00+03:00",
        "channel": "mpesa_paybill",
        "type": "payment",
        "amount_cents": cents,
        "currency": "KES",
        "trans_id": f"T{id_}",
        "bill_ref": None,
        "msisdn": None,
        "payer_name": None,
        "narration": None,
        "reverses": None,
        **fields,
    }


PAYMENTS = [
    payment("P1", 50_000, bill_ref="INV-2025-04871"),
    payment("P2", 50_000, bill_ref="INV-2025-04871", trans_id="TP1"),
    payment("P3", 30_000, bill_ref="FEES", payer_name="ZAKAYO MWAURA"),
    payment("P4", 50_000, type="reversal", reverses="TP1"),
    payment("P5", 50_000, bill_ref="4871", msisdn=phone_hash("254712345678")),
    payment("P6", 9_000, channel="bank", narration="MPESA SETTLEMENT 600123 1"),
    payment("P7", 20_000, bill_ref="INV-2025-05555"),
]


def replay(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    invoices = [
        invoice("I1", "INV-2025-04871", "C1", 50_000),
        invoice("I2", "INV-2025-04999", "C2", 30_000),
        invoice("I3", "INV-2025-05555", "C2", 20_000, issued="2026-06-01"),
    ]
    for name, found in {"customers": CUSTOMERS, "invoices": invoices, "history": []}.items():
        lines = "".join(json.dumps(row) + "\n" for row in found)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    paths = {name: str(folder / f"{name}.jsonl") for name in ("customers", "invoices", "history")}
    said = [{"event": "start", **paths}]
    for row in PAYMENTS:
        said.append({"event": "payment", "payment": row})
        if row["payment_id"] == "P3":
            told = {"payment_id": "P3", "links": [["I2", 30_000]], "customer_id": "C2"}
            said.append({"event": "feedback", **told})
    said.append({"event": "end"})
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(m) + "\n" for m in said)))
    assert main([]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready, *found = replay(tmp_path, monkeypatch, capsys)
    assert ready == {"ready": True}
    assert {p["payment_id"]: (p["decision"], p["links"]) for p in found} == {
        "P1": ("auto", [["I1", 50_000]]),
        "P2": ("none", []),  # the same money told twice
        "P3": ("review", []),  # a stranger: a person is asked
        "P4": ("auto", [["I1", -50_000]]),  # taken back exactly
        "P5": ("auto", [["I1", 50_000]]),  # and owed again
        "P6": ("none", []),  # the provider's settlement
        "P7": ("review", []),  # names an invoice that is not issued yet
    }


def test_the_same_input_gives_the_same_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(tmp_path, monkeypatch, capsys) == replay(tmp_path, monkeypatch, capsys)
