"""A report as JSON: every figure with its fact, every row with its record."""

from __future__ import annotations

import json
from typing import Any

from shared.insights.facts import Fact
from shared.reports.ask import Language
from shared.reports.model import Cell, Chart, Column, Entry, Report, Row, Table
from shared.reports.wording import (
    days_of,
    fact_label,
    say,
    say_as,
    say_cell,
    say_column,
    say_name,
    sentences_of,
    title_of,
)


def as_json(report: Report, language: Language) -> dict[str, Any]:
    """The report as JSON values; figures are exact decimals as text."""
    return {
        "object": "report_content",
        "kind": report.kind,
        "title": title_of(report, language),
        "business": report.business,
        "language": language,
        "period": report.period.model_dump(mode="json") if report.period else None,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "days": days_of(report, language),
        "totals": [fact.id for fact in report.totals],
        "facts": [_fact(fact, language) for fact in report.facts()],
        "sections": [
            {
                "code": section.code,
                "heading": say(section.code, language),
                "tables": [_table(table, language) for table in section.tables],
            }
            for section in report.sections
        ],
        "charts": [_chart(chart, language) for chart in report.charts],
        "notes": sentences_of(report, language),
    }


def write_json(report: Report, language: Language) -> bytes:
    """The same as bytes, the same ones for the same report."""
    text = json.dumps(as_json(report, language), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _fact(fact: Fact, language: Language) -> dict[str, Any]:
    return {**fact.model_dump(mode="json"), "label": fact_label(fact, language)}


def _table(table: Table, language: Language) -> dict[str, Any]:
    return {
        "code": table.code,
        "first": say(table.first, language),
        "columns": [_column(column, language) for column in table.columns],
        "rows": [_row(row, language) for row in table.rows],
        "existing": table.existing,
        "cut": table.cut,
    }


def _column(column: Column, language: Language) -> dict[str, Any]:
    span = column.span.model_dump(mode="json") if column.span else None
    return {
        "code": column.code,
        "heading": say_column(column, language),
        "unit": column.unit,
        "span": span,
    }


def _row(row: Row, language: Language) -> dict[str, Any]:
    return {
        "name": say_name(row, language),
        "code": row.name if row.named_by else "",
        "style": row.style,
        "record_id": row.record_id,
        "cells": [_cell(cell, language) for cell in row.cells],
    }


def _cell(cell: Cell, language: Language) -> dict[str, Any]:
    match cell:
        case Fact():
            return {"value": cell.value, "formatted": cell.formatted, "fact": cell.id}
        case Entry():
            fact = cell.fact("")
            record = {"collection": cell.collection, "id": cell.record_id, "version": cell.etag}
            return {"value": fact.value, "formatted": fact.formatted, "record": record}
        case int():
            return {"value": str(cell), "formatted": str(cell)}
        case _:
            return {"formatted": say_cell(cell, language)}


def _chart(chart: Chart, language: Language) -> dict[str, Any]:
    return {
        "type": chart.kind,
        "title": say(chart.code, language),
        "labels": [say_column(label, language) for label in chart.labels],
        "unit": "KES",
        "series": [
            {
                "label": say_as(series.name, series.named_by, language),
                "facts": [fact.id for fact in series.facts],
                "values": [fact.value for fact in series.facts],
            }
            for series in chart.series
        ],
    }
