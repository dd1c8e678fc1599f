"""Refit the model of expense categories, and put it in place of the one there is only where it is better.

python -m tools.train expenses [--labelled FILE] [--force]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from shared.categories.dictionary import entries
from shared.categories.linear import FILE, Model, from_bytes, to_bytes
from tools.expenses.crossed import Judged, cross, figures_of, sharpen
from tools.expenses.fit import Reader, export, fit, rows_of
from tools.expenses.samples import SHARED, Sample, read_samples


def main(arguments: Sequence[str] | None = None) -> int:
    """Cross-validate, compare, fit to everything, write."""
    parser = argparse.ArgumentParser(description="Fit the model of expense categories.")
    parser.add_argument("--labelled", type=Path, default=SHARED, help="CSV of labelled lines")
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--force", action="store_true", help="write it though it is no better")
    options = parser.parse_args(arguments)
    if not options.labelled.is_file():
        print(json.dumps({"written": False, "why": f"no labelled lines at {options.labelled}"}))
        return 0
    samples = read_samples(options.labelled)
    before = _before(options.out)
    made = refit(samples)
    better = before is None or worth(made.figures) > worth(before.figures)
    if better or options.force:
        options.out.write_bytes(to_bytes(made))
    told = {"written": better or options.force, "version": made.version, "figures": made.figures}
    print(json.dumps(told | {"before": before.figures if before else None}))
    return 0


def _before(path: Path) -> Model | None:
    try:
        return from_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        print(f"no model to compare with: {error}", file=sys.stderr)
        return None


def worth(figures: Mapping[str, Any]) -> float:
    """One number to compare fits by: right on unseen merchants, lines as they are and spoilt alike."""
    crossed = figures["unseen_merchants"], figures["unseen_words"]
    return sum(float(one[name]) for one in crossed for name in ("strict", "ocr_strict", "trunc_strict")) / 6


def refit(samples: Sequence[Sample]) -> Model:
    """The model fitted to all lines, with the figures of fits that left each merchant out."""
    with ProcessPoolExecutor(2) as pool:
        names, words = pool.map(cross, (samples, samples), ("names", "words"))
    return assemble(samples, {"unseen_merchants": names, "unseen_words": words})


def assemble(samples: Sequence[Sample], crossed: Mapping[str, list[Judged]]) -> Model:
    """The model of all lines, its shares made true by what fits said of lines they had not seen."""
    sharpness = sharpen([one for judged in crossed.values() for one in judged])
    figures: dict[str, Any] = {"lines": len(samples), "sharpness": sharpness}
    figures |= {name: figures_of(judged, sharpness) for name, judged in crossed.items()}
    everything = list(entries())
    rows = rows_of([sample for sample in samples if sample.labelled], everything, Reader.of(everything))
    fitted = fit(rows)
    return export(fitted, version=_version(samples, figures), sharpness=sharpness, figures=figures)


def _version(samples: Sequence[Sample], figures: dict[str, Any]) -> str:
    """Names the fit by what it was made of."""
    digest = hashlib.sha256(repr(list(samples)).encode())
    digest.update(repr(list(entries())).encode())
    digest.update(json.dumps(figures, sort_keys=True).encode())
    return f"expenses-{digest.hexdigest()[:10]}"


if __name__ == "__main__":
    sys.exit(main())
