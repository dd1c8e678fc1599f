"""The lines of the replay protocol: what comes in, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shared.matching.model import Decision, InvoiceFacts, PaymentFacts

Links = list[list[Any]]


def rows(path: str) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def facts(row: dict[str, Any]) -> PaymentFacts:
    """A payment of the data set as the product would store it."""
    number = row["msisdn"] or ""
    return PaymentFacts(
        id=row["payment_id"],
        amount_cents=row["amount_cents"],
        channel=row["channel"].removeprefix("mpesa_"),
        paid_on=row["paid_at"],
        phone=number if number.isdigit() else "",
        masked=number if "*" in number else "",
        phone_hash=number if len(number) == 64 else "",
        payer_name=row["payer_name"] or "",
        reference=row["bill_ref"] or "",
        narration=row["narration"] or "",
    )


def invoice_of(row: dict[str, Any]) -> InvoiceFacts:
    """An invoice of the data set as the engine sees it."""
    return InvoiceFacts(
        id=row["invoice_id"],
        number=row["number"],
        customer_id=row["customer_id"],
        total_cents=row["total_cents"],
        balance_cents=row["opening_cents"],
        due_date=row["due_at"],
        issued_on=row["issued_at"],
        foreign=row["currency"] != "KES",
    )


def answer(
    row: dict[str, Any], links: Links, verdict: str, confidence: float, decision: Decision | None = None
) -> dict[str, Any]:
    """One prediction line, with the codes that led to it."""
    why = [f"{r.code}:{r.weight}" for r in decision.reasons] if decision else []
    line = {"payment_id": row["payment_id"], "links": links, "decision": verdict, "confidence": confidence}
    return {**line, "why": why, "customer_id": decision.customer_id if decision else ""}
