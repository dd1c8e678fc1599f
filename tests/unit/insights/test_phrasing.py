"""Gemini as a writer against a stand-in: what goes out, what is taken, and everything that can go wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gemini_stand_in
import pytest
from gemini_stand_in import StandIn, about_of, call, words
from insights_world import Client, World, open_gate

from local.readers.wording import honest
from shared.core.breaker import FAILURES as IN_A_ROW
from shared.insights.examples import EXAMPLES
from shared.insights.phraser import GeminiPhraser
from shared.insights.ports import PhraserFailed

REVENUE = "How much revenue this month?"
GOOD = "Your income came to {revenue} in {payments}."
MORE = (
    "Compare revenue this month with last month", "Linganisha mapato ya mwezi huu na mwezi uliopita",
    "Who are my top 5 customers this year?", "Show revenue by month for the last 6 months",
    "How much did I get from Baraka Hardware this month?", "Cash flow for last month",
    "Largest expenses last month", "Nani ananidai?", "How much from M-Pesa this month?",
)  # fmt: skip


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.close()


@pytest.fixture
def helped(world: World, stand_in: StandIn) -> Client:
    return Client(world, phraser=GeminiPhraser("test-key", "gemini-test", stand_in.url, timeout=1))


def apart_from_who_wrote(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("guard", "phrased_by")}


def test_good_words_take_the_place_of_the_first_sentence_alone(
    helped: Client, client: Client, stand_in: StandIn
) -> None:
    stand_in.reply = words(GOOD)
    answer, template = helped.ask(REVENUE), client.ask(REVENUE)
    facts = {fact["id"]: fact["formatted"] for fact in answer["facts"]}
    first = f"Your income came to {facts['revenue']} in {facts['payments']} payments."
    opening, rest = template["text"].split(" payments. ", 1)
    assert opening.startswith("You received")
    assert answer["text"] == f"{first} {rest}"
    assert "waits for proof" in rest
    assert "Period: 1–18 March 2026." in rest
    assert (answer["phrased_by"], answer["guard"], answer["method"]) == ("gemini", "passed", "router")
    assert {**apart_from_who_wrote(answer), "text": ""} == {**apart_from_who_wrote(template), "text": ""}
    assert (template["phrased_by"], template["guard"]) == ("template", "not_used")


def test_the_wire_is_one_turn_without_tools(helped: Client, stand_in: StandIn) -> None:
    stand_in.reply = words(GOOD)
    helped.ask(REVENUE)
    ((path, headers, body),) = stand_in.requests
    assert path == "/v1beta/models/gemini-test:generateContent"
    assert headers["x-goog-api-key"] == "test-key"
    assert body["generationConfig"] == {"maxOutputTokens": 400}
    assert [turn["role"] for turn in body["contents"]] == ["user"]
    assert not {"tools", "toolConfig"} & body.keys()
    assert about_of(body) == {
        "language": "en",
        "intent": "revenue_total",
        "says": [],
        "words": {"in": "received, earned, income, came in"},
        "period": "Period: 1–18 March 2026.",
        "slots": [
            {"slot": "revenue", "kind": "money", "means": "Revenue"},
            {"slot": "payments", "kind": "count", "means": "Payments", "noun": "payments"},
        ],
    }


LIES = [
    "You received KES 9,999,999.00 in {payments}.",
    "You received {revenue} in {payments}, twice what you spent.",
    "Umepokea nusu ya {revenue} kwa malipo {payments}.",
    "You spent {revenue} in {payments}.",
    "Sales rose: you received {revenue} in {payments}.",
    "You received {revenue} in {payments} from {customer}.",
    "You received {{revenue}} in {payments}.",
    "**You received {revenue} in {payments}.**",
    "You received {revenue} in {payments}. See https://evil.example.",
    f"{GOOD} {'And so on it went. ' * 40}",
    "You received {revenue}.",
    "ok",
]
FAILURES: list[tuple[str, int, dict[str, Any] | bytes]] = [
    *((f"lie {lie[:40]}", 200, words(lie)) for lie in LIES),
    ("cut short", 200, words("You received {revenue} in", "MAX_TOKENS")),
    ("nothing but thoughts", 200, gemini_stand_in.empty("MAX_TOKENS")),
    ("blocked answer", 200, gemini_stand_in.empty("SAFETY")),
    ("blocked words", 200, words(GOOD, "SAFETY")),
    ("blocked prompt", 200, gemini_stand_in.BLOCKED),
    ("malformed call", 200, gemini_stand_in.empty("MALFORMED_FUNCTION_CALL")),
    ("a call", 200, call({"intent": "revenue_total"})),
    ("no text", 200, words("")),
    ("no JSON", 200, b'{"candidates": [{"content": '),
    ("not even text", 200, b"\xff\x00\xfe"),
    ("nothing", 200, b""),
    ("an empty object", 200, {}),
    ("a list", 200, b"[1, 2]"),
    ("rate limited", 429, {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}}),
    ("bad key", 403, {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}),
    ("no such model", 404, {"error": {"code": 404, "message": "not found", "status": "NOT_FOUND"}}),
    ("broken", 500, b"<html>oops</html>"),
]


@pytest.mark.parametrize(("_name", "status", "reply"), FAILURES, ids=[name for name, _s, _r in FAILURES])
def test_every_failure_and_every_lie_leaves_the_template(
    helped: Client, client: Client, stand_in: StandIn, _name: str, status: int, reply: Any
) -> None:
    stand_in.status, stand_in.reply = status, reply
    answer, template = helped.ask(REVENUE), client.ask(REVENUE)
    assert (answer["phrased_by"], answer["guard"]) == ("template", "fell_back")
    told = [json.dumps(apart_from_who_wrote(each)) for each in (answer, template)]
    assert told[0] == told[1]
    assert len(stand_in.requests) == 1, "one call, never a retry"


def test_a_slow_model_or_one_that_hangs_up_leaves_the_template(
    helped: Client, client: Client, stand_in: StandIn
) -> None:
    stand_in.reply = words(GOOD)
    for stand_in.delay, stand_in.cut in ((20, False), (0, True)):
        answer = helped.ask(REVENUE)
        assert answer["guard"] == "fell_back"
        assert apart_from_who_wrote(answer) == apart_from_who_wrote(client.ask(REVENUE))


@pytest.mark.parametrize(
    ("status", "state"), [(404, "closed"), (400, "closed"), (403, "open"), (429, "open"), (500, "open")]
)
def test_the_breaker_counts_what_is_said_of_all_requests(
    helped: Client, stand_in: StandIn, status: int, state: str
) -> None:
    stand_in.status, stand_in.reply = status, {"error": {"code": status, "message": "no", "status": "X"}}
    for _ in range(IN_A_ROW + 2):
        helped.ask(REVENUE)
    assert helped.ports.model_gate.breaker.state == state
    assert len(stand_in.requests) == IN_A_ROW + (2 if state == "closed" else 0)


def test_an_unreachable_model_says_so() -> None:
    with pytest.raises(PhraserFailed) as failed:
        GeminiPhraser("test-key", "gemini-test", "http://127.0.0.1:1", timeout=1).phrase({})
    assert failed.value.ill


def test_what_is_not_for_a_model_never_leaves(helped: Client, stand_in: StandIn) -> None:
    stand_in.reply = words(GOOD)
    for question in ("Forecast my cash flow for the next 30 days", "How much VAT for February?", "Delete it",
                     "hello", "Find payment EDGE000001", "How much revenue in 2020?"):  # fmt: skip
        assert helped.ask(question)["guard"] == "not_used", question
    assert stand_in.requests == []


def test_no_figure_no_name_and_no_question_leaves(helped: Client, client: Client, stand_in: StandIn) -> None:
    stand_in.reply = lambda body: words(honest(about_of(body)))
    asked = [each.question for each in EXAMPLES] + list(MORE)
    worded = [question for question in asked if helped.ask(question)["guard"] == "passed"]
    sent = json.dumps([body for _path, _headers, body in stand_in.requests], ensure_ascii=False).casefold()
    assert len(worded) >= 12
    answers = [client.ask(question) for question in worded]
    secret = {fact["formatted"] for answer in answers for fact in answer["facts"]}
    secret |= {fact["value"] for answer in answers for fact in answer["facts"]}
    for figure in secret:
        if len(figure) > 3:  # a count such as 18 is also a day of the period
            assert figure.casefold() not in sent, figure
    for name in ("baraka", "wanjiku", "rubis", "jamia", "bamburi", "total westlands", "ignore all", "m-pesa"):
        assert name not in sent, name
    for question in worded:
        assert question.casefold() not in sent


def test_words_are_kept_for_the_same_figures_and_judged_again(
    world: World, helped: Client, stand_in: StandIn
) -> None:
    stand_in.reply = words(GOOD)
    first = helped.ask(REVENUE)
    stand_in.status = 500
    assert helped.ask(REVENUE) == first
    assert len(stand_in.requests) == 1
    (key,) = helped.ports.model_gate.texts._kept
    helped.ports.model_gate.texts.put(key, "You received KES 5.")
    assert helped.ask(REVENUE)["guard"] == "fell_back"
    assert len(stand_in.requests) == 2


def test_another_figure_and_another_business_are_other_words(world: World, stand_in: StandIn) -> None:
    stand_in.reply = words(GOOD)
    phraser = GeminiPhraser("test-key", "gemini-test", stand_in.url, timeout=1)
    gate = open_gate(world.store.clock)
    for business in ("biz_words_a", "biz_words_b"):
        mine = World(world.store, business)
        helped = Client(mine, phraser=phraser)
        helped.ports.model_gate = gate
        for number in range(2):
            mine.pay(f"W{number:09d}", world.store.clock.now(), 1_000)
            assert helped.ask(REVENUE)["phrased_by"] == "gemini"
    assert len(stand_in.requests) == 4


def test_without_a_model_nothing_of_it_is_loaded() -> None:
    """Neither a cold start nor an answer pays for what a business without a key never uses."""
    code = """
import sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
import shared.insights.api
from shared.insights.ask import ask
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
clock = ManualClock(datetime(2026, 3, 18, tzinfo=UTC))
store = Store(SqliteAdapter(Path(tempfile.mkdtemp()) / "b.db"), SCHEMA, clock, SeededIds(1))
store.ensure_indexes()
ports = SimpleNamespace(store=store, clock=clock, planner=None, phraser=None)
assert ask(ports, "biz", "How much revenue this month?").kind == "answered"
mine = ("gate", "recent", "call_budget", "phrasing", "phraser", "guard", "guard_words", "neutral_words",
        "material", "senses", "planning", "masking", "gemini")
print([name for name in mine if f"shared.insights.{name}" in sys.modules]
      + [name for name in ("google.generativeai", "requests", "shared.core.breaker") if name in sys.modules])
"""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
