"""Gemini as planner against a stand-in: what goes out, what comes back, and everything that can go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import gemini_stand_in
import pytest
from gemini_stand_in import StandIn, call
from insights_world import Client, World, values

from shared.insights.gemini import GeminiPlanner
from shared.insights.ports import PlannerFailed
from shared.insights.router import route

UNSURE = "Vitu zimekaa aje kwa duka siku hizi Wanjiku?"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.close()


@pytest.fixture
def helped(world: World, stand_in: StandIn) -> Client:
    return Client(world, planner=GeminiPlanner("test-key", "gemini-test", stand_in.url, timeout=1))


def test_the_router_is_unsure_of_the_test_question(client: Client) -> None:
    answer = client.ask(UNSURE)
    assert (answer["kind"], answer["method"], answer["facts"]) == ("choices", "router", [])


def test_an_unsure_question_is_planned_by_the_model_and_computed_by_code(
    helped: Client, client: Client, stand_in: StandIn
) -> None:
    stand_in.reply = call({"intent": "health_score"})
    answer = helped.ask(UNSURE.replace(" Wanjiku", ""))
    assert (answer["kind"], answer["method"]) == ("answered", "gemini")
    assert values(answer) == values(client.ask("Show me a summary of my financial health"))


def test_the_wire_is_the_real_one(helped: Client, stand_in: StandIn) -> None:
    stand_in.reply = call({"intent": "expense_total", "category": "fuel"})
    answer = helped.ask("mambo ya petroli ya gari imekaaje mwezi huu")
    assert answer["plan"]["filters"]["category"] == "fuel"
    assert answer["period_used"] == {"from": "2026-03-01", "to": "2026-03-18"}
    (path, headers, body) = stand_in.requests[0]
    assert path == "/v1beta/models/gemini-test:generateContent"
    assert headers["x-goog-api-key"] == "test-key"
    assert body["toolConfig"]["functionCallingConfig"] == {"mode": 2, "allowedFunctionNames": ["choose"]}
    (function,) = body["tools"][0]["functionDeclarations"]
    assert "out_of_scope" in function["parameters"]["properties"]["intent"]["enum"]
    assert body["generationConfig"] == {"maxOutputTokens": 256}
    assert "temperature" not in json.dumps(body)


def test_a_sure_question_never_leaves(helped: Client, stand_in: StandIn) -> None:
    helped.ask("How much revenue this month?")
    helped.ask("Delete all invoices")
    assert stand_in.requests == []


def test_people_and_codes_are_masked(helped: Client, stand_in: StandIn) -> None:
    stand_in.reply = call({"intent": "out_of_scope"})
    for question in [
        "je wanjiku kamau 0712 345 678 alikuja ama jane@duka.co.ke?",
        "vitu za Otieno na A012345678Z zikoje, simu +254-722-000111",
        "mambo ya Baraka Hardware 254733444555 https://x.co/y 1,234,567",
    ]:
        assert helped.ask(question)["method"] == "router"
    sent = json.dumps([body for _path, _headers, body in stand_in.requests]).casefold()
    assert len(stand_in.requests) == 3
    for secret in [
        "wanjiku", "kamau", "0712", "345 678", "jane", "otieno", "a012345678z", "722", "000111",
        "baraka", "733444555", "x.co", "1,234,567",
    ]:  # fmt: skip
        assert secret not in sent, secret
    assert "mambo ya" in sent


LIES: list[dict[str, Any]] = [
    {"intent": "transfer_money"},
    {"intent": "revenue_total", "value": "999999"},
    {"intent": "revenue_total", "business": "biz_other"},
    {"intent": "revenue_total", "channel": "gold"},
    {"intent": ["revenue_total"]},
    {"intent": 5},
    {},
    {"intent": "forecast"},
    {"intent": "out_of_scope"},
    {"metric": "revenue"},
]


@pytest.mark.parametrize("lie", LIES, ids=json.dumps)
def test_a_lying_model_changes_nothing(helped: Client, client: Client, stand_in: StandIn, lie: Any) -> None:
    stand_in.reply = call(lie)
    assert helped.ask(UNSURE) == client.ask(UNSURE)
    assert len(stand_in.requests) == 1


FAILURES: list[tuple[str, int, dict[str, Any] | bytes]] = [
    ("rate limited", 429, {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}),
    ("bad key", 400, {"error": {"code": 400, "message": "API key not valid", "status": "INVALID_ARGUMENT"}}),
    ("no such model", 404, {"error": {"code": 404, "message": "not found", "status": "NOT_FOUND"}}),
    ("broken", 500, b"<html>oops</html>"),
    ("unavailable", 503, {"error": {"code": 503, "message": "later", "status": "UNAVAILABLE"}}),
    ("no JSON", 200, b'{"candidates": [{"content": '),
    ("not even text", 200, b"\xff\x00\xfe"),
    ("nothing", 200, b""),
    ("an empty object", 200, {}),
    ("a list", 200, b"[1, 2]"),
    ("blocked prompt", 200, gemini_stand_in.BLOCKED),
    ("blocked answer", 200, gemini_stand_in.empty("SAFETY")),
    ("out of tokens", 200, gemini_stand_in.empty("MAX_TOKENS")),
    ("malformed call", 200, gemini_stand_in.empty("MALFORMED_FUNCTION_CALL")),
    ("words with a figure", 200, gemini_stand_in.words("Your revenue is KES 1,000,000")),
    ("another function", 200, call({"intent": "revenue_total"}, name="delete_all")),
]


@pytest.mark.parametrize(("_name", "status", "reply"), FAILURES, ids=[name for name, _s, _r in FAILURES])
def test_every_failure_falls_back_to_the_router(
    helped: Client, client: Client, stand_in: StandIn, _name: str, status: int, reply: Any
) -> None:
    stand_in.status, stand_in.reply = status, reply
    assert helped.ask(UNSURE) == client.ask(UNSURE)
    assert len(stand_in.requests) == 1, "one call, never a retry"


def test_a_slow_model_is_not_waited_for(helped: Client, client: Client, stand_in: StandIn) -> None:
    stand_in.delay, stand_in.reply = 20, call({"intent": "revenue_total"})
    started = time.monotonic()
    answer = helped.ask(UNSURE)
    assert time.monotonic() - started < 5
    assert answer == client.ask(UNSURE)


def test_an_unreachable_model_is_a_failure_like_any_other(stand_in: StandIn) -> None:
    planner = GeminiPlanner("test-key", "gemini-test", "http://127.0.0.1:1", timeout=1)
    with pytest.raises(PlannerFailed) as failed:
        planner.choose("anything", ["revenue_total"])
    assert failed.value.code


def test_dates_and_limits_are_read_by_code_whatever_the_model_says(helped: Client, stand_in: StandIn) -> None:
    question = "nipe 3 za gharama kubwa sana februari"
    stand_in.reply = call({"intent": "largest_expenses"})
    answer = helped.ask(question)
    assert answer["period_used"] == {"from": "2026-02-01", "to": "2026-02-28"}
    unsure = not route(question, helped.ports.clock.now().date()).sure
    assert (answer["method"] == "gemini") == unsure
