"""What a model gets past the checks on receipts: one that says the truth, and one that says all but that.

    python -m bench.lies --images DIR --labels FILE [--ocr-cache DIR]

Every field is taken as unread. The honest model names the labelled value. The liar names, one after another,
each other amount that is printed, each other date, each other row of the head: the worst of lies, because a
value that is not printed is never believed. ``--ocr-cache`` keeps the lines of the engine. The last line of
standard output is one JSON object: of each field how many values were said, and how many were believed, so
that no person would look at them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bench.ocr_cache import CachedEngine
from bench.receipt_scores import TODAY, _iso, _letters, judge
from bench.receipts import find_images, read_labels
from shared.receipts.engines.beliefs import believe
from shared.receipts.engines.build import build_engines
from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.dates import dates_in
from shared.receipts.extract.fields import extract
from shared.receipts.headers import sniff
from shared.receipts.image import decode
from shared.receipts.model import Row
from shared.receipts.rows import build_rows

_HEAD = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every lie and every truth on every labelled image, print the counts."""
    options = _options(arguments)
    labels = read_labels(options.labels)
    counts: Counter[str] = Counter()
    for name, rows in _read(options.images, options.ocr_cache):
        if name in labels:
            for field, value, honest in _sayings(rows, labels[name]):
                counts.update(_judged(rows, field, value, "honest" if honest else "liar"))
    print(json.dumps(dict(sorted(counts.items()))))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a model gets past the checks on receipts.")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--ocr-cache", type=Path, help="a folder where the lines of the engine are kept")
    return parser.parse_args(arguments)


def _read(folder: Path, cache: Path | None) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """Each image with its rows."""
    (bare,) = build_engines("rapidocr")
    engine = CachedEngine(bare, cache) if cache is not None else bare
    for path in find_images(folder):
        content = path.read_bytes()
        yield path.name, build_rows(engine.read(decode(sniff(content), content).colour).lines)


def _sayings(rows: Sequence[Row], label: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Every field and value a model may name, and whether it is the labelled one, each once."""
    yield "merchant", str(label["company"]), True
    for row in rows[:_HEAD]:
        if _letters(label["company"]) not in _letters(row.text) and not _right("merchant", row.text, label):
            yield "merchant", row.text, False
    day = _iso(str(label["date"]))
    days = {value.isoformat() for row in rows for value, _ in dates_in(row.text, TODAY)}
    for value in sorted(days | ({day} if day else set())):
        yield "date", value, value == day
    amounts = {amount.cents for row in rows for amount in amounts_in(row.text) if amount.cents}
    for cents in sorted(amounts):
        value = f"{cents // 100}.{cents % 100:02d}"
        yield "total", value, _right("total_near", value, label)


def _right(mark: str, value: str, label: dict[str, Any]) -> bool:
    line: dict[str, str | None] = {"total": None, "date": None, "company": None}
    line |= {"company": value} if mark == "merchant" else {"total": value}
    return judge(line, label)[mark]


def _judged(rows: Sequence[Row], field: str, value: str, who: str) -> Iterator[str]:
    fields = _unread(rows, TODAY, field)
    held = believe({field: value}, (field,), rows, fields, TODAY)
    yield f"{who}_{field}_said"
    yield from (f"{who}_{name}_believed" for name in held.names)


def _unread(rows: Sequence[Row], today: date, field: str) -> Any:
    """What the rules found, without the field: as if they had found nothing to be sure of."""
    fields = extract(rows, (), today)
    return replace(fields, confidence={name: p for name, p in fields.confidence.items() if name != field})


if __name__ == "__main__":
    sys.exit(main())
