"""Local settings: secrets are made once, kept privately, and never override the environment."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from local.environment import local_settings
from shared.core.errors import Invalid

NAMES = (
    "AUTH_SECRET",
    "CALLBACK_SECRET",
    "DARAJA_KEY",
    "DARAJA_SECRET",
    "DARAJA_PASSKEY",
    "DARAJA_URL",
    "AIRTEL_KEY",
    "AIRTEL_SECRET",
    "AIRTEL_URL",
    "PUBLIC_URL",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_secrets_are_made_kept_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "var" / "local.env"
    first = local_settings(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    second = local_settings(file)
    assert first == second
    assert len(first.auth_secret.get_secret_value()) == 64
    assert first.auth_secret != first.callback_secret
    assert first.daraja_key


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "local.env"
    local_settings(file)
    monkeypatch.setenv("AUTH_SECRET", "e" * 40)
    assert local_settings(file).auth_secret.get_secret_value() == "e" * 40
    assert "e" * 40 not in file.read_text()


def test_no_credentials_are_made_up_for_a_real_daraja(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARAJA_URL", "https://sandbox.example")
    monkeypatch.setenv("PUBLIC_URL", "https://books.example")
    assert local_settings(tmp_path / "local.env").daraja_key == ""
    assert "DARAJA" not in (tmp_path / "local.env").read_text()


def test_an_empty_address_means_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARAJA_URL", "")
    monkeypatch.setenv("PUBLIC_URL", "")
    found = local_settings(tmp_path / "local.env")
    assert not {"daraja_url", "public_url"} & found.model_fields_set


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "local.env"
    file.write_text("# fine\nAUTH_SECRET=abc\nnot a line\n")
    with pytest.raises(Invalid, match="line 3 is not NAME=value"):
        local_settings(file)
