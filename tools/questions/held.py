"""Questions to measure reading by: none of them is fitted to. As lines for ``python -m bench.questions``.

    python -m tools.questions.held > var/held.jsonl

held.tsv has a line a question: language, intent, metric, days (``from..to``, a comparison's two with ``|``),
filters as JSON, text, rows asked for. Asked on ``TODAY``, a Wednesday.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("held.tsv")
TODAY = "2026-03-18"


def questions(path: Path = FILE) -> Iterator[dict[str, Any]]:
    """Every question with its right reading, in the form of the development set."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        lang, intent, metric, days, filters, text, rows = (line.split("\t") + [""] * 7)[:7]
        first, _, second = days.partition("|")
        yield {
            "id": f"own{number:03d}",
            "lang": lang,
            "today": TODAY,
            "text": text,
            "intent": intent,
            "metric": metric or None,
            "period": _period(first),
            "compare_to": _period(second),
            "filters": json.loads(filters) if filters else {},
            "limit": int(rows) if rows else None,
        }


def _period(days: str) -> dict[str, str] | None:
    start, _, end = days.partition("..")
    return {"from": start, "to": end} if start else None


if __name__ == "__main__":
    for question in questions():
        print(json.dumps(question, ensure_ascii=False))
