"""Reading one cell: money in both decimal marks, and the dates that M-Pesa and Kenyan banks write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from shared.core.clock import EAT
from shared.core.errors import Invalid
from shared.core.money import MAX_CENTS, parse_cents
from shared.payments.statements.faults import CellError, shown

DAY_FORMS = ("dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "dd-mon-yyyy")
"""Order of the parts; any of ``/ - .`` and blanks may stand between them. A year has two or four digits."""
_PLAIN = re.compile(r"-?[0-9]{1,13}(?:,[0-9]{3})*\.[0-9]{2}", re.ASCII)
_COMMA = re.compile(r"([+-]?)((?:[0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)?)(?:,([0-9]{1,2}))?", re.ASCII)
_GROUPED = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\.[0-9]{2}", re.ASCII)
_DATE = re.compile(
    r"([0-9]{1,4}|[A-Za-z]{3,9})[-/. ]([0-9]{1,2}|[A-Za-z]{3,9})[-/. ]([0-9]{2,4})"
    r"(?:[T, ]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?\s*([AaPp][Mm])?)?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST, _LAST = 1990, 2100


def money(text: str, decimal: str = ".") -> int:
    """An amount as signed cents: ``1,234.50``, ``(1,234.50)``, ``1 234,50``, ``500.00 DR``, ``12.00-``.

    Args:
        decimal: ``.`` or ``,``: what parts shillings from cents. The other mark may only part thousands.

    Raises CellError for anything else, a third decimal and amounts over 2**53 cents included.
    """
    if decimal == "." and _PLAIN.fullmatch(text) and _GROUPED.fullmatch(text):
        return _checked(int(text.replace(",", "").replace(".", "")), text)
    bare, negative = _sign(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if decimal == ",":
        bare = _to_point(bare, text)
    try:
        cents = parse_cents(bare)
    except Invalid:
        hint = " (a comma parts thousands, a point parts cents)" if decimal == "." and "," in text else ""
        raise CellError(f"{shown(text)} is not an amount{hint}") from None
    if negative and cents < 0:
        raise CellError(f"{shown(text)} has two signs")
    return _checked(-cents if negative else cents, text)


def _checked(cents: int, text: str) -> int:
    if abs(cents) > MAX_CENTS:
        raise CellError(f"{shown(text)} is too large")
    return cents


def _sign(text: str) -> tuple[str, bool]:
    """An amount without the marks that accountants put around a negative one."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    upper = text.upper()
    for mark, negative in (("DR", True), ("CR", False)):
        if upper.endswith(mark):
            return text[:-2].rstrip(" ."), negative
    return (text[:-1].strip(), True) if text.endswith("-") and len(text) > 1 else (text, False)


def _to_point(bare: str, text: str) -> str:
    match = _COMMA.fullmatch(bare)
    if match is None or not (match[2] or match[3]):
        raise CellError(f"{shown(text)} is not an amount (a point parts thousands, a comma parts cents)")
    return f"{match[1]}{re.sub('[. ]', '', match[2]) or '0'}.{match[3] or '0'}"


def moment(text: str, form: str = "dd/mm/yyyy") -> datetime:
    """A date with or without its time, East African, as an aware UTC moment; without a time it is midnight.

    Args:
        form: one of DAY_FORMS; a first part of four digits is always a year, a month in letters a month.

    Raises CellError.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise CellError(f"{shown(text)} is not a date")
    try:
        day = _day(match[1], match[2], match[3], form)
        at = _time(match[4], match[5], match[6], match[7])
        return datetime.combine(day, at, EAT).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CellError(f"{shown(text)} is not a date of the form {form}") from None


def _day(one: str, two: str, three: str, form: str) -> date:
    if len(one) == 4 and one.isdigit():
        year, month, day = int(one), _month(two), int(three)
        if len(three) > 2:
            raise ValueError
    else:
        first_is_month = one.isalpha() or (form == "mm/dd/yyyy" and two.isdigit())
        month, day = (_month(one), int(two)) if first_is_month else (_month(two), int(one))
        if form == "yyyy-mm-dd" and two.isdigit() and len(three) != 4:
            raise ValueError  # 26-03-01 could be any of three days
        year = int(three) + 2000 if len(three) == 2 else int(three)
    if not _FIRST <= year <= _LAST:
        raise ValueError
    return date(year, month, day)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text[:3].lower()) + 1


def _time(hour: str | None, minute: str, second: str | None, half: str | None) -> time:
    if hour is None:
        return time()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return time(hours, int(minute), int(second or 0))
