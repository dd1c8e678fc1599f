"""Fit the model of intents to our own phrasings, and write it as plain numbers.

    python -m tools.train questions [--held FILE] [--out FILE] [--force]

What it reaches on phrasings it was not fitted to (whole lines held back, five folds) is printed and kept in
the file; a fit that is worse than the one in use is not written without ``--force``. scikit-learn is imported
here and nowhere at run time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.core.linear import Linear, from_bytes, softmax, to_bytes
from shared.insights.intents import CLUES, FILE, SIZE, TARGETS, clues, counts
from tools.questions.phrasings import Phrasing, phrasings

STRENGTH = 12.0
"""Inverse of the penalty on large weights."""
FOLDS, STEPS = 5, 127
WORSE = 0.005
"""A fit may be this much less accurate on held-back lines and still be written: folds are noisy."""


@dataclass(frozen=True)
class Fitted:
    """scikit-learn's own objects: what the export is held to."""

    tfidf: Any
    logistic: Any

    def shares(self, rows: Sequence[Phrasing]) -> Any:
        """Probabilities, a row a phrasing, in the order of ``TARGETS``."""
        return self.logistic.predict_proba(self.table(rows))

    def table(self, rows: Sequence[Phrasing]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        said = csr_matrix([clues(row.ranked, row.found) for row in rows])
        return hstack([self.tfidf.transform(counted(rows)), said]).tocsr()


def counted(rows: Sequence[Phrasing]) -> Any:
    """Counts of n-grams as a sparse table."""
    from scipy.sparse import csr_matrix

    starts: list[int] = [0]
    buckets: list[int] = []
    values: list[int] = []
    for row in rows:
        found = counts(row.bare)
        buckets += found.keys()
        values += found.values()
        starts.append(len(buckets))
    return csr_matrix(([float(value) for value in values], buckets, starts), shape=(len(rows), SIZE))


def fit(rows: Sequence[Phrasing]) -> Fitted:
    """Fit the model with scikit-learn."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    tfidf = TfidfTransformer(sublinear_tf=True).fit(counted(rows))
    fitted = Fitted(tfidf, LogisticRegression(C=STRENGTH, max_iter=600, class_weight="balanced"))
    fitted.logistic.fit(fitted.table(rows), [TARGETS.index(row.target) for row in rows])
    return fitted


def export(fitted: Fitted, *, sharpness: float, figures: dict[str, Any]) -> Linear:
    """The plain numbers of a fit: weights rounded to 254 steps a target."""
    grams, said = fitted.logistic.coef_[:, :SIZE], fitted.logistic.coef_[:, SIZE:]
    scale = [max(float(abs(row).max()), 1e-9) / STEPS for row in grams]
    weights = [
        round(float(grams[k, bucket]) / scale[k]) for bucket in range(SIZE) for k in range(len(TARGETS))
    ]
    return Linear(
        version="intents-1",
        classes=TARGETS,
        idf=[float(value) for value in fitted.tfidf.idf_],
        weights=weights,
        scale=scale,
        clue_weights=[[float(value) for value in column] for column in said.T],
        bias=[float(value) for value in fitted.logistic.intercept_],
        sharpness=(sharpness,),
        figures=figures,
    )


def crossed(rows: Sequence[Phrasing]) -> list[tuple[list[float], int]]:
    """Scores of every phrasing by a model that saw no copy of its line, and the right target's place."""
    told = []
    for fold in range(FOLDS):
        known = [row for row in rows if row.line % FOLDS != fold]
        unseen = [row for row in rows if row.line % FOLDS == fold]
        fitted = fit(known)
        scores = fitted.logistic.decision_function(fitted.table(unseen))
        told += [(list(map(float, s)), TARGETS.index(r.target)) for s, r in zip(scores, unseen, strict=True)]
    return told


def sharpened(told: Sequence[tuple[list[float], int]]) -> float:
    """The factor on scores that makes shares of unseen lines as sure as they are right (least log loss)."""
    import math

    def loss(factor: float) -> float:
        return -sum(math.log(softmax([factor * s for s in scores])[right] + 1e-9) for scores, right in told)

    return min((k / 10 for k in range(4, 31)), key=loss)


def figures_of(told: Sequence[tuple[list[float], int]]) -> dict[str, float]:
    """Accuracy on lines that were held back."""
    right = sum(max(range(len(scores)), key=scores.__getitem__) == target for scores, target in told)
    return {"phrasings": len(told), "accuracy": round(right / len(told), 4)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, measure, compare, write."""
    parser = argparse.ArgumentParser(prog="python -m tools.train questions", description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--force", action="store_true", help="write even when it is worse")
    options = parser.parse_args(arguments)
    rows = list(phrasings())
    told = crossed(rows)
    figures = figures_of(told)
    made = export(fit(rows), sharpness=sharpened(told), figures=figures)
    before = _before(options.out)
    better = before is None or figures["accuracy"] >= before - WORSE
    print(
        json.dumps(
            {**figures, "sharpness": made.sharpness[0], "before": before, "written": better or options.force}
        )
    )
    if better or options.force:
        options.out.write_bytes(to_bytes(made))
    return 0


def _before(path: Path) -> float | None:
    try:
        known = from_bytes(path.read_bytes(), TARGETS, size=SIZE, clues=len(CLUES))
    except (OSError, ValueError):
        return None
    return float(known.figures["accuracy"])
