"""Fit what is learnt to labelled data, and write it as plain numbers.

    python -m tools.train receipts --images DIR --labels FILE [--images ...] [--corrections FILE]
    python -m tools.train expenses [--labelled FILE] [--force]
    python -m tools.train questions [--force]

Expenses: tools/expenses/train.py; questions: tools/questions/train.py.
Receipts: one logistic model a field over the features that the rules give it (shared/receipts/confidence.py),
fitted with scikit-learn, which is imported here and nowhere at run time. Folders are labelled as those of
benchmarks; ``--corrections`` takes what ``python -m tools.admin labels`` printed. The figures that weights
reach on pages they were not fitted to are printed, and kept beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.receipt_samples import Sample, exported, samples_of
from bench.receipt_scores import expected_error
from shared.receipts.confidence import ACCEPT, chance

WEIGHTS = Path(__file__).parent.parent / "shared" / "receipts" / "weights.py"
HEAD = '"""What each feature weighs: made by ``python -m tools.train``, not by hand."""'
FOLDS = 5
STRENGTH = 1.0
"""Inverse of the penalty on large weights: a feature seen on few receipts must not decide.

With 5 totals lean more on their margin, and accepted ones of spoilt copies are right a little less often
(docs/decisions/0028)."""
COPY_WEIGHT = 0.25
"""What a spoilt copy counts beside a page as it was read."""
LEAST = 40
"""A field with fewer samples, or with no mistake among them, keeps the weights it has."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report, write."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["expenses"]:
        from tools.expenses.train import main as train_expenses

        return train_expenses(given[1:])
    if given[:1] == ["questions"]:
        from tools.questions.train import main as train_questions

        return train_questions(given[1:])
    options = _options(given)
    samples = [
        sample
        for folder, labels in zip(options.images, options.labels, strict=True)
        for sample in samples_of(folder, labels, options.ocr_cache, copies=options.copies)
    ]
    if options.corrections:
        samples += exported(options.corrections)
    by_field: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_field[sample.field].append(sample)
    from shared.receipts.weights import WEIGHTS as before

    weights, figures = {}, {}
    for field, known in before.items():
        found = by_field.get(field, [])
        weights[field] = known
        if len(found) >= LEAST and len({sample.right for sample in found}) == 2:
            names = sorted({name for sample in found for name in sample.features} | (known.keys() - {"bias"}))
            figures[field] = crossed(found, names)
            weights[field] = fit(found, names)
    WEIGHTS.write_text(source(weights, figures))
    print(json.dumps(figures))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit what is learnt to labelled data.")
    parser.add_argument("what", choices=["receipts"])
    parser.add_argument("--images", type=Path, action="append", default=[])
    parser.add_argument("--labels", type=Path, action="append", default=[])
    parser.add_argument("--corrections", type=Path, help="JSON lines of `python -m tools.admin labels`")
    parser.add_argument("--ocr-cache", type=Path, default=Path("var/ocr"), help="where engine lines are kept")
    parser.add_argument("--copies", type=int, default=6, help="spoilt copies of each page")
    return parser.parse_args(arguments)


def fit(samples: Sequence[Sample], names: Sequence[str]) -> dict[str, float]:
    """The weights of one field; features are taken in units, not thousandths."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(*_table(samples, names), sample_weight=[COPY_WEIGHT if s.spoilt else 1.0 for s in samples])
    fitted = {name: float(weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    return {"bias": float(model.intercept_[0]), **fitted}


def crossed(samples: Sequence[Sample], names: Sequence[str]) -> dict[str, float]:
    """What weights are worth on pages they were not fitted to.

    Calibration error and Brier score of pages as they were read; for a field with an accept line also the
    share of those pages over it (``coverage``) and of right ones among them (``precision``), and the same of
    all pages with the spoilt copies (``spoilt_``).
    """
    pages = sorted({sample.page for sample in samples})
    fold = {page: number % FOLDS for number, page in enumerate(pages)}
    judged: list[tuple[float, Sample]] = []
    for number in range(FOLDS):
        inside = [s for s in samples if fold[s.page] != number]
        if len({s.right for s in inside}) < 2:
            continue
        weights = fit(inside, names)
        judged += [(chance(weights, s.features), s) for s in samples if fold[s.page] == number]
    clean = [(sure, sample) for sure, sample in judged if not sample.spoilt]
    pairs = [(sure, sample.right) for sure, sample in clean]
    brier = sum((sure - right) ** 2 for sure, right in pairs) / max(len(pairs), 1)
    figures = {"pages": len(pages), "ece": round(expected_error(pairs), 4), "brier": round(brier, 4)}
    return figures | _accepted(clean, "") | _accepted(judged, "spoilt_")


def _accepted(judged: Sequence[tuple[float, Sample]], name: str) -> dict[str, float]:
    least = ACCEPT.get(judged[0][1].field) if judged else None
    if least is None:
        return {}
    right = [s.right for sure, s in judged if round(1000 * sure) >= least and not s.flagged]
    coverage, precision = len(right) / len(judged), sum(right) / max(len(right), 1)
    return {f"{name}coverage": round(coverage, 4), f"{name}precision": round(precision, 4)}


def _table(samples: Iterable[Sample], names: Sequence[str]) -> tuple[list[list[float]], list[bool]]:
    rows = list(samples)
    return [[s.features.get(name, 0) / 1000 for name in names] for s in rows], [s.right for s in rows]


def source(weights: dict[str, dict[str, float]], figures: dict[str, Any]) -> str:
    """The module that holds the weights."""
    lines = [HEAD, "", "from __future__ import annotations", ""]
    lines.append("WEIGHTS: dict[str, dict[str, float]] = {")
    for field, known in weights.items():
        lines.append(f'    "{field}": {{')
        lines += [f'        "{name}": {round(value, 3)},' for name, value in known.items()]
        lines.append("    },")
    lines += ["}", "FIGURES: dict[str, dict[str, float]] = {"]
    for field, found in figures.items():
        lines.append(f'    "{field}": {{')
        lines += [f'        "{name}": {value},' for name, value in found.items()]
        lines.append("    },")
    lines += [
        "}",
        '"""Of pages that the weights were not fitted to, in five folds; ``spoilt_``: damaged copies too."""',
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
