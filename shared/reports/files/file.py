"""A written file, and the words that every form needs beside the report."""

from __future__ import annotations

from dataclasses import dataclass

from shared.reports.ask import Format

MEDIA: dict[Format, str] = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class File:
    """Bytes of one report in one form."""

    format: Format
    content: bytes

    @property
    def media_type(self) -> str:
        return MEDIA[self.format]
