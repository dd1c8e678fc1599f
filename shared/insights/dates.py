"""Date phrases, one pattern each, in English, Swahili and their mixture."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from shared.insights import calendar
from shared.insights.plan import Period

_UNITS: dict[str, calendar.Unit] = {
    "day": "day", "days": "day", "siku": "day",
    "week": "week", "weeks": "week", "wiki": "week", "majuma": "week", "juma": "week", "wk": "week",
    "wks": "week", "month": "month", "months": "month", "mwezi": "month", "miezi": "month", "mth": "month",
    "mths": "month", "mnth": "month", "mnths": "month",
    "quarter": "quarter", "quarters": "quarter", "robo": "quarter", "robo ya mwaka": "quarter",
    "qtr": "quarter", "year": "year", "years": "year", "mwaka": "year", "miaka": "year", "yr": "year",
    "yrs": "year",
}  # fmt: skip
_EN_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SW_MONTHS = [
    "januari",
    "februari",
    "machi",
    "aprili",
    "mei",
    "juni",
    "julai",
    "agosti",
    "septemba",
    "oktoba",
    "novemba",
    "desemba",
]
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "couple of": 2, "a couple of": 2, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "sixty": 60, "ninety": 90,
    "moja": 1, "mbili": 2, "wawili": 2, "miwili": 2, "mawili": 2, "tatu": 3, "watatu": 3, "mitatu": 3,
    "matatu": 3, "nne": 4, "wanne": 4, "minne": 4, "manne": 4, "tano": 5, "watano": 5, "mitano": 5,
    "matano": 5, "sita": 6, "saba": 7, "nane": 8, "wanane": 8, "minane": 8, "tisa": 9,
    "kumi na moja": 11, "kumi na mbili": 12, "kumi": 10, "ishirini": 20, "thelathini": 30,
    "arobaini": 40, "sitini": 60, "tisini": 90,
}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SW_ORDINALS = {"kwanza": 1, "pili": 2, **_NUMBERS}
_EN_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_SW_DAYS = ["jumatatu", "jumanne", "jumatano", "alhamisi", "ijumaa", "jumamosi", "jumapili"]


def _either(words: list[str] | dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


NUMBER = rf"(?:\d{{1,3}}|{_either(_NUMBERS)})"
_EN_UNIT = "days?|weeks?|months?|quarters?|years?|wks?|mn?ths?|qtr|yrs?"
_SW_UNIT = "siku|wiki|juma|majuma|mwezi|miezi|robo ya mwaka|robo|mwaka|miaka"
_MONTH = (
    rf"(?:{_either(_EN_MONTHS)}|{_either(_SW_MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)"
)
_YEAR = r"(?:20\d\d)"

Read = Callable[[re.Match[str], date], Period]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One kind of date phrase."""

    pattern: re.Pattern[str]
    read: Read


def number(text: str) -> int:
    """A count in digits or words."""
    return int(text) if text.isdigit() else _NUMBERS[text]


def month_number(name: str) -> int:
    """1 to 12 for a month's English or Swahili name or English abbreviation."""
    if name in _SW_MONTHS:
        return _SW_MONTHS.index(name) + 1
    return next(i for i, month in enumerate(_EN_MONTHS, 1) if month.startswith(name[:3]))


def _unit(match: re.Match[str]) -> calendar.Unit:
    return _UNITS[match["unit"]]


def _day(day: int, month: int, year: str | None, today: date) -> Period:
    on = date(int(year) if year else today.year, month, day)
    if year is None and on > today:
        on = on.replace(year=on.year - 1)
    return Period(start=on, end=on)


def _named_day(match: re.Match[str], today: date) -> Period:
    return _day(int(match["d"]), month_number(match["m"]), match["y"], today)


def _numeric_day(match: re.Match[str], today: date) -> Period:
    return _day(int(match["d"]), int(match["m"]), match["y"], today)


def _numeric_month(match: re.Match[str], today: date) -> Period:
    return calendar.begun("month", int(match["m"]), int(match["y"]), today)


def _day_of_month(match: re.Match[str], today: date) -> Period:
    """The most recent day with that number."""
    start = today.replace(day=1)
    while True:
        try:
            on = start.replace(day=int(match["d"]))
        except ValueError:  # 31 in a month of 30: the month before, unless no month has it
            if int(match["d"]) > 31:
                raise
            on = date.max
        if on <= today:
            return Period(start=on, end=on)
        start = calendar.shift("month", start, -1)


def _last_weekend(_match: re.Match[str], today: date) -> Period:
    """The Saturday and Sunday of the week before."""
    monday = calendar.first_day("week", today)
    return Period(start=monday - timedelta(days=2), end=monday - timedelta(days=1))


def _half_of_month(match: re.Match[str], today: date) -> Period:
    """Its first fifteen days, or the days after them; as much of them as has come."""
    month = calendar.begun("month", month_number(match["m"]), _year(match), today)
    if match["which"] in ("first", "1st", "kwanza"):
        return Period(start=month.start, end=min(month.start.replace(day=15), today))
    if month.start.replace(day=16) > today and not match["y"]:
        month = calendar.begun("month", month.start.month, month.start.year - 1, today)
    start = month.start.replace(day=16)
    return Period(start=start, end=max(month.end, start))


def _month(match: re.Match[str], today: date) -> Period:
    return calendar.begun("month", month_number(match["m"]), _year(match), today)


def _sw_month(match: re.Match[str], today: date) -> Period:
    text = match["n"]
    number_of = int(text) if text.isdigit() else _SW_ORDINALS[text]
    return calendar.begun("month", number_of, _year(match), today)


def _year(match: re.Match[str]) -> int | None:
    return int(match["y"]) if match["y"] else None


def _part(size: int, unit: calendar.Unit) -> Read:
    def read(match: re.Match[str], today: date) -> Period:
        text = match["n"]
        index = int(text) if text.isdigit() else (_ORDINALS | _SW_ORDINALS)[text]
        if index * size > 12:
            raise ValueError("a year has no such part")
        return calendar.begun(unit, (index - 1) * size + 1, _year(match), today)

    return read


def _weekday(match: re.Match[str], today: date) -> Period:
    name = match["day"]
    index = _EN_DAYS.index(name) if name in _EN_DAYS else _SW_DAYS.index(name)
    on = today - timedelta(days=(today.weekday() - index) % 7)
    return Period(start=on, end=on)


def _days_ago(days: int) -> Read:
    return lambda _match, today: calendar.relative("day", today, -days)


def _last_n(match: re.Match[str], today: date) -> Period:
    return calendar.last(_unit(match), today, number(match["n"]))


def _next_n(match: re.Match[str], today: date) -> Period:
    return calendar.following(_unit(match), today, number(match["n"]))


_YEAR_AFTER = rf"(?:,? (?:wa |ya |of )?(?P<y>{_YEAR}))?"
_SOURCES: tuple[tuple[str, Read], ...] = (
    (r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b", _numeric_day),
    (r"\b(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>20\d\d)\b", _numeric_day),
    (rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m>{_MONTH})\b{_YEAR_AFTER}", _named_day),
    (rf"\b(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d){_YEAR_AFTER}", _named_day),
    (rf"\b(?:last|past|previous) (?P<n>{NUMBER}) (?P<unit>{_EN_UNIT})\b", _last_n),
    (rf"\b(?P<unit>{_SW_UNIT}) (?P<n>{NUMBER}) (?:zilizopita|iliyopita|yaliyopita)\b", _last_n),
    (rf"\b(?:next|coming) (?P<n>{NUMBER}) (?P<unit>{_EN_UNIT})\b", _next_n),
    (rf"\b(?P<unit>{_SW_UNIT}) (?P<n>{NUMBER}) (?:zijazo|ijayo|yajayo)\b", _next_n),
    (
        r"\b(?:at |by )?(?:the )?(?:month[- ]end|end of (?:the |this )?month|mwisho wa mwezi)\b",
        lambda _match, today: calendar.month_end(today),
    ),
    (
        r"\b(?:(?:by |at )?(?:the )?end of (?:the |this )?|(?:the )?rest of (?:the |this )?|mwisho wa )"
        r"(?P<unit>week|month|quarter|year|wiki|mwezi|robo|mwaka)\b",
        lambda m, today: calendar.rest_of(_unit(m), today),
    ),
    (
        r"\b(?:(?:the )?(?:start|beginning) of (?:the |this )?|mwanzo wa |the (?=\w+ began))"
        r"(?P<unit>week|month|quarter|year|wiki|mwezi|robo|mwaka)(?: (?:hii|huu|began))?\b",
        lambda m, today: calendar.this(_unit(m), today),
    ),
    (
        rf"\b(?P<n>{NUMBER}) (?P<unit>{_EN_UNIT}) ago\b",
        lambda m, today: calendar.relative(_unit(m), today, -number(m["n"])),
    ),
    (
        rf"\b(?:the )?(?P<which>first|1st|second|2nd|last) half of (?P<m>{_MONTH})\b{_YEAR_AFTER}",
        _half_of_month,
    ),
    (rf"\bnusu ya (?P<which>kwanza|pili) ya (?P<m>{_MONTH})\b{_YEAR_AFTER}", _half_of_month),
    (
        r"\b(?:tangu |toka |kutoka )?(?P<unit>wiki|mwezi|robo|mwaka) (?:u|i)(?:anze|lipoanza|meanza)\b",
        lambda m, today: calendar.this(_unit(m), today),
    ),
    (
        r"\b(?:for|of|in|over) the (?P<unit>month|quarter|year)\b(?! (?:of|to|before|end))",
        lambda m, today: calendar.this(_unit(m), today),
    ),
    (r"\b(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])\b(?!-)", _numeric_month),
    (r"\b(?P<m>0?[1-9]|1[0-2])/(?P<y>20\d\d)\b", _numeric_month),
    (r"\b(?:last|past|previous) weekend\b|\bwikendi (?:iliyopita|jana)\b", _last_weekend),
    (r"\b(?:tarehe|on the) (?P<d>\d{1,2})(?:st|nd|rd|th)?\b", _day_of_month),
    (
        rf"\bthis (?P<unit>{_EN_UNIT})\b|\b(?:month|year|quarter|week) to date\b",
        lambda m, today: calendar.this(_UNITS[m["unit"] or m[0].split()[0]], today),
    ),
    (r"\bmtd\b", lambda _m, today: calendar.this("month", today)),
    (r"\bytd\b", lambda _m, today: calendar.this("year", today)),
    (rf"\b(?P<unit>{_SW_UNIT}) (?:hii|huu|hu)\b", lambda m, today: calendar.this(_unit(m), today)),
    (
        rf"\b(?:last|previous|past) (?P<unit>{_EN_UNIT})\b",
        lambda m, today: calendar.relative(_unit(m), today, -1),
    ),
    (
        rf"\b(?P<unit>{_SW_UNIT}) (?:iliyopita|uliopita|iliopita|uliyopita|ulioisha|iliyoisha|jana)\b",
        lambda m, today: calendar.relative(_unit(m), today, -1),
    ),
    (rf"\b(?:next|coming) (?P<unit>{_EN_UNIT})\b", lambda m, today: calendar.relative(_unit(m), today, 1)),
    (
        rf"\b(?P<unit>{_SW_UNIT}) (?:ijayo|ujao|inayokuja|unaokuja)\b",
        lambda m, today: calendar.relative(_unit(m), today, 1),
    ),
    (rf"\bq(?P<n>[1-4])\b{_YEAR_AFTER}", _part(3, "quarter")),
    (rf"\bh(?P<n>[12])\b{_YEAR_AFTER}", _part(6, "half")),
    (rf"\b(?P<n>first|second|third|fourth) quarter\b{_YEAR_AFTER}", _part(3, "quarter")),
    (rf"\b(?P<n>first|second) half\b{_YEAR_AFTER}", _part(6, "half")),
    (rf"\brobo ya (?P<n>kwanza|pili|tatu|nne)\b{_YEAR_AFTER}", _part(3, "quarter")),
    (rf"\bnusu ya (?P<n>kwanza|pili)\b{_YEAR_AFTER}", _part(6, "half")),
    (rf"\bmwezi wa (?P<n>kwanza|pili|{NUMBER})\b{_YEAR_AFTER}", _sw_month),
    (rf"\b(?P<m>{_MONTH})\b(?:'s)?{_YEAR_AFTER}", _month),
    (r"\b(?:day before yesterday|juzi)\b", _days_ago(2)),
    (r"\b(?:yesterday|jana|ystday|yest)\b", _days_ago(1)),
    (r"\b(?:today|leo|2day)\b", _days_ago(0)),
    (r"\b(?:tomorrow|kesho|tmrw|2moro)\b", _days_ago(-1)),
    (rf"\b(?P<day>{_either(_EN_DAYS + _SW_DAYS)})\b", _weekday),
    (
        rf"\b(?P<y>{_YEAR})\b",
        lambda m, today: calendar.begun("year", 1, int(m["y"]), today),
    ),
)


@cache
def phrases() -> tuple[Phrase, ...]:
    """Every kind of date phrase, the most specific first."""
    return tuple(Phrase(re.compile(source), read) for source, read in _SOURCES)


def is_date_word(word: str) -> bool:
    """Whether a lower-case word alone is a date phrase: a month, a day of the week, a year."""
    return any(phrase.pattern.fullmatch(word) for phrase in phrases())
