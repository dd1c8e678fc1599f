"""Which of the known questions one is: rules as clues beside a linear model over its words.

Rules see concepts, the model sees letters and words; dates are taken out before, so that no month means an
intent. ``python -m tools.train questions`` fits the model to phrasings of our own (tools/questions) with
scikit-learn and writes ``intents.bin``; a test holds the plain numbers to scikit-learn.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from shared.core.linear import Linear, from_bytes, softmax
from shared.insights.lexicon import CONCEPTS
from shared.insights.rules import MEANINGS, Rule, target_of

FILE = Path(__file__).with_name("intents.bin")
BITS = 13
SIZE = 1 << BITS
SHORTEST, LONGEST = 3, 5
OTHER = "out_of_scope/"
TARGETS: tuple[str, ...] = (*MEANINGS, OTHER)
"""Every intent with its metric, and everything else."""
CLUES: tuple[str, ...] = (*TARGETS, *CONCEPTS)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def counts(text: str) -> Mapping[int, int]:
    """How often each bucket of n-grams is in a lower-case question without its dates."""
    return Counter(zlib.crc32(gram.encode()) & (SIZE - 1) for gram in _grams(text))


def _grams(text: str) -> Iterator[str]:
    words = ["#" if any(c.isdigit() for c in word) else word for word in _WORD.findall(text)]
    yield from (f"w{word}" for word in words)
    yield from (f"b{one} {other}" for one, other in pairwise(["<", *words, ">"]))
    for word in words:
        if word != "#":
            yield from _letters(f" {word} ")


def _letters(word: str) -> Iterator[str]:
    for size in range(SHORTEST, LONGEST + 1):
        yield from (word[at : at + size] for at in range(len(word) - size + 1))


def clues(ranked: Sequence[Rule], found: frozenset[str]) -> list[float]:
    """How strongly rules speak for each target, and which concepts were mentioned: 0 to 1 each."""
    points = {target_of(rule): rule.points / 1000 for rule in reversed(ranked)}
    best = {target_of(ranked[0]): 1.0} if ranked else {}
    said = [points.get(target, 0.0) / 2 + best.get(target, 0.0) / 2 for target in TARGETS]
    return [*said, *(float(name in found) for name in CONCEPTS)]


@cache
def model() -> Linear:
    """The model as shipped, read once a process."""
    return from_bytes(FILE.read_bytes(), TARGETS, size=SIZE, clues=len(CLUES))


def chances(text: str, ranked: Sequence[Rule], found: frozenset[str]) -> list[tuple[str, float]]:
    """Every target with its probability, the likeliest first.

    Args:
        text: the question in lower case, without its dates.
        ranked: the rules that fire, most points first; found: the concepts it mentions.
    """
    known = model()
    scores = known.scored(counts(text), clues(ranked, found))
    shares = softmax([known.sharpness[0] * score for score in scores])
    return sorted(zip(TARGETS, shares, strict=True), key=lambda one: (-one[1], one[0]))
