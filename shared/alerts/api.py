"""Alerts over HTTP: the list, one of them, how many there are, and what people say of them."""

from __future__ import annotations

from datetime import timedelta

from shared.alerts.places import ALERTS
from shared.alerts.ports import Ports
from shared.alerts.views import AlertArgs, AlertView, Feedback, SummaryView, alert_view, summary_view
from shared.core.clock import parse_rfc3339, rfc3339
from shared.http import MANAGERS, READERS, Api, Call, ListView, page_view
from shared.store import Key, Query, Where

api: Api[Ports] = Api("insights", title="What looks wrong in the business's money")
SUMMED_DAYS = 30
MOST = 2000


@api.get(
    "/v1/alerts",
    roles=READERS,
    query=AlertArgs,
    lists=AlertView,
    summary="List what looks wrong, newest first",
)
def list_alerts(call: Call[Ports]) -> ListView[AlertView]:
    """Those that no message told of are listed too; ``since`` is an RFC 3339 moment."""
    args: AlertArgs = call.args
    where = [
        Where(name, "==", value)
        for name in ("state", "detector")
        if (value := getattr(args, name)) is not None
    ]
    if args.since is not None:
        where.append(Where("raised_at", ">=", rfc3339(parse_rfc3339(args.since))))
    query = Query(ALERTS, tuple(where), "-raised_at", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), alert_view)


@api.get("/v1/alerts/summary", roles=READERS, returns=SummaryView, summary="Count the alerts of thirty days")
def count_alerts(call: Call[Ports]) -> SummaryView:
    """By detector: how many are open, how many were told, how many the day's budget kept back."""
    since = rfc3339(call.ports.clock.now() - timedelta(days=SUMMED_DAYS))
    query = Query(ALERTS, (Where("raised_at", ">=", since),), "raised_at")
    return summary_view(call.ports.store.all(call.business, query, most=MOST), since)


@api.get("/v1/alerts/{alert_id}", roles=READERS, returns=AlertView, summary="Read an alert")
def read_alert(call: Call[Ports]) -> AlertView:
    """With every rule that spoke, and the records that it is about."""
    return alert_view(call.ports.store.require(call.business, Key(ALERTS, call.path["alert_id"])))


@api.post(
    "/v1/alerts/{alert_id}/feedback",
    roles=MANAGERS,
    body=Feedback,
    returns=AlertView,
    idempotent=True,
    summary="Say that an alert is no problem, or handled",
)
def answer_alert(call: Call[Ports], body: Feedback) -> AlertView:
    """No problem: the same about this party needs to look worse from now on, less so with the months."""
    from shared.alerts.feedback import say

    told = call.ports.store.transaction(
        call.business,
        lambda tx: alert_view(
            say(tx, call.path["alert_id"], body.verdict, note=body.note, actor=call.actor.user)
        ).model_dump(mode="json"),
        once=call.once,
    )
    return AlertView.model_validate(told)
