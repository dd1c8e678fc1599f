"""Labelled payment lines, and which of them name the same merchant: those stand or fall in one fold."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.expense_scores import Scored
from shared.categories.codes import UNCATEGORISED
from shared.categories.decide import Proposal
from shared.categories.dictionary import Dictionary, dictionary
from shared.categories.features import read_line
from shared.categories.text import clean, is_number, tokens

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
SHARED = Path(os.environ.get("HESABU_SHARED", _BESIDE)) / "data" / "expenses" / "labelled.csv"


@dataclass(frozen=True, slots=True)
class Sample:
    """A line and what it was for; ``also`` is a second label that a bookkeeper could defend."""

    id: str
    channel: str
    text: str
    amount_kes: int
    category: str = ""
    also: str = ""
    noise: str = ""

    @property
    def labelled(self) -> bool:
        """Whether the text tells what was bought."""
        return self.category not in ("", UNCATEGORISED)


def read_samples(path: Path) -> list[Sample]:
    """The rows of a CSV with ``id, channel, text, amount_kes``, and the labels where they are known."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [_sample(row) for row in csv.DictReader(file)]


def _sample(row: dict[str, str]) -> Sample:
    amount = row.get("amount_kes") or "0"
    return Sample(
        row["id"],
        row.get("channel") or "",
        row["text"],
        round(float(amount)),
        row.get("category") or "",
        row.get("alt_category") or "",
        row.get("noise") or "",
    )


def scored(sample: Sample, said: Proposal) -> Scored:
    """A line's labels beside what was proposed."""
    likely = tuple(code for code, _ in said.top3)
    return Scored(sample.category, sample.also, said.category, said.confidence_milli / 1000, likely)


def folds(samples: Sequence[Sample], count: int) -> Iterator[list[int]]:
    """The positions of each fold; lines that share a merchant are in one."""
    groups = sorted(merchants(samples), key=lambda group: (-len(group), group))
    shares: list[list[int]] = [[] for _ in range(count)]
    filled: list[Counter[str]] = [Counter() for _ in range(count)]
    for group in groups:  # each category is spread over the folds as evenly as its merchants allow
        kinds = Counter(samples[at].category for at in group)
        best = min(
            range(count), key=lambda n: (sum(filled[n][k] * v for k, v in kinds.items()), len(shares[n]))
        )
        shares[best] += group
        filled[best] += kinds
    yield from shares


def merchants(samples: Sequence[Sample]) -> list[list[int]]:
    """Positions of lines that name the same merchant: a name of the dictionary, or a word that it lacks."""
    known = dictionary()
    by_mark: dict[str, list[int]] = defaultdict(list)
    for at, sample in enumerate(samples):
        for mark in _marks(sample, known):
            by_mark[mark].append(at)
    return _joined(len(samples), [found for found in by_mark.values() if len(found) > 1])


def _marks(sample: Sample, known: Dictionary) -> set[str]:
    hits = read_line(sample.text).hits
    names = {hit.phrase for hit in hits if any(entry.kind == "name" for entry in hit.entries)}
    strange = (word for word in tokens(clean(sample.text)) if word not in known.words and not is_number(word))
    return names | {word for word in strange if len(word) > 3}


def _joined(size: int, links: Sequence[Sequence[int]]) -> list[list[int]]:
    leads = list(range(size))

    def root(at: int) -> int:
        while leads[at] != at:
            at = leads[at]
        return at

    for link in links:
        for other in link[1:]:
            leads[root(other)] = root(link[0])
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(size):
        groups[root(at)].append(at)
    return list(groups.values())
