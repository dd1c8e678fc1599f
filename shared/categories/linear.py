"""The linear model in plain Python: arrays of whole numbers from one file, no numerical library.

TF-IDF of hashed n-grams (sublinear counts, unit length) beside the dictionary's clues, one logistic model
over 24 categories. ``python -m tools.train expenses`` fits it with scikit-learn and writes the file; a test
holds this module to scikit-learn.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.categories.codes import CODES
from shared.categories.features import CLUE_SIZE, SIZE, Line, clues, counts

FILE = Path(__file__).with_name("model.bin")
FORM = 2
"""Version of the file's layout."""
_HEAD_END = b"\n"


@dataclass(frozen=True)
class Model:
    """A fitted model.

    Args:
        version: names the fit, kept with every proposal.
        idf: one number a bucket, 0 for a bucket that training did not see.
        weights: ``len(CODES)`` small whole numbers a bucket, one bucket after the other.
        scale: what one step of ``weights`` is worth, by category.
        clue_weights: a row a clue, a number a category.
        bias: a number a category.
        sharpness: by what scores are multiplied for shares, for each of ``voices``; fitted on unseen lines.
        figures: how the model did on merchants it had not seen.
    """

    version: str
    idf: Sequence[float]
    weights: Sequence[int]
    scale: Sequence[float]
    clue_weights: Sequence[Sequence[float]]
    bias: Sequence[float]
    sharpness: Sequence[float]
    figures: Mapping[str, Any]

    def shares(self, line: Line, channel: str = "") -> list[float]:
        """The probability of each category, in the order of ``CODES``."""
        return sharpened(self.scores(line, channel), self.sharpness, line)

    def scores(self, line: Line, channel: str = "") -> list[float]:
        """The score of each category before it becomes a probability."""
        classes = len(CODES)
        sums = [0.0] * classes
        for bucket, weight in self.tfidf(counts(line, channel)).items():
            row = self.weights[bucket * classes : (bucket + 1) * classes]
            for at, step in enumerate(row):
                if step:
                    sums[at] += weight * step
        scores = [
            total * step + start for total, step, start in zip(sums, self.scale, self.bias, strict=True)
        ]
        for said, column in zip(clues(line), self.clue_weights, strict=True):
            if said:
                scores = [score + said * weight for score, weight in zip(scores, column, strict=True)]
        return scores

    def tfidf(self, found: Mapping[int, int]) -> dict[int, float]:
        """Weights of buckets: 1 + log of the count, times idf, scaled to length 1."""
        raw = {bucket: (1 + math.log(count)) * self.idf[bucket] for bucket, count in found.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {bucket: weight / length for bucket, weight in raw.items()}


def voices(line: Line) -> int:
    """For how many categories the dictionary speaks: 0 for none, 1 for one, 2 for several.

    A score means another chance in each of the three: without words a model is too shy, with one too bold.
    """
    return min(2, len({entry.category for hit in line.hits for entry in hit.entries}))


def sharpened(scores: Sequence[float], sharpness: Sequence[float], line: Line) -> list[float]:
    """Scores of a line as probabilities."""
    return softmax([sharpness[voices(line)] * score for score in scores])


def softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    raised = [math.exp(score - most) for score in scores]
    whole = sum(raised)
    return [one / whole for one in raised]


def to_bytes(model: Model) -> bytes:
    """The model as a file: a JSON line, then idf and weights, all compressed."""
    head = {
        "form": FORM,
        "version": model.version,
        "codes": CODES,
        "size": SIZE,
        "scale": list(model.scale),
        "clues": [list(row) for row in model.clue_weights],
        "bias": list(model.bias),
        "sharpness": list(model.sharpness),
        "figures": dict(model.figures),
    }
    body = array("f", model.idf).tobytes() + array("b", model.weights).tobytes()
    return zlib.compress(json.dumps(head).encode() + _HEAD_END + body, 9)


def from_bytes(content: bytes) -> Model:
    """Read a model's file; raises ValueError when it is none, or fits other categories or features."""
    try:
        first, _, body = zlib.decompress(content).partition(_HEAD_END)
        head = json.loads(first)
    except (zlib.error, ValueError):
        raise ValueError("this is no model of expense categories") from None
    idf, weights = array("f"), array("b")
    idf.frombytes(body[: SIZE * idf.itemsize])
    weights.frombytes(body[SIZE * idf.itemsize :])
    fits = (head["form"], tuple(head["codes"]), head["size"]) == (FORM, CODES, SIZE)
    if not fits or len(weights) != SIZE * len(CODES) or len(head["clues"]) != CLUE_SIZE:
        raise ValueError("the model was fitted to other categories or features; run `make train`")
    return Model(
        head["version"],
        idf,
        weights,
        head["scale"],
        head["clues"],
        head["bias"],
        head["sharpness"],
        head["figures"],
    )


@cache
def model() -> Model:
    """The model as shipped, read once a process."""
    return from_bytes(FILE.read_bytes())
