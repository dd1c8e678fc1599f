"""A linear model over hashed n-grams in plain Python: arrays of whole numbers from one file, no library.

TF-IDF of hashed n-grams (sublinear counts, unit length) beside named clues, one logistic model over the
classes. scikit-learn fits it offline and writes the file; tests hold this module to scikit-learn.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORM = 2
"""Version of the file's layout."""
_HEAD_END = b"\n"


@dataclass(frozen=True)
class Linear:
    """A fitted model.

    Args:
        version: names the fit, kept with what it decides.
        classes: what it tells apart.
        idf: one number a bucket, 0 for a bucket that training did not see.
        weights: ``len(classes)`` small whole numbers a bucket, one bucket after the other.
        scale: what one step of ``weights`` is worth, by class.
        clue_weights: a row a clue, a number a class.
        bias: a number a class.
        sharpness: by what scores are multiplied for shares; fitted on what training did not see.
        figures: how the model did on what it had not seen.
    """

    version: str
    classes: tuple[str, ...]
    idf: Sequence[float]
    weights: Sequence[int]
    scale: Sequence[float]
    clue_weights: Sequence[Sequence[float]]
    bias: Sequence[float]
    sharpness: Sequence[float]
    figures: Mapping[str, Any]

    def scored(self, counts: Mapping[int, int], clues: Sequence[float]) -> list[float]:
        """The score of each class before it becomes a probability.

        Args:
            counts: how often each bucket of n-grams occurs.
            clues: how strongly each clue speaks, in the order of ``clue_weights``.
        """
        classes = len(self.classes)
        sums = [0.0] * classes
        for bucket, weight in self.tfidf(counts).items():
            row = self.weights[bucket * classes : (bucket + 1) * classes]
            for at, step in enumerate(row):
                if step:
                    sums[at] += weight * step
        scores = [
            total * step + start for total, step, start in zip(sums, self.scale, self.bias, strict=True)
        ]
        for said, column in zip(clues, self.clue_weights, strict=True):
            if said:
                scores = [score + said * weight for score, weight in zip(scores, column, strict=True)]
        return scores

    def tfidf(self, found: Mapping[int, int]) -> dict[int, float]:
        """Weights of buckets: 1 + log of the count, times idf, scaled to length 1."""
        raw = {bucket: (1 + math.log(count)) * self.idf[bucket] for bucket, count in found.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {bucket: weight / length for bucket, weight in raw.items()}


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that sum to one."""
    most = max(scores)
    raised = [math.exp(score - most) for score in scores]
    whole = sum(raised)
    return [one / whole for one in raised]


def to_bytes(model: Linear) -> bytes:
    """The model as a file: a JSON line, then idf and weights, all compressed."""
    head = {
        "form": FORM,
        "version": model.version,
        "codes": model.classes,
        "size": len(model.idf),
        "scale": list(model.scale),
        "clues": [list(row) for row in model.clue_weights],
        "bias": list(model.bias),
        "sharpness": list(model.sharpness),
        "figures": dict(model.figures),
    }
    body = array("f", model.idf).tobytes() + array("b", model.weights).tobytes()
    return zlib.compress(json.dumps(head).encode() + _HEAD_END + body, 9)


def from_bytes(content: bytes, classes: Sequence[str], *, size: int, clues: int) -> Linear:
    """Read a model's file; raises ValueError when it is none, or fits other classes or features."""
    try:
        first, _, body = zlib.decompress(content).partition(_HEAD_END)
        head = json.loads(first)
    except (zlib.error, ValueError):
        raise ValueError("this is no model's file") from None
    idf, weights = array("f"), array("b")
    idf.frombytes(body[: size * idf.itemsize])
    weights.frombytes(body[size * idf.itemsize :])
    fits = (head["form"], tuple(head["codes"]), head["size"]) == (FORM, tuple(classes), size)
    if not fits or len(weights) != size * len(classes) or len(head["clues"]) != clues:
        raise ValueError("the model was fitted to other classes or features; run `make train`")
    return Linear(
        version=head["version"],
        classes=tuple(classes),
        idf=idf,
        weights=weights,
        scale=head["scale"],
        clue_weights=head["clues"],
        bias=head["bias"],
        sharpness=head["sharpness"],
        figures=head["figures"],
    )
