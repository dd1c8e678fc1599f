"""Settings: a start that fails says which variables are at fault, and never prints a secret."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.core.callback_words import FORBIDDEN_IN_CALLBACK_URLS
from shared.core.errors import Invalid
from shared.core.settings import Settings, load_settings

SECRET = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AUTH_SECRET", SECRET)
    monkeypatch.setenv("CALLBACK_SECRET", SECRET)


def refusal() -> str:
    with pytest.raises(Invalid) as refused:
        load_settings()
    assert refused.value.code == "settings_invalid"
    return refused.value.message


def test_two_secrets_are_enough_for_a_laptop() -> None:
    settings = load_settings()
    assert settings.store_url.startswith("sqlite:///")
    assert settings.auth_secret.get_secret_value() == SECRET
    assert SECRET not in repr(settings)


def test_everything_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTH_SECRET")
    monkeypatch.setenv("CALLBACK_SECRET", "")
    message = refusal()
    assert "AUTH_SECRET" in message
    assert "CALLBACK_SECRET" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTH_SECRET", "too short"),
        ("ACCESS_MINUTES", "0"),
        ("ACCESS_MINUTES", "soon"),
        ("SETTLE_WITHOUT_PROOF_CENTS", "-1"),
        ("GEMINI_DATA_OK", "perhaps"),
        ("GEMINI_PHRASING", "perhaps"),
        ("GEMINI_CALLS_A_DAY", "-1"),
        ("GEMINI_CALLS_A_MONTH", "many"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named_and_secrets_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    message = refusal()
    assert name in message
    assert "too short" not in message


@pytest.mark.parametrize("word", FORBIDDEN_IN_CALLBACK_URLS)
def test_words_that_daraja_refuses_in_urls(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    for url in (f"https://{word}.example.com", f"https://example.com/{word.upper()}/in"):
        monkeypatch.setenv("PUBLIC_URL", url)
        assert "PUBLIC_URL" in refusal()
    monkeypatch.setenv("PUBLIC_URL", "https://books.example.com/")
    assert load_settings().public_url == "https://books.example.com"


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.store_url = "sqlite:///elsewhere.db"  # type: ignore[misc]
