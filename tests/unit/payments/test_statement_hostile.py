"""Files that are wrong, cut off or made to hurt: each refused whole, by row and column, and nothing kept."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import HesabuError, Invalid
from shared.core.money import format_units
from shared.payments.statements import read as reading
from shared.payments.statements import xls, xlsx
from shared.payments.statements.cells import moment, money
from shared.payments.statements.faults import CellError
from shared.payments.statements.intake import Given, accept
from shared.payments.statements.read import Wish, parse
from tests.unit.payments import statement_files as files
from tests.unit.payments.collecting import NOW, PAYBILL, Desk
from tests.unit.payments.statement_files import Style, paid, with_balances

FACTS = with_balances([paid("UC2AAA0001", 116_000), paid("UC2AAA0002", 50_000)], 1000)
PLAIN = Style(newest_first=False, thousands=False)
GOOD = files.org_csv(FACTS, PLAIN).decode()
"""Three lines above the header, which is row 4; then two rows."""


def refusal(content: bytes, wish: Wish = Wish()) -> tuple[str, list[str]]:  # noqa: B008 - frozen
    with pytest.raises(Invalid) as caught:
        parse(content, wish)
    assert "nothing was imported" in caught.value.message or not caught.value.errors
    return caught.value.code, [error.pointer for error in caught.value.errors]


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (changed("1160.00,", '"1.160,00",'), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", '"1160,00",'), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", "116O.00,"), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", "1e3,"), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", "1160.005,"), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", "99999999999999999999.00,"), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", "-1160.00,"), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,", ","), "statement_invalid", "/rows/5/Paid In"),
        (changed("1160.00,,", "1160.00,-1160.00,"), "statement_invalid", "/rows/5/Withdrawn"),
        (changed("1170.00,true", "x,true"), "statement_invalid", "/rows/5/Balance"),
        (changed("2026-03-02 10:00:00", "2026-02-30 10:00:00"), "statement_invalid", "/rows/5/Completion"),
        (changed("2026-03-02 10:00:00", "02/31/2026 10:00"), "statement_invalid", "/rows/5/Completion Time"),
        (changed("2026-03-02 10:00:00", ""), "statement_invalid", "/rows/5/Completion Time"),
        (changed("Completed", "Perhaps"), "statement_invalid", "/rows/5/Transaction Status"),
        (changed("UC2AAA0001", ""), "statement_invalid", "/rows/5/Receipt No."),
        (changed("UC2AAA0001", "UC2/../1"), "statement_invalid", "/rows/5/Receipt No."),
        (changed("UC2AAA0001", "=HYPERLINK(1)"), "statement_formula", "/rows/5/A"),
        (changed(",INV7", ',"=1+1"'), "statement_formula", "/rows/5/M"),
        (changed("Balance Confirmed", "Balance"), "statement_header_twice", "/rows/4/Balance"),
        (changed("Paid In", "Paid  in "), "", ""),
        (changed("Paid In,", ""), "statement_column_missing", "/rows/4/paid in"),
        (changed("Reason Type", "Reason"), "statement_column_missing", "/rows/4/reason type"),
        (changed(",INV7", ",INV7,more"), "statement_ragged", "/rows/5/N"),
        (changed(",,INV7", ""), "statement_ragged", "/rows/5/Linked Transaction ID"),
        (GOOD[:-30].encode(), "statement_ragged", "/rows/6/"),
        (changed("UC2AAA0001", '"UC2AAA0001'), "statement_", "/rows/5/"),
        (changed("JANE", "JANE" * 600), "statement_cell_too_long", "/rows/5/D"),
        (changed("JANE", "JA\x00NE"), "statement_encoding", "/rows/5/D"),
        (GOOD.encode("utf-16-le"), "statement_encoding", "/rows/1/A"),
        (changed("JANE", "JANE\u20ac").replace(b"\xe2\x82\xac", b"\x81"), "statement_encoding", "/rows/5/D"),
        (b"\xff\xfe" + b"odd", "statement_encoding", "/rows/1/A"),
        (b"hello\nworld\n", "statement_no_header", "/rows/1/A"),
        (b"\x00" * 100, "statement_encoding", "/rows/1/A"),
        (b"", "statement_empty", ""),
        (b"\xd0\xcf\x11\xe0 old workbook", "statement_damaged", ""),
        (GOOD.encode().split(b"UC2AAA0001")[0], "statement_without_lines", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(content: bytes, code: str, where: str) -> None:
    if not code:
        assert len(parse(content, Wish()).lines) == 2
        return
    found, pointers = refusal(content)
    assert found.startswith(code)
    assert not where or pointers[0].startswith(where), pointers


def test_every_wrong_cell_is_named_up_to_twenty() -> None:
    rows = [paid(f"UC2AAA{n:04d}", 100 + n) for n in range(40)]
    head, _, body = files.org_csv(rows, PLAIN).decode().partition("UC2")
    _, pointers = refusal(f"{head}UC2{body.replace('.', '!')}".encode())
    assert len(pointers) == 20
    assert pointers[0].startswith("/rows/5/")


def test_of_a_file_with_one_wrong_row_nothing_is_kept(desk: Desk) -> None:
    rows = files.org_csv([paid(f"UC2AAA{n:04d}", 1000 + n) for n in range(300)], PLAIN)
    bad = rows.replace(b"10.07,", b'"10,07",', 1)
    assert bad != rows
    with pytest.raises(Invalid) as caught:
        accept(desk, desk.business, bad, Given())
    assert caught.value.message.startswith("row 12, column 'Paid In'")
    assert desk.docs("statements", "received_at") == []
    assert desk.docs("payments", "paid_at") == []
    assert list(desk.blobs.list()) == []
    assert desk.bus.events == []


def test_too_many_rows_and_too_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.payments.statements.sheet.MAX_ROWS", 5)
    rows = files.org_csv([paid(f"UC2AAA{n:04d}", 1000 + n) for n in range(9)], PLAIN)
    assert refusal(rows) == ("statement_too_long", ["/rows/10/A"])
    assert refusal(b"x" * (reading.MAX_BYTES + 1))[0] == "statement_too_large"


# --- workbooks
def book(rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


HEADER = list(files.HEADER)
ROW = list(files.cells(FACTS[0], PLAIN))


@pytest.mark.parametrize(
    ("rows", "code", "where"),
    [
        ([HEADER, [*ROW[:5], "=SUM(A1:A9)", *ROW[6:]]], "statement_formula", "/rows/2/F"),
        ([HEADER, [*ROW[:5], True, *ROW[6:]]], "statement_cell", "/rows/2/F"),
        ([HEADER, [*ROW[:5], 12.345, *ROW[6:]]], "statement_invalid", "/rows/2/Paid In"),
        ([HEADER, [*ROW[:1], "soon", *ROW[2:]]], "statement_invalid", "/rows/2/Completion Time"),
        ([HEADER, [*ROW, "more"]], "statement_ragged", "/rows/2/N"),
        ([HEADER[:-1], ROW[:-1]], "statement_column_missing", "/rows/1/a~1c no"),
        ([["a"], ["b"]], "statement_no_header", "/rows/1/A"),
    ],
)  # fmt: skip
def test_wrong_cells_of_a_workbook_are_named(rows: list[list[Any]], code: str, where: str) -> None:
    found, pointers = refusal(book(rows), Wish(account=f"mpesa-{PAYBILL}"))
    assert (found, pointers[0]) == (code, where)


def test_dates_and_numbers_of_a_workbook_are_read_as_what_they_are() -> None:
    third = 0.1 + 0.2  # as a spreadsheet keeps 0.3
    (pair,) = parse(book([HEADER, [*ROW[:5], third, *ROW[6:]]]), Wish(account=f"mpesa-{PAYBILL}")).lines
    assert pair[1].amount_cents == 30
    row = [*ROW[:1], NOW.replace(tzinfo=None), *ROW[2:5], 1160, *ROW[6:7], 1170.5, *ROW[8:]]
    (pair,) = parse(book([HEADER, row]), Wish(account=f"mpesa-{PAYBILL}")).lines
    assert (pair[1].amount_cents, pair[1].balance_cents) == (116_000, 117_050)
    assert pair[1].at == "2026-03-02T04:00:00.000Z", "a sheet's time is Nairobi's"


def repacked(change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([HEADER, ROW]))) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def entities(name: str, body: bytes) -> bytes:
    if not name.endswith("sheet1.xml"):
        return body
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'"><!ENTITY b "&a;&a;&a;">]>'
    return body.replace(b"<worksheet", bomb + b"<worksheet", 1)


def test_bombs_and_broken_workbooks_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = repacked(lambda name, body: body + b" " * (30 << 20) if name.endswith("sheet1.xml") else body)
    assert len(wide) < 200_000
    assert refusal(wide)[0] == "statement_zip_bomb"
    assert refusal(repacked(entities))[0] == "statement_damaged"
    assert refusal(repacked(lambda name, body: body[: len(body) // 2]))[0] == "statement_damaged"
    assert refusal(b"PK\x03\x04 rubbish")[0] == "statement_damaged"
    monkeypatch.setattr(xlsx, "LAST_ROW", 50)
    far = repacked(lambda _, body: body.replace(b'<row r="2"', b'<row r="999999999"'))
    assert refusal(far)[0] == "statement_damaged"


# --- old workbooks
def old(*cells: Any, row: list[Any] = ROW) -> bytes:
    """A header and a row whose sixth cell, Paid In, and what follows it are these."""
    return files.xls([HEADER, [*row[:5], *cells, *row[5 + len(cells) :]]])


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (old("=SUM(A1:A9)"), "statement_formula", "/rows/2/F"),
        (old(True), "statement_cell", "/rows/2/F"),
        (old(12.345), "statement_invalid", "/rows/2/Paid In"),
        (files.xls([HEADER, [*ROW[:1], "soon", *ROW[2:]]]), "statement_invalid", "/rows/2/Completion Time"),
        (files.xls([HEADER, [*ROW, "more"]]), "statement_ragged", "/rows/2/N"),
        (files.xls([HEADER, [*ROW, *[None] * 60, "far"]]), "statement_ragged", "/rows/2/BV"),
        (files.xls([HEADER[:-1], ROW[:-1]]), "statement_column_missing", "/rows/1/a~1c no"),
        (files.xls([["a"], ["b"]]), "statement_no_header", "/rows/1/A"),
        (files.xls([[]]), "statement_no_header", "/rows/1/A"),
    ],
)  # fmt: skip
def test_wrong_cells_of_an_old_workbook_are_named(content: bytes, code: str, where: str) -> None:
    found, pointers = refusal(content, Wish(account=f"mpesa-{PAYBILL}"))
    assert (found, pointers[0]) == (code, where)


def test_dates_and_numbers_of_an_old_workbook_are_read_as_what_they_are() -> None:
    row = [*ROW[:1], NOW.replace(tzinfo=None), *ROW[2:5], 0.1 + 0.2, *ROW[6:7], 1170.5, *ROW[8:]]
    (pair,) = parse(files.xls([HEADER, row]), Wish(account=f"mpesa-{PAYBILL}")).lines
    assert (pair[1].amount_cents, pair[1].balance_cents) == (30, 117_050)
    assert pair[1].at == "2026-03-02T04:00:00.000Z", "a sheet's time is Nairobi's"


WHOLE = old(1160.0)


def test_old_workbooks_that_are_locked_cut_off_or_no_workbooks_are_not_read() -> None:
    wish = Wish(account=f"mpesa-{PAYBILL}")
    assert refusal(WHOLE.replace("Workbook".encode("utf-16-le"), "WordDocs".encode("utf-16-le")), wish)[
        0
    ] == ("statement_form")
    assert refusal(WHOLE[:600], wish)[0] == "statement_damaged"
    (boundsheet,) = [at for at in range(512, 4096) if WHOLE[at : at + 2] == b"\x85\x00"][:1]
    far = WHOLE[: boundsheet + 4] + b"\xff\xff\xff\x7f" + WHOLE[boundsheet + 8 :]
    assert refusal(far, wish)[0] == "statement_damaged"


@settings(max_examples=60, deadline=None)
@given(st.integers(512, len(WHOLE) - 1), st.integers(0, 255))
def test_no_changed_byte_crashes_the_reader_of_old_workbooks(at: int, byte: int) -> None:
    changed_file = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    try:
        assert all(len(row.cells) <= 60 for row in xls.rows_of(changed_file))
    except HesabuError:
        return


# --- anything at all
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(junk: bytes) -> None:
    for content in (
        junk,
        GOOD.encode()[:300] + junk,
        b":20:A\n:60F:C260101KES1,00\n" + junk,
        b"<OFX><STMTRS>" + junk,
    ):
        try:
            parse(content, Wish(account="bank-x-1"))
        except HesabuError:
            continue


@given(st.text(max_size=60), st.sampled_from([".", ","]))
def test_any_text_is_an_amount_or_a_refusal(text: str, mark: str) -> None:
    try:
        assert isinstance(money(text, mark), int)
    except CellError:
        return


@given(st.integers(-(10**12), 10**12), st.booleans(), st.sampled_from(["-", "(", "DR"]))
def test_amounts_are_read_back_in_every_spelling(cents: int, comma: bool, minus: str) -> None:
    text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    assert money(format_units(cents)) == cents
    if comma:
        text = text.translate(str.maketrans(",.", ".,"))
    spelled = {"-": f"-{text}", "(": f"({text})", "DR": f"{text} DR"}[minus] if cents < 0 else f"{text} CR"
    assert money(spelled, "," if comma else ".") == cents


@given(
    st.datetimes(NOW.replace(year=2001, tzinfo=None), NOW.replace(year=2099, tzinfo=None)),
    st.sampled_from(
        [
            ("%Y-%m-%d %H:%M:%S", "dd/mm/yyyy"), ("%d-%m-%Y %H:%M:%S", "dd/mm/yyyy"),
            ("%d/%m/%Y %I:%M:%S %p", "dd/mm/yyyy"), ("%m/%d/%Y %H:%M:%S", "mm/dd/yyyy"),
            ("%d-%b-%Y %H:%M:%S", "dd-mon-yyyy"), ("%d %B %Y %H:%M:%S", "dd-mon-yyyy"),
            ("%d.%m.%y %H:%M:%S", "dd/mm/yyyy"),
        ]
    ),
)  # fmt: skip
def test_days_are_read_back_in_every_spelling(at: Any, form: tuple[str, str]) -> None:
    at = at.replace(microsecond=0)
    written, day_form = form
    local = moment(at.strftime(written), day_form).replace(tzinfo=None)
    assert (at - local).total_seconds() == 3 * 3600


@pytest.mark.parametrize(
    ("text", "form"),
    [("31/02/2026", "dd/mm/yyyy"), ("13/13/2026", "mm/dd/yyyy"), ("1/2", "dd/mm/yyyy"), ("", "dd/mm/yyyy"),
     ("26-03-01", "yyyy-mm-dd"), ("2026-03-01 25:00", "yyyy-mm-dd"), ("01-Foo-2026", "dd-mon-yyyy"),
     ("2026-03-01 13:00 PM", "yyyy-mm-dd"), ("45000", "dd/mm/yyyy"), ("1/1/1900", "dd/mm/yyyy")],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str, form: str) -> None:
    with pytest.raises(CellError):
        moment(text, form)
