"""Phrasings to learn from: lines of exemplars.tsv, with days of many kinds put in, spoilt by haste.

A line is a target (``intent/metric``), a tab and a phrasing; ``{p}`` stands for days that have passed,
``{f}`` for days to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from shared.insights import lexicon
from shared.insights.narrowing import read_filters
from shared.insights.periods import without_dates
from shared.insights.rules import Rule, ranked_rules
from shared.insights.text import lower

FILE = Path(__file__).with_name("exemplars.tsv")
TODAY = date(2026, 1, 21)
PAST = (
    "", "this month", "last month", "today", "yesterday", "this week", "last week", "this year",
    "in January", "for March", "last quarter", "since Monday", "in the last 30 days",
    "over the past three months", "in 2025", "mwezi huu", "mwezi uliopita", "leo", "jana", "wiki hii",
    "wiki iliyopita", "mwaka huu", "Januari", "robo iliyopita", "kwa siku saba zilizopita", "tangu Januari",
)  # fmt: skip
FUTURE = (
    "next month", "next week", "tomorrow", "in the next 30 days", "by month end", "this coming quarter",
    "mwezi ujao", "wiki ijayo", "kesho", "mwisho wa mwezi", "siku thelathini zijazo",
)  # fmt: skip
COPIES = 4
TYPO_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A phrasing as the model sees it: bare of dates, with the rules and concepts that it sets off."""

    target: str
    line: int
    bare: str
    ranked: tuple[Rule, ...]
    found: frozenset[str]


def lines(path: Path = FILE) -> list[tuple[str, str]]:
    """Targets and phrasings as written."""
    told = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(target, text) for target, text in told]


def phrasings(seed: int = 1, copies: int = COPIES) -> Iterator[Phrasing]:
    """Every line some times over, with other days and now and then a slip of the thumb."""
    random = Random(seed)
    for number, (target, text) in enumerate(lines()):
        for copy in range(copies if "{" in text else 2):
            said = _dated(random, text)
            yield seen(target, number, _slip(random, said) if copy and random.random() < TYPO_SHARE else said)


def seen(target: str, number: int, question: str) -> Phrasing:
    """A question as the model sees it."""
    text = lower(question)
    found = set(lexicon.concepts(text))
    filters = read_filters(text, frozenset(found))
    found |= {"over_days"} if filters.min_days_overdue is not None else set()
    found |= {"category"} if filters.category else set()
    ranked = tuple(ranked_rules(found))
    return Phrasing(target, number, without_dates(text, TODAY), ranked, frozenset(found))


def _dated(random: Random, text: str) -> str:
    while "{p}" in text:
        text = text.replace("{p}", random.choice(PAST), 1)
    while "{f}" in text:
        text = text.replace("{f}", random.choice(FUTURE), 1)
    return " ".join(text.split())


def _slip(random: Random, text: str) -> str:
    """A letter left out, doubled, or two swapped."""
    at = random.randrange(len(text))
    kind = random.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
