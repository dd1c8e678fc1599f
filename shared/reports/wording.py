"""Codes of a report put into the words of a language."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from shared.insights.facts import Fact
from shared.insights.plan import Period
from shared.insights.vocabulary import CATEGORIES, CHANNELS, MONTHS
from shared.insights.wording import say_day, say_period
from shared.reports.ask import Language
from shared.reports.model import Cell, Column, NamedBy, Note, Report, Row, Said
from shared.reports.sentences import SENTENCES
from shared.reports.words import TITLES, WORDS


def say(code: str, language: Language, **values: str) -> str:
    """A code in words; one that has none (a new reason, a bank's own name) as it is, without underscores."""
    words, titles = WORDS[language], TITLES[language]
    known = words.get(code) or titles.get(code) or CATEGORIES[language].get(code) or CHANNELS.get(code)
    if known is None:
        return code.removeprefix("why_").replace("_", " ")
    return known.format_map(values) if values else known


def say_name(row: Row, language: Language) -> str:
    """What a row is called: a code in words, else as it stands in the records."""
    return say_as(row.name, row.named_by, language)


def say_as(name: str, named_by: NamedBy, language: Language) -> str:
    """A name that is a code of its kind, in words."""
    if named_by == "category":
        return _capital(CATEGORIES[language].get(name, name.replace("_", " ")))
    return _capital(say(name, language)) if named_by else name


def say_column(column: Column, language: Language) -> str:
    """A column's heading: its word, or its time."""
    return say_span(column.code, column.span, language) if column.span else say(column.code, language)


def say_span(grouping: str, span: Period, language: Language) -> str:
    """``Mar 2026``, ``Q1 2026`` or ``2026``."""
    if grouping == "year":
        return str(span.start.year)
    if grouping == "quarter":
        quarter = (span.start.month - 1) // 3 + 1
        return WORDS[language]["quarter"].format(n=quarter, year=span.start.year)
    return f"{MONTHS[language][span.start.month - 1][:3]} {span.start.year}"


def say_cell(cell: Cell, language: Language) -> str:
    """A cell as people read it; a figure as its fact says."""
    match cell:
        case Fact():
            return cell.formatted
        case Said(codes, text):
            words = _joined(codes, language)
            return f"{words} {text}" if words and text else words or text
        case str():
            return cell
        case int():
            return f"{cell:,}"
        case _:
            return cell.fact("").formatted


@lru_cache(maxsize=512)
def _joined(codes: tuple[str, ...], language: Language) -> str:
    """Few different ones in many rows."""
    return _capital("; ".join(say(code, language) for code in codes))


def title_of(report: Report, language: Language) -> str:
    """``Profit and loss``; of a statement with whose it is."""
    title = TITLES[language][report.kind]
    return f"{title}: {report.subject}" if report.subject else title


def days_of(report: Report, language: Language) -> str:
    """The period, or the day of a position."""
    if report.period is not None:
        return say_period(report.period, language)
    day = report.as_of or date.min
    return WORDS[language]["as_of"].format(day=say_day(day, language))


def say_note(note: Note, language: Language) -> str:
    """A sentence with its figures."""
    return SENTENCES[language][note.code].format_map(note.values)


def sentences_of(report: Report, language: Language) -> list[str]:
    """Notes, then what the report takes for granted."""
    codes = [*report.assumptions, "kes_only"]
    return [say_note(note, language) for note in (*report.notes, *(Note(code) for code in codes))]


def fact_label(fact: Fact, language: Language) -> str:
    """What a fact of a report is called."""
    return fact.label or _capital(say(fact.id.partition(":")[0], language))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
