"""Instalments: an invoice whose total falls due in parts.

A plan is days and amounts on the invoice (parts.py says how they fill). The invoice's ``due_date`` is that of
its oldest unpaid part, so lists, matching and reminders need not know of plans.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field

from shared.books.model import Cents, Day
from shared.books.parts import due_after
from shared.books.places import INVOICES
from shared.core.clock import business_day, parse_rfc3339
from shared.core.errors import FieldError, Invalid, Refused
from shared.http import Body
from shared.store import Doc, Key, Tx

MOST_PARTS = 60


class NewPart(Body):
    """One part: until when, and how much of the total."""

    due_date: Annotated[Day, Field(min_length=10, examples=["2027-01-31"])]
    amount_cents: Annotated[Cents, Field(gt=0, examples=[50_000])]


class NewPlan(Body):
    """All parts, the first due first; together they are the invoice's total. One part is a new due date."""

    parts: Annotated[list[NewPart], Field(min_length=1, max_length=MOST_PARTS)]


def plan_parts(tx: Tx, invoice_id: str, plan: NewPlan) -> Doc:
    """Let an invoice fall due in parts; a plan replaces the one before, what is paid stays paid.

    Raises NotFound; Refused ``invoice_closed`` for a paid or void invoice; Invalid ``parts_invalid``.
    """
    invoice = tx.require(Key(INVOICES, invoice_id))
    if invoice.data["status"] not in ("draft", "open"):
        raise Refused(f"the invoice is {invoice.data['status']}", code="invoice_closed")
    days = [part.due_date for part in plan.parts]
    if any(after <= before for before, after in pairwise(days)):
        raise _wrong("each part falls due after the one before")
    if invoice.data["issued_on"] and days[0] < business_day(parse_rfc3339(invoice.data["issued_on"])):
        raise _wrong("nothing falls due before the invoice was issued")
    total = sum(part.amount_cents for part in plan.parts)
    if total != invoice.data["total_cents"]:
        raise _wrong(f"the parts come to {total} cents, the invoice to {invoice.data['total_cents']}")
    parts = [{"due_date": part.due_date, "cents": part.amount_cents} for part in plan.parts]
    planned = {**invoice.data, "parts": parts}
    owed = planned["balance_cents"] if planned["status"] == "open" else planned["total_cents"]
    return tx.update(invoice.key, {"parts": parts, **due_after(planned, owed)})


def _wrong(why: str) -> Invalid:
    return Invalid("parts_invalid", why, [FieldError("/parts", why)])
