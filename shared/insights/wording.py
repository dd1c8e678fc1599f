"""Filling sentences: every slot is a fact, a period or a name; a figure comes from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.insights.facts import Fact
from shared.insights.metric_words import NAMED_BY, REASONS
from shared.insights.plan import Period
from shared.insights.vocabulary import CATEGORIES, CHANNELS, LABELS, MONTHS

Language = Literal["en", "sw"]
_SLOT = re.compile(
    r"\{(?P<name>[A-Za-z_0-9]+)(?P<part>\.label|\.period)?(?:#(?P<one>[^|}]*)\|(?P<many>[^}]*))?\}"
)
_TIMES = ("day", "week", "month")
_BY_CATEGORY = frozenset({"category", "top_category", "expense", "largest"})


def fill(template: str, facts: Mapping[str, Fact], words: Mapping[str, str], language: Language) -> str:
    """Put facts and words in their slots; raises KeyError for a slot that has neither."""

    def slot(match: re.Match[str]) -> str:
        name = match["name"]
        return words[name] if name in words else _said(facts[name], match, language)

    return _SLOT.sub(slot, template)


def _said(fact: Fact, match: re.Match[str], language: Language) -> str:
    """A fact in its slot: its figure, its label, its days, or its figure with a word in the right number."""
    if match["part"] == ".label":
        return fact.label
    if match["part"] == ".period" and fact.period is not None:
        return say_period(fact.period, language)
    if match["one"] is None:
        return fact.formatted
    return f"{fact.formatted} {match['one'] if fact.value == '1' else match['many']}"


def localise(fact: Fact, language: Language) -> Fact:
    """The fact with its label, and a number of days, in the language of the answer."""
    changes: dict[str, str] = {"label": _label(fact, language)}
    if fact.unit == "days":
        changes["formatted"] = LABELS[language]["days"].format(n=fact.value)
    return fact.model_copy(update=changes)


def _label(fact: Fact, language: Language) -> str:
    kind, _, code = fact.id.partition(":")
    if kind in _BY_CATEGORY:
        return say_code(fact.label, "category", language)
    if kind == "part":
        return say_code(fact.label, "part", language)
    if fact.label and (named_by := NAMED_BY.get(kind)):
        return say_code(fact.label, named_by, language)
    label = fact.label or LABELS[language][kind]
    return f"{label}: {CATEGORIES[language].get(code, code)}" if kind == "share" else label


def say_code(name: str, named_by: str, language: Language) -> str:
    """A category, part, reason, channel or time in words; any other name is said as it is."""
    if named_by in _TIMES and name:
        return _say_time(name, named_by, language)
    names = {"category": CATEGORIES, "part": LABELS, "reason": REASONS}.get(named_by, {}).get(language, {})
    return CHANNELS.get(name, name) if named_by == "channel" else names.get(name, name)


def _say_time(start: str, unit: str, language: Language) -> str:
    """The day, week or month that begins on a day."""
    day = date.fromisoformat(start)
    return f"{MONTHS[language][day.month - 1]} {day.year}" if unit == "month" else say_day(day, language)


def say_day(day: date, language: Language) -> str:
    """``18 March 2026``."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def say_period(period: Period, language: Language) -> str:
    """``1–18 March 2026``, with as much of the first day as differs."""
    start, end = period.start, period.end
    if start == end:
        return say_day(end, language)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{say_day(end, language)}"
    if start.year == end.year:
        return f"{start.day} {MONTHS[language][start.month - 1]} – {say_day(end, language)}"
    return f"{say_day(start, language)} – {say_day(end, language)}"
