"""One request id follows a payment from the request that asked for it to the message about it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import PHONE, World, furnish, running
from tests.support.log_lines import Lines, captured

MINE = "req_asked-by-the-test.1"
STEPS = {"function", "step", "outcome", "duration_ms"}


@pytest.fixture
def lines(world: World) -> Iterator[Lines]:
    world.phone("pay")
    with captured() as lines:
        yield lines


def ask(world: World, request_id: str = MINE, **changes: Any) -> str:
    """POST /v1/attempts under a request id of the caller's; returns the attempt's id."""
    headers = {**world.bearer(), "Idempotency-Key": f"key-{request_id}", "X-Request-Id": request_id}
    body = {"phone": PHONE, "invoice_id": world.invoice_id, **changes}
    answer = world.http.post(f"{world.system.url}/v1/attempts", json=body, headers=headers, timeout=20)
    assert answer.status_code == 201, answer.text
    assert answer.headers["X-Request-Id"] == request_id
    return str(answer.json()["id"])


def path_of(lines: Lines, request_id: str) -> list[str]:
    """The functions that worked under a request id, in order, each once a stretch; polls in vain left out."""
    told = [
        line["function"]
        for line in lines.of(request_id=request_id)
        if line.get("step") != "poll" and line["severity"] != "DEBUG"  # what is said to a provider
    ]
    return [function for function, _ in groupby(told)]


def test_one_id_leads_from_the_prompt_to_the_sms(world: World, lines: Lines) -> None:
    world.fault("lost_callback", target="c2b", times=None)
    attempt = ask(world)
    world.advance(60)
    assert path_of(lines, MINE) == ["stk_push", "mpesa_callback", "settle", "alerts", "reconcile", "notify"]
    assert world.doc("attempts", attempt)["correlation_id"] == MINE
    assert {m.data["channel"] for m in world.docs("messages", "created_on")} == {"sms", "email"}
    assert {m.data["request_id"] for m in world.docs("messages", "created_on")} == {MINE}


def test_every_step_says_what_it_did_and_how_long_it_took(world: World, lines: Lines) -> None:
    world.fault("lost_callback", target="c2b", times=None)
    attempt = ask(world)
    world.advance(60)
    closing = {line["function"]: line for line in lines.of(request_id=MINE) if line.keys() >= STEPS}
    assert {name: (line["step"], line["outcome"]) for name, line in closing.items()} == {
        "stk_push": ("POST /v1/attempts", "2xx"),
        "mpesa_callback": ("POST /ipn/stk/{business}/{attempt_id}/{token}", "2xx"),
        "settle": ("callback.received.v1", "done"),
        "alerts": ("payment.settled.v1", "done"),
        "reconcile": ("payment.settled.v1", "done"),
        "notify": ("payment.matched.v1", "done"),
    }
    assert all(line["duration_ms"] >= 0 and line["business"] == "biz_duka" for line in closing.values())
    assert {closing[name]["attempt"] for name in ("stk_push", "mpesa_callback", "settle")} == {attempt}
    assert (closing["reconcile"]["decision"], closing["reconcile"]["links"]) == ("auto", 1)
    assert closing["notify"]["notices"] == 2
    assert all(line["event_id"].startswith("evt_") for line in closing.values() if "event_id" in line)
    assert {name for name, line in closing.items() if "event_id" in line} == {
        "settle",
        "alerts",
        "reconcile",
        "notify",
    }


def test_a_paybill_notice_finds_the_thread_that_its_callback_lost(world: World, lines: Lines) -> None:
    world.fault("lost_callback", times=None)
    ask(world)
    world.advance(60)
    assert path_of(lines, MINE) == ["stk_push", "settle", "alerts", "reconcile", "notify"]
    (notice,) = lines.of(function="mpesa_callback")
    assert notice["request_id"] != MINE, "it names no attempt"


def test_with_no_news_at_all_the_poll_goes_on_with_it(world: World, lines: Lines) -> None:
    world.fault("lost_callback", times=None)
    world.fault("lost_callback", target="c2b", times=None)
    ask(world)
    world.advance(60)
    assert path_of(lines, MINE) == ["stk_push", "alerts", "reconcile", "notify"]
    assert lines.of(request_id=MINE, function="sweep", step="poll")
    timers = {line["request_id"] for line in lines.of(step="sweep.due.v1")}
    assert len(timers) >= 3, "a timer's own work goes by an id of its own, one a tick"
    assert MINE not in timers


def test_money_that_nobody_asked_for_has_an_id_of_its_own(world: World, lines: Lines) -> None:
    world.pay_by_hand(1160, world.doc("invoices", world.invoice_id)["number"])
    world.advance(120)
    (confirmed,) = lines.of(step="POST /ipn/c2b/confirmation/{business}/{shortcode}/{token}")
    path = path_of(lines, confirmed["request_id"])
    assert path == ["mpesa_callback", "settle", "alerts", "reconcile", "notify"], (
        "proof came later, under a timer's id"
    )
    assert world.docs("payments", "paid_at")[0].data["status"] == "settled"


def test_requests_at_the_same_moment_are_not_mixed_up(world: World, lines: Lines) -> None:
    ids = {f"req_parallel-{n}": f"2547{n:08d}" for n in range(16)}
    with ThreadPoolExecutor(8) as threads:
        asked = dict(zip(ids, threads.map(lambda i: ask(world, i, phone=ids[i]), ids), strict=True))
    for request_id, attempt in asked.items():
        (line,) = lines.of(function="stk_push", request_id=request_id, step="POST /v1/attempts")
        assert line["attempt"] == attempt
        assert world.doc("attempts", attempt)["correlation_id"] == request_id


def test_a_run_repeated_from_its_seed_writes_the_same_ids(tmp_path: Path) -> None:
    def run(name: str) -> list[Any]:
        with running(tmp_path / name) as world:
            furnish(world).phone("pay")
            world.post("/v1/attempts", {"phone": PHONE, "invoice_id": world.invoice_id})
            world.advance(60)
            kept = {"attempts": "created_on", "payments": "paid_at", "messages": "created_on"}
            return [(d.id, d.data) for name, order in kept.items() for d in world.docs(name, order)]

    first = run("first")
    assert len(first) == 4
    assert all(data.get("correlation_id") or data.get("request_id") for _, data in first)
    assert run("second") == first
