"""Categories of payment lines.

    python -m bench.expenses --labelled FILE [--out predictions.jsonl]

FILE is a CSV with ``id, channel, text, amount_kes``, and ``category``, ``alt_category``, ``noise`` where
known;
without labels it prints counts and times only. Lines are filed as a business without any memory would have
them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.expense_scores import score
from shared.categories.decide import Proposal, propose
from shared.categories.linear import model
from shared.categories.subject import Subject
from tools.expenses.samples import Sample, read_samples, scored


def main(arguments: Sequence[str] | None = None) -> int:
    """File, write, score."""
    parser = argparse.ArgumentParser(description="File payment lines under categories.")
    parser.add_argument("--labelled", type=Path, required=True, help="CSV: id, channel, text, amount_kes")
    parser.add_argument("--out", type=Path, help="where predictions go, one JSON object a line")
    options = parser.parse_args(arguments)
    began = time.process_time()
    samples = read_samples(options.labelled)
    propose(Subject("KPLC token"))  # the dictionary and the model are read once
    loaded = time.process_time() - began
    said, seconds = _filed(samples)
    if options.out:
        lines = (json.dumps(_line(sample, one)) for sample, one in zip(samples, said, strict=True))
        options.out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(json.dumps(_summary(samples, said, seconds, loaded)))
    return 0


def _filed(samples: Sequence[Sample]) -> tuple[list[Proposal], list[float]]:
    said, seconds = [], []
    for sample in samples:
        began = time.perf_counter()
        said.append(propose(Subject(sample.text, channel=sample.channel)))
        seconds.append(time.perf_counter() - began)
    return said, seconds


def _line(sample: Sample, said: Proposal) -> dict[str, Any]:
    return {
        "id": sample.id,
        "category": said.category,
        "confidence": said.confidence_milli / 1000,
        "top3": [code for code, _ in said.top3],
        "source": said.source,
    }


def _summary(
    samples: Sequence[Sample], said: Sequence[Proposal], seconds: Sequence[float], loaded: float
) -> dict[str, Any]:
    rows = [(sample.noise or "none", scored(sample, one)) for sample, one in zip(samples, said, strict=True)]
    figures: dict[str, Any] = {
        "lines": len(samples),
        "model": model().version,
        "load_cpu_s": round(loaded, 3),
        "ms_a_line": round(1000 * statistics.median(seconds), 2) if seconds else None,
        "asked": sum(one.source == "ask" for one in said),
    }
    figures |= score([row for _, row in rows])
    kinds = sorted({kind for kind, _ in rows})
    if len(kinds) > 1 and "strict" in figures:
        figures["by_noise"] = {kind: score([row for one, row in rows if one == kind]) for kind in kinds}
    return figures


if __name__ == "__main__":
    sys.exit(main())
