"""A report as a PDF: totals, charts, tables and notes on numbered pages. The same report, the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from shared.reports.ask import Language
from shared.reports.files.fonts import BOLD, PLAIN, drawable, fitted, lost, width
from shared.reports.files.pdf_charts import draw_chart
from shared.reports.files.pdf_table import BRAND, INK, PALE, is_broad, laid_pieces, set_table
from shared.reports.model import Note, Report, Row, Section, Table
from shared.reports.wording import days_of, fact_label, say, sentences_of, title_of

MOST_LINES = 2_000
"""Lines of a PDF's tables together; a workbook holds ten times as many."""
A4 = (595.28, 841.89)
_SIDE, _ABOVE, _BELOW = 36.0, 92.0, 40.0
_CARDS = 4


def write_pdf(report: Report, language: Language) -> bytes:
    """Set the whole document; raises nothing for any text in the records."""
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    report = _bounded(report)
    size = A4[::-1] if any(map(is_broad, report.tables())) else A4
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=size,
        invariant=1,
        lang=language,
        title=drawable(title_of(report, language))[0],
        author=drawable(report.business)[0],
        creator="Hesabu",
    )
    room = size[0] - 2 * _SIDE
    frame = Frame(_SIDE, _BELOW, room, size[1] - _ABOVE - _BELOW, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(list(_story(report, language, room)), canvasmaker=_canvas(report, language))
    return out.getvalue()


def _bounded(report: Report) -> Report:
    """The report with as many lines as a PDF takes, and notes of what that or the font leaves out."""
    left = MOST_LINES
    sections, cuts = [], []
    for section in report.sections:
        tables = []
        for table in section.tables:
            lines = sum(row.style == "line" for row in table.rows)
            tables.append(_first(table, left) if lines > left else table)
            if lines > left:
                existing = max(lines, table.existing)
                cuts.append(Note("cut", {"shown": f"{left:,}", "existing": f"{existing:,}"}))
            left -= min(left, lines)
        sections.append(Section(section.code, tuple(tables)))
    said = [note for note in report.notes if note.code != "cut" or not cuts]
    if any(map(lost, _names(report))):
        cuts.append(Note("characters"))
    return replace(report, sections=tuple(sections), notes=(*cuts, *said))


def _first(table: Table, most: int) -> Table:
    """The first lines, with every total."""
    kept: list[Row] = []
    seen = 0
    for row in table.rows:
        seen += row.style == "line"
        if row.style != "line" or seen <= most:
            kept.append(row)
    return replace(table, rows=tuple(kept), existing=max(table.existing, seen))


def _names(report: Report) -> Iterator[str]:
    yield report.business
    yield report.subject
    for table in report.tables():
        for row in table.rows:
            if not row.named_by:
                yield row.name
            yield from (cell for cell in row.cells if isinstance(cell, str))


def _story(report: Report, language: Language, room: float) -> Iterator[Any]:
    from reportlab.platypus import CondPageBreak, KeepTogether, Spacer

    yield _cards(report, language, room)
    yield Spacer(1, 14)
    for chart in report.charts:
        yield KeepTogether([draw_chart(chart, language, room), Spacer(1, 12)])
    for section in report.sections:
        yield CondPageBreak(110)
        yield _heading(say(section.code, language), 11.5)
        for table in section.tables:
            yield from _set(table, section, language, room)
    yield CondPageBreak(80)
    yield _heading(say("about", language), 9.5)
    for sentence in sentences_of(report, language):
        yield _paragraph(f"• {sentence}", 7.5, PALE)


def _set(table: Table, section: Section, language: Language, room: float) -> Iterator[Any]:
    from reportlab.platypus import CondPageBreak, Spacer

    if len(section.tables) > 1 and table.code != section.code:
        yield _heading(say(table.code, language), 9.5)
    if not table.rows:
        yield _paragraph(say("empty", language), 8.5, PALE)
    for number, laid in enumerate(laid_pieces(table, language, room) if table.rows else ()):
        if number:
            yield CondPageBreak(120)
            yield _paragraph(f"{say(table.code, language)} {say('continued', language)}", 8, PALE)
        yield set_table(laid)
        yield Spacer(1, 6)
    yield Spacer(1, 8)


def _cards(report: Report, language: Language, room: float) -> Any:
    """The totals, each with its label, four in a row."""
    from reportlab.platypus import Table as Grid

    told = [(fact_label(fact, language), fact.formatted) for fact in report.totals]
    told += [("", "")] * (-len(told) % _CARDS)
    each, rows = room / _CARDS, []
    size = _figure_size([value for _, value in told], each - 12)
    for start in range(0, len(told), _CARDS):
        part = told[start : start + _CARDS]
        rows.append([fitted(*drawable(label), 7.5, each - 12) for label, _ in part])
        rows.append([value for _, value in part])
    style: list[tuple[Any, ...]] = [
        ("LEFTPADDING", (0, 0), (-1, -1), 6),
        ("BACKGROUND", (0, 0), (-1, -1), "#F1F5F4"),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    for at in range(0, len(rows), 2):
        style.append(("FONT", (0, at), (-1, at), PLAIN, 7.5, 9))
        style.append(("TEXTCOLOR", (0, at), (-1, at), PALE))
        style.append(("FONT", (0, at + 1), (-1, at + 1), BOLD, size, 14))
    return Grid(rows, [each] * _CARDS, style=style, hAlign="LEFT")


def _figure_size(figures: list[str], room: float) -> float:
    """Letters small enough that no figure is cut."""
    widest = max((width(figure, BOLD, 1) for figure in figures), default=0.0)
    return min(12.5, room / widest) if widest else 12.5


def _heading(text: str, size: float) -> Any:
    return _paragraph(text, size, BRAND, bold=True, after=5)


def _paragraph(text: str, size: float, colour: str, *, bold: bool = False, after: float = 2) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    shown, font = drawable(text, bold=bold)
    style = ParagraphStyle(
        "text", fontName=font, fontSize=size, leading=size * 1.3, textColor=colour, spaceAfter=after
    )
    return Paragraph(escape(shown), style)


def _canvas(report: Report, language: Language) -> Any:
    """A canvas that knows how many pages there are when it draws their heads and feet."""
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                _frame(self, report, language, (number, len(self._pages)))
                super().showPage()
            super().save()

    return Numbered


def _frame(page: Any, report: Report, language: Language, at: tuple[int, int]) -> None:
    """The band with the title above, and the page's number below."""
    wide, high = page._pagesize
    page.setFillColor(BRAND)
    page.rect(0, high - 70, wide, 70, stroke=0, fill=1)
    page.setFillColor("#FFFFFF")
    room = wide - 2 * _SIDE
    _line(page, high - 34, title_of(report, language), 17, room * 0.72, bold=True)
    _line(page, high - 54, f"{days_of(report, language)} · KES", 9.5, room * 0.72)
    text, font = drawable(report.business, bold=True)
    page.setFont(font, 10)
    page.drawRightString(wide - _SIDE, high - 34, fitted(text, font, 10, room * 0.26))
    page.setFillColor(PALE)
    _line(page, 22, "Hesabu", 7.5, room / 2)
    page.setFont(PLAIN, 7.5)
    page.drawRightString(wide - _SIDE, 22, say("page", language, page=str(at[0]), pages=str(at[1])))


def _line(page: Any, y: float, text: str, size: float, room: float, *, bold: bool = False) -> None:
    shown, font = drawable(text, bold=bold)
    page.setFont(font, size)
    page.drawString(_SIDE, y, fitted(shown, font, size, room))
