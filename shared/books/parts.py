"""The parts in which an invoice falls due: arithmetic on its total and its balance, and nothing else.

What is paid fills the oldest part first, so no second figure can disagree with the balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it stands: ``paid`` of its ``cents`` are there."""

    due_date: str
    cents: int
    paid: int

    @property
    def left(self) -> int:
        return self.cents - self.paid


def parts_of(invoice: dict[str, Any], owed: int) -> list[Part]:
    """The parts of an invoice of which ``owed`` cents are still to be paid, the oldest filled first."""
    paid = invoice["total_cents"] - owed
    parts = []
    for part in invoice.get("parts", []):
        filled = min(paid, part["cents"])
        paid -= filled
        parts.append(Part(part["due_date"], part["cents"], filled))
    return parts


def due_after(invoice: dict[str, Any], owed: int) -> dict[str, str]:
    """The change of an invoice's due date when ``owed`` cents are left; none without a plan."""
    parts = parts_of(invoice, owed)
    if not parts:
        return {}
    return {"due_date": next((part.due_date for part in parts if part.left), parts[-1].due_date)}


def owed_now(invoice: dict[str, Any]) -> int:
    """What the next payment of an open invoice should be: the rest of its oldest unpaid part, else all."""
    owed: int = invoice["balance_cents"]
    return next((part.left for part in parts_of(invoice, owed) if part.left), owed)


def overdue(invoice: dict[str, Any], today: str) -> int:
    """What of an open invoice was due before the day ``today``, in cents; of a plan, the parts that were."""
    owed: int = invoice["balance_cents"]
    parts = parts_of(invoice, owed)
    if not parts:
        return owed if invoice["due_date"] < today else 0
    return sum(part.left for part in parts if part.due_date < today)
