"""Categories: what money that went out was for, decided by memory, words and a small model, or asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.categories.changes import record
    from shared.categories.codes import CODES, UNCATEGORISED
    from shared.categories.custom import Choice, chosen, resolve
    from shared.categories.decide import Proposal, propose
    from shared.categories.filing import (
        Filing,
        by_engine,
        by_person,
        file_line,
        filing_of,
        line_subject,
        receipt_subject,
    )
    from shared.categories.hints import hint_of
    from shared.categories.memory import teach, unteach
    from shared.categories.subject import Subject

__all__ = [
    "CODES",
    "UNCATEGORISED",
    "Choice",
    "Filing",
    "Proposal",
    "Subject",
    "by_engine",
    "by_person",
    "chosen",
    "file_line",
    "filing_of",
    "hint_of",
    "line_subject",
    "propose",
    "receipt_subject",
    "record",
    "resolve",
    "teach",
    "unteach",
]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("CODES", "UNCATEGORISED"), "codes"),
        **dict.fromkeys(("Choice", "chosen", "resolve"), "custom"),
        **dict.fromkeys(("Proposal", "propose"), "decide"),
        **dict.fromkeys(
            (
                "Filing",
                "by_engine",
                "by_person",
                "file_line",
                "filing_of",
                "line_subject",
                "receipt_subject",
            ),
            "filing",
        ),
        **dict.fromkeys(("teach", "unteach"), "memory"),
        "Subject": "subject",
        "hint_of": "hints",
        "record": "changes",
    },
)
