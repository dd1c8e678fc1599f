"""Tesseract behind the port: its table becomes lines, its absence and its failures are Unavailable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from shared.core.errors import Unavailable
from shared.receipts import build_engines
from shared.receipts.engines import tesseract
from shared.receipts.engines.tesseract import TesseractEngine, tesseract_installed

_TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t1400\t900\t-1\t
5\t1\t1\t1\t1\t1\t100\t50\t200\t40\t96.5\tTOTAL
5\t1\t1\t1\t1\t2\t320\t52\t180\t40\t80.1\t1,250.00
5\t1\t1\t1\t2\t1\t100\t120\t150\t40\t91.0\tCASH
5\t1\t1\t1\t2\t2\t100\t120\t150\t40\t-1\t
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in ``tesseract`` first on the path: it prints what stands beside it, and fails when told to."""
    (tmp_path / "table.tsv").write_text(_TABLE)
    script = tmp_path / "tesseract"
    script.write_text(
        f"""#!/bin/sh
[ "$1" = --version ] && echo "tesseract 5.5.4" && exit 0
cat > /dev/null
[ -e {tmp_path}/broken ] && exit 3
cat {tmp_path}/table.tsv
"""
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    tesseract._version.cache_clear()
    return tmp_path


def test_words_become_lines_in_pixels_of_the_given_picture(program: Path) -> None:
    text = TesseractEngine().read(Image.new("RGB", (700, 450), "white"))
    assert [line.text for line in text.lines] == ["TOTAL 1,250.00", "CASH"]
    first = text.lines[0]
    assert first.corners[0] == (50.0, 25.0)
    assert first.corners[2] == (250.0, 46.0)
    assert first.score == 801
    assert (text.engine, text.version, text.trusted) == ("tesseract", "tesseract 5.5.4", False)


def test_it_is_built_only_where_it_is_installed(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [engine.name for engine in build_engines("rapidocr,tesseract")] == ["rapidocr", "tesseract"]
    monkeypatch.setenv("PATH", str(program / "nowhere"))
    assert not tesseract_installed()
    assert [engine.name for engine in build_engines("rapidocr,tesseract")] == ["rapidocr"]


def test_absence_and_failure_are_unavailable(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program / "broken").touch()
    with pytest.raises(Unavailable) as failed:
        TesseractEngine().read(Image.new("RGB", (200, 200), "white"))
    monkeypatch.setenv("PATH", str(program / "nowhere"))
    with pytest.raises(Unavailable) as absent:
        TesseractEngine().read(Image.new("RGB", (200, 200), "white"))
    assert {failed.value.code, absent.value.code} == {"ocr_unavailable"}
