"""Questions leave only with a key and an explicit yes."""

from __future__ import annotations

import pytest
from insights_world import SECRET
from pydantic import SecretStr

from shared.app import App
from shared.core.settings import Settings


@pytest.mark.parametrize(
    ("key", "allowed", "used"),
    [("", False, False), ("", True, False), ("some-key", False, False), ("some-key", True, True)],
)
def test_a_model_is_asked_only_with_a_key_and_consent(key: str, allowed: bool, used: bool) -> None:
    settings = Settings(
        auth_secret=SECRET, callback_secret=SECRET, gemini_key=SecretStr(key), gemini_data_ok=allowed
    )
    assert (App(settings).planner is not None) == used
