"""The linear model of categories: n-grams of a line beside the dictionary's clues, over 24 codes.

``python -m tools.train expenses`` fits it with scikit-learn and writes the file; a test holds the plain
numbers (shared/core/linear.py) to scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.categories.codes import CODES
from shared.categories.features import CLUE_SIZE, SIZE, Line, clues, counts
from shared.core import linear
from shared.core.linear import Linear, softmax, to_bytes

FILE = Path(__file__).with_name("model.bin")

__all__ = ["FILE", "Model", "from_bytes", "model", "sharpened", "softmax", "to_bytes", "voices"]


@dataclass(frozen=True)
class Model(Linear):
    """A fitted model of categories; one ``sharpness`` for each of ``voices``."""

    def shares(self, line: Line, channel: str = "") -> list[float]:
        """The probability of each category, in the order of ``CODES``."""
        return sharpened(self.scores(line, channel), self.sharpness, line)

    def scores(self, line: Line, channel: str = "") -> list[float]:
        """The score of each category before it becomes a probability."""
        return self.scored(counts(line, channel), clues(line))


def voices(line: Line) -> int:
    """For how many categories the dictionary speaks: 0 for none, 1 for one, 2 for several.

    A score means another chance in each of the three: without words a model is too shy, with one too bold.
    """
    return min(2, len({entry.category for hit in line.hits for entry in hit.entries}))


def sharpened(scores: Sequence[float], sharpness: Sequence[float], line: Line) -> list[float]:
    """Scores of a line as probabilities."""
    return softmax([sharpness[voices(line)] * score for score in scores])


def from_bytes(content: bytes) -> Model:
    """Read a model's file; raises ValueError when it is none, or fits other categories or features."""
    return Model(**vars(linear.from_bytes(content, CODES, size=SIZE, clues=CLUE_SIZE)))


@cache
def model() -> Model:
    """The model as shipped, read once a process."""
    return from_bytes(FILE.read_bytes())
