"""What looked wrong in a period: the alerts that were raised, the gravest first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shared.core.clock import EAT, parse_rfc3339
from shared.insights.facts import Fact, Source, count_fact, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, midnight
from shared.insights.plan import Assumption, Period, Plan
from shared.store import Doc, Query, Where

DEFAULT_ROWS = 10
SUMMARY = "held_back"
"""The alert that only counts others."""


def anomalies(scope: Scope, plan: Plan) -> Result:
    """Alerts raised on the days of the period, or the last thirty; open ones are listed."""
    period = plan.period or Period(start=scope.today - timedelta(days=30), end=scope.today)
    found = _alerts(scope, period, plan.filters.kind)
    source = Source("alerts", period, (("kind", plan.filters.kind or "all"),))
    still = [doc for doc in found if doc.data["state"] == "open"]
    counted, waiting = tally(found, _cents), tally(still, _cents)
    facts = (
        count_fact("alerts", counted.count, counted, source),
        count_fact("open_alerts", waiting.count, waiting, source),
    )
    if not still:
        return Result(facts, "closed" if found else "none")
    still.sort(key=lambda doc: (-doc.data["score_milli"], -_cents(doc), doc.id))
    top = still[: plan.limit or DEFAULT_ROWS]
    each = [_one(doc) for doc in top]
    rows = tuple(Row(doc.data["detector"], (fact.id,), doc.id) for doc, fact in zip(top, each, strict=True))
    assumed: tuple[Assumption, ...] = () if plan.limit else ("default_limit",)
    table = Table(("alert", "amount"), rows, len(still), "part")
    gravest = each[0].model_copy(update={"id": "gravest"})
    return Result((*facts, *each, gravest), "some", table=table, assumptions=assumed)


def _alerts(scope: Scope, period: Period, kind: str | None) -> list[Doc]:
    chosen = (Where("detector", "==", kind),) if kind else ()
    span = (
        Where("raised_at", ">=", midnight(period.start)),
        Where("raised_at", "<", midnight(period.end + timedelta(days=1))),
    )
    found = scope.store.all(scope.business, Query("alerts", (*chosen, *span), "raised_at"), most=5000)
    return [doc for doc in found if doc.data["detector"] != SUMMARY]


def _cents(doc: Doc) -> int:
    cents: int = doc.data["cents"]
    return cents


def _one(doc: Doc) -> Fact:
    """One alert's amount, labelled by what was found; its record is the alert, which names the others."""
    day = _day(parse_rfc3339(doc.data["happened_at"]))
    source = Source("alerts", Period(start=day, end=day), (("id", doc.id),))
    return money_fact(f"alert:{doc.id}", tally([doc], _cents), source, doc.data["detector"])


def _day(moment: datetime) -> date:
    return moment.astimezone(EAT).date()
