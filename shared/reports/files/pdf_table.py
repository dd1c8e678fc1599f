"""Tables of a PDF: columns as wide as what is in them, numbers to the right, heads again on every page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.insights.facts import Fact
from shared.reports.ask import Language
from shared.reports.files.fonts import BOLD, PLAIN, drawable, fitted, width
from shared.reports.model import Cell, Column, Entry, Row, Table
from shared.reports.wording import say, say_cell, say_column, say_name

BRAND, INK, PALE, STRIPE = "#0D6B54", "#212630", "#6B7380", "#F1F5F4"
_NUMBERS = frozenset({"KES", "%", "count", "days"})
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0)
_PADDING = 8.0
_NARROWEST_TEXT, _WIDEST_TEXT = 52.0, 190.0
_MOST_COLUMNS = 13


@dataclass(frozen=True, slots=True)
class Laid:
    """A table ready to be set: texts, fonts where they are not the usual one, widths, the letters' size."""

    head: list[str]
    rows: list[list[str]]
    styles: list[str]
    widths: list[float]
    size: float
    numbers: list[bool]
    wide: list[tuple[int, int, str]]


def laid_pieces(table: Table, language: Language, room: float) -> list[Laid]:
    """The table in as few pieces as have room for all their figures, which are never cut."""
    count = max(1, len(table.columns))
    for parts in range(-(-count // _MOST_COLUMNS), count + 1):
        step = -(-count // parts)
        found = [lay_out(_piece(table, start, step), language, room) for start in range(0, count, step)]
        if all(sum(laid.widths) <= room + 0.01 for laid in found):
            break
    return found


def _piece(table: Table, start: int, step: int) -> Table:
    chosen = slice(start, start + step)
    rows = tuple(Row(r.name, r.cells[chosen], r.named_by, r.style, r.record_id) for r in table.rows)
    return Table(table.code, table.first, table.columns[chosen], rows, table.existing)


def is_broad(table: Table) -> bool:
    """Whether it wants a page on its side."""
    return len(table.columns) > 5


def lay_out(table: Table, language: Language, room: float) -> Laid:
    """Choose size and widths; texts that are too long for their column are cut with an ellipsis."""
    head = [say(table.first, language), *(say_column(column, language) for column in table.columns)]
    told = [_texts(row, table.columns, language) for row in table.rows]
    numbers = [False, *(column.unit in _NUMBERS for column in table.columns)]
    for size in _SIZES:
        widths = _widths(head, told, numbers, room, size)
        if sum(widths) <= room + 0.01:
            break
    styles: list[str] = [row.style for row in table.rows]
    rows, wide = _fit(told, widths, size, styles)
    return Laid(head, rows, styles, widths, size, numbers, wide)


def _texts(row: Row, columns: Sequence[Column], language: Language) -> list[str]:
    cells = zip(columns, row.cells, strict=True)
    return [say_name(row, language), *(_text(cell, column, language) for column, cell in cells)]


def _text(cell: Cell, column: Column, language: Language) -> str:
    """Shillings stand without their currency: the page says it once."""
    said = say_cell(cell, language)
    if column.unit == "KES" and isinstance(cell, Fact | Entry):
        return said.replace("KES ", "", 1)
    return said


def _widths(
    head: list[str], told: list[list[str]], numbers: list[bool], room: float, size: float
) -> list[float]:
    """Numbers as wide as their longest, texts share what is left by what they would like."""
    wanted = []
    for at, is_number in enumerate(numbers):
        longest = sorted({row[at] for row in told}, key=len)[-12:]
        body = max((width(*drawable(text, bold=True), size) for text in longest), default=0.0)
        title = max((width(word, BOLD, size) for word in head[at].split()), default=0.0)
        need = max(body, title) + _PADDING
        wanted.append(need if is_number else max(_NARROWEST_TEXT, title + _PADDING, min(need, _WIDEST_TEXT)))
    spare = room - sum(wanted)
    texts = [at for at, is_number in enumerate(numbers) if not is_number]
    if spare < 0 and texts:
        return _squeezed(wanted, texts, -spare)
    share = spare / len(wanted)
    return [need + share for need in wanted] if share < 60 else [*_first_takes(wanted, spare)]


def _squeezed(wanted: list[float], texts: list[int], over: float) -> list[float]:
    give = {at: wanted[at] - _NARROWEST_TEXT for at in texts}
    whole = sum(give.values())
    part = min(1.0, over / whole) if whole > 0 else 0.0
    return [need - give.get(at, 0.0) * part for at, need in enumerate(wanted)]


def _first_takes(wanted: list[float], spare: float) -> Iterator[float]:
    """Few narrow columns do not float apart: the names take what is left."""
    for at, need in enumerate(wanted):
        yield need + (spare - 40 * (len(wanted) - 1) if at == 0 else 40)


def _fit(
    told: list[list[str]], widths: list[float], size: float, styles: list[str]
) -> tuple[list[list[str]], list[tuple[int, int, str]]]:
    rows, wide = [], []
    for number, texts in enumerate(told):
        made = []
        for at, text in enumerate(texts):
            shown, font = drawable(text, bold=styles[number] != "line")
            made.append(fitted(shown, font, size, widths[at] - _PADDING))
            if font not in (PLAIN, BOLD):
                wide.append((at, number + 1, font))
        rows.append(made)
    return rows, wide


def set_table(laid: Laid) -> Any:
    """The table as reportlab sets it."""
    from reportlab.platypus import LongTable

    head = [_broken(text, laid, at) for at, text in enumerate(laid.head)]
    lines = max(text.count("\n") + 1 for text in head)
    heights = [lines * laid.size * 1.2 + 7, *([laid.size * 1.2 + 4.4] * len(laid.rows))]
    table = LongTable([head, *laid.rows], laid.widths, heights, repeatRows=1, hAlign="LEFT")
    table.setStyle(_style(laid))
    return table


def _broken(text: str, laid: Laid, at: int) -> str:
    from reportlab.lib.utils import simpleSplit

    return "\n".join(simpleSplit(text, BOLD, laid.size, laid.widths[at] - _PADDING + 0.5)[:3])


def _style(laid: Laid) -> list[tuple[Any, ...]]:
    from reportlab.lib.colors import HexColor

    size = laid.size
    # colours as objects: reportlab reads one that is text again for every cell
    brand, ink, pale, white, stripe = map(HexColor, (BRAND, INK, PALE, "#FFFFFF", STRIPE))
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), PLAIN, size, size * 1.2),
        ("FONT", (0, 0), (-1, 0), BOLD, size, size * 1.2),
        ("TEXTCOLOR", (0, 0), (-1, -1), ink),
        ("TEXTCOLOR", (0, 0), (-1, 0), white),
        ("BACKGROUND", (0, 0), (-1, 0), brand),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), (white, stripe)),
        ("LINEBELOW", (0, -1), (-1, -1), 0.5, pale),
    ]
    style += [("ALIGN", (at, 0), (at, -1), "RIGHT") for at, number in enumerate(laid.numbers) if number]
    for number, kind in enumerate(laid.styles, 1):
        if kind != "line":
            style.append(("FONT", (0, number), (-1, number), BOLD, size, size * 1.2))
            style.append(("LINEABOVE", (0, number), (-1, number), 0.6, brand if kind == "total" else pale))
    style += [("FONT", (at, row), (at, row), font, size, size * 1.2) for at, row, font in laid.wide]
    return style
