"""Names that would be formulas, turn the direction of text, or fill a page."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import openpyxl
import pypdf
import pypdfium2
import pytest
from reports_world import TODAY, WHOLE, World, days

from shared.core.clock import rfc3339
from shared.reports.files import fonts
from shared.reports.files.csv_file import write_csv
from shared.reports.files.json_file import write_json
from shared.reports.files.pdf_file import MOST_LINES, write_pdf
from shared.reports.files.safe import for_csv, plain
from shared.reports.files.xlsx_file import write_xlsx
from shared.reports.model import MOST_ROWS

HOSTILE = [
    '=HYPERLINK("http://evil.example","pay here")',
    "=cmd|' /C calc'!A0",
    "+254712345678",
    "-2+3",
    "@SUM(A1:A9)",
    "  =1+1",
    "\uff1d1+1",
    "|calc",
    "%0A=1",
    "{=1+1}",
    "0712345678",
    "http://evil.example",
    "שלום עולם",
    "محمد علي",
    "\u202egnp.exe",
    "a\u2066b\u2069",
    "Gĩthĩnji wa Mũgo",
    "北京商店",
    "😀🧾 Duka 👩🏾‍🔧",
    "ሰላም",
    "e\u0301" * 300,
    "x" * 10_000,
    "<b>&amp;</b><para>",
    "%s {0} {business} %(x)d",
    "'; DROP TABLE invoices;--",
    ',"quoted",;',
]


@pytest.fixture
def hostile(fresh: World) -> World:
    """A receipt from each hostile seller, and a payment not matched from each hostile payer."""
    fresh.on("2026-02-01")
    for number, name in enumerate(HOSTILE):
        fresh.receipt(
            f"rcp_{number:02}", 10_000 + number, 100, merchant=name, object=f"receipts/x/{number}.jpg"
        )
        fresh.pay(f"SXX{number:07d}", 20_000 + number, payer_name=name, matching="review")
    fresh.on("2026-03-18")
    return fresh


def test_csv_has_no_cell_that_a_spreadsheet_runs(hostile: World) -> None:
    for kind in ("receipts", "reconciliation"):
        raw = write_csv(hostile.report(kind, period=WHOLE), "en").decode("utf-8-sig")
        cells = [cell for line in csv.reader(io.StringIO(raw, newline="")) for cell in line]
        for cell in cells:
            if cell == "%":  # a unit
                continue
            assert not cell.lstrip().startswith(("=", "+", "@", "|", "%", "\uff1d", "\t", "\r")), cell
            if cell.startswith("-"):
                float(cell)  # only a figure of ours begins with a minus
        told = set(cells)
        assert {"'" + HOSTILE[0], "'+254712345678", "'-2+3", "x" * 10_000, "محمد علي"} <= told


def test_workbook_keeps_every_name_as_text(hostile: World) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(hostile.report("receipts", period=WHOLE), "en")))
    sheet = book.worksheets[2]
    names = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert names == [plain(name) for name in HOSTILE]
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}
    assert not any(cell.hyperlink for each in book for row in each.iter_rows() for cell in row)
    assert all(cell.data_type != "f" for each in book for row in each.iter_rows() for cell in row)


def test_pdf_is_drawn_whatever_the_names_are(hostile: World) -> None:
    for kind in ("receipts", "reconciliation"):
        content = write_pdf(hostile.report(kind, period=WHOLE), "sw")
        document = pypdf.PdfReader(io.BytesIO(content))
        text = "\n".join(page.extract_text() for page in document.pages)
        assert "Gĩthĩnji wa Mũgo" in text
        assert "<b>&amp;</b>" in text
        assert "…" in text
        assert "\u202e" not in text
        assert len(document.pages) <= 4  # ten thousand letters are one line
        with pypdfium2.PdfDocument(content) as drawn:
            assert all(page.render(scale=0.2) for page in drawn)


def test_no_figure_of_a_pdf_is_cut(fresh: World) -> None:
    """The largest amounts that a payment may have, in twenty-four columns of months."""
    for month in ("2024-05-02", "2025-01-03", "2025-07-04", "2026-02-05"):
        for number in range(9):
            at = rfc3339(datetime.fromisoformat(f"{month}T09:00:00+00:00"))
            receipt = f"S{month.replace('-', '')}{number}"
            fresh.pay(receipt, 99_999_999_999 - number, paid_at=at, status="settled")
    fresh.on("2026-03-18")
    report = fresh.report("profit_and_loss", period=days("2024-04-01", "2026-03-18"))
    text = "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(write_pdf(report, "en"))).pages)
    assert report.totals[0].formatted == "KES 35,999,999,998.20"
    assert "…" not in text
    for table in report.tables():
        for row in table.rows:
            for cell in row.cells:
                assert isinstance(cell, str) or cell.formatted.replace("KES ", "") in text  # type: ignore[union-attr]


def test_pdf_says_when_letters_are_missing(hostile: World, world: World) -> None:
    said = "cannot draw"
    for report, wanted in ((hostile.report("receipts", period=WHOLE), True),
                           (world.report("ageing", as_of=TODAY), False)):  # fmt: skip
        pages = pypdf.PdfReader(io.BytesIO(write_pdf(report, "en"))).pages
        assert (said in " ".join(page.extract_text() for page in pages)) is wanted


def test_json_keeps_every_name(hostile: World) -> None:
    told = json.loads(write_json(hostile.report("receipts", period=WHOLE), "en"))
    assert [row["name"] for row in told["sections"][1]["tables"][0]["rows"]] == HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
def test_text_is_made_safe_without_losing_letters(name: str) -> None:
    safe = for_csv(name)
    assert safe in (plain(name), "'" + plain(name))
    assert not any(letter in safe for letter in "\u202e\u2066\u2069\r\n\t\x00")
    shown, font = fonts.drawable(name)
    assert fonts.width(shown, font, 8) >= 0
    assert fonts.width(fonts.fitted(shown, font, 8, 60), font, 8) <= 60


@pytest.mark.parametrize("name", ["=\t1", "\n=1", "\r@x", "\x00=1", "\u200b=1", "\ufeff+1", " \u2028-1"])
def test_what_hides_before_a_sign_does_not_help(name: str) -> None:
    assert for_csv(name).startswith("'")


def test_a_long_listing_is_cut_and_its_totals_are_not(fresh: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.reports import listing
    from shared.reports.files import pdf_file

    assert (MOST_ROWS, MOST_LINES) == (20_000, 2_000)
    fresh.on("2026-02-01")
    for number in range(30):
        fresh.receipt(f"rcp_{number:02}", 1_000, 10, object=f"receipts/x/{number}.jpg")
    fresh.on("2026-03-18")
    monkeypatch.setattr(listing.Rows.__init__, "__defaults__", (20, *listing.Rows.__init__.__defaults__[1:]))  # type: ignore[misc]
    report = fresh.report("receipts", period=WHOLE)
    table = list(report.tables())[1]
    assert (len(table.rows), table.existing, table.cut) == (20, 30, 10)
    assert [fact.value for fact in report.totals[:3]] == ["30", "300.00", "3.00"]
    assert b"first 20 of 30 lines" in write_csv(report, "en")
    monkeypatch.setattr(pdf_file, "MOST_LINES", 12)
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(write_pdf(report, "en"))).pages)
    assert "first 10 of 30 lines" in " ".join(text.split())
    assert text.count("Naivas") == 10
    assert "first 20 of 30" not in text
