"""A desk with statements: hand one in, import it, look at what it did."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared.books import trial_balance
from shared.payments.settlement import apply_notice
from shared.payments.statements.importing import import_statement
from shared.payments.statements.intake import Given, accept
from shared.store import Data, Doc, Query, Where
from tests.unit.payments.collecting import NOW, Desk, evidence


def hand_in(desk: Desk, content: bytes, *, chunk: int = 7, **given: Any) -> Data:
    """Accept a file and import all of it; returns the statement."""
    doc = accept(desk, desk.business, content, Given(**given))
    import_statement(desk, desk.business, doc.id, chunk=chunk)
    return desk.doc("statements", doc.id)


def announced(desk: Desk, receipt: str, cents: int, reference: str = "INV7", **more: Any) -> None:
    """Money that a paybill notice claimed."""
    notice = evidence("c2b", receipt=receipt, amount_cents=cents, account=reference, at=NOW, **more)
    apply_notice(desk, desk.business, notice, f"evd_{receipt}")


def lines(desk: Desk) -> list[Doc]:
    days = {doc["first_day"] for doc in desk.docs("statements", "received_at")}
    days |= {doc["last_day"] for doc in desk.docs("statements", "received_at")}
    return [
        doc
        for day in sorted(days)
        for doc in desk.store.all(
            desk.business, Query("statement_lines", (Where("business_day", "==", day),), "at")
        )
    ]


def outcomes(desk: Desk) -> dict[str, int]:
    return dict(Counter(doc.data["outcome"] for doc in lines(desk)))


def balances(desk: Desk) -> dict[str, int]:
    """Every account of the journal that is not zero; the books must balance."""
    found = trial_balance(desk.store, desk.business)
    assert set(found.totals.values()) <= {0}
    return {account: cents for (_, account), cents in found.accounts.items() if cents}


def everything(desk: Desk) -> dict[str, Any]:
    """All that an import may write, to be compared: without ids that say when something was written."""
    kept = {doc.id: doc.data for doc in lines(desk)}
    return {
        "lines": {key: _bare(data) for key, data in kept.items()},
        "payments": {
            doc["receipt"]: (doc["amount_cents"], doc["status"]) for doc in desk.docs("payments", "paid_at")
        },
        "journal": sorted((doc["kind"], str(doc["legs"])) for doc in desk.docs("journal", "recorded_at")),
        "spent": sorted(
            (doc["receipt"], doc["amount_cents"]) for doc in desk.docs("transactions", "paid_at")
        ),
    }


def _bare(data: Data) -> Data:
    """What a line says, whatever file and row it came from."""
    return {name: value for name, value in data.items() if name not in ("statement_id", "form", "row")}


def open_questions(desk: Desk) -> list[Doc]:
    return desk.store.query(
        desk.business, Query("review", (Where("status", "==", "open"),), "created_on")
    ).docs
