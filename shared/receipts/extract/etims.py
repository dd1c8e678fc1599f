"""What the Kenya Revenue Authority wants on a receipt: PIN, control unit, and the QR code.

Forms: TIS specification 2.0 (OSCU/VSCU), TIMS type C printers, as their public integrations print them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from shared.receipts.extract.text import TO_DIGIT, TO_LETTER, any_of, fold, plain
from shared.receipts.model import Row

KRA_HOSTS = frozenset(
    {"itax.kra.go.ke", "etims.kra.go.ke", "etims-sbx.kra.go.ke", "etims-api.kra.go.ke", "tims-test.kra.go.ke"}
)
_PIN_WORD = re.compile(r"(?i)\bp\W?[i1l]\W?n\b|\bpin")
_BUYER = re.compile(r"(?i)buyer|customer|client|bill to|purchaser|mteja|your pin")
_PIN_SHAPE = re.compile(r"(?i)(?<![a-z0-9])([apf4][0-9oqdilszbg]{9}[a-z0-9])(?![a-z0-9])")
_STRICT_PIN = re.compile(r"^[AP]\d{9}[A-Z]$")
_CU_WORD = any_of(
    r"\bcu\b.{0,4}inv|\bcuin\b|\bcu no|\bcu ?invoice", r"(?:control unit|scu|middleware) inv|\binvoice no"
)
_CU_19 = re.compile(r"(?<!\d)(\d{19})(?!\d)")
_CU_ETIMS = re.compile(r"(?i)\b(KRA[A-Z]{2}[0-9O]{10,15})\s?/\s?(\d{1,10})\b")
_CU_ID = re.compile(r"(?i)\b(KRA(?:MW|CU|OS|SR|VS|[A-Z]{2})[0-9O]{10,15})\b")
_SIGNATURE_LENGTH = 16


@dataclass(frozen=True)
class Fiscal:
    """The fiscal marks read from the text; each with its row, -1 where it was not printed."""

    pin: str | None = None
    pin_row: int = -1
    pin_strict: bool = False
    buyer_pin: str | None = None
    cu_id: str | None = None
    cu_invoice: str | None = None
    cu_row: int = -1


@dataclass(frozen=True)
class QrMark:
    """One QR code: its text, whether it points exactly to a KRA host over https, and what it says."""

    text: str
    official: bool
    claims_kra: bool
    pin: str | None = None
    branch: str | None = None
    signature: str | None = None
    cu_invoice: str | None = None


def find_fiscal(rows: Sequence[Row]) -> Fiscal:
    """PINs and control unit numbers printed on the rows."""
    nobody: tuple[str | None, int, bool] = (None, -1, False)
    seller: tuple[str | None, int, bool] = nobody
    buyer: str | None = None
    for index, row in enumerate(rows):
        before = rows[index - 1].text if index else ""
        for pin, strict in _pins(row.text, before):
            if _BUYER.search(row.text) or (_BUYER.search(before) and not _PIN_WORD.search(before)):
                buyer = buyer or pin
            elif seller is nobody or (strict and not seller[2]):
                seller = (pin, index, strict)
    cu_id, cu_invoice, cu_row = _control_unit(rows)
    return Fiscal(*seller, buyer if buyer != seller[0] else None, cu_id, cu_invoice, cu_row)


def read_qr(text: str) -> QrMark:
    """What a QR code says. The address is kept as a link and never fetched."""
    try:
        address = urlsplit(text)
        host = (address.hostname or "").lower()
        query = parse_qs(address.query, max_num_fields=20)
    except ValueError:
        return QrMark(text, official=False, claims_kra="kra" in text.lower())
    official = address.scheme == "https" and host in KRA_HOSTS and address.port in {None, 443}
    claims_kra = "kra" in text.lower() or "etims" in text.lower()
    data = _first(query, "data")
    number = _first(query, "invoiceno")
    if data and len(data) == 13 + _SIGNATURE_LENGTH and _STRICT_PIN.match(data[:11]):
        return QrMark(text, official, claims_kra, pin=data[:11], branch=data[11:13], signature=data[13:])
    if number and _CU_19.fullmatch(number):
        return QrMark(text, official, claims_kra, cu_invoice=number)
    return QrMark(text, official, claims_kra)


def force_pin(text: str) -> str | None:
    """An 11-character run as a PIN by what each position may hold (letter, nine digits, letter), or None."""
    if len(text) != 11:
        return None
    first = text[0].upper().replace("4", "A").replace("F", "P")
    pin = first + text[1:10].translate(TO_DIGIT) + text[10].upper().translate(TO_LETTER)
    return pin if _STRICT_PIN.match(pin) else None


def _pins(text: str, before: str) -> Iterator[tuple[str, bool]]:
    """PINs in a row: as printed, or forced by position where the word PIN stands beside or above."""
    squeezed = (
        re.sub(r"(?<=[0-9OoA-Za-z])[\s\-](?=[0-9OoQ]{2,})", "", plain(text))
        if _PIN_WORD.search(text)
        else plain(text)
    )
    squeezed = re.sub(r"(?i)(\bpin(?:\s?(?:no|number|#))?[.:\s]*)", " ", squeezed)
    for match in _PIN_SHAPE.finditer(squeezed):
        raw = match[1]
        if _STRICT_PIN.match(raw):
            yield raw, True
        elif (_PIN_WORD.search(text) or _PIN_WORD.search(before)) and (forced := force_pin(raw)):
            yield forced, False


def _control_unit(rows: Sequence[Row]) -> tuple[str | None, str | None, int]:
    cu_id: str | None = None
    invoice: str | None = None
    at = -1
    for index, row in enumerate(rows):
        text = plain(row.text)
        if match := _CU_ETIMS.search(text):
            cu_id = _unit(match[1])
            invoice, at = f"{cu_id}/{match[2]}", index
        elif match := _CU_ID.search(text):
            cu_id = cu_id or _unit(match[1])
        if invoice is None and (number := _nineteen(rows, index)):
            invoice, at = number, index
    return cu_id, invoice, at


def _nineteen(rows: Sequence[Row], index: int) -> str | None:
    """A 19-digit number, spaces and look-alike letters undone, where the label stands beside or above it."""
    text = plain(rows[index].text)
    here, above = fold(text), fold(rows[index - 1].text) if index else ""
    if match := _CU_19.search(text):
        return match[1]
    if not (_CU_WORD.search(here) or _CU_WORD.search(above)):
        return None
    value = text.rsplit(":", 1)[-1]
    match = _CU_19.search(re.sub(r"[\s\-]", "", value).translate(TO_DIGIT))
    return match[1] if match else None


def _unit(text: str) -> str:
    """``KRAMW`` or ``KRACU`` and digits: only digits may follow the letters."""
    return text[:5].upper() + text[5:].translate(TO_DIGIT)


def _first(query: dict[str, list[str]], name: str) -> str | None:
    return next((values[0] for key, values in query.items() if key.lower() == name), None)
