"""Invoice numbers: gap-free serials, printed out of order with a check digit, so that no slip names another.

The Damm digit catches every wrong digit and every swap of neighbours (H. M. Damm, "Total anti-symmetrische
Quasigruppen", 2004). With it, exact references produced no false credit in 2,864 postings (reference:
reconciliation 5.3). The serial itself stays gap-free in the books; what is printed does not follow it, so
that a payer who guesses at "the next one" names nobody, and it never begins with a zero, which spreadsheets
drop.
"""

from __future__ import annotations

from functools import cache
from math import gcd

from shared.store import Key, Store, Tx

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
    """``1`` -> ``"344647"``: five digits or more in no visible order, then their check digit.

    Serials of one length fill the numbers of that length once each (a step that shares no factor with their
    count), so that every serial has its own number. Raises ValueError for a serial below 1.
    """
    if serial < 1:
        raise ValueError("serials begin at 1")
    place, width = serial - 1, SERIAL_DIGITS
    while place >= (count := 9 * 10 ** (width - 1)):
        place, width = place - count, width + 1
    step, start = _order(count)
    digits = str(10 ** (width - 1) + (place * step + start) % count)
    return digits + check_digit(digits)


@cache
def _order(count: int) -> tuple[int, int]:
    """Step and start of a walk through ``count`` places; the golden section, so that neighbours lie apart."""
    step = count * 618_034 // 1_000_000
    while gcd(step, count) != 1:
        step += 1
    return step, count * 271_828 // 1_000_000


def check_number(text: str) -> bool:
    """Whether ``text`` is a number that ``print_number`` could have made."""
    return looks_printed(text) and check_digit(text) == "0"


def looks_printed(text: str) -> bool:
    """Whether ``text`` has the form of our numbers, its check digit apart."""
    return text.isascii() and text.isdigit() and len(text) > SERIAL_DIGITS and text[0] != "0"


def slips(text: str) -> dict[str, int]:
    """The numbers of ours that one wrong digit or one swap of neighbours may have turned into ``text``.

    Each with the place, from 1, of the first digit that would be wrong; nothing when ``text`` is a number.
    """
    if not looks_printed(text) or check_number(text):
        return {}
    found: dict[str, int] = {}
    for at, typed in enumerate(text):
        for digit in "0123456789":
            if digit != typed and check_number(meant := text[:at] + digit + text[at + 1 :]):
                found.setdefault(meant, at + 1)
        swapped = text[:at] + text[at + 1 : at + 2] + typed + text[at + 2 :]
        if swapped != text and check_number(swapped):
            found.setdefault(swapped, at + 1)
    return found


def next_serial(tx: Tx, series: str = "invoice") -> int:
    """Take the next serial of a series; it is used only if the transaction commits, so there are no gaps."""
    key = Key(COUNTERS, series)
    counter = tx.get(key)
    serial = (counter.data["last"] if counter else 0) + 1
    tx.put(key, {"last": serial})
    return int(serial)


def last_serial(store: Store, business: str, series: str = "invoice") -> int:
    """The last serial that was taken; 0 when none was, as with a business that keeps numbers of its own."""
    counter = store.get(business, Key(COUNTERS, series))
    return int(counter.data["last"]) if counter else 0
