"""Who money came from or went to, as a mark by which the same party is known again."""

from __future__ import annotations

import re
from typing import Any

from shared.core.phone import phone_hash, plain_mask
from shared.store import Data

_WORD = re.compile(r"[a-z]+")
LONGEST = 120


def payer_marks(payment: Data) -> tuple[str, str]:
    """The surest mark of a payer, and its name where that is another; "" where nothing is known.

    A masked number is shared by a hundred thousand phones, so the name stands beside it.
    """
    name = name_mark(payment.get("payer_name"))
    if hashed := payment.get("payer_hash"):
        return f"payer {hashed}"[:LONGEST], name
    if masked := plain_mask(str(payment.get("payer_masked") or "")):
        return f"masked {masked} {name}".strip()[:LONGEST], name
    return name, ""


def payee_marks(line: Data) -> tuple[str, str]:
    """The surest mark of a payee of an outgoing line, and its name where that is another."""
    from shared.categories import line_subject  # reads a dictionary: for lines of money out only

    marks = line_subject(line).marks
    named = next((mark for mark in marks if mark.startswith("name ") and mark.count(" ") > 1), "")
    first = marks[0] if marks else name_mark(line.get("party"))
    return first[:LONGEST], named[:LONGEST] if named != first else ""


def person_mark(phone: Any) -> str:
    """The mark of a phone that money was sent to."""
    return f"payer {phone_hash(phone)}" if isinstance(phone, str) and phone else ""


def name_mark(name: Any) -> str:
    """A name without signs and case; "" for a single word, which many share."""
    words = _WORD.findall(str(name or "").casefold())
    return f"name {' '.join(words)}"[:LONGEST] if len(words) > 1 else ""


def clean_code(code: Any) -> str:
    """A receipt number as it is kept in a profile's lines."""
    return str(code or "").replace("|", "")[:60]
