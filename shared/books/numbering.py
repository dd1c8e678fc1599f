"""Invoice numbers: gap-free serials with a check digit, so that a typing slip names no other invoice.

The Damm digit catches every wrong digit and every swap of neighbours (H. M. Damm, "Total anti-symmetrische
Quasigruppen", 2004). With it, exact references produced no false credit in 2,864 postings (reference:
reconciliation 5.3).
"""

from __future__ import annotations

from shared.store import Key, Tx

SERIAL_DIGITS = 5
COUNTERS = "counters"
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The Damm digit that belongs after ``digits`` (ASCII digits only)."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def print_number(serial: int) -> str:
    """``1`` -> ``"000013"``: the serial in five digits or more, then its check digit."""
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    return digits + check_digit(digits)


def check_number(text: str) -> bool:
    """Whether ``text`` is a number that ``print_number`` could have made."""
    whole = text.isascii() and text.isdigit() and len(text) > SERIAL_DIGITS
    return whole and int(text) > 0 and check_digit(text) == "0"


def next_serial(tx: Tx, series: str = "invoice") -> int:
    """Take the next serial of a series; it is used only if the transaction commits, so there are no gaps."""
    key = Key(COUNTERS, series)
    counter = tx.get(key)
    serial = (counter.data["last"] if counter else 0) + 1
    tx.put(key, {"last": serial})
    return int(serial)
