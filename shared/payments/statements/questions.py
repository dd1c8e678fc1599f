"""Lines that a person must decide about."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.ids import derived_id
from shared.core.worth import standing
from shared.payments.statements.model import StatementLine
from shared.store import Key, Tx


def question_of(key: str) -> Key:
    """The review item of a line."""
    return Key("review", derived_id("rev", "statement_line", key))


def ask(tx: Tx, key: str, line: StatementLine, reasons: Iterable[str]) -> None:
    """Put a line before a person, once."""
    item = question_of(key)
    if tx.get(item) is not None:
        return
    asked = {"kind": "statement_line", "subject_id": key, "reasons": list(reasons), "suggestions": []}
    asked |= standing(abs(line.amount_cents))
    tx.create(item, {**asked, "status": "open", "may_be": [], "created_on": tx.now})
