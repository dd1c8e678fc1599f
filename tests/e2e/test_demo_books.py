"""The demo's books under the operator's command line: sealed, verified, exported, rebuilt."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.demo import load
from local.demo.people import BUSINESS
from local.system import System
from shared.books import known_balance, seal_journal, trial_balance
from shared.books.blocks import blocks
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.store import Query
from tests.e2e.world import settings_in
from tools.admin import main

TODAY = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a loaded demo whose journal is sealed; nothing has it open."""
    folder = tmp_path_factory.mktemp("demo-books")
    system = System(settings_in(folder), ManualClock(TODAY), SeededIds(5))
    system.start()
    try:
        load(system, say=[].append, receipts=False)
        store = system.app.store
        entries = len(store.all(BUSINESS, Query("journal", (), "recorded_at")))
        sealed = seal_journal(store, BUSINESS) + sum(
            len(block.data["entries"]) for block in blocks(store, BUSINESS)
        )
        assert sealed >= entries > 100
        known = known_balance(store, BUSINESS)
        assert known.sealed == known.entries == entries
        assert known.accounts == trial_balance(store, BUSINESS).folded()
    finally:
        system.stop()
    return folder


@pytest.fixture
def operator(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that tools.admin reads."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AUTH_SECRET", "a" * 40)
    monkeypatch.setenv("CALLBACK_SECRET", "c" * 40)
    monkeypatch.setenv("STORE_URL", settings_in(folder).store_url)


@pytest.mark.usefixtures("operator")
def test_the_books_verify_clean(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["verify"])
    said = capsys.readouterr()
    assert (status, said.err) == (0, "")
    assert re.fullmatch(
        rf"{BUSINESS}: \d+ entries, \d+ blocks\n{BUSINESS}: anchor \d+:[0-9a-f]{{64}}\n", said.out
    )
    anchor = said.out.split("anchor ")[1].strip()
    assert main(["verify", BUSINESS, "--anchor", anchor]) == 0
    assert main(["verify", BUSINESS, "--anchor", anchor[:-1] + "x"]) == 1


@pytest.mark.usefixtures("operator")
def test_the_trial_balance_comes_to_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--detail"], ["--as-of", "2026-01-31"], ["--as-of", "2026-01-31", "--detail"]):
        assert main(["trial-balance", BUSINESS, *more]) == 0
        said = capsys.readouterr().out
        assert re.search(r"^KES +0\.00  all \d+ entries$", said, re.MULTILINE)
        assert ("  ar\n" in said) == ("--detail" not in more)


@pytest.mark.usefixtures("operator")
def test_rollups_made_again_are_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _rollups(folder)
    assert len(before) == 4
    assert main(["rebuild-rollups"]) == 0
    assert capsys.readouterr().out == f"{BUSINESS}: 0 rollups mended\n"
    assert _rollups(folder) == before


@pytest.mark.usefixtures("operator")
def test_the_export_passes_bean_check_and_is_the_same_every_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, again = tmp_path / "books.beancount", tmp_path / "again.beancount"
    assert main(["export", BUSINESS, "--output", str(one)]) == 0
    assert main(["export", BUSINESS, "--output", str(again)]) == 0
    assert one.read_bytes() == again.read_bytes()
    assert _bean_check(one) == (0, "")
    text = one.read_text()
    assert text.count("\n  entry: ") > 100
    assert len(re.findall(r"^20\d\d-\d\d-01 balance Assets:Receivable ", text, re.MULTILINE)) == 4
    assert main(["export", BUSINESS]) == 0
    assert capsys.readouterr().out == text
    one.write_text(re.sub(r"(\n  Assets:\S+  \d+)\.00 KES", r"\1.50 KES", text, count=1))
    assert _bean_check(one)[0] == 1, "what judges the export finds a wrong amount"


def _bean_check(file: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("bean-check")), "--no-cache", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def _rollups(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "hesabu.db") as db:
        found = dict(db.execute("SELECT id, body FROM docs WHERE b = ? AND c = 'rollups'", (BUSINESS,)))
    db.close()
    return found
