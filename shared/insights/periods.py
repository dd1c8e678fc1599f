"""Which days a question is about: phrases found, joined by since/from/to, and defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shared.insights.dates import phrases
from shared.insights.plan import Period

_SINCE = re.compile(r"(?:\bsince|\btangu|\bkuanzia)(?: the)?(?: month of| mwezi wa)? $")
_FROM = re.compile(r"(?:\bfrom|\bkutoka)(?: the)?(?: month of| mwezi wa)? $")
_RELATIVE = re.compile(
    r"^(?:last|past|previous|this|yesterday|today)\b|\b(?:iliyopita|uliopita|jana|hii|huu|leo)$"
)
"""``from last week`` says which one is meant; ``from January`` says when it begins."""
_JOINED = re.compile(r"^ (?:and|to|until|till|through|hadi|mpaka|na|-) (?:the )?$|^ ?- ?$")
_RANGE = re.compile(r"(?:\bbetween|\bfrom|\bkati ya|\bkutoka|\bkuanzia) (?:the )?$")
_MODAL_MAY = re.compile(r"\b(?:i|we|you|they|it|that|who|which) may\b|\bmay (?:i|we|you|not|be|have)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """One period and where in the text it stands."""

    start: int
    end: int
    period: Period
    joined: bool = False


def read_periods(text: str, today: date) -> list[Period]:
    """The periods a lower-case question names, in its own order.

    Conventions: data/questions README (weeks from Monday, "this" up to today, "last" whole).
    """
    text = _MODAL_MAY.sub(lambda match: match[0].replace("may", "___"), text)
    return [found.period for found in _join(text, _find(text, today), today)]


def without_dates(text: str, today: date) -> str:
    """The lower-case question with its date phrases taken out: what numbers and names are read from."""
    for found in reversed(_find(text, today)):
        text = text[: found.start] + " " + text[found.end :]
    return text


def _find(text: str, today: date) -> list[Found]:
    found: list[Found] = []
    for phrase in phrases():
        for match in phrase.pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            try:
                found.append(Found(match.start(), match.end(), phrase.read(match, today)))
            except (ValueError, KeyError):
                continue  # 31 February, Q9: not a date after all
    return sorted(found, key=lambda each: each.start)


def _join(text: str, found: list[Found], today: date) -> list[Found]:
    joined: list[Found] = []
    for each in found:
        before = joined[-1] if joined else None
        if before and _is_range(text, before, each):
            start = min(before.period.start, each.period.start)
            joined[-1] = Found(before.start, each.end, Period(start=start, end=each.period.end), True)
        else:
            joined.append(each)
    return [each if each.joined else _up_to_today(text, each, today) for each in joined]


def _is_range(text: str, left: Found, right: Found) -> bool:
    between = text[left.end : right.start]
    opened = _RANGE.search(text[: left.start]) is not None
    if not _JOINED.match(between) or left.period.start > right.period.end:
        return False
    return opened or between.strip() in {"to", "until", "till", "through", "hadi", "mpaka", "-"}


def _up_to_today(text: str, found: Found, today: date) -> Found:
    before, named = text[: found.start], text[found.start : found.end]
    begun = _SINCE.search(before) or (_FROM.search(before) and not _RELATIVE.search(named))
    if found.period.start <= today and begun:
        return Found(found.start, found.end, Period(start=found.period.start, end=today))
    return found
