"""The embedded runtime beside simulated Gemini: it words answers over HTTP, and its switches reach none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from runtime_world import settings

from local.emulators import free_port
from local.system import System
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.insights.ask import ask
from shared.store import Key

QUESTION = "How much did I spend on fuel last month?"


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    port = free_port()
    chosen = settings(
        tmp_path,
        gemini_url=f"http://127.0.0.1:{port}/readers",
        gemini_key=SecretStr("k"),
        gemini_data_ok=True,
        gemini_phrasing=True,
    )
    system = System(chosen, ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC)), SeededIds(5))
    system.start(port)
    expense = {
        "category": "fuel", "merchant": "Rubis", "amount_cents": 123_400, "vat_cents": 0, "currency": "KES",
        "business_day": "2026-10-20", "receipt_id": "", "transaction_id": "",
        "created_on": "2026-10-20T09:00:00.000Z",
    }  # fmt: skip
    system.app.store.put("biz_a", Key("expenses", "exp_1"), expense)
    yield system
    system.stop()


def control(system: System, **fault: Any) -> None:
    url = f"{system.settings.gemini_url}/control/faults"
    requests.post(url, json=fault, timeout=10).raise_for_status()


def test_an_answer_is_worded_by_the_simulated_gemini(system: System) -> None:
    answer = ask(system.app, "biz_a", QUESTION)
    assert (answer.phrased_by, answer.guard) == ("gemini", "passed")
    assert answer.text.startswith("You spent KES 1,234.00 on fuel in 1 expense.")


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "lie", "field": "expenses", "value": "KES 9,999.00"},
        {"name": "cut_short"},
        {"name": "blocked_prompt"},
        {"name": "blocked_answer"},
        {"name": "status", "code": 429},
        {"name": "close"},
        {"name": "cut_json"},
        {"name": "html_200"},
    ],
    ids=lambda fault: fault["name"],
)
def test_its_switches_reach_no_answer(system: System, fault: dict[str, Any]) -> None:
    control(system, route="gemini", **fault)
    answer = ask(system.app, "biz_a", QUESTION)
    assert (answer.phrased_by, answer.guard) == ("template", "fell_back")
    assert answer.text.startswith("You spent KES 1,234.00 on fuel in 1 expense.")
    assert ask(system.app, "biz_a", QUESTION).guard == "passed"


def test_a_prompt_that_words_nothing_is_refused(system: System) -> None:
    url = f"{system.settings.gemini_url}/v1beta/models/x:generateContent"
    told = '{"language": "en", "intent": "none", "says": [], "slots": []}'
    body = {"contents": [{"parts": [{"text": told}]}]}
    answer = requests.post(url, json=body, headers={"x-goog-api-key": "k"}, timeout=10)
    assert answer.status_code == 400
