"""Receipts by word: of the merchant's name, and of every number that a receipt is asked for by.

One small document a word and receipt, written and removed with it; a search reads those of its rarest word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.core.ids import derived_id
from shared.receipts.extract.text import fold, fold_code
from shared.receipts.places import WORDS
from shared.store import Data, Key, Tx

_WORD = re.compile(r"[a-z0-9]{2,40}")
_MOST = 20
NUMBERS = ("kra_pin", "mpesa_code", "cu_invoice", "receipt_number")
"""Numbers of a reading that may be searched for, look-alike characters as one."""


def words_of(receipt: Data) -> list[str]:
    """What a receipt can be found by."""
    return list(dict.fromkeys([*words_in(receipt["merchant"]), *_numbers(receipt.get("reading") or {})]))[
        :_MOST
    ]


def words_in(text: str) -> list[str]:
    """The words of a name as they are looked up."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))


def number_word(kind: str, value: str) -> str:
    """How a number is looked up: ``mpesa_code:...`` with look-alikes folded."""
    return f"{kind}:{fold_code(value)}"


def index(tx: Tx, receipt_id: str, before: Data | None, after: Data) -> None:
    """Let a receipt be found by what it says now, and no more by what it said."""
    old = set(words_of(before)) if before is not None else set()
    new = words_of(after)
    for word in sorted(old - set(new)):
        tx.delete(_key(word, receipt_id))
    for word in new:
        tx.put(_key(word, receipt_id), {"word": word, "receipt_id": receipt_id, "on": after["business_day"]})


def _numbers(reading: Data) -> Iterator[str]:
    for kind in NUMBERS:
        if value := reading.get(kind):
            yield number_word(kind, str(value))


def _key(word: str, receipt_id: str) -> Key:
    return Key(WORDS, derived_id("wrd", word, receipt_id))
