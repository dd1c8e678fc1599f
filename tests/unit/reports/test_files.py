"""Every form read back by another program than the one that wrote it, and compared to the cent."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from reports_world import TODAY, WHOLE, World

from shared.insights.facts import Fact
from shared.reports import Report
from shared.reports.files.csv_file import write_csv
from shared.reports.files.json_file import write_json
from shared.reports.files.pdf_file import write_pdf
from shared.reports.files.xlsx_file import write_xlsx
from shared.reports.model import Entry
from shared.reports.wording import fact_label, say, say_name

KINDS: dict[Any, dict[str, Any]] = {
    "profit_and_loss": {"period": WHOLE},
    "cash_flow": {"period": WHOLE},
    "ageing": {"as_of": date(2026, 3, 5)},
    "customer_statement": {"period": WHOLE, "customer_id": "cus_a"},
    "vat_helper": {"period": WHOLE},
    "reconciliation": {"period": WHOLE},
    "receipts": {"period": WHOLE},
}
LANGUAGES: tuple[Any, ...] = ("en", "sw")
WRITERS = {"pdf": write_pdf, "xlsx": write_xlsx, "csv": write_csv, "json": write_json}


def value(cell: object) -> Decimal | None:
    """A figure as an exact number; None for what is none."""
    if isinstance(cell, Fact):
        return Decimal(cell.value)
    if isinstance(cell, Entry):
        return Decimal(cell.cents) / 100
    return Decimal(cell) if isinstance(cell, int) else None


def figures(report: Report) -> list[tuple[str, str, list[Decimal | None]]]:
    """Table, row and figures of everything in a report."""
    return [
        (table.code, row.name, [value(cell) for cell in row.cells])
        for table in report.tables()
        for row in table.rows
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_csv_read_back_is_the_report(world: World, kind: str, language: Any) -> None:
    report = world.report(kind, **KINDS[kind])
    raw = write_csv(report, language)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    totals = {line[3]: (line[0], Decimal(line[1]), line[2]) for line in lines[4 : 4 + len(report.totals)]}
    assert totals == {
        fact.id: (fact_label(fact, language), Decimal(fact.value), fact.unit) for fact in report.totals
    }
    at = 4 + len(report.totals)
    for table in report.tables():
        assert lines[at] == []
        assert lines[at + 1] == [say(table.code, language)]
        assert len(lines[at + 2]) == len(table.columns) + 1
        for number, row in enumerate(table.rows, at + 3):
            assert lines[number][0] == say_name(row, language)
            told = zip(row.cells, lines[number][1:], strict=True)
            assert all(value(cell) is None or value(cell) == Decimal(text) for cell, text in told)
        at += 3 + len(table.rows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_workbook_read_back_is_the_report(world: World, kind: str, language: Any) -> None:
    report = world.report(kind, **KINDS[kind])
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(report, language)))
    tables = list(report.tables())
    assert len(book.worksheets) == 1 + len(tables)
    summary = list(book.worksheets[0].iter_rows(min_row=5, max_row=4 + len(report.totals), values_only=True))
    told = {line[3]: (line[0], Decimal(str(line[1])).quantize(Decimal("0.01"))) for line in summary}
    assert told == {
        fact.id: (fact_label(fact, language), Decimal(fact.value).quantize(Decimal("0.01")))
        for fact in report.totals
    }
    for sheet, table in zip(book.worksheets[1:], tables, strict=True):
        assert sheet.freeze_panes == "B2"
        found = list(sheet.iter_rows(min_row=2, values_only=True))
        assert len(found) == len(table.rows)
        for line, row in zip(found, table.rows, strict=True):
            assert line[0] == (say_name(row, language) or None)
            for cell, read in zip(row.cells, line[1:], strict=True):
                if value(cell) is not None:
                    assert isinstance(read, int | float)
                    assert Decimal(str(read)) == value(cell)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_pdf_read_back_has_every_total_and_row(world: World, kind: str, language: Any) -> None:
    report = world.report(kind, **KINDS[kind])
    document = pypdf.PdfReader(io.BytesIO(write_pdf(report, language)))
    text = "\n".join(page.extract_text() for page in document.pages)
    flat = " ".join(text.split())
    for fact in report.totals:
        assert fact.formatted in flat, fact.id
        assert fact_label(fact, language) in flat
    found = sorted(re.findall(r"(?<![\d,.])-?[\d,]+\.\d\d(?![\d%])", text))
    wanted = [f"{n:,.2f}" for n in _money(report)]
    for one in set(wanted):
        assert found.count(one) >= wanted.count(one), one
    pages = len(document.pages)
    for number, page in enumerate(document.pages, 1):
        assert say("page", language, page=str(number), pages=str(pages)) in page.extract_text()


def _money(report: Report) -> list[Decimal]:
    cells = [*report.totals, *(cell for t in report.tables() for row in t.rows for cell in row.cells)]
    money = [c for c in cells if isinstance(c, Entry) or (isinstance(c, Fact) and c.unit == "KES")]
    return [number for cell in money if (number := value(cell)) is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_json_read_back_is_the_report(world: World, kind: str) -> None:
    report = world.report(kind, **KINDS[kind])
    told = json.loads(write_json(report, "en"))
    facts = {fact["id"]: fact for fact in told["facts"]}
    assert told["totals"] == [fact.id for fact in report.totals]
    assert {fact.id: fact.value for fact in report.facts()} == {id_: f["value"] for id_, f in facts.items()}
    rows = [row for section in told["sections"] for table in section["tables"] for row in table["rows"]]
    for row, (_, _, numbers) in zip(rows, figures(report), strict=True):
        for cell, number in zip(row["cells"], numbers, strict=True):
            assert number is None or Decimal(cell["value"]) == number
            assert "fact" not in cell or facts[cell["fact"]]["value"] == cell["value"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", WRITERS)
def test_the_same_report_is_the_same_bytes(world: World, kind: str, form: str, language: Any) -> None:
    one, other = (WRITERS[form](world.report(kind, **KINDS[kind]), language) for _ in range(2))
    assert one == other


def test_the_same_bytes_in_another_process(world: World, tmp_path: Any) -> None:
    """Nothing depends on the order of a set or on when a package was loaded."""
    import hashlib
    import os
    import pickle
    import subprocess
    import sys

    report = world.report("ageing", as_of=TODAY)
    (tmp_path / "report").write_bytes(pickle.dumps(report))
    script = (
        "import pickle, sys, hashlib\n"
        "from shared.reports.files.pdf_file import write_pdf\n"
        "from shared.reports.files.xlsx_file import write_xlsx\n"
        "report = pickle.loads(open(sys.argv[1], 'rb').read())\n"
        "print(*(hashlib.sha256(w(report, 'sw')).hexdigest() for w in (write_pdf, write_xlsx)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "report")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.getcwd(), "TZ": "Asia/Tokyo"},
    )
    ours = [hashlib.sha256(w(report, "sw")).hexdigest() for w in (write_pdf, write_xlsx)]
    assert done.stdout.split() == ours
