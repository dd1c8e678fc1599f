"""Fitting: TF-IDF and a logistic model with scikit-learn, exported to whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from shared.categories.codes import CODES
from shared.categories.dictionary import Dictionary, Entry, nothing_phrases
from shared.categories.features import SIZE, Line, clues, counts, read_line
from shared.categories.linear import Model
from shared.categories.repair import Mender, mender_of
from tools.expenses.noise import cut, misread
from tools.expenses.samples import Sample
from tools.expenses.strings import made_lines

STRENGTH = 20.0
"""Inverse of the penalty on large weights."""
COPIES, COPY_WEIGHT = 2, 0.3
"""Spoilt copies of each labelled line, and what one counts beside the line itself."""
MADE_EACH, MADE_WEIGHT = 12, 0.1
"""Lines made up for each phrase of the dictionary, and what one counts."""
SPOILT_SHARE = 0.3
"""How many of the made-up lines are spoilt."""
STEPS = 127


@dataclass(frozen=True)
class Reader:
    """How lines are read while a model is fitted: by a dictionary from which some phrases may be withheld."""

    known: Dictionary
    mending: Mender

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Reader:
        known = Dictionary.of(entries, nothing_phrases())
        return cls(known, mender_of(known))

    def line(self, text: str) -> Line:
        return read_line(text, self.known, self.mending)


@dataclass(frozen=True, slots=True)
class Row:
    """A line to learn from, and how much it counts."""

    line: Line
    channel: str
    category: str
    weight: float


@dataclass(frozen=True)
class Fitted:
    """scikit-learn's own objects: what the export is held to."""

    tfidf: Any
    logistic: Any

    def shares(self, rows: Sequence[tuple[Line, str]]) -> Any:
        """Probabilities, a row a line, in the order of ``CODES``."""
        return self.logistic.predict_proba(self.table(rows))

    def table(self, rows: Sequence[tuple[Line, str]]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        said = csr_matrix([clues(line) for line, _ in rows])
        return hstack([self.tfidf.transform(counted(rows)), said]).tocsr()


def rows_of(samples: Sequence[Sample], entries: Sequence[Entry], reader: Reader, seed: int = 3) -> list[Row]:
    """Labelled lines, spoilt copies of them, and lines made up from the dictionary."""
    random = Random(seed)
    rows = []
    for sample in samples:
        rows.append(Row(reader.line(sample.text), sample.channel, sample.category, 1.0))
        for _ in range(COPIES):
            rows.append(
                Row(reader.line(_spoilt(random, sample.text)), sample.channel, sample.category, COPY_WEIGHT)
            )
    for made in made_lines(entries, seed, MADE_EACH):
        text = _spoilt(random, made.text) if random.random() < SPOILT_SHARE else made.text
        rows.append(Row(reader.line(text), made.channel, made.category, MADE_WEIGHT))
    return rows


def _spoilt(random: Random, text: str) -> str:
    return misread(random, text) if random.random() < 0.5 else cut(random, text)


def counted(rows: Sequence[tuple[Line, str]]) -> Any:
    """Counts of n-grams as a sparse table."""
    from scipy.sparse import csr_matrix

    starts: list[int] = [0]
    buckets: list[int] = []
    values: list[int] = []
    for line, channel in rows:
        found = counts(line, channel)
        buckets += found.keys()
        values += found.values()
        starts.append(len(buckets))
    return csr_matrix(([float(value) for value in values], buckets, starts), shape=(len(rows), SIZE))


def fit(rows: Sequence[Row]) -> Fitted:
    """Fit the model with scikit-learn."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    pairs = [(row.line, row.channel) for row in rows]
    tfidf = TfidfTransformer(sublinear_tf=True).fit(counted(pairs))
    fitted = Fitted(tfidf, LogisticRegression(C=STRENGTH, max_iter=400))
    labels = [CODES.index(row.category) for row in rows]
    fitted.logistic.fit(fitted.table(pairs), labels, sample_weight=[row.weight for row in rows])
    return fitted


def export(fitted: Fitted, *, version: str, sharpness: Sequence[float], figures: dict[str, Any]) -> Model:
    """The plain numbers of a fit: weights rounded to 254 steps a category."""
    grams, said = fitted.logistic.coef_[:, :SIZE], fitted.logistic.coef_[:, SIZE:]
    scale = [max(float(abs(row).max()), 1e-9) / STEPS for row in grams]
    weights = [round(float(grams[k, bucket]) / scale[k]) for bucket in range(SIZE) for k in range(len(CODES))]
    return Model(
        version=version,
        classes=CODES,
        idf=[float(value) for value in fitted.tfidf.idf_],
        weights=weights,
        scale=scale,
        clue_weights=[[float(value) for value in column] for column in said.T],
        bias=[float(value) for value in fitted.logistic.intercept_],
        sharpness=sharpness,
        figures=figures,
    )
