"""Filling sentences: every slot is a fact, a period or a name; a figure comes from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.insights.facts import Fact
from shared.insights.plan import Period
from shared.insights.vocabulary import CATEGORIES, LABELS, MONTHS

Language = Literal["en", "sw"]
SLOT = re.compile(
    r"\{(?P<name>[A-Za-z_0-9:]+)(?P<part>\.label|\.period)?(?:#(?P<one>[^|}]*)\|(?P<many>[^}]*))?\}"
)
_BY_CATEGORY = frozenset(
    {
        "category", "top_category", "expense", "largest", "wht", "wht_base", "budget", "spent_on", "variance",
        "variance_share", "worst_variance", "bill_of",
    }
)  # fmt: skip
_BY_PERIOD = frozenset(
    {
        "ahead", "got", "spent", "net", "highest", "lowest", "cash_then", "known_in", "usual_in", "known_out",
        "usual_out",
    }
)  # fmt: skip
_BY_LABEL = frozenset(
    {
        "bucket", "bucket_share", "bucket_count", "matching", "reason", "reason_share", "top_reason",
        "top_reason_share", "month_in", "month_out", "customers", "tax", "tax_day",
        "segment_paid", "retention", "month_burn",
    }
)  # fmt: skip


def fill(template: str, facts: Mapping[str, Fact], words: Mapping[str, str], language: Language) -> str:
    """Put facts and words in their slots; raises KeyError for a slot that has neither."""

    def slot(match: re.Match[str]) -> str:
        name = match["name"]
        return words[name] if name in words else _said(facts[name], match, language)

    return SLOT.sub(slot, template)


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
    if kind in ("part", "alert", "gravest"):
        return say_code(fact.label, "part", language)
    if kind in _BY_LABEL:
        return say_code(fact.label, "label", language)
    if kind in _BY_PERIOD and fact.label:
        return say_code(fact.label, "period", language)
    label = fact.label or LABELS[language][kind]
    return f"{label}: {CATEGORIES[language].get(code, code)}" if kind == "share" else label


def say_code(name: str, named_by: str, language: Language) -> str:
    """The name of a ``category``, ``part``, ``label`` or ``period``; any other name is said as it is.

    A label that has no name in the vocabulary is a word of the records, told without what it is of.
    """
    if named_by == "period":
        return _say_bucket(name, language)
    names = {"category": CATEGORIES, "part": LABELS, "label": LABELS}.get(named_by, {}).get(language, {})
    return names.get(name, name.removeprefix("failure_").replace("_", " ") if named_by == "label" else name)


def _say_bucket(name: str, language: Language) -> str:
    """``2026-03`` as ``March 2026``, ``2026-03-02`` as ``2 March 2026``."""
    if len(name) == len("2026-03"):
        return f"{MONTHS[language][int(name[5:]) - 1]} {name[:4]}"
    return say_day(date.fromisoformat(name), language)


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
