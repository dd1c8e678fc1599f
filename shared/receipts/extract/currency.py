"""The currency, by the signs beside amounts and by who taxed the sale."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.receipts.extract.text import fold
from shared.receipts.model import Row

_SIGNS = (
    ("KES", re.compile(r"\b(?:kes|kshs?|k?shs)\b|\bksh(?=\d)|\bkes(?=\d)|/=|\bsh\.?\s?\d")),
    ("MYR", re.compile(r"\brm\b|\brm(?=\d)|\bmyr\b|\(rm\)")),
    ("UGX", re.compile(r"\bugx\b")),
    ("TZS", re.compile(r"\btzs\b|\btshs?\b")),
    ("USD", re.compile(r"\busd\b|us\$")),
    ("EUR", re.compile(r"\beur\b|€")),
)  # fmt: skip
_KENYA = re.compile(
    r"\bkra\b|\betims\b|\bcu inv|\bm-?pesa\b|\bkenya\b|\bnairobi\b|\bmombasa\b|\+254|\bp\.?o\.? ?box\b"
)
_MALAYSIA = re.compile(r"\bsdn\b|\bbhd\b|\bgst (?:id|no|reg)|\bjalan\b|\bselangor\b|\bjohor\b")
HOME = "KES"


def find_currency(rows: Sequence[Row]) -> tuple[str, bool]:
    """ISO code, and whether the receipt itself says so (else it is the currency of the books, KES)."""
    text = "\n".join(fold(row.text) for row in rows)
    counted = sorted(((len(sign.findall(text)), code) for code, sign in _SIGNS), reverse=True)
    if counted[0][0]:
        return counted[0][1], True
    if _MALAYSIA.search(text) and not _KENYA.search(text):
        return "MYR", True
    return HOME, bool(_KENYA.search(text))
