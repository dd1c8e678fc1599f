"""Deciding what money was for: payee memory, known numbers, dictionary, model, or else a question.

The order is from the surest to the least sure, and the last answer is to ask: a wrong category is a wrong
figure that nobody looks at, a question is a tap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from shared.categories.codes import CODES, UNCATEGORISED
from shared.categories.features import Line
from shared.categories.linear import model
from shared.categories.memory import Lookup, Remembered, recall
from shared.categories.numbers import PAYBILLS
from shared.categories.subject import Subject

Source = Literal["memory", "number", "dictionary", "model", "ask", "person"]
NUMBER_MILLI = 970
ASK_BELOW_MILLI = 300
"""A likeliest category below this is no answer."""
MOST_NAMES = 2
"""Unknown words beside a masked phone that are taken for somebody's name."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line is proposed to be for.

    Args:
        category: one of the 24, or ``uncategorised``: ask.
        custom: the business's own category, where its memory says so.
        confidence_milli: thousandths; of the likeliest category where ``category`` is ``uncategorised``.
        source: what decided.
        reason: why, in a word.
        top3: the likeliest categories with their thousandths.
        model_version: of the model that was asked, "" when it was not.
    """

    category: str
    confidence_milli: int
    source: Source
    reason: str
    top3: tuple[tuple[str, int], ...] = ()
    custom: str = ""
    model_version: str = ""


class Fitted(Protocol):
    """A model of lines: the one as shipped, or one that is being tried."""

    @property
    def version(self) -> str: ...
    def shares(self, line: Line, channel: str = "") -> list[float]: ...


def propose(subject: Subject, look: Lookup | None = None) -> Proposal:
    """What a line is for; ``look`` reads the business's memory, without it nobody's is consulted."""
    known = recall(look, subject) if look is not None else None
    return _remembered(known) if known else judge(subject)


def judge(subject: Subject, fitted: Fitted | None = None, line: Line | None = None) -> Proposal:
    """What a line is for, by what everybody knows: numbers, words and the model.

    ``fitted`` and ``line``, the subject's as read by another dictionary, are for training.
    """
    line = line or subject.line
    if tells_nothing(subject, line):
        return Proposal(UNCATEGORISED, 0, "ask", "tells_nothing")
    if category := _by_number(subject.paid_number, line):
        return Proposal(category, NUMBER_MILLI, "number", "known_number", ((category, NUMBER_MILLI),))
    fitted = fitted or model()
    shares = fitted.shares(line, subject.way)
    top3 = tuple(sorted(zip(CODES, _milli(shares), strict=True), key=lambda pair: -pair[1])[:3])
    best, sure = top3[0]
    if sure < ASK_BELOW_MILLI:
        return Proposal(UNCATEGORISED, sure, "ask", "unsure", top3, model_version=fitted.version)
    spoken = {entry.category for hit in line.hits for entry in hit.entries}
    source: Source = "dictionary" if best in spoken else "model"
    return Proposal(best, sure, source, "words" if source == "dictionary" else "likeness", top3,
                    model_version=fitted.version)  # fmt: skip


def _milli(shares: list[float]) -> list[int]:
    return [round(1000 * share) for share in shares]


def _remembered(known: Remembered) -> Proposal:
    sure = known.confidence_milli
    return Proposal(
        known.category, sure, "memory", f"known_{known.mark}", ((known.category, sure),), known.custom
    )


def _by_number(number: str, line: Line) -> str:
    """The category of a paybill that everybody pays, unless the words speak for others alone."""
    category = PAYBILLS.get(number, "")
    spoken = {entry.category for hit in line.hits for entry in hit.entries}
    return category if not spoken or category in spoken else ""


def tells_nothing(subject: Subject, line: Line) -> bool:
    """Whether a line says only how, when, where and to whom money went."""
    if line.hits or subject.paid_number in PAYBILLS:
        return False
    return not line.telling or (subject.to_person and len(line.telling) <= MOST_NAMES)
