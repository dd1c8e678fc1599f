"""The operator's commands for the books: what they print, and that broken books end with status 1."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.access import add_business
from shared.app import App
from shared.books import seal_journal
from shared.books.journal import marker, post
from shared.books.postings import opening_balance
from shared.core.settings import Settings, load_settings
from shared.insights.daysums.folding import fold
from shared.store import Key, Query, Store
from shared.store.indexes import SCHEMA
from tools.admin import main

NOW = "2026-03-01T09:00:00.000Z"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Two businesses; ``duka`` has opening balances in two currencies, sealed."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AUTH_SECRET", "a" * 40)
    monkeypatch.setenv("CALLBACK_SECRET", "c" * 40)
    monkeypatch.setenv("STORE_URL", f"sqlite:///{tmp_path}/hesabu.db")
    opened = App(load_settings())
    for business in ("duka", "kiosk"):
        add_business(opened.store, business, {"name": business, "currency": "KES"})
    for account, cents, currency in (("bank:equity", 70_000, "KES"), ("cash", -5, "USD")):
        entry = opening_balance(account, cents, currency=currency, at=NOW, now=NOW, actor="usr_1")
        opened.store.transaction("duka", lambda tx, entry=entry: post(tx, entry))
    seal_journal(opened.store, "duka")
    yield opened
    opened.close()


def run(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, list[str], str]:
    """The exit status, the lines printed and what was said of an error."""
    capsys.readouterr()
    status = main(command)
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


def test_all_businesses_are_verified(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = run(capsys, "verify")
    assert status == 0
    assert [line for line in lines if "anchor" not in line] == [
        "duka: 2 entries, 1 blocks",
        "kiosk: 0 entries, 0 blocks",
    ]


def test_broken_books_are_named_and_end_with_status_1(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "hesabu.db", isolation_level=None)) as db:
        db.execute('DROP TRIGGER "once_journal_UPDATE"')
        db.execute("UPDATE docs SET body = replace(body, '70000', '70001') WHERE c = 'journal'")
    status, lines, error = run(capsys, "verify", "duka")
    assert status == 1
    assert any(line.startswith("duka: entry open_") and "block 1 sealed" in line for line in lines)
    assert any(line.startswith("duka: first broken block 0000000001: its entry open_") for line in lines)
    assert "the books do not hold" in error
    assert run(capsys, "verify", "kiosk")[0] == 0
    # the entry's legs differ by two cents, the block's balances are those that were sealed
    assert run(capsys, "trial-balance", "duka")[0] == 0


def test_balances_are_printed_by_currency(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = run(capsys, "trial-balance", "duka")
    assert status == 0
    assert [line.split() for line in lines] == [
        ["KES", "700.00", "bank:equity"],
        ["KES", "-700.00", "equity:opening"],
        ["USD", "-0.05", "cash"],
        ["USD", "0.05", "equity:opening"],
        ["KES", "0.00", "all", "2", "entries"],
        ["USD", "0.00", "all", "2", "entries"],
    ]


def test_the_export_is_beancount(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = run(capsys, "export", "duka")
    assert status == 0
    assert lines[0] == 'option "title" "duka"'
    assert '2026-03-01 * "opening balance" ^business' in lines
    assert "  Assets:Bank:Equity  700.00 KES" in lines
    assert "1970-01-01 open Equity:Opening" in lines
    assert "2026-04-01 balance Assets:Cash  -0.05 USD" in lines


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["verify", "nobody"], "there is no business 'nobody'"),
        (["verify", "duka", "--anchor", "1"], "--anchor takes NUMBER:HASH"),
        (["trial-balance", "nobody"], "there is no business 'nobody'"),
        (["trial-balance", "duka", "--as-of", "2026-02-30"], "--as-of takes a day"),
        (["export", "kiosk"], "the journal was never sealed"),
    ],
)
def test_what_cannot_be_done_is_said(
    app: App, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    status, _, error = run(capsys, *command)
    assert (status, error.count("\n")) == (1, 1)
    assert said in error


def test_entries_of_an_old_version_are_named_and_taken_in(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = opening_balance("cash", 7, currency="KES", at=NOW, now=NOW, actor="usr_1")
    app.store.transaction("duka", lambda tx: post(tx, entry))
    app.store.discard("duka", [marker(entry.id)])
    status, lines, _ = run(capsys, "verify", "duka")
    assert (status, lines[0]) == (1, f"duka: entry {entry.id}: it is in no block and does not wait for one")
    assert run(capsys, "seal", "duka") == (0, ["duka: 0 entries sealed"], "")
    assert run(capsys, "seal", "duka", "--strays") == (0, ["duka: 1 entries sealed"], "")
    assert run(capsys, "verify", "duka")[0] == 0


def test_rollups_are_made_again(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    (rollup,) = app.store.query("duka", Query("rollups")).docs
    app.store.update("duka", rollup.key, {"entries": 9})
    assert run(capsys, "verify", "duka")[0] == 1
    assert run(capsys, "rebuild-rollups") == (
        0,
        ["duka: 1 rollups mended 2026-03", "kiosk: 0 rollups mended"],
        "",
    )
    assert run(capsys, "verify", "duka")[0] == 0


def test_sums_by_day_are_held_against_their_records_and_made_again(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, day in enumerate(("2026-01-31", "2026-02-01", "2026-02-01")):
        data = {"business_day": day, "category": "rent", "amount_cents": 500, "currency": "KES"}
        app.store.put("duka", Key("expenses", f"exp_{number}"), data)
    fold(app.store, "duka")
    assert run(capsys, "sums") == (0, ["duka: 0 days wrong", "kiosk: 0 days wrong"], "")
    writer = Store(app.store._adapter, replace(SCHEMA, tracked={}), app.clock, app.ids)  # an older version
    writer.update("duka", Key("expenses", "exp_0"), {"amount_cents": 700})
    status, lines, said = run(capsys, "sums", "duka")
    assert (status, lines) == (1, ["duka: 1 days wrong 2026-01-31"])
    assert "sums --again" in said
    assert run(capsys, "sums", "duka", "--again")[0] == 0
    fold(app.store, "duka")
    assert run(capsys, "sums", "duka")[0] == 0
    month = app.store.require("duka", Key("insight_months", "2026-02-more"))
    app.store.update("duka", month.key, {"largest": {}})
    assert run(capsys, "sums", "duka")[1][0].startswith("duka: 28 days wrong 2026-02-01")
