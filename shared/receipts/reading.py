"""What a receipt says: the fields, how sure each is, and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from shared.receipts.engines.tried import Tried
from shared.receipts.extract.etims import QrMark
from shared.receipts.extract.lines import Item
from shared.receipts.extract.tax import Band
from shared.receipts.model import Stage


@dataclass(frozen=True)
class Fields:
    """Everything extracted from one receipt; None where it was not read. Money in cents."""

    merchant: str | None = None
    date: date | None = None
    time: str | None = None
    total_cents: int | None = None
    subtotal_cents: int | None = None
    tax_cents: int | None = None
    currency: str = "KES"
    items: tuple[Item, ...] = ()
    tax_bands: tuple[Band, ...] = ()
    receipt_number: str | None = None
    kra_pin: str | None = None
    buyer_pin: str | None = None
    cu_id: str | None = None
    cu_invoice: str | None = None
    qr: tuple[QrMark, ...] = ()
    payment_method: str | None = None
    mpesa_code: str | None = None
    till: str | None = None
    paybill: str | None = None
    tendered_cents: int | None = None
    change_cents: int | None = None
    confidence: Mapping[str, int] = field(default_factory=dict)
    features: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """What each confidence was computed from, in thousandths: what corrections teach is fitted to it."""
    rows: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceiptReading:
    """One receipt read: its fields, its text, who read it, and the decision with its reasons.

    ``picture`` is the perceptual hash of the first page, by which re-encoded copies are found.
    """

    sha256: str
    kind: str
    width: int
    height: int
    pages: int
    engine: str
    engine_version: str
    turned: int
    stages: tuple[Stage, ...]
    fields: Fields
    text: tuple[str, ...]
    decision: str
    reasons: tuple[str, ...]
    picture: str = ""
    boxes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Where each field stands: page, left, top, right, bottom (thousandths of the upright page), its turn."""
    engines_tried: tuple[Tried, ...] = ()
    """Every try of every engine on every page, in order: who, how long, how it ended."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Which engine each field comes from."""

    def to_document(self) -> dict[str, Any]:
        """JSON-safe values that every store holds: integers, strings, lists of objects; no float, no date."""
        document = {name: value for name, value in asdict(self).items() if name not in {"fields", "text"}}
        fields = asdict(self.fields)
        fields["date"] = self.fields.date.isoformat() if self.fields.date else None
        return plain_values(document | fields | {"text": "\n".join(self.text)})  # type: ignore[no-any-return]


def plain_values(value: Any) -> Any:
    """Tuples as lists, mappings as dicts, all the way down."""
    if isinstance(value, Mapping):
        return {str(name): plain_values(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain_values(one) for one in value]
    return value
