"""Every code of every report has its words in both languages."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import pytest
from reports_world import TODAY, WHOLE, World

from shared.insights.vocabulary import CATEGORIES, CHANNELS
from shared.reports import Report
from shared.reports.ask import KINDS
from shared.reports.model import Said
from shared.reports.sentences import SENTENCES
from shared.reports.wording import say, sentences_of, title_of
from shared.reports.words import TITLES, WORDS


@pytest.mark.parametrize("catalogue", [TITLES, WORDS, SENTENCES])
def test_both_languages_have_the_same_codes_and_slots(catalogue: dict[str, dict[str, str]]) -> None:
    assert catalogue["en"].keys() == catalogue["sw"].keys()
    for code, text in catalogue["en"].items():
        assert slots(text) == slots(catalogue["sw"][code]), code
        assert text.strip() == text
        assert text


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def codes(report: Report) -> Iterator[str]:
    yield from (section.code for section in report.sections)
    yield from (chart.code for chart in report.charts)
    yield from (fact.id.partition(":")[0] for fact in report.totals)
    for chart in report.charts:
        yield from (label.code for label in chart.labels if label.span is None)
        yield from (series.name for series in chart.series)
    for table in report.tables():
        yield from (table.code, table.first)
        yield from (column.code for column in table.columns if column.span is None)
        for row in table.rows:
            yield from [row.name] if row.named_by == "word" else []
            for cell in row.cells:
                yield from cell.codes if isinstance(cell, Said) else ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_of_a_report_is_in_words(world: World, kind: Any) -> None:
    given: dict[str, Any] = {"as_of": TODAY} if kind == "ageing" else {"period": WHOLE}
    if kind == "customer_statement":
        given["customer_id"] = "cus_a"
    report = world.report(kind, **given)
    known = WORDS["en"].keys() | TITLES["en"].keys() | CATEGORIES["en"].keys() | CHANNELS.keys()
    assert set(codes(report)) - known <= {"why_brand_new"}  # the ledger's own invention
    for language in ("en", "sw"):
        assert title_of(report, language)  # type: ignore[arg-type]
        assert len(sentences_of(report, language)) >= len(report.assumptions)  # type: ignore[arg-type]


def test_a_reason_without_words_is_said_as_it_is() -> None:
    assert say("why_brand_new", "sw") == "brand new"
    assert say("equity_bank", "en") == "equity bank"


def test_reasons_of_the_engine_that_people_are_asked_about_are_known() -> None:
    """The commonest ones; a new one is shown by its code until it has words."""
    for code in ("tie", "stranger", "no_open_invoice", "unsure", "rival", "many_invoices", "above_limit"):
        assert f"why_{code}" in WORDS["sw"]
