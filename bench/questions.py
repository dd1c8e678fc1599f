"""How well questions are read.

    python -m bench.questions --questions FILE [--out predictions.jsonl]

FILE holds a JSON object a line: ``id``, ``today``, ``text`` (``lang`` for the report), and where known what a
right reading is: ``intent``, ``metric``, ``period``, ``compare_to``, ``filters``, ``limit``. Without these it
prints counts and times only. A reading is whole when all of them are right. Questions are read as without any
key; a name in a question stays a name, because no books are open.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from shared.insights.plan import Period, Plan
from shared.insights.router import Reading, route

PARTS = ("metric", "period", "compare_to", "filters", "limit")
Row = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, write, score."""
    parser = argparse.ArgumentParser(description="Read questions about a business's money.")
    parser.add_argument("--questions", type=Path, required=True, help="a JSON object a line")
    parser.add_argument("--out", type=Path, help="where readings go, one JSON object a line")
    parser.add_argument("--misses", action="store_true", help="say on standard error what was read otherwise")
    options = parser.parse_args(arguments)
    rows = [
        json.loads(line)
        for line in options.questions.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    began = time.process_time()
    route("How much did we earn today?", date(2026, 1, 1))  # words and model are read once
    loaded = time.process_time() - began
    said, seconds = [], []
    for row in rows:
        began = time.perf_counter()
        reading = route(row["text"], date.fromisoformat(row["today"]))
        seconds.append(time.perf_counter() - began)
        said.append(prediction(row["id"], reading))
    if options.out:
        options.out.write_text("".join(f"{json.dumps(one)}\n" for one in said), encoding="utf-8")
    if options.misses:
        for row, one in zip(rows, said, strict=True):
            if "intent" in row and not whole(row, one):
                print(json.dumps({"text": row["text"], **apart(row, one)}), file=sys.stderr)
    print(json.dumps(summary(rows, said, seconds, loaded)))
    return 0


def prediction(id_: str, reading: Reading) -> Row:
    """A reading in the words of the development set; amounts are whole shillings where they are whole."""
    plan = reading.plan
    return {
        "id": id_,
        "intent": plan.intent,
        "metric": plan.metric,
        "period": _days(plan.period),
        "compare_to": _days(plan.compare_to),
        "filters": _filters(plan, reading.names),
        "limit": plan.limit,
        "confidence": plan.confidence_milli / 1000,
        "asked_back": not reading.sure,
    }


def _days(period: Period | None) -> dict[str, str] | None:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()} if period else None


def _filters(plan: Plan, names: tuple[str, ...]) -> Row:
    given = plan.filters.given()
    if "amount_cents" in given:
        cents = given.pop("amount_cents")
        given["amount"] = cents // 100 if cents % 100 == 0 else cents / 100
    return given


def apart(row: Row, said: Row) -> Row:
    """What was wanted and what was read, of the parts that differ."""
    wanted = {name: row.get(name) for name in ("intent", *PARTS)}
    return {
        name: {"wanted": wanted[name], "read": said[name]}
        for name in wanted
        if _differs(wanted[name], said[name])
    }


def _differs(wanted: Any, read: Any) -> bool:
    return (wanted or None) != (read or None)


def whole(row: Row, said: Row) -> bool:
    """Whether a reading is right in every part."""
    return not apart(row, said)


def summary(rows: Sequence[Row], said: Sequence[Row], seconds: Sequence[float], loaded: float) -> Row:
    """Counts and times, and accuracy where rows are labelled; parts are counted where the intent is right."""
    labelled = [(row, one) for row, one in zip(rows, said, strict=True) if "intent" in row]
    told: Row = {
        "benchmark": "questions",
        "questions": len(rows),
        "p95_ms": round(1000 * _p95(seconds), 3),
        "load_cpu_s": round(loaded, 3),
        "asked_back": round(_share(one["asked_back"] for one in said), 4),
    }
    if not labelled:
        return told
    right = [(row, one) for row, one in labelled if row["intent"] == one["intent"]]
    told |= {
        "intent": round(len(right) / len(labelled), 4),
        "whole": round(_share(whole(row, one) for row, one in labelled), 4),
        "parts": {
            name: round(_share(not _differs(r.get(name), o[name]) for r, o in right), 4) for name in PARTS
        },
    }
    languages = sorted({row.get("lang", "") for row, _ in labelled} - {""})
    told["by_language"] = {name: _of_language(labelled, name) for name in languages}
    return told


def _of_language(labelled: Sequence[tuple[Row, Row]], language: str) -> dict[str, float]:
    mine = [(row, one) for row, one in labelled if row.get("lang") == language]
    return {
        "questions": len(mine),
        "intent": round(_share(row["intent"] == one["intent"] for row, one in mine), 4),
        "whole": round(_share(whole(row, one) for row, one in mine), 4),
    }


def _share(flags: Iterable[bool]) -> float:
    told = list(flags)
    return sum(told) / len(told) if told else 0.0


def _p95(seconds: Sequence[float]) -> float:
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
