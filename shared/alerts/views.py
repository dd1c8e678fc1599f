"""What crosses HTTP: an alert with its reasons as facts, and what a person says of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.alerts.findings import Detector
from shared.http import Args, Body, View
from shared.store import Data, Doc

State = Literal["open", "not_a_problem", "handled"]
Verdict = Literal["not_a_problem", "handled"]


class AlertArgs(Args):
    """Which alerts: of one state, of one detector, raised since a moment, all of these, or all."""

    state: State | None = None
    detector: Detector | None = None
    since: Annotated[str | None, Field(max_length=40)] = None


class Feedback(Body):
    """What a person found. ``not_a_problem`` makes this harder to raise again, for this party most of all."""

    verdict: Verdict
    note: Annotated[str, Field(max_length=500)] = ""


class ReasonView(View):
    """One rule's word: ``facts`` holds amounts in cents, counts, minutes, and ids of records."""

    detector: str
    code: str
    score_milli: int
    facts: dict[str, int | str]


class AlertView(View):
    id: str
    object: str = "alert"
    detector: str
    state: State
    severity: Literal["high", "medium", "low"]
    score_milli: int
    party: str
    """As people read it; "" when it concerns the business as a whole."""
    day: str
    amount_cents: int
    happened_at: str
    raised_at: str
    told: bool
    """Whether the business was sent a message: at most five alerts a day are."""
    count: int
    """How often it happened that day."""
    reasons: list[ReasonView]
    records: list[str]
    """``{collection}/{id}``, the one that raised it first."""
    note: str
    decided_by: str
    decided_at: str


class CountView(View):
    detector: str
    open: int
    told: int
    not_told: int


class SummaryView(View):
    """Alerts of the last thirty days by detector."""

    object: str = "alert_summary"
    since: str
    open: int
    told: int
    not_told: int
    detectors: list[CountView]


def alert_view(doc: Doc) -> AlertView:
    data = doc.data
    return AlertView(
        id=doc.id,
        detector=data["detector"],
        state=data["state"],
        severity=data["severity"],
        score_milli=data["score_milli"],
        party=data["party_label"],
        day=data["day"],
        amount_cents=data["cents"],
        happened_at=data["happened_at"],
        raised_at=data["raised_at"],
        told=data["told"],
        count=data["count"],
        reasons=[_reason(one) for one in data["reasons"]],
        records=data["records"],
        note=data["note"],
        decided_by=data["decided_by"],
        decided_at=data["decided_at"],
    )


def summary_view(alerts: list[Doc], since: str) -> SummaryView:
    """Counts of alerts, by detector in order of how many are open."""
    names = dict.fromkeys(doc.data["detector"] for doc in alerts)
    each = [_count(name, [doc for doc in alerts if doc.data["detector"] == name]) for name in names]
    each.sort(key=lambda one: (-one.open, one.detector))
    return SummaryView(
        since=since,
        open=sum(one.open for one in each),
        told=sum(one.told for one in each),
        not_told=sum(one.not_told for one in each),
        detectors=each,
    )


def _count(name: str, alerts: list[Doc]) -> CountView:
    told = sum(doc.data["told"] for doc in alerts)
    still = sum(doc.data["state"] == "open" for doc in alerts)
    return CountView(detector=name, open=still, told=told, not_told=len(alerts) - told)


def _reason(one: Data) -> ReasonView:
    return ReasonView(
        detector=one["detector"], code=one["code"], score_milli=one["score_milli"], facts=one["facts"]
    )
