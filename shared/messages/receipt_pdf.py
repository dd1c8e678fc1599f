"""The payment receipt as a PDF of one A6 page: the same facts always give the same bytes."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, Any

from shared.messages.facts import PaymentFacts
from shared.messages.gsm import one_line
from shared.messages.model import Attachment, Language

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = 297.64, 419.53
"""A6 in points."""
_MARGIN = 24.0
_INK, _PALE, _BRAND = (0.13, 0.15, 0.19), (0.42, 0.45, 0.5), (0.05, 0.42, 0.33)
_MOST_NUMBERS = 12
_LABELS = {
    Language.ENGLISH: {
        "title": "PAYMENT RECEIPT",
        "amount": "Amount received",
        "customer": "From",
        "receipt": "Payment reference",
        "paid_at": "Date (East Africa Time)",
        "invoices": "For",
        "balance": "Account",
        "code": "Verification code",
        "note": "This confirms a payment. It is not a tax invoice.",
    },
    Language.SWAHILI: {
        "title": "RISITI YA MALIPO",
        "amount": "Kiasi kilichopokelewa",
        "customer": "Kutoka kwa",
        "receipt": "Nambari ya malipo",
        "paid_at": "Tarehe (saa za Afrika Mashariki)",
        "invoices": "Kwa ajili ya",
        "balance": "Akaunti",
        "code": "Nambari ya uhakiki",
        "note": "Hii inathibitisha malipo. Si ankara ya kodi.",
    },
}


def receipt_pdf(facts: PaymentFacts, language: Language) -> Attachment:
    """Draw the receipt of one payment."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    labels = _LABELS[language]
    page = Canvas(buffer, pagesize=(_WIDTH, _HEIGHT), invariant=1, lang=language.value)
    page.setTitle(_printable(f"{labels['title'].capitalize()} {facts.receipt}"))
    page.setAuthor(_printable(facts.business))
    page.setCreator("Hesabu")
    _draw(page, facts, language)
    page.showPage()
    page.save()
    name = "".join(c for c in facts.receipt if c.isascii() and c.isalnum()) or "payment"
    return Attachment(f"receipt-{name}.pdf", "application/pdf", buffer.getvalue())


def _draw(page: Canvas, facts: PaymentFacts, language: Language) -> None:
    labels = _LABELS[language]
    _head(page, facts.business, labels["title"])
    y = _HEIGHT - 108
    _text(page, y, labels["amount"], 8, _PALE)
    _text(page, y - 25, facts.amount, 24, _INK, bold=True)
    y -= 50
    for name, lines in _rows(facts, language):
        y = _row(page, y, labels[name], lines)
    _foot(page, labels["note"])


def _rows(facts: PaymentFacts, language: Language) -> list[tuple[str, list[str]]]:
    """Labels and lines in order; what is not known has no row."""
    rows = [
        ("customer", [facts.customer]),
        ("receipt", [facts.receipt]),
        ("paid_at", [facts.paid_at]),
        ("invoices", _number_lines(facts, language)),
        ("balance", [facts.balance(language)]),
        ("code", [facts.code]),
    ]
    return [(name, lines) for name, lines in rows if any(lines)]


def _number_lines(facts: PaymentFacts, language: Language) -> list[str]:
    """Three invoice numbers a line, and how many more there are than fit."""
    shown = facts.numbers[:_MOST_NUMBERS] or (facts.invoices(language),)
    lines = [", ".join(shown[start : start + 3]) for start in range(0, len(shown), 3)]
    more = len(facts.numbers) - len(shown)
    return [*lines, f"+{more}"] if more > 0 else lines


def _head(page: Canvas, business: str, title: str) -> None:
    page.setFillColorRGB(*_BRAND)
    page.rect(0, _HEIGHT - 76, _WIDTH, 76, stroke=0, fill=1)
    _text(page, _HEIGHT - 38, business, 16, (1, 1, 1), bold=True)
    _text(page, _HEIGHT - 58, title, 9, (1, 1, 1))


def _row(page: Canvas, y: float, label: str, lines: list[str]) -> float:
    """One labelled value; returns where the next one starts."""
    _text(page, y, label, 7, _PALE)
    for line in lines:
        y -= 12
        _text(page, y, line, 10, _INK)
    return y - 16


def _foot(page: Canvas, note: str) -> None:
    page.setStrokeColorRGB(*_PALE)
    page.setLineWidth(0.4)
    page.line(_MARGIN, 36, _WIDTH - _MARGIN, 36)
    _text(page, 24, note, 7, _PALE)


def _text(
    page: Canvas, y: float, text: str, size: float, colour: tuple[float, ...], *, bold: bool = False
) -> None:
    """One line, made smaller and then cut where it would leave the page."""
    font = "Helvetica-Bold" if bold else "Helvetica"
    line, fitted = _fit(_printable(text), font, size)
    page.setFillColorRGB(*colour)
    page.setFont(font, fitted)
    page.drawString(_MARGIN, y, line)


def _fit(text: str, font: str, size: float) -> tuple[str, float]:
    room = _WIDTH - 2 * _MARGIN
    smallest = size * 0.6
    while _wide(text, font, size) > room and size > smallest:
        size = max(smallest, size - 0.5)
    if _wide(text, font, size) <= room:
        return text, size
    while text and _wide(text + "…", font, size) > room:
        text = text[:-1]
    return text + "…", size


def _wide(text: str, font: str, size: float) -> Any:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return stringWidth(text, font, size)


def _printable(text: str) -> str:
    """The text in the characters of the standard fonts; others lose their accents or become ``?``."""
    plain = unicodedata.normalize("NFC", one_line(text)[:300])
    return "".join(_glyph(character) for character in plain)


def _glyph(character: str) -> str:
    for form in (character, unicodedata.normalize("NFKD", character)[:1]):
        try:
            form.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return form
    return "?"
