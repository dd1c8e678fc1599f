"""A receipt as the API shows it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shared.http import View
from shared.store import Doc


class ReceiptView(View):
    object: str = "receipt"
    id: str
    status: str
    matching: str
    reasons: list[str]
    warnings: list[str] = Field(default_factory=list)
    refusal: str
    merchant: str
    receipt_date: str
    business_day: str
    total_cents: int
    tax_cents: int
    currency: str
    fields: dict[str, Any]
    lines: list[dict[str, Any]]
    duplicate_of: str
    credit_note_of: str = ""
    source_id: str = ""
    transaction_id: str
    file: str
    engine: str
    engines_tried: list[dict[str, Any]] = Field(default_factory=list)
    received_at: str
    version: int = 0
    """How often people have changed it: send it back with a change to be sure that nobody did meanwhile."""
    category: str = ""
    merchant_alias: str = ""
    """The printed name, where the business calls this seller something else."""
    tax: dict[str, Any] = Field(default_factory=dict)


def receipt_view(doc: Doc) -> ReceiptView:
    """A receipt as the API shows it."""
    shown = ReceiptView.model_fields.keys() - {
        "object",
        "version",
    }  # a record's own "object" is its file's name
    known = {name: doc.data[name] for name in shown if name in doc.data}
    tried = doc.data.get("reading", {}).get("engines_tried", [])
    version = doc.data.get("edits", 0)
    return ReceiptView(id=doc.id, file=doc.data["object"], version=version, engines_tried=tried, **known)
