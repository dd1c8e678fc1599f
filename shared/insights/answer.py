"""What a question gets back: a sentence, the facts in it, and the records they lead to."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.insights.facts import Fact
from shared.insights.plan import Intent, Period, Plan

Guard = Literal["not_used", "passed", "fell_back"]
Kind = Literal["answered", "choices", "out_of_scope", "not_available"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class Citation(_Part):
    """The records behind a fact: at most 50 ids of ``record_count``."""

    fact: str
    collection: str
    record_ids: list[str]
    record_count: int
    query_hash: str
    data_version: str


class Line(_Part):
    """One row of a table: cells are facts as formatted, ``facts`` their ids in the same order."""

    name: str
    cells: list[str]
    facts: list[str]
    record_id: str


class AnswerTable(_Part):
    """Rows under named columns; ``rows_in_all`` counts those not shown too."""

    columns: list[str]
    rows: list[Line]
    rows_in_all: int


class Series(_Part):
    """One line of numbers of a chart, by fact id, in the order of the labels."""

    name: str
    facts: list[str]


class Chart(_Part):
    """What a page may draw: it looks the values up in the facts."""

    type: Literal["bar", "line"] = "bar"
    labels: list[str]
    series: list[Series]
    unit: str


class Answer(_Part):
    """An answer. ``facts`` holds every figure of ``text`` and ``table``; nothing else is a figure.

    ``guard`` tells whether a model was asked to word the first sentence, and whether its words were taken.
    """

    object: str = "answer"
    kind: Kind
    language: Literal["en", "sw"]
    text: str
    facts: list[Fact] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    table: AnswerTable | None = None
    chart: Chart | None = None
    period_used: Period | None = None
    compared_with: Period | None = None
    assumptions: list[str] = Field(default_factory=list)
    intent: Intent
    plan: Plan | None = None
    method: Literal["router", "gemini"] = "router"
    phrased_by: Literal["template", "gemini"] = "template"
    guard: Guard = "not_used"
    suggestions: list[str] = Field(default_factory=list)
