"""Metrics and forecasts over HTTP: the listing, every metric called, and arguments that do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from insights_world import Client, World, values

from shared.insights.metrics import REGISTRY

MARCH = {"from": "2026-03-01", "to": "2026-03-18"}
AHEAD = {"from": "2026-03-19", "to": "2026-04-17"}


def request(listed: dict[str, Any]) -> dict[str, Any]:
    """A request that fits a metric of the listing."""
    body: dict[str, Any] = {"name": listed["name"], "metric": listed["metrics"][0]}
    if listed["period"] == "required":
        body["period"] = AHEAD if listed["name"] == "forecast" else MARCH
    if listed["two_periods"]:
        body["compare_to"] = {"from": "2026-02-01", "to": "2026-02-28"}
    return body


def test_every_metric_is_listed_and_answers_in_both_languages(client: Client) -> None:
    _, listed = client("GET", "/v1/metrics")
    assert {one["name"] for one in listed["data"]} == set(REGISTRY)
    for one in listed["data"]:
        for metric in one["metrics"]:
            told = []
            for language in ("en", "sw"):
                body = {**request(one), "metric": metric, "language": language}
                status, answer = client("POST", "/v1/metrics", body)
                assert status == 200, (one, answer)
                assert answer["text"]
                told.append([fact["value"] for fact in answer["facts"]])
            assert told[0] == told[1], one


def test_it_computes_what_the_question_does(client: Client) -> None:
    asked = client.ask("How much revenue this month?")
    _, computed = client(
        "POST", "/v1/metrics", {"name": "revenue_total", "metric": "revenue", "period": MARCH}
    )
    assert values(computed) == values(asked)
    narrowed = {
        "name": "revenue_total",
        "metric": "revenue",
        "period": MARCH,
        "filters": {"channel": "airtel"},
    }
    assert values(client("POST", "/v1/metrics", narrowed)[1])["revenue"] == "444.00"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("revenue", {"metric": "revenue", "period": MARCH}, 422),
        ("out_of_scope", {"metric": "revenue"}, 422),
        ("revenue_total", {"metric": "revenue"}, 422),
        ("ageing", {"metric": "receivables", "period": MARCH}, 422),
        ("revenue_total", {"metric": "profit", "period": MARCH}, 422),
        ("revenue_total", {"metric": "revenue", "period": {"from": "2026-03-18", "to": "2026-03-01"}}, 422),
        ("revenue_total", {"metric": "revenue", "period": {"from": "2026-02-30", "to": "2026-03-01"}}, 422),
        ("revenue_total", {"metric": "revenue", "period": MARCH, "compare_to": MARCH}, 422),
        ("compare_periods", {"metric": "revenue", "period": MARCH}, 422),
        ("revenue_total", {"metric": "revenue", "period": MARCH, "filters": {"business": "biz_other"}}, 422),
        ("revenue_total", {"metric": "revenue", "period": MARCH, "limit": 51}, 422),
        ("revenue_total", {"metric": "revenue", "period": MARCH, "filters": {"customer": "cus_nobody"}}, 404),
    ],
)
def test_what_does_not_fit_is_refused(client: Client, name: str, body: dict[str, Any], status: int) -> None:
    assert client("POST", "/v1/metrics", {**body, "name": name})[0] == status


def test_another_businesss_customer_does_not_exist(client: Client, world: World) -> None:
    World(world.store, "biz_third").customer("cus_third", "Somebody Else")
    body = {
        "name": "revenue_total",
        "metric": "revenue",
        "period": MARCH,
        "filters": {"customer": "cus_third"},
    }
    assert client("POST", "/v1/metrics", body)[0] == 404


@pytest.mark.parametrize("what", ["revenue", "expenses", "cash_flow", "cash_balance"])
def test_forecasts_begin_tomorrow(client: Client, what: str) -> None:
    status, answer = client("GET", f"/v1/forecasts?what={what}&days=10")
    assert (status, answer["intent"]) == (200, "forecast")
    assert answer["period_used"] == {"from": "2026-03-19", "to": "2026-03-28"}


@pytest.mark.parametrize("wrong", ["days=0", "days=400", "what=rain", "channel=cash", "for=me"])
def test_a_forecast_of_nothing_is_refused(client: Client, wrong: str) -> None:
    assert client("GET", f"/v1/forecasts?{wrong}")[0] == 422
