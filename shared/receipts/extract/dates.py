"""The date and time of a receipt; day first where a date can be read two ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.receipts.extract.text import fold
from shared.receipts.model import Row

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",), ("feb",), ("mar", "mac", "mach"), ("apr",), ("may", "mei"), ("jun",), ("jul",),
            ("aug", "ago", "ogo"), ("sep",), ("oct", "okt"), ("nov",), ("dec", "des", "dis"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_GAP = r"\s?[-/.]{1,2}\s?"
_END = r"(?=\D|$|[0-2]?\d:\d\d)"  # a lost space glues the time to the year
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (order, re.compile(pattern))
    for order, pattern in (
        ("ymd", rf"(?<!\d)((?:19|20)\d\d){_GAP}(\d{{1,2}}){_GAP}(\d{{1,2}}){_END}"),
        ("dmy", rf"(?<![\d.])(\d{{1,2}}){_GAP}(\d{{1,2}}){_GAP}((?:19|20)\d\d){_END}"),
        (
            "dmy",
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]{{0,3}}({_NAMES})[a-z]*[\s\-/.,']{{0,3}}((?:20)?\d\d){_END}",
        ),
        (
            "mdy",
            rf"(?<![a-z])({_NAMES})[a-z]*[\s\-/.]{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?,?\s?[\-/]?((?:20)\d\d){_END}",
        ),
        ("dmy", r"(?<![\d.\-/])(\d{1,2})([-/.])(\d{1,2})\2(\d\d)(?![\d\-/])"),
    )
)
_TIME = re.compile(r"(?<![\d.])([01]?\d|2[0-3])[:.]([0-5]\d)(?:[:.]([0-5]\d))?\s?([ap]\.?m)?(?![\d.])")
_WANTED = re.compile(r"\bd[al]{0,2}t[ea]\b|\bdate|\btarehe\b|\btarikh\b|\bsiku\b")
_OTHER = re.compile(
    r"\bexp|valid|\bdue\b|printed|print date|\bmember|birth|deliver|warrant|since|prev|\bdob\b|until|mwisho"
)
_ZERO = re.compile(r"(?<=[\d/.\-])o(?=[\d/.\-])|(?<=[/.\-])o(?=\d)|\bo(?=\d[/.\-])")
OLDEST = timedelta(days=366 * 15)


@dataclass(frozen=True)
class Day:
    """A candidate for the date of the purchase, and the time printed with it (``HH:MM`` or empty)."""

    value: date
    row: int
    score: int
    labelled: bool
    ambiguous: bool
    margin: int = 0
    time: str = ""


def find_date(rows: Sequence[Row], today: date) -> Day | None:
    """The most likely date of purchase, never after ``today`` plus a day for time zones, or None."""
    days = list(_candidates(rows, today))
    if not days:
        return None
    repeats = Counter(day.value for day in days)
    ranked = sorted(
        (replace(day, score=day.score + 10 * min(repeats[day.value] - 1, 2)) for day in days),
        key=lambda day: (-day.score, day.row),
    )
    best = ranked[0]
    other = next((day.score for day in ranked if day.value != best.value), 0)
    time = best.time or next((day.time for day in ranked if day.value == best.value and day.time), "")
    return replace(best, margin=best.score - other, time=time)


def dates_in(text: str, today: date) -> Iterator[tuple[date, bool]]:
    """Every plausible date in a text, and whether day and month could be exchanged."""
    folded = _ZERO.sub("0", fold(text))
    for order, pattern in _FORMS:
        for match in pattern.finditer(folded):
            parts = [part for part in match.groups() if not re.fullmatch(r"[-/.]", part)]
            yield from _read(order, parts, today)


def time_in(text: str, *, dotted: bool = False) -> str:
    """The first time of day in a text as ``HH:MM``, or empty; ``dotted`` takes 13.05 too, perhaps a price."""
    for match in _TIME.finditer(fold(text)):
        hour, minute, second, half = match.groups()
        if ":" not in match[0] and not (second or half or dotted):
            continue
        shift = 12 if half and half[0] == "p" and int(hour) < 12 else 0
        midnight = 12 if half and half[0] == "a" and int(hour) == 12 else 0
        return f"{int(hour) + shift - midnight:02d}:{minute}"
    return ""


def _candidates(rows: Sequence[Row], today: date) -> Iterator[Day]:
    for index, row in enumerate(rows):
        folded = fold(row.text)
        before = fold(rows[index - 1].text) if index else ""
        wanted = bool(_WANTED.search(folded)) or (bool(_WANTED.search(before)) and len(before) < 16)
        time = time_in(row.text, dotted=True) or _neighbour_time(rows, index)
        for value, ambiguous in dict.fromkeys(dates_in(row.text, today)):
            score = (
                50 + 25 * wanted + 12 * bool(time) - 45 * bool(_OTHER.search(folded)) - min(index, 40) // 8
            )
            yield Day(value, index, score, wanted, ambiguous, time=time)


def _neighbour_time(rows: Sequence[Row], index: int) -> str:
    """The time on the row below or above, where that row says it is one."""
    for near in (index + 1, index - 1):
        if 0 <= near < len(rows) and re.search(r"\btime\b|\bsaa\b|\bmasa\b", fold(rows[near].text)):
            return time_in(rows[near].text)
    return ""


def _read(order: str, parts: list[str], today: date) -> Iterator[tuple[date, bool]]:
    numbers = [_MONTHS.get(part[:3], 0) if part.isalpha() else int(part) for part in parts]
    year, month, day = {
        "ymd": (0, 1, 2),
        "dmy": (2, 1, 0),
        "mdy": (2, 0, 1),
    }[order]  # fmt: skip
    named = any(part.isalpha() for part in parts)
    value = _date(numbers[year], numbers[month], numbers[day])
    if value is None and order == "dmy" and not named:
        value = _date(numbers[year], numbers[day], numbers[month])
    if value is not None and today - OLDEST <= value <= today + timedelta(days=1):
        yield value, order == "dmy" and not named and max(numbers[month], numbers[day]) <= 12


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return None
