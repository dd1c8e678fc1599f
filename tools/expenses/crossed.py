"""Cross-validation by merchant: what a fit is worth on merchants that it has not seen.

No merchant is in a training fold and a test fold. The dictionary was written by people who know Kenyan
merchants,
so it would know those of a test fold as well; its names of them are withheld, from the dictionary, from
mending
and from the made-up lines. ``words`` withholds also every other phrase that only the test fold uses: what
is left when the dictionary's authors thought of nothing. Real lines lie between the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from bench.expense_scores import score
from shared.categories.codes import CODES
from shared.categories.decide import Proposal, judge
from shared.categories.dictionary import Entry, entries
from shared.categories.features import Line, read_line
from shared.categories.linear import Model, sharpened, voices
from shared.categories.subject import Subject
from shared.categories.text import clean, tokens
from tools.expenses.fit import Reader, export, fit, rows_of
from tools.expenses.noise import cut, misread
from tools.expenses.samples import Sample, folds, scored

FOLDS = 5
EVEN = (1.0, 1.0, 1.0)
Withheld = Literal["nothing", "names", "words"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled line, how its text was spoilt, and the scores it got."""

    sample: Sample
    spoilt: str
    subject: Subject
    line: Line
    scores: tuple[float, ...]

    def said(self, sharpness: Sequence[float]) -> Proposal:
        """What is decided where scores are multiplied by this."""
        return judge(self.subject, _Scored(self.scores, tuple(sharpness)), self.line)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A model that knows one line's scores."""

    known: tuple[float, ...]
    sharpness: tuple[float, ...]
    version: str = "crossed"

    def shares(self, line: Line, channel: str = "") -> list[float]:
        return sharpened(self.known, self.sharpness, line)


def cross(samples: Sequence[Sample], withheld: Withheld) -> list[Judged]:
    """Judge every line, and two spoilt copies of it, by a fit that saw neither it nor its merchant."""
    judged: list[Judged] = []
    for test in folds(samples, FOLDS):
        inside, outside = _split(samples, test)
        known = allowed(inside, outside, withheld)
        reader = Reader.of(known)
        fitted = fit(rows_of([sample for sample in outside if sample.labelled], known, reader))
        model = export(fitted, version="crossed", sharpness=EVEN, figures={})
        judged += _judged(inside, reader, model)
    return judged


def _split(samples: Sequence[Sample], test: Sequence[int]) -> tuple[list[Sample], list[Sample]]:
    inside = set(test)
    return [samples[at] for at in test], [one for at, one in enumerate(samples) if at not in inside]


def allowed(test: Sequence[Sample], rest: Sequence[Sample], withheld: Withheld) -> list[Entry]:
    """The dictionary's entries without those that would know the test fold's merchants, or its words."""
    everything = list(entries())
    if withheld == "nothing":
        return everything
    names = {hit.phrase for sample in test for hit in read_line(sample.text).hits if _is_name(hit.entries)}
    if withheld == "words":
        names |= _phrases(test) - _phrases(rest)
    return [entry for entry in everything if " ".join(tokens(clean(entry.phrase))) not in names]


def _is_name(found: Sequence[Entry]) -> bool:
    return any(entry.kind == "name" for entry in found)


def _phrases(samples: Sequence[Sample]) -> set[str]:
    return {hit.phrase for sample in samples for hit in read_line(sample.text).hits}


def _judged(samples: Sequence[Sample], reader: Reader, model: Model) -> Iterator[Judged]:
    random = Random(7)
    for sample in samples:
        texts = {"": sample.text, "ocr": misread(random, sample.text), "trunc": cut(random, sample.text)}
        for spoilt, text in texts.items():
            subject, line = Subject(text, channel=sample.channel), reader.line(text)
            scores = tuple(model.scores(line, sample.channel))
            yield Judged(sample, spoilt, subject, line, scores)


def sharpen(judged: Sequence[Judged]) -> list[float]:
    """By what scores are multiplied so that their shares are true, for each count of voices."""
    return [
        _sharpest([one for one in judged if one.sample.labelled and voices(one.line) == n]) for n in range(3)
    ]


def _sharpest(judged: Sequence[Judged]) -> float:
    pairs = [(one.scores, CODES.index(one.sample.category)) for one in judged]
    tries = [0.3 + 0.05 * step for step in range(80)] if pairs else [1.0]
    surprises = [(math.fsum(_surprise(*pair, sharp) for pair in pairs), sharp) for sharp in tries]
    return round(min(surprises)[1], 2)


def _surprise(scores: Sequence[float], right: int, sharp: float) -> float:
    most = max(scores)
    return math.log(sum(math.exp(sharp * (score - most)) for score in scores)) - sharp * (
        scores[right] - most
    )


def figures_of(judged: Sequence[Judged], sharpness: Sequence[float]) -> dict[str, float]:
    """The benchmark's figures, clean and by how lines were spoilt, with the calibration error."""
    figures: dict[str, float] = {}
    for spoilt in ("", "ocr", "trunc"):
        rows = [scored(one.sample, one.said(sharpness)) for one in judged if one.spoilt == spoilt]
        figures |= {f"{spoilt}_{name}".lstrip("_"): value for name, value in score(rows).items()}
    return figures
