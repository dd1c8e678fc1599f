"""A report into the file of a form; what writes it is imported then and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.insights.metrics.sources import Scope
from shared.reports.ask import Ask, Format
from shared.reports.files.file import File
from shared.reports.model import Report

if TYPE_CHECKING:
    from shared.blobs import Blobs


def write(report: Report, ask: Ask, format_: Format, scope: Scope, blobs: Blobs) -> File:
    """The bytes of a report.

    Args:
        scope, blobs: where the originals of a zip are read from; other forms need neither.
    """
    return File(format_, _content(report, ask, format_, scope, blobs))


def _content(report: Report, ask: Ask, format_: Format, scope: Scope, blobs: Blobs) -> bytes:
    match format_:
        case "pdf":
            from shared.reports.files.pdf_file import write_pdf

            return write_pdf(report, ask.language)
        case "xlsx":
            from shared.reports.files.xlsx_file import write_xlsx

            return write_xlsx(report, ask.language)
        case "csv":
            from shared.reports.files.csv_file import write_csv

            return write_csv(report, ask.language)
        case "json":
            from shared.reports.files.json_file import write_json

            return write_json(report, ask.language)
        case "zip":
            from shared.reports.files.zip_file import write_zip
            from shared.reports.kinds.receipts import receipts_of

            return write_zip(report, ask.language, receipts_of(scope, ask), blobs)
