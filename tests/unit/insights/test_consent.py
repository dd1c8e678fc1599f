"""Questions leave only with a key and an explicit yes."""

from __future__ import annotations

import pytest
from insights_world import SECRET
from pydantic import SecretStr

from shared.app import App
from shared.core.settings import Settings
from shared.insights.call_budget import Caps


@pytest.mark.parametrize(
    ("key", "allowed", "used"),
    [("", False, False), ("", True, False), ("some-key", False, False), ("some-key", True, True)],
)
def test_a_model_is_asked_only_with_a_key_and_consent(key: str, allowed: bool, used: bool) -> None:
    settings = Settings(
        auth_secret=SECRET, callback_secret=SECRET, gemini_key=SecretStr(key), gemini_data_ok=allowed
    )
    app = App(settings)
    assert (app.planner is not None) == used
    assert app.phraser is None, "wording is another choice"


@pytest.mark.parametrize(
    ("key", "allowed", "switched_on", "used"),
    [
        ("", True, True, False),
        ("some-key", False, True, False),
        ("some-key", True, False, False),
        ("some-key", True, True, True),
    ],
)
def test_a_model_words_answers_only_where_that_is_switched_on(
    key: str, allowed: bool, switched_on: bool, used: bool
) -> None:
    settings = Settings(
        auth_secret=SECRET,
        callback_secret=SECRET,
        gemini_key=SecretStr(key),
        gemini_data_ok=allowed,
        gemini_phrasing=switched_on,
    )
    assert (App(settings).phraser is not None) == used


def test_the_caps_are_settings_and_the_gate_is_one_for_the_process() -> None:
    settings = Settings(
        auth_secret=SECRET, callback_secret=SECRET, gemini_calls_a_day=3, gemini_calls_a_month=30
    )
    app = App(settings)
    assert app.model_gate.caps == Caps(a_day=3, a_month=30)
    assert app.model_gate is app.model_gate
    assert Settings(auth_secret=SECRET, callback_secret=SECRET).gemini_calls_a_day == Caps().a_day
    assert Settings(auth_secret=SECRET, callback_secret=SECRET).gemini_calls_a_month == Caps().a_month
