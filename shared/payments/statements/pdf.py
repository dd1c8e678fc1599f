"""M-Pesa statements as PDF: words by where they stand, rows by their receipt numbers.

A PDF has no table. Letters become words, words that stand on one height become a line, the header's words say
where columns begin, and a line whose first column holds a receipt number begins a row; lines below it
without one are what wrapped. Seen on PDFs of our own making only: Safaricom publishes no specimen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.core.errors import Invalid
from shared.payments.statements.faults import refuse
from shared.payments.statements.sheet import Row, fold

MAX_PAGES = 500
MAX_LETTERS = 4_000_000
HEADERS = (
    "receipt no",
    "completion time",
    "details",
    "transaction status",
    "paid in",
    "withdrawn",
    "balance",
)
_FIRST_WORDS = ("receipt", "completion", "details", "transaction", "paid", "withdrawn", "balance")
_ALSO = {"transaction": ("status",), "withdrawn": ("withdraw",)}
_RECEIPT = re.compile(r"[A-Z0-9]{8,12}")
_MONEY = re.compile(r"-?\(?[0-9][0-9,.]*\)?")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters: its left and right edge and its middle height, in points from the page's lower
    left."""

    text: str
    left: float
    right: float
    height: float


def words_of(content: bytes, password: str) -> Iterator[list[Word]]:
    """The words of each page; called in a process apart.

    Raises Invalid ``statement_password``, ``statement_damaged``, ``statement_too_long``.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content, password=password or None)
    except pypdfium2.PdfiumError as broken:
        if "password" not in str(broken).lower():
            raise Invalid("statement_damaged", "the PDF cannot be opened") from None
        if password:
            raise Invalid("statement_password", "that is not the password of this PDF") from None
        raise Invalid("statement_password_required", "the PDF is locked: send its password along") from None
    try:
        if not 1 <= len(document) <= MAX_PAGES:
            raise Invalid("statement_too_long", f"a statement has 1 to {MAX_PAGES} pages")
        for number in range(len(document)):
            yield _page(pypdfium2.raw, document[number])
    except pypdfium2.PdfiumError:
        raise Invalid("statement_damaged", "a page of the PDF cannot be read") from None
    finally:
        document.close()


def _page(raw: Any, page: Any) -> list[Word]:
    import ctypes

    text = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), MAX_LETTERS)
        edges = [ctypes.c_double() for _ in range(4)]
        left, right, bottom, top = edges
        letters = []
        for index in range(count):
            character = chr(raw.FPDFText_GetUnicode(text, index))
            if raw.FPDFText_GetCharBox(text, index, left, right, bottom, top):
                letters.append((character, left.value, right.value, (bottom.value + top.value) / 2))
        return _words(letters)
    finally:
        text.close()


def _words(letters: Sequence[tuple[str, float, float, float]]) -> list[Word]:
    words: list[Word] = []
    held: list[tuple[str, float, float, float]] = []

    def close() -> None:
        if held:
            heights = sorted(letter[3] for letter in held)
            text = "".join(letter[0] for letter in held)
            words.append(Word(text, held[0][1], held[-1][2], heights[len(heights) // 2]))
            held.clear()

    for letter in letters:
        blank = letter[0].isspace() or letter[0] < " " or letter[0] == "\ufffe"
        if held and (blank or abs(letter[3] - held[-1][3]) > 6 or not -3 < letter[1] - held[-1][2] < 3):
            close()
        if not blank:
            held.append(letter)
    close()
    return words


def rows_of(pages: Iterator[list[Word]]) -> Iterator[Row]:
    """The rows of a statement's pages: what stands above the header, the header, then one row a receipt.

    Raises Invalid ``statement_no_header`` for a PDF without text or without the table.
    """
    table = _PdfTable()
    for page, words in enumerate(pages, 1):
        for line in _lines(words):
            yield from table.take(line, page)
    yield from table.end()


class _PdfTable:
    """Lines of words on their way to rows: the header tells the columns, a receipt number begins a row."""

    def __init__(self) -> None:
        self._number = 0
        self._columns: list[float] | None = None
        self._open: list[list[str]] | None = None

    def take(self, line: list[Word], page: int) -> Iterator[Row]:
        """The row that this line completes, if any."""
        self._number += 1
        found = _header(line)
        if found is not None:
            if self._columns is None:
                yield Row(self._number, HEADERS)
            self._columns = found
        elif self._columns is None:
            yield Row(self._number, (" ".join(word.text for word in line),))
        else:
            yield from self._body(_cells(line, self._columns), page)

    def _body(self, cells: list[str], page: int) -> Iterator[Row]:
        if _RECEIPT.fullmatch(cells[0]) or _begins_charge(cells):
            yield from self._close(self._number - 1)
            self._open = [[cell] if cell else [] for cell in cells]
        elif self._open is not None and _wrapped(cells):
            for parts, cell in zip(self._open, cells, strict=True):
                parts.extend([cell] if cell else [])
        elif any(_MONEY.fullmatch(cell) for cell in cells[4:]):
            detail = f"page {page}: amounts without a receipt"
            raise refuse("statement_ragged", self._number, "receipt no", detail)

    def _close(self, number: int) -> Iterator[Row]:
        if self._open is not None:
            yield Row(number, tuple(" ".join(parts) for parts in self._open))
        self._open = None

    def end(self) -> Iterator[Row]:
        """The last row."""
        if self._columns is None:
            detail = "the PDF holds no text of an M-Pesa statement (is it a scan?)"
            raise refuse("statement_no_header", 1, "A", detail)
        yield from self._close(self._number)


def _lines(words: list[Word]) -> list[list[Word]]:
    """Words of one height, top to bottom, each line left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.height):
        if lines and abs(lines[-1][0].height - word.height) <= 3:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _header(line: list[Word]) -> list[float] | None:
    """Where each column begins, when this line is the header."""
    texts = [fold(word.text) for word in line]
    if texts[:1] != ["receipt"] or "completion" not in texts:
        return None
    places: list[Word] = []
    after = 0
    for name in _FIRST_WORDS:
        names = (name, *_ALSO.get(name, ()))
        index = next((i for i in range(after, len(texts)) if texts[i] in names), None)
        if index is None:
            return None
        places.append(line[index])
        after = index + 1
    return _borders(places, line)


def _borders(places: list[Word], line: list[Word]) -> list[float]:
    """The left edge of each column. Amounts may be set to the right: the middle between headers parts
    those."""
    ends = []
    for place, following in zip(places, [*places[1:], None], strict=True):
        inside = [w for w in line if w.left >= place.left and (following is None or w.left < following.left)]
        ends.append(max(word.right for word in inside))
    borders = [places[0].left - 1e6]
    for index in range(1, len(places)):
        middle = (ends[index - 1] + places[index].left) / 2
        borders.append(middle if index > 4 else places[index].left - 2)
    return borders


def _cells(line: list[Word], borders: list[float]) -> list[str]:
    cells: list[list[str]] = [[] for _ in borders]
    for word in line:
        # amounts end where their column ends, words begin where it begins
        anchor = (word.left + word.right) / 2 if _MONEY.fullmatch(word.text) else word.left
        index = max(i for i, border in enumerate(borders) if border <= anchor or i == 0)
        cells[index].append(word.text)
    return [" ".join(cell) for cell in cells]


def _begins_charge(cells: list[str]) -> bool:
    """A row without a receipt number: it has a time, a status and an amount all the same."""
    return not cells[0] and bool(cells[1]) and bool(cells[3]) and any(cells[4:6])


def _wrapped(cells: list[str]) -> bool:
    """The rest of the details (or of the time) of the row above: no receipt and no amount."""
    return not cells[0] and not any(cells[4:])
